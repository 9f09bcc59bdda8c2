//! Identifiers of what the log consists of: rooms, logs, events and messages.

use std::fmt;

use super::NodeId;

/// What tells one event from all others: the SHA-256 of its signed bytes.
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

/// One author's log of one room. An author begins another one, with another epoch, when it cannot know all that it has
/// said in the last one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogId {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub author: NodeId,
    /// Random.
    pub epoch: u64,
}

/// What tells one message from all others: the first 16 bytes of its event's id; for a guest's message, 16 random bytes.
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
