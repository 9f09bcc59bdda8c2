//! What the other side of a link holds of each log, and what it was sent.

use std::{collections::BTreeMap, sync::Arc};

use crate::domain::model::LogId;

/// A log's identity, shared by the tables of all links: with 256 links and a full table of logs, a copy in each would
/// take more memory than everything else.
pub(super) type LogKey = Arc<LogId>;

/// Logs unknown here that a link may name: half as many as strangers may hold here. More would be waste.
const MAX_UNKNOWN_LOGS: usize = 512;

/// The other side of one log.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    /// The newest event that it says it holds.
    pub(super) has: u64,
    /// For a log of our own: the newest event of ours that it is known to hold. Under later numbers it may hold what a
    /// copy of our key wrote.
    pub(super) ours: u64,
    /// For a log of our own: whether its newest event is not ours.
    pub(super) differs: bool,
    /// The oldest event that it says it holds.
    pub(super) base: u64,
    /// The newest event of the gapless piece that it was sent.
    pub(super) sent: u64,
    /// How many of our events it was shown because it holds others in their place.
    pub(super) disputed: u8,
    /// Whether it was shown the proof that the log's author contradicts itself.
    pub(super) proved: bool,
}

impl Cursor {
    /// The first event that it lacks, as far as we know.
    pub(super) fn next(&self) -> u64 {
        self.has.max(self.sent) + 1
    }

    /// It says that it holds the events from `base` to `seq`. Returns whether it has moved forward.
    pub(super) fn holds(&mut self, base: u64, seq: u64) -> bool {
        let moved = seq > self.has;
        (self.has, self.base) = (seq, base);
        moved
    }

    /// It has sent an event, so it holds it. That says nothing about a gap below.
    pub(super) fn sends(&mut self, seq: u64) {
        if self.base <= self.has + 1 {
            self.has = self.has.max(seq);
        }
    }

    /// It did not take what it was sent.
    pub(super) fn send_again(&mut self) {
        self.sent = self.has;
    }
}

/// One cursor for each log that the other side has named or was sent.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    of: BTreeMap<LogKey, Cursor>,
    unknown: usize,
}

impl Cursors {
    /// The other side of a log. It holds nothing of a log that it has not named.
    pub(super) fn get(&self, log: &LogId) -> Cursor {
        self.of.get(log).copied().unwrap_or_default()
    }

    /// The logs that it has named or was sent.
    pub(super) fn logs(&self) -> impl Iterator<Item = &LogKey> {
        self.of.keys()
    }

    /// The other side of a log that is held here.
    pub(super) fn held(&mut self, log: &LogKey) -> &mut Cursor {
        self.of.entry(log.clone()).or_default()
    }

    /// The other side of a log that is unknown here, if there is room for one more.
    pub(super) fn unknown(&mut self, log: &LogId) -> Option<&mut Cursor> {
        if !self.of.contains_key(log) {
            if self.unknown >= MAX_UNKNOWN_LOGS {
                return None;
            }
            self.unknown += 1;
            self.of.insert(Arc::new(*log), Cursor::default());
        }
        self.of.get_mut(log)
    }

    /// The other side of a log that was named or sent.
    pub(super) fn get_mut(&mut self, log: &LogId) -> Option<&mut Cursor> {
        self.of.get_mut(log)
    }

    /// The shared name of a log that was named or sent.
    pub(super) fn key(&self, log: &LogId) -> Option<LogKey> {
        self.of.get_key_value(log).map(|(key, _)| key.clone())
    }

    /// The first event of a log that it offers.
    pub(super) fn base(&self, log: &LogId) -> Option<u64> {
        self.of.get(log).map(|cursor| cursor.base).filter(|base| *base > 0)
    }

    /// It lacks everything that it does not list, whatever it was sent.
    pub(super) fn forget_sent(&mut self) {
        self.of.values_mut().for_each(Cursor::send_again);
    }

    /// The log is not held here any more.
    pub(super) fn forget(&mut self, log: &LogId) {
        self.of.remove(log);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknown_logs_of_a_link_are_bounded() {
        let log = |epoch| LogId {
            room: crate::domain::model::RoomId::LOBBY,
            author: crate::domain::model::NodeId::new([1; 32]),
            epoch,
        };
        let mut cursors = Cursors::default();
        assert_eq!((0..1_000).filter(|n| cursors.unknown(&log(*n)).is_some()).count(), MAX_UNKNOWN_LOGS);
        assert!(cursors.unknown(&log(0)).is_some());
        cursors.held(&Arc::new(log(9_999))).has = 1;
        assert_eq!(cursors.get(&log(9_999)).has, 1);
    }

    #[test]
    fn events_not_taken_are_sent_again_from_the_peers_position() {
        let mut cursor = Cursor { has: 3, sent: 9, ..Cursor::default() };
        assert_eq!(cursor.next(), 10);
        assert!(cursor.holds(1, 5) && !cursor.holds(1, 5));
        cursor.send_again();
        assert_eq!(cursor.next(), 6);
    }
}
