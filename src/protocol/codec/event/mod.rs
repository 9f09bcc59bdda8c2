//! Events of the log: the bytes that their authors signed, and what these say.

mod content;
pub(super) mod decode;
pub(super) mod encode;
mod kind;

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;

use bytes::Bytes;
pub use content::Content;
pub(in crate::protocol) use decode::MAX_SEQ;
pub use encode::Draft;
pub use kind::{KIND_EDIT, KIND_FILE_OFFER, KIND_HIDE_LIST, KIND_PIN, KIND_REACT, KIND_REDACT, KIND_SAID, KIND_TOPIC};
use sha2::{Digest, Sha256};

use crate::domain::model::{EventId, Hlc, LogId, MAX_TEXT_BYTES, Timestamp};

/// Precedes every event's bytes when they are signed or hashed, so that no other signature of ours fits an event.
const DOMAIN: &[u8] = b"proximity-chat/1 event\0";

/// How many events of the room one event may name as those that it follows.
pub const MAX_DEPS: usize = 16;

/// The longest body, in bytes: the deps of a full one take a fifth of it.
pub const MAX_BODY_BYTES: usize = 4 * 1024;

/// Bytes of salt in front of every content, so that nobody can guess an erased "yes" from its hash.
pub const SALT_BYTES: usize = 16;

/// The longest content, in bytes: a text of full length, and 1 KiB for a name and the encoding.
pub const MAX_CONTENT_BYTES: usize = SALT_BYTES + MAX_TEXT_BYTES + 1024;

/// Every event is dated before this (the year 2200): a clock that jumped there would take all others with it.
pub const HLC_END: Hlc = Hlc(7_258_118_400_000 << 16);

/// An event exactly as its author signed it. [`crate::core::log`] checks whether the signature is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The encoded event.
    pub body: Bytes,
    /// The signature, over the domain and the body.
    pub sig: [u8; 64],
    /// Salt and payload. The body has their hash.
    pub content: Bytes,
}

/// What an event's body says, valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its identity.
    pub id: EventId,
    /// The author and the room of its log.
    pub log: LogId,
    /// Its number there, from 1.
    pub seq: u64,
    /// The previous event; `None` for the first.
    pub prev: Option<EventId>,
    /// Its clock reading, greater than those of all events that it follows.
    pub hlc: Hlc,
    /// The newest events that its author had seen; at most [`MAX_DEPS`].
    pub deps: Vec<Dep>,
    /// What its author's clock showed.
    pub wall: Timestamp,
    /// What kind of event it is.
    pub kind: u32,
    /// SHA-256 of the content.
    pub content_hash: [u8; 32],
}

/// An event of the same room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dep {
    /// Which log it is in.
    pub log: LogId,
    /// Its number there.
    pub seq: u64,
}

/// How much of a log somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldRange {
    /// A number for this log in later changes on the same link, if it has one.
    pub name: Option<NonZeroU32>,
    /// Which log.
    pub log: LogId,
    /// The newest event held; zero if there is none yet.
    pub seq: u64,
    /// Its identity; `None` if there is none.
    pub head: Option<EventId>,
    /// The oldest event held, at least 1; above `seq` if none of them is held any more.
    pub base: u64,
}

impl Signed {
    /// The bytes that are signed.
    pub fn message(&self) -> Vec<u8> {
        [DOMAIN, &self.body].concat()
    }

    /// Its identity.
    pub fn id(&self) -> EventId {
        EventId(Sha256::new().chain_update(DOMAIN).chain_update(&self.body).finalize().into())
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.body.len() + self.sig.len() + self.content.len()
    }
}

#[cfg(test)]
impl Signed {
    /// An event for tests that do not look into it.
    pub(crate) fn sample() -> Self {
        Self { body: Bytes::from_static(b"body"), sig: [0; 64], content: Bytes::from_static(&[0; SALT_BYTES]) }
    }
}

/// The hash of the content, as the body of an event has it.
pub(super) fn content_hash(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}
