//! What the other side of a link holds of each log, and what it was sent.

use std::{collections::BTreeMap, time::Instant};

use crate::domain::model::LogId;

/// Logs unknown here that a link may name: twice as many as it may introduce authors. Without a limit fifty links that name
/// 1,024 each and send none took a node to 66 MB.
const MAX_UNKNOWN_LOGS: usize = 512;

/// The other side of one log.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    /// The newest event that it says it holds.
    pub(super) has: u64,
    /// The oldest.
    pub(super) base: u64,
    /// The newest event of the gapless piece that it was sent.
    pub(super) sent: u64,
    /// Since when it lacks something and has not moved.
    pub(super) since: Option<Instant>,
    /// How often it was sent the same without moving.
    pub(super) tries: u8,
    /// Whether we send it this log although somebody else wrote it.
    pub(super) forwards: bool,
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
}

/// One cursor for each log that the other side has named or was sent.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    of: BTreeMap<LogId, Cursor>,
    unknown: usize,
}

impl Cursors {
    /// The other side of a log; it holds nothing of a log that it has not named.
    pub(super) fn get(&self, log: &LogId) -> Cursor {
        self.of.get(log).copied().unwrap_or_default()
    }

    /// All logs that were named or sent.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&LogId, &Cursor)> {
        self.of.iter()
    }

    /// The other side of a log that is held here.
    pub(super) fn held(&mut self, log: &LogId) -> &mut Cursor {
        self.of.entry(*log).or_default()
    }

    /// The other side of a log that is unknown here, if there is room for one more.
    pub(super) fn unknown(&mut self, log: &LogId) -> Option<&mut Cursor> {
        if !self.of.contains_key(log) {
            if self.unknown >= MAX_UNKNOWN_LOGS {
                return None;
            }
            self.unknown += 1;
        }
        Some(self.of.entry(*log).or_default())
    }

    /// From which event on it offers a log.
    pub(super) fn base(&self, log: &LogId) -> Option<u64> {
        self.of.get(log).map(|cursor| cursor.base).filter(|base| *base > 0)
    }

    /// It lacks all that it does not list, whatever it was sent.
    pub(super) fn forget_sent(&mut self) {
        for cursor in self.of.values_mut() {
            (cursor.sent, cursor.tries, cursor.since) = (cursor.has, 0, None);
        }
    }
}
