//! Events that come over a link.

use super::{
    Purpose, Sync, branches,
    event::{Context, Output},
    strangers::Brought,
};
use crate::{
    core::log::{
        Acceptance, Logs, Offer, Violation,
        storage::{LogEntry, Read, Request},
    },
    domain::model::{Hlc, LinkId, LogId},
    protocol::codec::{event::Signed, mesh::RefusalReason},
};

impl Sync {
    /// A link has sent events.
    pub(super) fn batch(&mut self, link: LinkId, events: Vec<Signed>, cx: &mut Context<'_>) {
        // A program that is about to end needs no more events.
        if self.leaving {
            return;
        }
        self.look_at_clocks(cx);
        let (mut accepted, had_own) = (Vec::new(), self.logs.own_logs().count());
        let is_proof = branches::is_proof(&events);
        for signed in events {
            if self.holds_back(link, &signed, cx) || self.is_of_left_branch(&signed, link, is_proof, cx) {
                continue;
            }
            match self.offer(link, signed, is_proof, &mut accepted, cx) {
                Acceptance::Refused(violation) => {
                    tracing::debug!(?link, ?violation, "event refused");
                    if !self.may_err(link, cx) {
                        self.keep(accepted, Some(link), cx);
                        return cx.out.push(Output::Misbehaved(link));
                    }
                }
                Acceptance::Compare(log, seq, theirs) => self.look_up(link, (log, seq), theirs, cx),
                Acceptance::Branch(log, seq) => {
                    self.is_other_branch(link, &log);
                    self.dispute(link, log, seq - 1, cx);
                }
                Acceptance::Backwards(log, seq) => drop(self.logs.forked(&log, seq)),
                Acceptance::Waits => self.ask_for_causes_soon(link, cx.now),
                Acceptance::Accepted | Acceptance::Known | Acceptance::Early | Acceptance::Foreign => {}
            }
        }
        if self.logs.own_logs().count() < had_own {
            Self::notice_new_log(cx);
        }
        self.keep(accepted, Some(link), cx);
    }

    fn offer(
        &mut self,
        name: LinkId,
        signed: Signed,
        is_proof: bool,
        accepted: &mut Vec<LogEntry>,
        cx: &mut Context<'_>,
    ) -> Acceptance {
        let Ok(event) = signed.read() else { return Acceptance::Refused(Violation::Malformed) };
        let (log, seq) = (event.log, event.seq);
        if !self.may_know(name, &log.room) {
            return Acceptance::Foreign;
        }
        let Some((event, opened)) = self.unseal(event, &signed) else { return Acceptance::Foreign };
        let Some(link) = self.links.get(name) else { return Acceptance::Foreign };
        let (sender, base) = (link.node, link.cursors.base(&log));
        let bytes = u32::try_from(signed.bytes()).unwrap_or(u32::MAX);
        // A date far in the future counts no more than the present.
        let wall = self.clocks.reference(cx.now).wall;
        let hlc = if Logs::is_ahead(event.hlc, wall) { Hlc::at(wall) } else { event.hlc };
        let brought = Brought { by: sender, log, seq, hlc, bytes };
        let instead_of = match self.place_for(&brought, cx) {
            Ok(logs) => logs,
            Err(reason) => {
                if reason == RefusalReason::DiskFull {
                    self.show_refused(name, (event, opened), signed, cx);
                }
                self.refuse(name, &brought, reason, cx);
                return Acceptance::Foreign;
            }
        };
        let (links, me) = (&self.links, self.me);
        let highest = |log: &LogId| links.highest_base(log);
        let arrival = self.arrival(name, &log, seq, cx);
        let offer = Offer { base, has_room: true, highest: &highest, arrival, opened };
        let acceptance = self.logs.offer(event, signed, &offer, self.clocks.reference(cx.now), accepted);
        if matches!(acceptance, Acceptance::Accepted | Acceptance::Waits) {
            self.took(name, &brought, instead_of, cx);
        }
        let Some(link) = self.links.get_mut(name) else { return acceptance };
        match acceptance {
            // Its sender has it. Others that have waited for it may be new to the sender.
            Acceptance::Accepted | Acceptance::Known | Acceptance::Waits => {
                if let Some(cursor) = self.logs.key(&log).map(|key| link.cursors.held(&key)) {
                    cursor.sends(seq);
                    // A proof has two events, and its sender holds one of them.
                    if log.author == me && !is_proof {
                        cursor.ours = cursor.ours.max(seq);
                    }
                }
                self.review(name, &log, false, cx);
            }
            _ => {}
        }
        if matches!(acceptance, Acceptance::Known | Acceptance::Early) {
            // The sender does not know how far we are, or it would send something else.
            self.tell_again(name, &log, cx.now);
        }
        acceptance
    }

    /// Whether we pass on a log. We do if its author is here now or was here before. In a sealed room we always do,
    /// because only members have logs there.
    pub(super) fn is_passed_on(&self, log: &LogId, cx: &Context<'_>) -> bool {
        let author = &log.author;
        let is_met = *author == self.me || self.links.is_linked(author) || cx.people.is_known(author);
        is_met || self.rooms.seal(&log.room).is_some()
    }

    /// A link has sent what no honest node sends. Returns whether it may stay.
    pub(super) fn may_err(&mut self, link: LinkId, cx: &Context<'_>) -> bool {
        self.links.get_mut(link).is_some_and(|link| link.may_err(cx.now.mono))
    }

    /// Looks up the event that we hold where a link has another one, or perhaps the same.
    pub(super) fn look_up(&mut self, name: LinkId, at: (LogId, u64), theirs: Signed, cx: &mut Context<'_>) {
        let is_being_written = self.logs.get(&at.0).is_some_and(|held| at.1 > held.committed_head());
        let Some(link) = self.links.get_mut(name) else { return };
        if !link.may_look_up(cx.now.mono) || !self.requests.has_room_for_lookup() {
            return;
        }
        if is_being_written {
            return self.forks.postpone(name, at, theirs);
        }
        let read = Read { from: vec![at], events: 1, bytes: 1 };
        self.requests.ask(Purpose::Compare(name, Box::new(theirs)), Request::Read(read), cx.out);
    }

    /// Compares the events that had to wait because ours were being written.
    pub(super) fn compare_postponed(&mut self, cx: &mut Context<'_>) {
        for (link, at, theirs) in self.forks.take_postponed() {
            self.look_up(link, at, theirs, cx);
        }
    }

    /// Accepts events that have waited too long for their causes.
    pub(super) fn give_up_causes(&mut self, cx: &mut Context<'_>) {
        let mut accepted = Vec::new();
        self.look_at_clocks(cx);
        self.logs.give_up_waiting(self.clocks.reference(cx.now), &mut accepted);
        if !accepted.is_empty() {
            // While they waited, their logs were not held, and others may have taken their places.
            self.keep_within_budget_soon(cx.now);
        }
        self.keep(accepted, None, cx);
    }
}
