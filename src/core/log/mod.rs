//! The log, pure: who said what in which order, with nothing lost and nothing twice (DESIGN.md section 6).
//!
//! Every author has a log of a room, a chain of signed events. [`Logs`] holds how far each is known here, decides which
//! event is accepted, and writes our own. The events themselves are in a store ([`storage`]); memory has a few numbers
//! for each log. All rules depend on an event and its causes alone, so that all nodes come to the same answer.

mod accept;
#[cfg(test)]
pub(crate) mod fake_store;
mod frontier;
mod held;
pub mod storage;
mod waiting;
mod write;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

pub use accept::{Acceptance, Offer, Violation};
use frontier::Frontier;
pub use held::HeldLog;
use storage::{LogEntry, LogState, Snapshot};
use waiting::Waiting;
pub use waiting::{WAIT_FOR_CAUSES, WAIT_FOR_STRANGERS};
pub use write::NoTime;

use crate::core::mutant;
use crate::{
    domain::model::{Hlc, LogId, NodeId, Now, Room, Timestamp},
    protocol::codec::event::{Dep, HeldRange},
};

/// Logs that are held at once. Each takes some hundred bytes of memory, and keys that nobody has seen before cost their
/// maker nothing.
pub const MAX_LOGS: usize = 4_096;

/// Logs of one author that are held at once: one for each network and each history that was lost.
pub const MAX_LOGS_PER_AUTHOR: usize = 64;

/// An event does not wait for one that is further than this behind what is here of its log: what was missed, or pours in, must
/// not hold up what is said now. Fewer come in one frame.
pub const FAR: u64 = 16;

/// How far ahead of our clock an event may be dated and still move it (DESIGN.md section 6): beyond, somebody's clock is
/// wrong, and must not take everybody's with it.
pub const MAX_AHEAD: Duration = Duration::from_hours(24);

/// All logs of the rooms that we are in, as far as the present network is concerned. See the module's documentation.
#[derive(Debug)]
pub struct Logs {
    me: NodeId,
    held: BTreeMap<LogId, HeldLog>,
    /// Logs of other networks: neither offered nor taken.
    elsewhere: BTreeSet<LogId>,
    /// The latest reading of all that was merged into our clock.
    latest: Hlc,
    frontier: Frontier,
    waiting: Waiting,
    /// The log that we write to, once there is one.
    own: Option<LogId>,
    /// Own logs that are not gone on with.
    left: BTreeSet<LogId>,
    /// Those of them that the store does not know of.
    just_left: Vec<LogId>,
    /// Logs that have changed since they were written to the store.
    changed: BTreeSet<LogId>,
}

impl Logs {
    /// What a store holds, at `wall`: what was dated too far ahead of it moves our clock no more than it did when it came.
    pub fn new(me: NodeId, snapshot: Snapshot, wall: Timestamp) -> Self {
        let Snapshot { logs, elsewhere, mut frontier, own, .. } = snapshot;
        let is_merged = |state: &&LogState| !Self::is_ahead(state.head_hlc, wall);
        let merged: BTreeMap<LogId, Hlc> =
            logs.iter().filter(is_merged).map(|state| (state.id, state.head_hlc)).collect();
        frontier.retain(|dep| merged.contains_key(&dep.log));
        // What our own clock said when it was wrong binds us no longer than that log is gone on with.
        let own = own.filter(|own| merged.contains_key(own) || logs.iter().all(|state| state.id != *own));
        Self {
            me,
            held: logs.into_iter().map(|state| (state.id, HeldLog::new(state))).collect(),
            elsewhere: elsewhere.into_iter().collect(),
            latest: merged.values().copied().max().unwrap_or_default(),
            frontier: Frontier::new(frontier),
            waiting: Waiting::default(),
            own,
            left: BTreeSet::new(),
            just_left: Vec::new(),
            changed: BTreeSet::new(),
        }
    }

    /// One log, if anything is known of it.
    pub fn get(&self, log: &LogId) -> Option<&HeldLog> {
        self.held.get(log)
    }

    /// All logs.
    pub fn iter(&self) -> impl Iterator<Item = (&LogId, &HeldLog)> {
        self.held.iter()
    }

    /// Whether a log belongs to another network.
    pub fn is_elsewhere(&self, log: &LogId) -> bool {
        self.elsewhere.contains(log)
    }

    /// How many logs of an author are held.
    pub fn logs_of(&self, author: &NodeId) -> usize {
        let of = |epoch| LogId { room: Room::LOBBY.id(), author: *author, epoch };
        self.held.range(of(0)..=of(u64::MAX)).count()
    }

    /// The log that we write to.
    pub fn own(&self) -> Option<&LogId> {
        self.own.as_ref()
    }

    /// The store holds these logs so.
    pub fn committed(&mut self, states: Vec<LogState>) {
        for state in states {
            if let Some(held) = self.held.get_mut(&state.id) {
                held.commit(state);
            }
        }
    }

    /// The store has forgotten what is below `base`.
    pub fn raised(&mut self, log: &LogId, base: u64) {
        if let Some(held) = self.held.get_mut(log) {
            held.raise(base);
        }
    }

    /// A log's author has signed two events under `seq`; whether that is news.
    pub fn forked(&mut self, log: &LogId, seq: u64) -> bool {
        let news = self.held.get_mut(log).is_some_and(|held| held.fork(seq));
        if news {
            self.changed.insert(*log);
            // Somebody else writes to it, or we have forgotten what we wrote.
            self.leave(log);
        }
        news
    }

    /// How the logs stand that have changed since this was asked last.
    pub fn take_changed(&mut self) -> Vec<LogState> {
        let changed = std::mem::take(&mut self.changed);
        changed.iter().filter_map(|log| Some(self.held.get(log)?.state().clone())).collect()
    }

    /// How much of a log to say that we hold, to somebody who offers it from `base` on.
    pub fn range(&self, log: &LogId, offered_base: Option<u64>) -> Option<HeldRange> {
        self.held.get(log)?.range(offered_base)
    }

    /// A reading for something that is in no log. It is later than all that was seen.
    pub fn tick(&mut self, wall: Timestamp) -> Hlc {
        self.latest = self.latest.next().max(Hlc::at(wall));
        self.latest
    }

    /// Whether an event that names this reading is dated so far ahead that it must wait for its time.
    pub fn is_ahead(hlc: Hlc, wall: Timestamp) -> bool {
        let limit = i64::try_from(MAX_AHEAD.as_millis()).unwrap_or(i64::MAX);
        hlc.wall().as_millis() > wall.as_millis().saturating_add(limit)
    }

    /// Takes an event in: it is part of its log from now on.
    fn apply(&mut self, entry: &LogEntry, now: Now) {
        let event = &entry.event;
        let held = self.held.entry(event.log).or_insert_with(|| HeldLog::empty(event.log));
        let newest = held.extend(event);
        self.changed.insert(event.log);
        if !newest || (!entry.own && Self::is_ahead(event.hlc, now.wall)) {
            return;
        }
        if entry.own || !mutant::ignores_clocks() {
            self.latest = self.latest.max(event.hlc);
        }
        self.frontier.advance(event);
    }

    /// Whether what an event names as a cause is here, or never will be and must not be waited for.
    fn is_present(&self, dep: &Dep, highest_base: &dyn Fn(&LogId) -> Option<u64>) -> bool {
        let held = self.held.get(&dep.log);
        held.is_some_and(|held| held.covers(dep.seq))
            || dep.seq - held.map_or(0, HeldLog::head).min(dep.seq) > FAR
            || self.elsewhere.contains(&dep.log)
            || highest_base(&dep.log).is_some_and(|base| dep.seq < base)
    }
}
