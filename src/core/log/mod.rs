//! The log: who said what, in which order, with nothing lost and nothing duplicated.
//!
//! Every author has a log for each room: a chain of signed events. [`Logs`] knows how far each is held here, decides
//! which events are accepted, and writes our own. The events themselves are in a store ([`storage`]); memory has a few
//! numbers for each log. Whether an event is accepted depends only on the event and its causes, so that all nodes come
//! to the same answer. Where a line stands depends on its date alone, unless that is more than a day off.
//!
//! The files: `accept` which events of others are taken · `placing` where a line stands ·
//! `waiting_for_causes` events that wait for their causes · `held_log` how far one log is held · `tombstones` logs that
//! were given up · `frontier` the newest events · `room` what is kept of each room · `sign` our own events · `storage`
//! what a store is asked and answers.

mod accept;
#[cfg(test)]
pub(crate) mod fake_store;
mod frontier;
mod held_log;
pub mod placing;
mod room;
mod sign;
pub mod storage;
mod tombstones;
mod voiding;
mod waiting_for_causes;
mod writers;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

pub use accept::{Acceptance, Offer, Violation};
use frontier::Frontier;
pub use held_log::HeldLog;
pub use placing::Arrival;
use room::RoomStates;
pub use sign::{NotWritten, Say};
use storage::{LogEntry, LogState, Snapshot};
use tombstones::Tombstones;
use waiting_for_causes::Waiting;
pub use waiting_for_causes::{WAIT_FOR_CAUSES, WAIT_FOR_STRANGERS};
pub use writers::Writers;

use crate::{
    domain::model::{LogId, NodeId, RoomId},
    protocol::codec::event::{Dep, HeldRange},
};

/// An event does not wait for a cause that is more than this many events beyond what is held of its log. A backlog must
/// not hold up what is said now.
pub const FAR: u64 = 16;

/// All logs of our rooms on the present network. See the module's documentation.
#[derive(Debug)]
pub struct Logs {
    me: NodeId,
    held: BTreeMap<LogId, HeldLog>,
    /// Logs of which nothing is held any more.
    tombstones: Tombstones,
    /// Logs of other networks: neither offered nor taken.
    foreign: BTreeSet<LogId>,
    /// Foreign logs that were claimed for this network.
    claimed: BTreeSet<LogId>,
    rooms: RoomStates,
    frontier: Frontier,
    waiting: Waiting,
    /// Our own logs that were given up.
    abandoned: BTreeSet<LogId>,
    /// The ones among them that the store has not been told of.
    newly_abandoned: Vec<LogId>,
    /// Logs that changed, apart from their events, since they were written to the store.
    changed: BTreeSet<LogId>,
    /// Logs that were given up and that the store has not been told of. Their lines are still there.
    given_up: Vec<LogId>,
    /// Logs that were given up and whose lines are still in the store. None of them continues until those are gone: new
    /// lines would be removed along with them.
    removing: BTreeSet<LogId>,
    /// Logs whose newest events were taken out. The store has not been told.
    rewound: Vec<LogState>,
    /// Logs that were forgotten altogether and are still in the store.
    forgotten: Vec<LogId>,
    /// Counts the events that were accepted.
    turn: u64,
}

impl Logs {
    /// The logs that a store holds.
    pub fn new(me: NodeId, snapshot: Snapshot) -> Self {
        let Snapshot { logs, foreign, frontier, latest, own, bytes, .. } = snapshot;
        let mut rooms = RoomStates::new();
        for (room, latest) in latest {
            rooms.get_mut(room).latest = latest;
        }
        for own in own {
            rooms.get_mut(own.room).own = Some(own);
        }
        let (mut held, mut tombstones, mut turn, mut forgotten) =
            (BTreeMap::new(), Tombstones::default(), 0, Vec::new());
        for state in logs {
            if is_given_up(&state, &me) {
                forgotten.extend(tombstones.add(state, None));
                continue;
            }
            turn += 1;
            rooms.get_mut(state.id.room);
            let log = held.entry(state.id).or_insert(HeldLog::new(state));
            log.touch(0, turn);
        }
        let mut given_up = Vec::new();
        for (log, bytes) in bytes {
            if let Some(held) = held.get_mut(&log) {
                held.touch(bytes, held.touched());
            } else if tombstones.get(&log).is_some() {
                // The program ended after the log was given up and before its lines were removed.
                given_up.push(log);
            }
        }
        Self {
            me,
            held,
            tombstones,
            foreign: foreign.into_iter().collect(),
            claimed: BTreeSet::new(),
            rooms,
            frontier: Frontier::new(frontier),
            waiting: Waiting::default(),
            abandoned: BTreeSet::new(),
            newly_abandoned: Vec::new(),
            changed: BTreeSet::new(),
            removing: given_up.iter().copied().collect(),
            given_up,
            rewound: Vec::new(),
            forgotten,
            turn,
        }
    }

    /// How many logs are held.
    pub fn count(&self) -> usize {
        self.held.len()
    }

    /// Gives up a log. Nothing of it is held any more, but a tombstone says how far it went.
    pub fn give_up(&mut self, log: &LogId, now: Instant) {
        let Some(held) = self.held.remove(log) else { return };
        self.waiting.remove(log);
        self.frontier.forget(log);
        self.changed.remove(log);
        let state = held.state().clone();
        let above = state.head + 1;
        let state = LogState { floor: above, base: above, older: None, ..state };
        self.forgotten.extend(self.tombstones.add(state, Some(now)));
        self.given_up.push(*log);
        self.removing.insert(*log);
    }

    /// The store has removed the lines of a log that was given up, or could not.
    pub fn removed(&mut self, log: &LogId) {
        self.removing.remove(log);
    }

    /// Takes out the logs that were given up since the last call, as they stand now.
    pub fn take_given_up(&mut self) -> Vec<LogState> {
        let given_up = std::mem::take(&mut self.given_up);
        given_up.iter().filter_map(|log| self.tombstones.get(log).cloned()).collect()
    }

    /// Takes out the logs that the store should forget entirely, collected since the last call.
    pub fn take_forgotten(&mut self) -> Vec<LogId> {
        std::mem::take(&mut self.forgotten)
    }

    /// Whether a log was given up, and nothing of it is fetched now.
    pub fn is_barred(&self, log: &LogId, now: Instant) -> bool {
        self.tombstones.bars(log, now)
    }

    /// The store has removed `bytes` bytes of a log.
    pub fn freed(&mut self, log: &LogId, bytes: u64) {
        if let Some(held) = self.held.get_mut(log) {
            held.freed(bytes);
        }
    }

    /// One log, if any of it is held.
    pub fn get(&self, log: &LogId) -> Option<&HeldLog> {
        self.held.get(log)
    }

    /// The identity of a log that is held or was given up, to be shared.
    pub fn key(&self, log: &LogId) -> Option<Arc<LogId>> {
        let given_up = || self.tombstones.get(log).map(|_| Arc::new(*log));
        self.held.get(log).map(|held| held.key().clone()).or_else(given_up)
    }

    /// The logs of an author that were given up.
    pub fn given_up_of(&self, author: &NodeId) -> Vec<LogId> {
        self.tombstones.of_author(author)
    }

    /// All logs.
    pub fn iter(&self) -> impl Iterator<Item = (&LogId, &HeldLog)> {
        self.held.iter()
    }

    /// Whether a log belongs to another network.
    pub fn is_foreign(&self, log: &LogId) -> bool {
        self.foreign.contains(log)
    }

    /// The author of a log of another network says that it belongs to this one. Returns whether that is news.
    pub fn is_claimed(&mut self, log: &LogId) -> bool {
        self.foreign.contains(log) && self.claimed.insert(*log)
    }

    /// Adds logs that turned out to belong to this network, from what the store holds now. Returns them.
    pub fn add(&mut self, snapshot: Snapshot) -> Vec<LogId> {
        let Snapshot { logs, foreign, frontier, own, bytes, latest, .. } = snapshot;
        self.foreign = foreign.into_iter().collect();
        for (room, latest) in latest {
            let state = self.rooms.get_mut(room);
            state.latest = state.latest.max(latest);
        }
        let mut added = Vec::new();
        for state in logs {
            let log = state.id;
            if self.held.contains_key(&log) || self.tombstones.get(&log).is_some() || is_given_up(&state, &self.me) {
                continue;
            }
            self.turn += 1;
            self.rooms.get_mut(log.room);
            self.held.entry(log).or_insert(HeldLog::new(state)).touch(0, self.turn);
            added.push(log);
        }
        for (log, bytes) in bytes.into_iter().filter(|(log, _)| added.contains(log)) {
            if let Some(held) = self.held.get_mut(&log) {
                held.touch(bytes, held.touched());
            }
        }
        self.frontier.add(frontier.into_iter().filter(|dep| added.contains(&dep.log)));
        for own in own.into_iter().filter(|own| !self.abandoned.contains(own)) {
            // What was said here since the start goes on in its own log.
            let begun = self.own(&own.room).is_some_and(|own| self.held.get(&own).is_some_and(|held| held.head() > 0));
            if !begun {
                self.rooms.get_mut(own.room).own = Some(own);
            }
        }
        added
    }

    /// The logs of an author that are held, in all rooms.
    pub fn of(&self, author: &NodeId) -> impl Iterator<Item = &HeldLog> {
        self.rooms.iter().flat_map(|(room, _)| self.of_in(room, author))
    }

    /// The logs of an author that are held of one room.
    pub fn of_in(&self, room: &RoomId, author: &NodeId) -> impl Iterator<Item = &HeldLog> + use<'_> {
        let (room, author) = (*room, *author);
        let of = move |epoch| LogId { room, author, epoch };
        self.held.range(of(0)..=of(u64::MAX)).map(|(_, held)| held)
    }

    /// Our user is in this room from now on.
    pub fn open(&mut self, room: RoomId) {
        self.rooms.get_mut(room).open = true;
    }

    /// Our user has left this room. What is held of it stays.
    pub fn close(&mut self, room: RoomId) {
        self.rooms.get_mut(room).open = false;
    }

    /// The log of a room that we write to, if there is one to continue.
    pub fn own(&self, room: &RoomId) -> Option<LogId> {
        self.rooms.get(room)?.own
    }

    /// The logs that we write to, at most one for each room.
    pub fn own_logs(&self) -> impl Iterator<Item = LogId> + '_ {
        self.rooms.iter().filter_map(|(_, state)| state.own)
    }

    /// Whether we write to this log.
    pub fn is_written(&self, log: &LogId) -> bool {
        self.own(&log.room) == Some(*log)
    }

    /// The store holds these logs now.
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

    /// A log's author has signed two events under `seq`. Returns whether that is news.
    pub fn forked(&mut self, log: &LogId, seq: u64) -> bool {
        let news = self.held.get_mut(log).is_some_and(|held| held.fork(seq));
        if news {
            self.changed.insert(*log);
            // If the log is ours, somebody else writes to it, or we have forgotten what we wrote. What we say now must
            // not wait for what we wrote there.
            self.abandon(log);
            if log.author == self.me {
                self.frontier.forget(log);
            }
        }
        news
    }

    /// The states of logs once these events are on disk. Includes logs that have changed in another way since the last
    /// call.
    pub fn states_after<'a>(&mut self, entries: impl Iterator<Item = &'a LogEntry>) -> Vec<LogState> {
        let mut states = BTreeMap::new();
        for LogEntry { event, place, .. } in entries {
            let Some(held) = self.held.get(&event.log) else { continue };
            held_log::extend(states.entry(event.log).or_insert_with(|| held.next_committed()), event, place.hlc);
        }
        for log in std::mem::take(&mut self.changed) {
            let Some(held) = self.held.get(&log).filter(|held| held.committed_head() > 0) else { continue };
            states.entry(log).or_insert_with(|| held.next_committed());
        }
        states.into_values().collect()
    }

    /// An event is on disk: our next one may name it as a cause.
    pub fn written(&mut self, entry: &LogEntry) {
        let event = &entry.event;
        let is_newest = self.held.get(&event.log).is_some_and(|held| held.newest_base() <= event.seq);
        if !entry.own && is_newest && !entry.place.dating.is_by_arrival() {
            self.frontier.advance(event);
        }
    }

    /// The range of a log that we tell a node we hold, if it offers the log from `offered_base` on.
    pub fn range(&self, log: &LogId, offered_base: Option<u64>) -> Option<HeldRange> {
        let given_up = || {
            let state = self.tombstones.get(log)?;
            Some(HeldRange { name: None, log: *log, seq: state.head, head: state.head_id, base: state.base })
        };
        self.held.get(log).map_or_else(given_up, |held| held.range(offered_base))
    }

    /// Makes an event part of its log, once its place is decided.
    fn apply(&mut self, entry: &LogEntry) {
        let event = &entry.event;
        let tombstones = &mut self.tombstones;
        let held = self
            .held
            .entry(event.log)
            .or_insert_with(|| tombstones.revive(&event.log).map_or_else(|| HeldLog::empty(event.log), HeldLog::new));
        let newest = held.extend(event, entry.place.hlc);
        self.turn += 1;
        held.touch(entry.signed.bytes() as u64, self.turn);
        self.rooms.get_mut(event.log.room);
        if entry.own && newest {
            self.frontier.advance(event);
        }
    }

    /// Whether a cause is here, or must not be waited for, because it may never come.
    fn is_present(&self, dep: &Dep, highest_base: &dyn Fn(&LogId) -> Option<u64>) -> bool {
        let held = self.held.get(&dep.log);
        self.is_void(&dep.log, dep.seq)
            || held.is_some_and(|held| held.covers(dep.seq))
            || dep.seq - held.map_or(0, HeldLog::head).min(dep.seq) > FAR
            || self.foreign.contains(&dep.log)
            || self.tombstones.get(&dep.log).is_some()
            || highest_base(&dep.log).is_some_and(|base| dep.seq < base)
    }
}

/// Whether the store knows how far a log went, but holds nothing of it. Our own logs are never given up.
fn is_given_up(state: &LogState, me: &NodeId) -> bool {
    state.base > state.head && state.head > 0 && state.id.author != *me
}
