//! The identifier of a link.

use std::fmt;

/// One connection's stream, of either protocol, from its dial or arrival to its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkId {
    /// We dialled; numbered by the node.
    Dialled(u32),
    /// Somebody dialled us; numbered by the server.
    Accepted(u32),
}

impl fmt::Debug for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dialled(n) => write!(f, "out-{n}"),
            Self::Accepted(n) => write!(f, "in-{n}"),
        }
    }
}
