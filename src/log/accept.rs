//! Which events of others are taken in.

use super::{
    Held, Logs, MAX_LOGS,
    mutant::{Mutant, is},
    storage::Append,
};
use crate::{
    convert::event::{Event, Signed},
    identity::is_signed_by,
    model::{EventId, Hlc, LogId, Now, Room},
};

/// How an event came.
#[expect(missing_debug_implementations, reason = "it borrows a function")]
pub struct Offer<'a> {
    /// From which event on its sender says to hold the log.
    pub base: Option<u64>,
    /// Whether the sender may bring in an author of whom nothing is known yet.
    pub may_introduce: bool,
    /// The lowest base that anybody present offers a log from.
    pub lowest: &'a dyn Fn(&LogId) -> Option<u64>,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is part of its log now, and so may be others that have waited for it.
    Accepted,
    /// It was here already.
    Known,
    /// It waits for what it follows.
    Waits,
    /// Something between it and what is here is missing, or there is no room to wait: it has to come again.
    Early,
    /// The store has an event under this number: another one, or perhaps the same.
    Compare(LogId, u64, Signed),
    /// It goes on from an event that is not the one we have.
    Branch(LogId, u64),
    /// It is of no room that we are in, or of another network.
    Foreign,
    /// No honest node sends this.
    Refused(Refusal),
}

/// Why no honest node would have sent an event: each checks before it stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It is no event.
    Malformed,
    /// Its author did not sign it.
    Forged,
    /// It is not later than the one before it.
    Clock,
}

/// Where in its log an event belongs.
enum Place {
    /// Behind this one; none of a log that begins with it.
    Next(Option<(EventId, Hlc)>),
    /// Below the base.
    Older,
    /// Where there is one already: this one, if its identity is in memory.
    Taken(Option<EventId>),
    Nowhere,
}

impl Logs {
    /// Judges an event that came over a link. What is accepted, this one and others that have waited for it, is appended to
    /// `accepted`, in the order in which it is to be written.
    pub fn offer(
        &mut self,
        event: Event,
        signed: Signed,
        offer: &Offer<'_>,
        now: Now,
        accepted: &mut Vec<Append>,
    ) -> Verdict {
        if Room::of(event.log.room).is_none() || self.elsewhere.contains(&event.log) {
            return Verdict::Foreign;
        }
        let place = self.place(&event, offer);
        if is(Mutant::NoDedupe) && matches!(place, Place::Taken(Some(id)) if id == event.id) {
            accepted.push(Append { event, signed, arrived: now.wall, own: false });
            return Verdict::Accepted;
        }
        match &place {
            Place::Taken(Some(id)) if *id == event.id => return Verdict::Known,
            Place::Nowhere => return Verdict::Early,
            _ => {}
        }
        if !is_signed_by(&event.log.author, &signed.message(), &signed.sig) {
            return Verdict::Refused(Refusal::Forged);
        }
        match place {
            Place::Taken(_) => Verdict::Compare(event.log, event.seq, signed),
            Place::Nowhere => Verdict::Early,
            Place::Next(before) => self.next(event, signed, before, offer, now, accepted),
            Place::Older => self.older(event, signed, now, accepted),
        }
    }

    /// Lets events go on that have waited too long for what they follow; what was accepted so is appended.
    pub fn give_up_waiting(&mut self, now: Now, accepted: &mut Vec<Append>) {
        for log in self.waiting.logs() {
            let overdue = |logs: &Self| {
                let front = logs.waiting.front(&log);
                front.is_some_and(|(_, since)| now.mono.saturating_duration_since(since) >= super::WAIT_FOR_CAUSES)
            };
            while overdue(self)
                && let Some(append) = self.waiting.pop(&log)
            {
                self.apply(&append, now);
                accepted.push(append);
            }
        }
        self.release(now, accepted, &|_| None);
    }

    /// When [`Self::give_up_waiting`] is wanted.
    pub fn waiting_due(&self) -> Option<std::time::Instant> {
        self.waiting.oldest().map(|since| since + super::WAIT_FOR_CAUSES)
    }

    fn place(&self, event: &Event, offer: &Offer<'_>) -> Place {
        let (log, seq) = (&event.log, event.seq);
        let Some(held) = self.held.get(log).filter(|held| held.head() > 0) else {
            return self.first(event, offer);
        };
        if let Some(end) = self.waiting.end(log) {
            if seq == end.seq + 1 {
                return Place::Next(Some((end.id, end.hlc)));
            }
            if let Some(id) = self.waiting.id_at(log, seq) {
                return Place::Taken(Some(id));
            }
        }
        if seq == held.head() + 1 && self.waiting.end(log).is_none() {
            let id = held.state().head_id;
            return Place::Next(id.map(|id| (id, held.state().head_hlc)));
        }
        if seq > held.head() {
            return if is(Mutant::NoPredecessorCheck) { Place::Next(None) } else { Place::Nowhere };
        }
        if seq >= held.base() {
            return Place::Taken(held.id_at(seq));
        }
        match held.older() {
            Some(older) if older.is_next(seq, offer.base) => Place::Older,
            Some(older) if (older.base..=older.head).contains(&seq) => Place::Taken(None),
            _ => Place::Nowhere,
        }
    }

    /// Where an event belongs of whose log nothing is here: a log begins where the sender's does, unless somebody else has
    /// more of it.
    fn first(&self, event: &Event, offer: &Offer<'_>) -> Place {
        let (log, seq) = (&event.log, event.seq);
        if let Some(end) = self.waiting.end(log) {
            return match self.waiting.id_at(log, seq) {
                Some(id) => Place::Taken(Some(id)),
                None if seq == end.seq + 1 => Place::Next(Some((end.id, end.hlc))),
                None => Place::Nowhere,
            };
        }
        let begins = offer.base == Some(seq) && (offer.lowest)(log).is_none_or(|lowest| seq <= lowest);
        let known = self.knows(&log.author) || offer.may_introduce;
        if (seq == 1 || begins) && known && self.held.len() < MAX_LOGS { Place::Next(None) } else { Place::Nowhere }
    }

    fn next(
        &mut self,
        event: Event,
        signed: Signed,
        before: Option<(EventId, Hlc)>,
        offer: &Offer<'_>,
        now: Now,
        accepted: &mut Vec<Append>,
    ) -> Verdict {
        if let Some((id, hlc)) = before {
            if event.prev != Some(id) {
                return Verdict::Branch(event.log, event.seq);
            }
            if event.hlc <= hlc {
                return Verdict::Refused(Refusal::Clock);
            }
        }
        let log = event.log;
        let append = Append { event, signed, arrived: now.wall, own: false };
        self.own_from_elsewhere(&log);
        if self.waiting.end(&log).is_some() || !self.is_ready(&append, offer.lowest) {
            return if self.waiting.push(append, now.mono) { Verdict::Waits } else { Verdict::Early };
        }
        self.apply(&append, now);
        accepted.push(append);
        self.release(now, accepted, offer.lowest);
        Verdict::Accepted
    }

    fn older(&mut self, event: Event, signed: Signed, now: Now, accepted: &mut Vec<Append>) -> Verdict {
        let held = self.held.get(&event.log);
        let older = held.and_then(Held::older);
        let follows = older.and_then(|older| older.head_id).is_none_or(|id| event.prev == Some(id));
        let meets =
            held.is_none_or(|held| event.seq + 1 < held.base() || held.joint().is_none_or(|joint| joint == event.id));
        if !follows || !meets {
            return Verdict::Branch(event.log, event.seq);
        }
        // Nothing waits for what is that old, and what it follows may be gone everywhere: its clock gives it its place.
        let append = Append { event, signed, arrived: now.wall, own: false };
        self.apply(&append, now);
        accepted.push(append);
        Verdict::Accepted
    }

    /// An event came that continues our own log and that we did not write: the database is older than what we have said. It
    /// is taken, and we begin another log.
    fn own_from_elsewhere(&mut self, log: &LogId) {
        if self.own == Some(*log) {
            self.own = None;
        }
    }

    fn is_ready(&self, append: &Append, lowest: impl Fn(&LogId) -> Option<u64>) -> bool {
        is(Mutant::NoDependencyCheck) || append.event.deps.iter().all(|dep| self.is_present(dep, &lowest))
    }

    /// Accepts what waits for nothing any more.
    fn release(&mut self, now: Now, accepted: &mut Vec<Append>, lowest: &dyn Fn(&LogId) -> Option<u64>) {
        loop {
            let ready = self
                .waiting
                .logs()
                .into_iter()
                .find(|log| self.waiting.front(log).is_some_and(|(append, _)| self.is_ready(append, lowest)));
            let Some(append) = ready.and_then(|log| self.waiting.pop(&log)) else { return };
            self.apply(&append, now);
            accepted.push(append);
        }
    }
}
