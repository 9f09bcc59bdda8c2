//! How far one log is known.

use std::collections::VecDeque;

use super::{
    mutant::{Mutant, is},
    storage::{LogState, Older},
};
use crate::{
    convert::event::{Dot, Event},
    model::{EventId, Hlc, LogId},
};

/// Identities of a log's newest events that are kept in memory: duplicates of these are told from contradictions without
/// asking the store.
const RECENT: usize = 64;

/// One log: how far it is known, and how far that is on disk.
#[derive(Debug)]
pub struct Held {
    state: LogState,
    /// The newest event on disk. Only what is there is told of.
    committed: (u64, Option<EventId>),
    /// The identities of the newest events; the last one is the head's.
    recent: VecDeque<EventId>,
    /// What the event at the base names as the one before it.
    joint: Option<EventId>,
}

impl Held {
    /// A log as the store has it.
    pub(super) fn new(state: LogState) -> Self {
        let committed = (state.head, state.head_id);
        Self { recent: state.head_id.into_iter().collect(), committed, state, joint: None }
    }

    /// A log of which nothing is here yet.
    pub(super) fn empty(id: LogId) -> Self {
        let state = LogState { id, base: 1, head: 0, head_id: None, head_hlc: Hlc(0), older: None, forked: None };
        Self::new(state)
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
        self.committed.0
    }

    /// The oldest event.
    pub fn base(&self) -> u64 {
        self.state.base
    }

    /// The identity of an event, as far as it is in memory.
    pub fn id_at(&self, seq: u64) -> Option<EventId> {
        let back = usize::try_from(self.state.head.checked_sub(seq)?).ok()?;
        self.recent.get(self.recent.len().checked_sub(back + 1)?).copied()
    }

    /// Whether something below the base is wanted.
    pub fn has_gap(&self) -> bool {
        self.state.older.is_some()
    }

    /// The second range below the base, if anything there is still wanted.
    pub(super) fn older(&self) -> Option<Older> {
        self.state.older
    }

    /// What the event at the base names as the one before it, if that is known.
    pub(super) fn joint(&self) -> Option<EventId> {
        self.joint
    }

    /// Whether an event is held, or is not to be waited for: what was forgotten here does not come back, and who signs two
    /// histories must not hold up those who have seen one of them.
    pub(super) fn covers(&self, seq: u64) -> bool {
        seq <= self.state.head || seq < self.state.base || self.state.forked.is_some()
    }

    /// Adds an event that was accepted; whether it is the newest one.
    pub(super) fn extend(&mut self, event: &Event) -> bool {
        let state = &mut self.state;
        if state.head > 0 && event.seq < state.base {
            self.extend_older(event);
            return false;
        }
        if state.head == 0 {
            state.base = event.seq;
            self.joint = event.prev;
            // What was before may be had from somebody else.
            state.older = (event.seq > 1).then_some(Older::NOTHING);
        }
        state.head = event.seq;
        state.head_id = Some(event.id);
        state.head_hlc = event.hlc;
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(event.id);
        true
    }

    fn extend_older(&mut self, event: &Event) {
        let state = &mut self.state;
        let base = state.older.filter(|older| older.head >= older.base).map_or(event.seq, |older| older.base);
        if event.seq + 1 < state.base {
            state.older = Some(Older { base, head: event.seq, head_id: Some(event.id) });
        } else {
            state.base = base;
            self.joint = None;
            state.older = (base > 1).then_some(Older::NOTHING);
        }
    }

    pub(super) fn commit(&mut self, seq: u64, id: EventId) {
        if seq > self.committed.0 {
            self.committed = (seq, Some(id));
        }
    }

    pub(super) fn raise(&mut self, base: u64) {
        self.state.base = self.state.base.max(base);
        self.state.older = None;
        self.joint = None;
    }

    pub(super) fn fork(&mut self, seq: u64) -> bool {
        let news = self.state.forked.is_none_or(|known| seq < known);
        if news {
            self.state.forked = Some(seq);
        }
        news
    }

    /// How much to say that we hold. Who offers what we lack below our base is told how far we are there.
    pub(super) fn dot(&self, offered_base: Option<u64>) -> Option<Dot> {
        let (log, base) = (self.state.id, self.state.base);
        if let Some(older) = self.state.older
            && offered_base.is_some_and(|offered| older.takes_from(offered, base))
        {
            return Some(Dot { log, seq: older.head, head: older.head_id, base: older.base });
        }
        let (seq, head) =
            if is(Mutant::TellUncommitted) { (self.state.head, self.state.head_id) } else { self.committed };
        (seq > 0).then_some(Dot { log, seq, head, base })
    }
}

impl Older {
    /// Nothing yet.
    pub(super) const NOTHING: Self = Self { base: 1, head: 0, head_id: None };

    /// Whether an event is the next of this range, when its sender offers the log from `offered` on.
    pub(super) fn is_next(&self, seq: u64, offered: Option<u64>) -> bool {
        if self.head == 0 { Some(seq) == offered } else { seq == self.head + 1 }
    }

    /// Whether somebody who offers the log from `offered` on has what comes next in this range, which ends below `end`.
    fn takes_from(&self, offered: u64, end: u64) -> bool {
        if self.head == 0 { offered < end } else { offered <= self.head + 1 }
    }
}
