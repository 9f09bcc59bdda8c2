//! Where something is said.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{NodeId, RoomId, RoomName, RoomNameError};

/// What the hashes of open rooms begin with: 32 bytes of another protocol never become the id of a room.
const OPEN_ROOM_TAG: &[u8] = b"proximity-chat/1 open room";

/// A conversation that the user can be in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Room {
    /// The room that everyone on the network is in.
    Lobby,
    /// A room that anyone on the network may join by its name.
    Open(RoomName),
    /// A room that only its members know, on whatever network they meet.
    Private(PrivateRoom),
    /// Between the user and this key only.
    Direct(NodeId),
}

/// A private room. Other rooms may have the same name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrivateRoom {
    /// What the log knows it by. Only its owner can have made it, and no other room has it.
    pub id: RoomId,
    /// What people call it. It never changes.
    pub name: RoomName,
}

impl Room {
    /// The room that a user means by `typed`: `#dev`, `dev` or `#lobby`.
    ///
    /// # Errors
    /// [`RoomNameError`] if no room can have that name.
    pub fn named(typed: &str) -> Result<Self, RoomNameError> {
        let name = typed.trim();
        if name.strip_prefix('#').unwrap_or(name).eq_ignore_ascii_case("lobby") {
            return Ok(Self::Lobby);
        }
        RoomName::new(name).map(Self::Open)
    }

    /// What the log knows it by, if that follows from what people call it. None for a private room, and for a room
    /// between two: its id depends on their secret.
    pub fn public_id(&self) -> Option<RoomId> {
        match self {
            Self::Lobby => Some(RoomId::LOBBY),
            Self::Open(name) => {
                let hash = Sha256::new().chain_update(OPEN_ROOM_TAG).chain_update([0]).chain_update(name.as_str());
                Some(RoomId(hash.finalize().into()))
            }
            Self::Private(_) | Self::Direct(_) => None,
        }
    }

    /// The other person in a direct room.
    pub const fn other(&self) -> Option<NodeId> {
        match self {
            Self::Direct(node) => Some(*node),
            Self::Lobby | Self::Open(_) | Self::Private(_) => None,
        }
    }

    /// Whether everyone on the network is in it.
    pub const fn is_lobby(&self) -> bool {
        matches!(self, Self::Lobby)
    }
}

impl fmt::Display for Room {
    /// As programs read it: `#lobby`, `#dev`, `@` and the whole key. Two private rooms may be written alike.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lobby => f.write_str("#lobby"),
            Self::Open(name) | Self::Private(PrivateRoom { name, .. }) => write!(f, "#{name}"),
            Self::Direct(node) => write!(f, "@{node}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_open_room_follows_from_its_name() {
        let id = |name| Room::named(name).unwrap().public_id().unwrap();
        assert_eq!(id("#Dev"), id("dev"));
        assert_eq!(id("#lobby"), RoomId::LOBBY);
        assert_ne!(id("dev"), id("dev2"));
        // Computed with sha256sum: other nodes must come to the same.
        let hex = NodeId::new(id("dev").0).to_string();
        assert_eq!(hex, "cdede9230f0b35dc530a8f189dcbf52f7ed0fae20b2515bfede75e1e7aa7660e");
    }

    #[test]
    fn a_room_is_written_as_programs_read_it() {
        assert_eq!(Room::named("Dev").unwrap().to_string(), "#dev");
        assert_eq!(Room::Lobby.to_string(), "#lobby");
        assert_eq!(Room::Direct(NodeId::new([7; 32])).to_string(), format!("@{}", "07".repeat(32)));
    }
}
