//! Sealed content: `salt (16) || generation (32) || ChaCha20-Poly1305(inside)`.

use bytes::Bytes;
use zeroize::Zeroizing;

use super::{
    aead::{self, AUTHENTICATOR_BYTES},
    generation::{Generation, GenerationId},
    kdf::{self, KEY_BYTES},
    opened::{DEP_BYTES, HEADER_BYTES, Opened},
    padding::{STEP, padded},
    salt::{SALT_BYTES, SaltSource},
    slot::Slot,
    tags,
};
use crate::protocol::codec::event::MAX_CONTENT_BYTES;

/// Bytes in front of what is sealed: the salt and the name of the generation.
const FRONT_BYTES: usize = SALT_BYTES + 32;

/// The longest inside, padding included: as many steps as a content has room for.
const MAX_INSIDE_BYTES: usize = (MAX_CONTENT_BYTES - FRONT_BYTES - AUTHENTICATOR_BYTES) / STEP * STEP;

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The payload is longer than [`longest_payload`].
    #[error("the payload has {length} bytes, and {longest} fit")]
    TooLong {
        /// Its length.
        length: usize,
        /// What fits beside as many deps.
        longest: usize,
    },
    /// There are too many deps, or one is of another room, of the event's own log, or without a valid number.
    #[error("the deps are not those of an event")]
    Deps,
    /// No sealed content has this length.
    #[error("it is not sealed content")]
    NotSealed,
    /// It names another generation, whose key must be used.
    #[error("it is sealed under another generation")]
    OtherGeneration,
    /// It was sealed under another key or for another slot, or it was changed.
    #[error("the seal does not open")]
    NotOpened,
    /// It opens, but not to what a node seals.
    #[error("what is inside the seal is malformed")]
    Malformed,
}

/// The longest payload beside so many deps, in bytes.
pub const fn longest_payload(deps: usize) -> usize {
    MAX_INSIDE_BYTES.saturating_sub(HEADER_BYTES).saturating_sub(deps.saturating_mul(DEP_BYTES))
}

/// The content that says this in this slot, for the members of this generation.
///
/// # Errors
/// [`SealError::TooLong`] and [`SealError::Deps`], for what no reader would take.
pub fn seal(generation: &Generation, slot: &Slot, inside: &Opened, source: SaltSource<'_>) -> Result<Bytes, SealError> {
    if !inside.has_valid_deps(&slot.log) {
        return Err(SealError::Deps);
    }
    let too_long = SealError::TooLong { length: inside.payload.len(), longest: longest_payload(inside.deps.len()) };
    if inside.payload.len() > longest_payload(inside.deps.len()) {
        return Err(too_long);
    }
    let mut text = inside.write(AUTHENTICATOR_BYTES).ok_or(too_long)?;
    let salt = source.salt(tags::CONTENT_SALT, &text);
    aead::seal(&one_time_key(generation, slot, &salt), &slot.associated(), &mut text);
    Ok([salt.as_slice(), &generation.id().0, &text].concat().into())
}

/// Which generation a content names. None if it is not sealed content.
pub fn generation_of(content: &[u8]) -> Option<GenerationId> {
    split(content).map(|(_, generation, _)| generation)
}

/// What a content says in this slot, if it was sealed there under this generation.
///
/// # Errors
/// [`SealError`] for everything that [`seal`] did not make of this generation and slot.
pub fn open(generation: &Generation, slot: &Slot, content: &[u8]) -> Result<Opened, SealError> {
    let (salt, named, sealed) = split(content).ok_or(SealError::NotSealed)?;
    if named != generation.id() {
        return Err(SealError::OtherGeneration);
    }
    let mut text = sealed.to_vec();
    if !aead::open(&one_time_key(generation, slot, salt), &slot.associated(), &mut text) {
        return Err(SealError::NotOpened);
    }
    Opened::read(&slot.log, &text.into()).ok_or(SealError::Malformed)
}

/// Salt, generation and what is sealed, if the length is one that a sealed content has.
fn split(content: &[u8]) -> Option<(&[u8; SALT_BYTES], GenerationId, &[u8])> {
    let (salt, rest) = content.split_first_chunk()?;
    let (generation, sealed) = rest.split_first_chunk()?;
    let inside = sealed.len().checked_sub(AUTHENTICATOR_BYTES)?;
    (inside <= MAX_INSIDE_BYTES && padded(inside) == inside).then_some((salt, GenerationId(*generation), sealed))
}

/// The key that seals this one content.
fn one_time_key(generation: &Generation, slot: &Slot, salt: &[u8; SALT_BYTES]) -> Zeroizing<[u8; KEY_BYTES]> {
    let secret = kdf::extract(salt, generation.key().as_bytes());
    kdf::expand(&secret, tags::CONTENT, &[&slot.associated(), &slot.prev_bytes(), &generation.id().0])
}
