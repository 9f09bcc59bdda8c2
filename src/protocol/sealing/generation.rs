//! Generations: a room key with its name.
//!
//! ChaCha20-Poly1305 does not commit to its key: a content can be made that opens to two texts under two keys. So the event
//! that makes a generation carries a commitment to its key, a content names its generation, and no other key is tried.

use super::{kdf, keys::RoomKey, tags};
use crate::domain::model::{EventId, RoomId};

/// Binds the maker of a generation to one room key, and tells nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Commitment(pub [u8; 32]);

/// A room key that is the only one for its name.
#[derive(Clone, Debug)]
pub struct Generation {
    id: EventId,
    key: RoomKey,
}

/// The key is not the one that was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the room key does not fit its commitment")]
pub struct NotCommitted;

impl Commitment {
    /// The commitment to a key of a private room.
    pub fn to(room: &RoomId, key: &RoomKey) -> Self {
        Self(kdf::hash(tags::COMMITMENT, &[&room.0, key.as_bytes()]))
    }
}

impl Generation {
    /// The generation of a private room that the control event `id` made with this commitment.
    ///
    /// # Errors
    /// [`NotCommitted`] if the commitment is to another key, or was made in another room.
    pub fn new(id: EventId, commitment: &Commitment, room: &RoomId, key: RoomKey) -> Result<Self, NotCommitted> {
        if Commitment::to(room, &key) == *commitment { Ok(Self { id, key }) } else { Err(NotCommitted) }
    }

    /// The generation of a direct room. Name and key come from one secret, so there is nothing to commit to.
    pub(super) const fn direct(id: EventId, key: RoomKey) -> Self {
        Self { id, key }
    }

    /// Its name: the id of the control event that made it.
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// Its key.
    pub const fn key(&self) -> &RoomKey {
        &self.key
    }
}
