//! What was refused. It is counted, and not asked for again until a hold-off time is over.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{domain::model::LogId, protocol::codec::mesh::RefusalReason};

/// Logs whose refusals are remembered, in 200 KB.
const MAX_REFUSED: usize = 1_024;

/// How long events that came too fast are not asked for. In this time a stranger earns back almost half of its
/// allowance.
const TOO_FAST_FOR: Duration = Duration::from_mins(1);

/// How long a log without a place is not asked for.
const NO_ROOM_FOR: Duration = Duration::from_hours(1);

/// How long a log that was refused for this reason is neither asked for nor offered.
pub(in crate::core::sync) fn hold_off(reason: RefusalReason) -> Duration {
    match reason {
        RefusalReason::TooFast | RefusalReason::DiskFull | RefusalReason::Other => TOO_FAST_FOR,
        RefusalReason::NoRoom => NO_ROOM_FOR,
    }
}

/// What was refused of one log.
#[derive(Debug, Clone, Copy)]
struct Refused {
    /// The first event that was refused, and the newest one that was seen or heard of.
    first: u64,
    newest: u64,
    until: Instant,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    of: BTreeMap<LogId, Refused>,
}

impl Refusals {
    /// Notes that an event was refused. Returns whether this is the first refusal of its log in the hold-off time.
    pub(super) fn add(&mut self, log: LogId, seq: u64, reason: RefusalReason, now: Instant) -> bool {
        if let Some(refused) = self.of.get_mut(&log).filter(|refused| now < refused.until) {
            (refused.first, refused.newest) = (refused.first.min(seq), refused.newest.max(seq));
            return false;
        }
        if self.of.len() >= MAX_REFUSED {
            self.of.retain(|_, refused| now < refused.until);
        }
        if self.of.len() >= MAX_REFUSED {
            let soonest = self.of.iter().min_by_key(|(_, refused)| refused.until).map(|(log, _)| *log);
            self.of.remove(&soonest.unwrap_or(log));
        }
        self.of.insert(log, Refused { first: seq, newest: seq, until: now + hold_off(reason) });
        true
    }

    /// Whether nothing of a log is asked for now.
    pub(super) fn bars(&self, log: &LogId, now: Instant) -> bool {
        self.of.get(log).is_some_and(|refused| now < refused.until)
    }

    /// An event was taken: the log is not refused any more.
    pub(super) fn taken(&mut self, log: &LogId, seq: u64) {
        if let Some(refused) = self.of.get_mut(log) {
            refused.first = refused.first.max(seq + 1);
            if refused.first > refused.newest {
                self.of.remove(log);
            }
        }
    }

    /// Events that were refused and have not come since; at least one for each log.
    pub(super) fn lines(&self) -> u64 {
        self.of.values().map(|refused| refused.newest - refused.first + 1).sum()
    }

    /// Takes out the logs whose hold-off time is over. They may be asked for again.
    pub(super) fn take_over(&mut self, now: Instant) -> Vec<LogId> {
        let over: Vec<LogId> =
            self.of.iter().filter(|(_, refused)| refused.until <= now).map(|(log, _)| *log).collect();
        for log in &over {
            self.of.remove(log);
        }
        over
    }

    /// When the next hold-off time ends.
    pub(super) fn next(&self) -> Option<Instant> {
        self.of.values().map(|refused| refused.until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{NodeId, RoomId};

    fn log(epoch: u64) -> LogId {
        LogId { room: RoomId::LOBBY, author: NodeId::new([1; 32]), epoch }
    }

    #[test]
    fn a_sender_is_told_once_and_the_lines_are_counted() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        assert!(refusals.add(log(1), 5, RefusalReason::TooFast, now));
        assert!(!refusals.add(log(1), 9, RefusalReason::TooFast, now));
        assert_eq!((refusals.lines(), refusals.bars(&log(1), now)), (5, true));
        refusals.taken(&log(1), 6);
        assert_eq!(refusals.lines(), 3);
        let later = now + TOO_FAST_FOR;
        assert!(!refusals.bars(&log(1), later));
        assert_eq!((refusals.take_over(later), refusals.lines()), (vec![log(1)], 0));
    }

    #[test]
    fn memory_is_bounded() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        assert!((0..5_000).all(|epoch| refusals.add(log(epoch), 1, RefusalReason::NoRoom, now)));
        assert_eq!(refusals.of.len(), MAX_REFUSED);
    }
}
