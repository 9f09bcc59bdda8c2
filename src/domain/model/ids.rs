//! Identifiers of what the log consists of: rooms, logs, events and messages.

use std::fmt;

use super::{NodeId, hex};

/// Identifies an event: the SHA-256 of its signed bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 32]);

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({})", MessageId::from(*self))
    }
}

/// Identifies a room. Two rooms may have the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RoomId(pub [u8; 32]);

impl RoomId {
    /// The room that everyone on the network is in.
    pub const LOBBY: Self = Self(*b"proximity-chat/1 room #lobby\0\0\0\0");

    /// The id with these 64 digits.
    pub fn from_hex(digits: &str) -> Option<Self> {
        Some(Self(hex::decode(digits)?.try_into().ok()?))
    }

    /// Whether these are its first digits, in lower case.
    pub fn begins_with(&self, digits: &str) -> bool {
        hex::encode(&self.0).starts_with(digits)
    }
}

/// All 64 digits, or as many of them as the precision says.
impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(&self.0))
    }
}

/// One author's log of one room. An author begins a new log, with a new epoch, when it cannot know everything that it
/// said in the last one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogId {
    /// The room.
    pub room: RoomId,
    /// The author.
    pub author: NodeId,
    /// A random number.
    pub epoch: u64,
}

/// Identifies a message: the first 16 bytes of its event's id; for a guest's message, 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub [u8; 16]);

impl From<EventId> for MessageId {
    fn from(EventId(id): EventId) -> Self {
        let mut begin = [0; 16];
        begin.copy_from_slice(id.split_at(16).0);
        Self(begin)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}
