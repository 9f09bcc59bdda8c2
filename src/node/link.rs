//! One link and what the node knows of it.

use std::net::SocketAddr;

use crate::model::Peer;

/// A link by what has happened on it.
#[derive(Debug)]
pub(super) enum Link {
    /// Our dial, before its first frame: it can be given up without anybody having noticed.
    Dialling(Dial),
    /// Our dial, claim sent, not answered yet.
    Offered(Dial),
    /// Lines flow.
    Up {
        /// Who is there.
        peer: Peer,
        /// How we know its address.
        origin: Origin,
    },
}

/// A dial on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dial {
    /// Where to.
    pub(super) addr: SocketAddr,
    /// The other side's own dial was let in meanwhile: whatever comes of this one is not wanted.
    pub(super) superseded: bool,
}

impl Dial {
    pub(super) fn new(addr: SocketAddr) -> Self {
        Self { addr, superseded: false }
    }
}

/// How much a peer's address is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// We dialled it: whoever answers there owns it.
    Dialled,
    /// It claimed a listening address on the host that it came from. Another user of that host could have lied.
    Claimed {
        /// Where its connection comes from.
        source: SocketAddr,
    },
    /// Its claim could not be believed: the address is where its connection comes from, and nobody listens there.
    Source,
}

impl Origin {
    /// Whether the address can be dialled.
    pub(super) fn listens(self) -> bool {
        self != Self::Source
    }
}
