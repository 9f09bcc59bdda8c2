//! What the other side of a link holds of each log, and what it was sent.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::model::LogId;

/// Logs unknown here that a link may name: twice as many as it may introduce authors. Without a limit fifty links that
/// name 1,024 each and send none took a node to 66 MB.
const MAX_UNKNOWN_LOGS: usize = 512;

/// How long a link may lack something before it is sent that again, or on behalf of somebody else. Immediate forwarding
/// cost 2 to 2.6 duplicates per event.
const LAGS_AFTER: Duration = Duration::from_secs(2);

/// How often the wait is doubled while a link does not take what it is sent.
const MAX_DOUBLINGS: u8 = 5;

/// Whether the other side lags behind with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lag {
    /// It does not, or has just moved.
    #[default]
    None,
    /// It lacks something.
    Behind {
        /// Since when it has not moved; when it was sent that last.
        since: Instant,
        /// How often it was sent that without moving.
        tries: u8,
    },
}

/// The other side of one log.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    /// The newest event that it says it holds.
    pub(super) has: u64,
    /// The oldest.
    pub(super) base: u64,
    /// The newest event of the gapless piece that it was sent.
    pub(super) sent: u64,
    /// Whether it lags behind.
    lag: Lag,
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

    /// It says that it holds the events from `base` to `seq`.
    pub(super) fn holds(&mut self, base: u64, seq: u64) {
        if seq > self.has {
            self.lag = Lag::None;
        }
        (self.has, self.base) = (seq, base);
    }

    /// It lacks nothing that we have.
    fn caught_up(&mut self) {
        if self.lag != Lag::None {
            (self.lag, self.forwards) = (Lag::None, false);
        }
    }

    /// It lacks something, and may be sent it now if it `is_free`. Whether it has lacked that for too long: then it is
    /// to be sent it again. For an author other than us, `jitter` is how much longer this link waits than others; ours
    /// has none.
    pub(super) fn lacks(&mut self, jitter: Option<Duration>, is_free: bool, now: Instant) -> bool {
        let (since, tries) = match self.lag {
            Lag::None => (now, 0),
            Lag::Behind { since, tries } => (since, tries),
        };
        let wait = (LAGS_AFTER + jitter.unwrap_or_default()) * (1 << tries);
        let late = is_free && now.saturating_duration_since(since) >= wait;
        self.lag = if late {
            (self.sent, self.forwards) = (self.has, jitter.is_some());
            Lag::Behind { since: now, tries: (tries + 1).min(MAX_DOUBLINGS) }
        } else {
            Lag::Behind { since, tries }
        };
        late
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

    /// It lacks nothing that we have of a log.
    pub(super) fn caught_up(&mut self, log: &LogId) {
        if let Some(cursor) = self.of.get_mut(log) {
            cursor.caught_up();
        }
    }

    /// It lacks all that it does not list, whatever it was sent.
    pub(super) fn forget_sent(&mut self) {
        for cursor in self.of.values_mut() {
            (cursor.sent, cursor.lag) = (cursor.has, Lag::None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a link that is free and takes nothing is sent the same again, in seconds, looked at every half second.
    fn sendings(jitter: Option<Duration>, until: u64) -> Vec<u64> {
        let (start, mut cursor) = (Instant::now(), Cursor { has: 3, sent: 9, ..Cursor::default() });
        let late = |half: &u64| cursor.lacks(jitter, true, start + Duration::from_millis(half * 500));
        (0..until * 2).filter(late).map(|half| half / 2).collect()
    }

    #[test]
    fn what_is_not_taken_is_sent_again_less_and_less_often() {
        assert_eq!(sendings(None, 250), [2, 6, 14, 30, 62, 126, 190]);
        assert_eq!(sendings(Some(Duration::from_millis(500)), 40), [2, 7, 17, 37]);
    }

    #[test]
    fn only_others_logs_are_forwarded_until_the_link_has_caught_up() {
        for (jitter, forwards) in [(None, false), (Some(Duration::ZERO), true)] {
            let (start, mut cursor) = (Instant::now(), Cursor { has: 3, sent: 9, ..Cursor::default() });
            assert!(!cursor.lacks(jitter, true, start));
            assert!(!cursor.lacks(jitter, false, start + LAGS_AFTER), "it is busy");
            assert_eq!(cursor.next(), 10);
            assert!(cursor.lacks(jitter, true, start + LAGS_AFTER));
            assert_eq!((cursor.next(), cursor.forwards), (4, forwards));
            cursor.caught_up();
            assert!(!cursor.forwards);
        }
    }

    #[test]
    fn a_link_that_moves_has_its_time_again() {
        let (start, mut cursor) = (Instant::now(), Cursor::default());
        assert!(!cursor.lacks(None, true, start));
        cursor.holds(1, 1);
        assert!(!cursor.lacks(None, true, start + LAGS_AFTER));
        cursor.holds(1, 1);
        assert!(cursor.lacks(None, true, start + LAGS_AFTER * 2));
    }

    #[test]
    fn a_link_names_so_many_unknown_logs_and_no_more() {
        let log = |epoch| LogId {
            room: crate::domain::model::Room::LOBBY.id(),
            author: crate::domain::model::NodeId::new([1; 32]),
            epoch,
        };
        let mut cursors = Cursors::default();
        assert_eq!((0..1_000).filter(|n| cursors.unknown(&log(*n)).is_some()).count(), MAX_UNKNOWN_LOGS);
        assert!(cursors.unknown(&log(0)).is_some());
        cursors.held(&log(9_999)).has = 1;
        assert_eq!(cursors.get(&log(9_999)).has, 1);
    }
}
