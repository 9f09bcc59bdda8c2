//! Where something is said.

use std::fmt;

use super::RoomId;

/// A room. There is one so far, the lobby, which everyone is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Room(());

impl Room {
    /// The room that everyone on the network is in.
    pub const LOBBY: Self = Self(());

    /// Its id in the log.
    pub const fn id(self) -> RoomId {
        RoomId(*b"proximity-chat/1 room #lobby\0\0\0\0")
    }

    /// The room with this `id` in the log, if it is one of ours.
    pub fn of(id: RoomId) -> Option<Self> {
        (id == Self::LOBBY.id()).then_some(Self::LOBBY)
    }

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
