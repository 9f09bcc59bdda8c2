//! Which events of others are accepted.

use std::time::Duration;

use super::{
    Arrival, Logs,
    storage::{Clear, LogEntry, LogState, Place},
    waiting_for_causes::{WAIT_FOR_CAUSES, WAIT_FOR_STRANGERS},
};
use crate::core::mutant;
use crate::{
    domain::model::{EventId, Hlc, LogId, Now},
    protocol::{
        codec::event::{Dep, Event, Signed},
        identity::is_signed_by,
    },
};

/// What matters about the link that an event came over.
#[expect(missing_debug_implementations, reason = "it borrows a function")]
pub struct Offer<'a> {
    /// The first event of the log that its sender says it holds.
    pub base: Option<u64>,
    /// Whether there is room to begin a log that is not held yet.
    pub has_room: bool,
    /// The highest base from which any linked node offers a log: events below it may be gone everywhere.
    pub highest: &'a dyn Fn(&LogId) -> Option<u64>,
    /// How it came, which matters for its place.
    pub arrival: Arrival,
    /// What it says, if its content is sealed.
    pub opened: Option<Clear>,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// It is part of its log now. Others that have waited for it may be, too.
    Accepted,
    /// It was here already.
    Known,
    /// It waits for its causes.
    Waits,
    /// Events before it are missing, or there is no room to wait. It must be sent again.
    Early,
    /// The store has an event under this number, perhaps the same. Nothing else was checked.
    Compare(LogId, u64, Signed),
    /// Its predecessor is not the event that we hold.
    Branch(LogId, u64),
    /// Its clock is not later than the clock of its predecessor. Everyone who has both sees its author's mistake.
    Backwards(LogId, u64),
    /// It is of another network, or of a room that we are not in.
    Foreign,
    /// No honest node sends this.
    Refused(Violation),
}

/// Why no honest node would have sent an event: every node checks before it stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Violation {
    /// It is not an event.
    Malformed,
    /// Its author did not sign it.
    Forged,
}

/// Where in its log an event belongs.
enum LogPosition {
    /// After this one. If none, the log or a newer range of it begins here.
    Next(Option<(EventId, Hlc)>),
    /// Below the base, after this one.
    Older(Option<EventId>),
    /// There is already an event: this one, if its identity is in memory.
    Taken(Option<EventId>),
    /// Events before it are missing.
    Nowhere,
}

impl Logs {
    /// Decides what to do with an event that came over a link. If it is accepted, appends it and others that have
    /// waited for it to `accepted`, in the order in which to write them. The wall clock of `now` is the time to go by.
    pub fn offer(
        &mut self,
        event: Event,
        signed: Signed,
        offer: &Offer<'_>,
        now: Now,
        accepted: &mut Vec<LogEntry>,
    ) -> Acceptance {
        if !self.rooms.get(&event.log.room).is_some_and(|room| room.open) || self.foreign.contains(&event.log) {
            return Acceptance::Foreign;
        }
        let position = match self.position(&event, offer) {
            LogPosition::Taken(Some(id)) if id == event.id && mutant::takes_duplicates() => {
                accepted.push(LogEntry {
                    place: Place::by_clock(&event),
                    event,
                    signed,
                    arrived: now.wall,
                    own: false,
                    opened: offer.opened.clone(),
                });
                return Acceptance::Accepted;
            }
            LogPosition::Taken(Some(id)) if id == event.id => return Acceptance::Known,
            LogPosition::Taken(_) => return Acceptance::Compare(event.log, event.seq, signed),
            LogPosition::Nowhere => return Acceptance::Early,
            position => position,
        };
        if !is_signed_by(&event.log.author, &signed.message(), &signed.sig) {
            return Acceptance::Refused(Violation::Forged);
        }
        if let LogPosition::Older(prev) = position {
            return self.older((event, signed), prev, offer, now, accepted);
        }
        let before = if let LogPosition::Next(before) = position { before } else { None };
        self.next(event, signed, before, offer, now, accepted)
    }

    /// Accepts events that have waited too long for their causes, and appends them to `accepted`.
    pub fn give_up_waiting(&mut self, now: Now, accepted: &mut Vec<LogEntry>) {
        for log in self.waiting.logs() {
            let overdue = |logs: &Self| logs.waiting.until(&log).is_some_and(|until| until <= now.mono);
            while overdue(self)
                && let Some(entry) = self.waiting.pop(&log)
            {
                self.accept(entry, now, accepted, &|_| None);
            }
        }
    }

    /// When to call [`Self::give_up_waiting`].
    pub fn waiting_due(&self) -> Option<std::time::Instant> {
        self.waiting.due()
    }

    /// Where in its log an event belongs.
    fn position(&self, event: &Event, offer: &Offer<'_>) -> LogPosition {
        let (log, seq) = (&event.log, event.seq);
        if self.removing.contains(log) && self.held.contains_key(log) {
            return LogPosition::Nowhere;
        }
        if let Some(end) = self.waiting.end(log) {
            if seq == end.seq + 1 {
                return LogPosition::Next(Some((end.id, end.hlc)));
            }
            if let Some(id) = self.waiting.id_at(log, seq) {
                return LogPosition::Taken(Some(id));
            }
        }
        let Some(held) = self.held.get(log).filter(|held| held.head() > 0) else {
            return self
                .tombstones
                .get(log)
                .map_or_else(|| self.first(event, offer), |given_up| self.after(given_up, event, offer));
        };
        if seq > held.head() {
            if self.waiting.end(log).is_some() {
                return LogPosition::Nowhere;
            }
            if seq == held.head() + 1 {
                return LogPosition::Next(held.state().head_id.map(|id| (id, held.state().head_hlc)));
            }
            // Its sender has forgotten the events between; others may still send them.
            let begins = offer.base == Some(seq) || mutant::ignores_predecessors();
            return if begins { LogPosition::Next(None) } else { LogPosition::Nowhere };
        }
        if seq >= held.newest_base() {
            return LogPosition::Taken(held.id_at(seq));
        }
        if held.is_older(seq) {
            return LogPosition::Taken(None);
        }
        match offer.base.and_then(|base| held.gap(base)).filter(|gap| gap.next == seq) {
            Some(gap) => LogPosition::Older(gap.prev),
            None => LogPosition::Nowhere,
        }
    }

    /// Where an event belongs if nothing of its log is here: the log begins where the sender's does. Nodes that have
    /// more of it send that later.
    fn first(&self, event: &Event, offer: &Offer<'_>) -> LogPosition {
        let begins = event.seq == 1 || offer.base == Some(event.seq);
        if offer.has_room && begins && self.waiting.end(&event.log).is_none() {
            LogPosition::Next(None)
        } else {
            LogPosition::Nowhere
        }
    }

    /// Where an event belongs if its log was given up: what was given up does not come back.
    fn after(&self, given_up: &LogState, event: &Event, offer: &Offer<'_>) -> LogPosition {
        if event.seq <= given_up.head {
            return LogPosition::Taken(Some(event.id));
        }
        if !offer.has_room || self.removing.contains(&event.log) || self.waiting.end(&event.log).is_some() {
            LogPosition::Nowhere
        } else if event.seq == given_up.head + 1 {
            LogPosition::Next(given_up.head_id.map(|id| (id, given_up.head_hlc)))
        } else if offer.base == Some(event.seq) {
            LogPosition::Next(None)
        } else {
            LogPosition::Nowhere
        }
    }

    /// Handles an event that comes after `before`.
    fn next(
        &mut self,
        event: Event,
        signed: Signed,
        before: Option<(EventId, Hlc)>,
        offer: &Offer<'_>,
        now: Now,
        accepted: &mut Vec<LogEntry>,
    ) -> Acceptance {
        let (log, seq) = (event.log, event.seq);
        if let Some((id, hlc)) = before {
            if event.prev != Some(id) {
                return Acceptance::Branch(log, seq);
            }
            if event.hlc <= hlc {
                return Acceptance::Backwards(log, seq);
            }
        }
        // If it continues our own log and we did not write it, our database is older than what we have said.
        self.abandon(&log);
        let entry = self.arriving((event, signed, offer.opened.clone()), offer.arrival, now.wall);
        let missing = self.missing(&entry, offer.highest);
        if self.waiting.end(&log).is_some() || missing.is_some() {
            let waits = self.waiting.push(entry, missing, now.mono);
            return if waits { Acceptance::Waits } else { Acceptance::Early };
        }
        self.accept(entry, now, accepted, offer.highest);
        Acceptance::Accepted
    }

    /// Handles an event below the base that comes after `prev`.
    fn older(
        &mut self,
        (event, signed): (Event, Signed),
        prev: Option<EventId>,
        offer: &Offer<'_>,
        now: Now,
        accepted: &mut Vec<LogEntry>,
    ) -> Acceptance {
        let meets = self.held.get(&event.log).is_none_or(|held| {
            event.seq + 1 < held.newest_base() || held.joint().is_none_or(|joint| joint == event.id)
        });
        if prev.is_some_and(|prev| event.prev != Some(prev)) || !meets {
            return Acceptance::Branch(event.log, event.seq);
        }
        // Nothing waits for an event that old, and its causes may be gone everywhere. Its clock decides its place.
        let mut entry = self.arriving((event, signed, offer.opened.clone()), offer.arrival, now.wall);
        self.place(&mut entry, now.wall);
        self.apply(&entry);
        accepted.push(entry);
        Acceptance::Accepted
    }

    /// A missing cause of an event and how long to wait for it. Causes in logs that are known here come first: for them
    /// it is worth waiting longer.
    fn missing(&self, entry: &LogEntry, highest: &dyn Fn(&LogId) -> Option<u64>) -> Option<(Dep, Duration)> {
        if mutant::ignores_causes() {
            return None;
        }
        let missing = entry.event.deps.iter().filter(|dep| !self.is_present(dep, highest));
        let patience = |dep: &Dep| if self.held.contains_key(&dep.log) { WAIT_FOR_CAUSES } else { WAIT_FOR_STRANGERS };
        missing.map(|dep| (*dep, patience(dep))).max_by_key(|(_, patience)| *patience)
    }

    /// Accepts an event, and those that have waited only for it.
    fn accept(
        &mut self,
        entry: LogEntry,
        now: Now,
        accepted: &mut Vec<LogEntry>,
        highest: &dyn Fn(&LogId) -> Option<u64>,
    ) {
        let mut ready = vec![entry];
        while let Some(mut entry) = ready.pop() {
            let log = entry.event.log;
            self.place(&mut entry, now.wall);
            self.apply(&entry);
            accepted.push(entry);
            for waiting in self.waiting.for_log(&log) {
                let front = self.waiting.front(&waiting);
                match front.and_then(|front| self.missing(front, highest)) {
                    Some(dep) => self.waiting.wait_for(&waiting, dep),
                    None => ready.extend(self.waiting.pop(&waiting)),
                }
            }
        }
    }
}
