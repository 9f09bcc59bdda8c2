//! The ids of private rooms.

use super::{kdf, tags};
use crate::domain::model::{NodeId, RoomId};

/// Random bytes in the id of a private room: enough that no owner makes one id twice.
pub const PRIVATE_NONCE_BYTES: usize = 16;

/// The id of a private room. It proves who owns the room: only one key and one nonce hash to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PrivateRoomId(RoomId);

impl PrivateRoomId {
    /// The id of the room that `owner` made with these random bytes.
    pub fn new(owner: &NodeId, nonce: &[u8; PRIVATE_NONCE_BYTES]) -> Self {
        Self(RoomId(kdf::hash(tags::PRIVATE_ROOM, &[owner.as_bytes(), nonce])))
    }

    /// An id that was proved before, from the profile.
    pub const fn proved(room: RoomId) -> Self {
        Self(room)
    }

    /// The room in which members talk.
    pub const fn room(&self) -> RoomId {
        self.0
    }

    /// The room in which the owner says who is a member.
    pub fn control(&self) -> RoomId {
        RoomId(kdf::hash(tags::CONTROL_ROOM, &[&self.0.0]))
    }

    /// Whether `owner` made this room with these random bytes.
    pub fn is_owned_by(&self, owner: &NodeId, nonce: &[u8; PRIVATE_NONCE_BYTES]) -> bool {
        *self == Self::new(owner, nonce)
    }
}
