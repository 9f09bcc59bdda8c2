//! One key sealed under another: the previous generation's under the new one, and a room key for somebody who is
//! invited.

use zeroize::{Zeroize as _, Zeroizing};

use super::{
    aead::{self, AUTHENTICATOR_BYTES},
    generation::GenerationId,
    kdf::{self, KEY_BYTES},
    keys::{GrantKey, RoomKey},
    salt::{SALT_BYTES, SaltSource},
    tags,
};
use crate::domain::model::{NodeId, RoomId};

/// Bytes of a sealed key.
pub const SEALED_KEY_BYTES: usize = SALT_BYTES + KEY_BYTES + AUTHENTICATOR_BYTES;

/// A room key that only the holder of another key can read: salt, then the sealed key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealedKey(pub [u8; SEALED_KEY_BYTES]);

/// It was sealed under another key or with other associated data, or it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed key does not open")]
pub struct NotOpened;

/// What the previous generation's key is sealed with: the room, and the name of the new generation.
pub fn previous_context(room: &RoomId, newer: &GenerationId) -> Vec<u8> {
    [tags::PREVIOUS, &room.0, &newer.0].concat()
}

/// What a grant is sealed with: the room, who grants, who is invited, and the generation whose key it is. Both names
/// are in it because the grant key is the same in both directions.
pub fn grant_context(room: &RoomId, from: &NodeId, to: &NodeId, granted: &GenerationId) -> Vec<u8> {
    [tags::GRANT, &room.0, from.as_bytes(), to.as_bytes(), &granted.0].concat()
}

impl RoomKey {
    /// Seals another room key under this one, with [`previous_context`] as associated data.
    pub fn seal_key(&self, key: &Self, associated: &[u8], salt: SaltSource<'_>) -> SealedKey {
        seal(self.as_bytes(), key, associated, salt)
    }

    /// Opens what [`Self::seal_key`] sealed. The result must still be checked against the name of its generation.
    ///
    /// # Errors
    /// [`NotOpened`] if it is not exactly what was sealed.
    pub fn open_key(&self, sealed: &SealedKey, associated: &[u8]) -> Result<Self, NotOpened> {
        open(self.as_bytes(), sealed, associated)
    }
}

impl GrantKey {
    /// Seals a room key for the other of both, with [`grant_context`] as associated data.
    pub fn seal_key(&self, key: &RoomKey, associated: &[u8], salt: SaltSource<'_>) -> SealedKey {
        seal(self.as_bytes(), key, associated, salt)
    }

    /// Opens what [`Self::seal_key`] sealed. The result must still be checked against the name of its generation.
    ///
    /// # Errors
    /// [`NotOpened`] if it is not exactly what was sealed.
    pub fn open_key(&self, sealed: &SealedKey, associated: &[u8]) -> Result<RoomKey, NotOpened> {
        open(self.as_bytes(), sealed, associated)
    }
}

fn seal(under: &[u8; KEY_BYTES], key: &RoomKey, associated: &[u8], source: SaltSource<'_>) -> SealedKey {
    let salt = source.salt(tags::SEALED_KEY_SALT, key.as_bytes());
    // Room for the authenticator from the start, so that the vector does not move and leave the key behind.
    let mut text = Vec::with_capacity(KEY_BYTES + AUTHENTICATOR_BYTES);
    text.extend(key.as_bytes());
    aead::seal(&one_time_key(under, &salt, associated), associated, &mut text);
    let mut sealed = SealedKey([0; SEALED_KEY_BYTES]);
    let (front, rest) = sealed.0.split_at_mut(SALT_BYTES);
    front.copy_from_slice(&salt);
    rest.copy_from_slice(&text);
    sealed
}

fn open(under: &[u8; KEY_BYTES], sealed: &SealedKey, associated: &[u8]) -> Result<RoomKey, NotOpened> {
    let (salt, text) = sealed.0.split_at(SALT_BYTES);
    let mut text = Zeroizing::new(text.to_vec());
    if !aead::open(&one_time_key(under, salt, associated), associated, &mut text) {
        return Err(NotOpened);
    }
    let mut key: [u8; KEY_BYTES] = text.as_slice().try_into().map_err(|_| NotOpened)?;
    let opened = RoomKey::new(Zeroizing::new(key));
    key.zeroize();
    Ok(opened)
}

fn one_time_key(under: &[u8; KEY_BYTES], salt: &[u8], associated: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
    kdf::expand(&kdf::extract(salt, under), tags::SEALED_KEY, &[associated])
}
