//! Where a sealed event stands in its log.

use crate::domain::model::{EventId, LogId};

/// Bytes of [`Slot::associated`]: the room, the author, the epoch and the number.
pub(super) const ASSOCIATED_BYTES: usize = 32 + 32 + 8 + 8;

/// Where a sealed event stands. A content opens in its own slot only, so nobody can move it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Whose log, of which room.
    pub log: LogId,
    /// The number of the event.
    pub seq: u64,
    /// The event before; none for the first.
    pub prev: Option<EventId>,
}

impl Slot {
    /// What is authenticated with the content: the log and the number.
    pub(super) fn associated(&self) -> [u8; ASSOCIATED_BYTES] {
        let mut bytes = [0; ASSOCIATED_BYTES];
        let (room, rest) = bytes.split_at_mut(32);
        let (author, rest) = rest.split_at_mut(32);
        let (epoch, seq) = rest.split_at_mut(8);
        room.copy_from_slice(&self.log.room.0);
        author.copy_from_slice(self.log.author.as_bytes());
        epoch.copy_from_slice(&self.log.epoch.to_be_bytes());
        seq.copy_from_slice(&self.seq.to_be_bytes());
        bytes
    }

    /// The id of the event before. The first event has none; no event has an id of zeros.
    pub(super) fn prev_bytes(&self) -> [u8; 32] {
        self.prev.map_or([0; 32], |EventId(id)| id)
    }
}
