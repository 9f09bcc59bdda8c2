//! Logs that were given up. Nothing of them is held, but a tombstone says how far they went.
//!
//! Without tombstones, nodes that give up different logs would send them to each other for ever, and a log that comes
//! back would show its lines twice.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::storage::LogState;
use crate::domain::model::{LogId, NodeId};

/// Tombstones that are kept, in about 1 MB: four times the number of strangers' logs that are held.
const MAX_TOMBSTONES: usize = 4_096;

/// How long a log that was given up is not fetched again.
const NOT_FETCHED_FOR: Duration = Duration::from_hours(1);

/// One log that was given up.
#[derive(Debug)]
struct Tombstone {
    /// How far it went. Its base and floor are above its head.
    state: LogState,
    /// Until when it is not fetched; none if it was given up in an earlier run.
    until: Option<Instant>,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Tombstones {
    of: BTreeMap<LogId, Tombstone>,
    /// In the order in which they came. Logs that came back are skipped.
    order: VecDeque<LogId>,
}

impl Tombstones {
    /// Adds a log that was given up at `now`, or in an earlier run. Returns the log that is forgotten to make room for
    /// it.
    pub(super) fn add(&mut self, state: LogState, now: Option<Instant>) -> Option<LogId> {
        let log = state.id;
        if self.of.insert(log, Tombstone { state, until: now.map(|now| now + NOT_FETCHED_FOR) }).is_none() {
            self.order.push_back(log);
        }
        if self.of.len() <= MAX_TOMBSTONES {
            return None;
        }
        loop {
            let oldest = self.order.pop_front()?;
            if self.of.remove(&oldest).is_some() {
                return Some(oldest);
            }
        }
    }

    /// How far a log that was given up went.
    pub(super) fn get(&self, log: &LogId) -> Option<&LogState> {
        self.of.get(log).map(|stone| &stone.state)
    }

    /// The logs of an author.
    pub(super) fn of_author(&self, author: &NodeId) -> Vec<LogId> {
        // At most MAX_TOMBSTONES, and asked once for each link.
        self.of.keys().filter(|log| log.author == *author).copied().collect()
    }

    /// Whether a log must not be fetched now.
    pub(super) fn bars(&self, log: &LogId, now: Instant) -> bool {
        self.of.get(log).and_then(|stone| stone.until).is_some_and(|until| now < until)
    }

    /// The log continues, so its tombstone is removed. Returns how far it went.
    pub(super) fn revive(&mut self, log: &LogId) -> Option<LogState> {
        let stone = self.of.remove(log)?;
        if self.order.len() > 2 * MAX_TOMBSTONES {
            self.order.retain(|log| self.of.contains_key(log));
        }
        Some(stone.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Hlc, RoomId};

    fn state(epoch: u64) -> LogState {
        let id = LogId { room: RoomId::LOBBY, author: NodeId::new([1; 32]), epoch };
        let (head_hlc, head_place) = (Hlc(9), Hlc(9));
        LogState { id, floor: 4, base: 4, head: 3, head_id: None, head_hlc, head_place, older: None, forked: None }
    }

    #[test]
    fn the_oldest_is_forgotten_and_a_continued_log_is_removed() {
        let (mut stones, now) = (Tombstones::default(), Instant::now());
        for epoch in 0..MAX_TOMBSTONES as u64 {
            assert_eq!(stones.add(state(epoch), Some(now)), None);
        }
        assert_eq!(stones.revive(&state(0).id), Some(state(0)));
        assert_eq!(stones.add(state(10_000), Some(now)), None);
        assert_eq!(stones.add(state(10_001), Some(now)), Some(state(1).id));
        assert_eq!((stones.get(&state(1).id), stones.of.len()), (None, MAX_TOMBSTONES));
    }

    #[test]
    fn nothing_is_fetched_for_an_hour() {
        let (mut stones, now) = (Tombstones::default(), Instant::now());
        stones.add(state(1), Some(now));
        stones.add(state(2), None);
        assert!(stones.bars(&state(1).id, now) && !stones.bars(&state(2).id, now));
        assert!(!stones.bars(&state(1).id, now + NOT_FETCHED_FOR));
    }
}
