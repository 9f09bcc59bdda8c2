//! How far one log is held.

use std::{collections::VecDeque, sync::Arc};

use super::storage::{LogState, Older};
use crate::core::mutant;
use crate::{
    domain::model::{EventId, Hlc, LogId},
    protocol::codec::event::{Event, HeldRange},
};

/// Identities of a log's newest events that are kept in memory. They tell duplicates from contradictions without asking
/// the store.
const RECENT: usize = 64;

/// One log: how far it is known, and how much of that is on disk.
///
/// Usually it is one gapless range. If we got only newer events at first, a second, older range below it grows until
/// both meet. Nothing below the floor is wanted.
#[derive(Debug)]
pub struct HeldLog {
    /// Its identity, shared by all tables of logs.
    key: Arc<LogId>,
    state: LogState,
    /// Its state on disk. Others are told of nothing else.
    committed: LogState,
    /// The identities of the newest events; the last one is the head's.
    recent: VecDeque<EventId>,
    /// The event that the one at the base names as its predecessor.
    joint: Option<EventId>,
    /// Bytes of its events.
    bytes: u64,
    /// When the log came, and when an event of it was last accepted: two readings of one counter.
    came: u64,
    touched: u64,
}

/// The next event that is wanted below the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// Its number.
    pub(super) next: u64,
    /// Its predecessor, if that is held.
    pub(super) prev: Option<EventId>,
}

impl HeldLog {
    /// A log as the store has it.
    pub(super) fn new(state: LogState) -> Self {
        let (key, recent) = (Arc::new(state.id), state.head_id.into_iter().collect());
        Self { key, recent, committed: state.clone(), state, joint: None, bytes: 0, came: 0, touched: 0 }
    }

    /// A log without any event.
    pub(super) fn empty(id: LogId) -> Self {
        let (head_id, head_hlc) = (None, Hlc(0));
        let (head_place, older, forked) = (head_hlc, None, None);
        Self::new(LogState { id, floor: 1, base: 1, head: 0, head_id, head_hlc, head_place, older, forked })
    }

    /// Its identity, to be shared.
    pub fn key(&self) -> &Arc<LogId> {
        &self.key
    }

    /// Bytes of its events, on disk or on their way there.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// When it came, compared to other logs: the one with the greatest number came last.
    pub fn came(&self) -> u64 {
        self.came
    }

    /// When an event of it was last accepted, counted as in [`Self::came`].
    pub fn touched(&self) -> u64 {
        self.touched
    }

    /// An event of it, `bytes` long, was accepted as the `turn`th of all.
    pub(super) fn touch(&mut self, bytes: u64, turn: u64) {
        if self.came == 0 {
            self.came = turn;
        }
        self.touched = turn;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// `bytes` bytes of it are gone.
    pub(super) fn freed(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// How it stands.
    pub fn state(&self) -> &LogState {
        &self.state
    }

    /// The newest event.
    pub fn head(&self) -> u64 {
        self.state.head
    }

    /// The newest event on disk.
    pub fn committed_head(&self) -> u64 {
        self.committed.head
    }

    /// The newest event on disk, and its identity; none if nothing is.
    pub fn committed_end(&self) -> Option<(u64, EventId)> {
        Some((self.committed.head, self.committed.head_id?)).filter(|(head, _)| *head > 0)
    }

    /// The oldest event of the newest range on disk.
    pub fn base(&self) -> u64 {
        self.committed.base.max(self.state.floor)
    }

    /// The oldest event of the newest range.
    pub(super) fn newest_base(&self) -> u64 {
        self.state.base
    }

    /// The identity of an event, if it is in memory.
    pub fn id_at(&self, seq: u64) -> Option<EventId> {
        let back = usize::try_from(self.state.head.checked_sub(seq)?).ok()?;
        self.recent.get(self.recent.len().checked_sub(back.checked_add(1)?)?).copied()
    }

    /// Whether the event under this number may be this one: the store may have answered with one that has been taken
    /// out since.
    pub fn may_hold(&self, seq: u64, id: EventId) -> bool {
        seq <= self.state.head && self.id_at(seq).is_none_or(|held| held == id)
    }

    /// The event that the one at the base names as its predecessor, if that is known.
    pub(super) fn joint(&self) -> Option<EventId> {
        self.joint
    }

    /// Whether an event below the base is held.
    pub(super) fn is_older(&self, seq: u64) -> bool {
        self.state.older.is_some_and(|older| (older.base..=older.head).contains(&seq))
    }

    /// The event that is wanted below the base from a node that offers the log from `offered` on.
    pub(super) fn gap(&self, offered: u64) -> Option<Gap> {
        gap(&self.state, offered)
    }

    /// Whether anything below the base is wanted.
    pub fn has_gap(&self) -> bool {
        self.state.older.is_some() || self.state.base > self.state.floor
    }

    /// Whether an event is held, or must not be waited for: what was forgotten here does not come back, and an author
    /// with two histories must not hold anybody up.
    pub(super) fn covers(&self, seq: u64) -> bool {
        seq <= self.state.head || seq < self.state.base || self.state.forked.is_some()
    }

    /// The newest event on disk has another place now.
    pub(super) fn settled(&mut self, stored: &LogState) {
        for state in [&mut self.state, &mut self.committed] {
            if state.head == stored.head {
                state.head_place = stored.head_place;
            }
        }
    }

    /// Adds an event that was accepted and stands at `place`. Returns whether it is the newest one.
    pub(super) fn extend(&mut self, event: &Event, place: Hlc) -> bool {
        match extend(&mut self.state, event, place) {
            Growth::Older => return false,
            Growth::Joined => {
                self.joint = None;
                return false;
            }
            Growth::Newest => {}
            Growth::NewRange => {
                self.joint = event.prev;
                self.recent.clear();
            }
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(event.id);
        true
    }

    /// Its state on disk, with the first number that its author is known to have used twice.
    pub(super) fn next_committed(&self) -> LogState {
        LogState { forked: self.state.forked, ..self.committed.clone() }
    }

    /// The store holds the log as `state` says.
    pub(super) fn commit(&mut self, state: LogState) {
        self.committed = state;
    }

    /// The store has forgotten what is below `base`, for good.
    pub(super) fn raise(&mut self, base: u64) {
        for state in [&mut self.state, &mut self.committed] {
            state.floor = state.floor.max(base);
            state.base = state.base.max(base);
            state.older = None;
        }
        self.joint = None;
    }

    /// Takes out its events after number `to`; `head_id` is event `to`. Returns whether it did. It does nothing while
    /// some of them are on their way to disk, or if only an older range would be left.
    pub(super) fn rewind(&mut self, to: u64, head_id: Option<EventId>) -> bool {
        let state = &mut self.state;
        if state.head != self.committed.head || state.older.is_some() || to >= state.head || to + 1 < state.base {
            return false;
        }
        self.end_at(to, head_id);
        true
    }

    /// Takes out what does not count any more: its events after number `to`, or all if `to` is zero. `head_id` is event
    /// `to`. If only later events are held, or there is a gap below them, nothing is left, and what counts is fetched
    /// again.
    /// Returns whether it did. It does nothing while some of its events are on their way to disk.
    pub(super) fn void(&mut self, to: u64, head_id: Option<EventId>) -> bool {
        let state = &mut self.state;
        if state.head != self.committed.head {
            return false;
        }
        let is_whole = state.older.is_none() && to + 1 >= state.base;
        let (head, head_id) = if is_whole { (to, head_id) } else { (0, None) };
        if head == 0 {
            (state.base, state.older, state.floor) = (1, None, 1);
        }
        self.joint = None;
        self.end_at(head, head_id);
        true
    }

    /// Event `to`, which is `head_id`, is the last one now.
    fn end_at(&mut self, to: u64, head_id: Option<EventId>) {
        let state = &mut self.state;
        // The clock of that event is not in memory. Events that follow it were signed with later ones.
        (state.head, state.head_id, state.head_hlc, state.head_place) = (to, head_id, Hlc(0), Hlc(0));
        self.recent.clear();
        self.recent.extend(head_id);
    }

    /// Its author has signed two events under `seq`. Returns whether that is news.
    pub(super) fn fork(&mut self, seq: u64) -> bool {
        let news = self.state.forked.is_none_or(|known| seq < known);
        if news {
            self.state.forked = Some(seq);
        }
        news
    }

    /// The range that we say we hold. A node that offers events that we lack below our base is told how far we have
    /// come there.
    pub(super) fn range(&self, offered: Option<u64>) -> Option<HeldRange> {
        let state = if mutant::tells_uncommitted() { &self.state } else { &self.committed };
        let (log, base) = (state.id, state.base);
        if state.head == 0 {
            // After all events were taken out, others must hear that nothing is held.
            return state.forked.map(|_| HeldRange { name: None, log, seq: 0, head: None, base });
        }
        match offered.and_then(|offered| gap(state, offered)) {
            Some(_) if let Some(Older { base, head, head_id }) = state.older => {
                Some(HeldRange { name: None, log, seq: head, head: head_id, base })
            }
            // Nothing is held there; the base is that of the newer range.
            Some(_) => Some(HeldRange { name: None, log, seq: state.floor - 1, head: None, base }),
            None => Some(HeldRange { name: None, log, seq: state.head, head: state.head_id, base }),
        }
    }
}

/// What an event does to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// It is the next one.
    Newest,
    /// It begins a newer range. What was held becomes the older one; a range below that is fetched again once both have
    /// met.
    NewRange,
    /// It is below the base.
    Older,
    /// It closes the gap between both ranges.
    Joined,
}

/// Adds an event that stands at `place` to `state`.
pub(super) fn extend(state: &mut LogState, event: &Event, place: Hlc) -> Growth {
    if state.head > 0 && event.seq <= state.head {
        let base = state.older.map_or(event.seq, |older| older.base);
        if event.seq + 1 < state.base {
            state.older = Some(Older { base, head: event.seq, head_id: Some(event.id) });
            return Growth::Older;
        }
        (state.base, state.older) = (base, None);
        return Growth::Joined;
    }
    let growth = if event.seq == state.head + 1 { Growth::Newest } else { Growth::NewRange };
    if growth == Growth::NewRange {
        if state.head > 0 {
            let (base, head, head_id) = (state.base, state.head, state.head_id);
            state.older = Some(Older { base, head, head_id });
        }
        state.base = event.seq;
    }
    (state.head, state.head_id, state.head_hlc, state.head_place) = (event.seq, Some(event.id), event.hlc, place);
    growth
}

/// What is wanted below the base of `state` from a node that offers the log from `offered` on.
fn gap(state: &LogState, offered: u64) -> Option<Gap> {
    match state.older {
        Some(older) => (offered <= older.head + 1).then_some(Gap { next: older.head + 1, prev: older.head_id }),
        None => (offered < state.base && state.base > state.floor)
            .then_some(Gap { next: offered.max(state.floor), prev: None }),
    }
}
