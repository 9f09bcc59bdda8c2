//! Generations: a room key with its name.
//!
//! ChaCha20-Poly1305 does not commit to its key: a content can be made that opens to two texts under two keys. So the
//! name of a generation is a hash of its key, a content names its generation, and no other key is tried.

use super::{kdf, keys::RoomKey, tags};
use crate::domain::model::RoomId;

/// The name of a generation. It binds the generation to one room key, and tells nothing about that key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GenerationId(pub [u8; 32]);

/// A room key that is the only one for its name.
#[derive(Clone, Debug)]
pub struct Generation {
    id: GenerationId,
    key: RoomKey,
}

impl GenerationId {
    /// The name of the generation of a private room that has this key.
    pub fn of(room: &RoomId, key: &RoomKey) -> Self {
        Self(kdf::hash(tags::GENERATION, &[&room.0, key.as_bytes()]))
    }
}

impl Generation {
    /// The generation of a private room that has this key.
    pub fn new(room: &RoomId, key: RoomKey) -> Self {
        Self { id: GenerationId::of(room, &key), key }
    }

    /// The generation of a direct room. Name and key come from one secret, which nobody else has.
    pub(super) const fn direct(id: GenerationId, key: RoomKey) -> Self {
        Self { id, key }
    }

    /// Its name.
    pub const fn id(&self) -> GenerationId {
        self.id
    }

    /// Its key.
    pub const fn key(&self) -> &RoomKey {
        &self.key
    }
}
