//! Where something is said.

use std::fmt;

/// A room. There is one so far, the lobby, which everyone is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Room(());

impl Room {
    /// The room that everyone on the network is in.
    pub const LOBBY: Self = Self(());

    /// The room's name as people see it, with its `#`.
    pub const fn name(self) -> &'static str {
        "#lobby"
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
