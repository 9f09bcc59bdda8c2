//! What happens to the logs of strangers: which have a place, what is refused, and what is given up.

use std::time::{Duration, Instant};

use super::{
    Purpose, Sync,
    budget::{Admission, Surroundings, hold_off},
    event::{Context, Output},
    link::Link,
    timer::Timer,
};
use crate::{
    core::{
        log::storage::{Reply, Request},
        mutant,
    },
    domain::{
        bus::{HistoryNotice, NotTaken},
        model::{Hlc, LinkId, LogId, NodeId, Now, StoreFailure},
    },
    protocol::codec::mesh::{self, Cap, Frame, RefusalReason, Refused},
};

/// How long to gather changes before the shares of all strangers are counted.
const COUNT_AFTER: Duration = Duration::from_secs(1);

/// The same when a stranger exceeds their share.
const CUT_AFTER: Duration = Duration::from_millis(20);

/// An event that a node brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    /// The node that sends it.
    pub(super) by: NodeId,
    pub(super) log: LogId,
    pub(super) seq: u64,
    pub(super) hlc: Hlc,
    pub(super) bytes: u32,
}

/// Decisions.
impl Sync {
    /// Whether an event may be taken, and which logs must be given up for it.
    pub(super) fn place_for(&mut self, event: &Brought, cx: &Context<'_>) -> Result<Vec<LogId>, RefusalReason> {
        let Brought { by, log, seq, hlc, bytes } = event;
        let held = self.logs.get(log);
        let is_held = held.is_some();
        if held.is_some_and(|held| *seq <= held.head()) {
            // A duplicate costs one look-up, and what fills a gap was allowed before.
            return Ok(Vec::new());
        }
        if !self.links.is_linked(&log.author) && self.logs.is_barred(log, cx.now.mono) {
            return Err(RefusalReason::NoRoom);
        }
        let around = Surroundings::new(&self.logs, &self.links, self.me, cx);
        self.budget.allows(log, *bytes, by, around, cx.now.mono)?;
        if is_held {
            return Ok(Vec::new());
        }
        match self.budget.admit(log, *hlc, by, around) {
            Admission::Room => Ok(Vec::new()),
            Admission::InPlaceOf(logs) => Ok(logs),
            Admission::Refused => Err(RefusalReason::NoRoom),
        }
    }

    /// An event that came over a link was taken. The logs `instead_of` are given up for it.
    pub(super) fn took(&mut self, link: LinkId, event: &Brought, instead_of: Vec<LogId>, cx: &mut Context<'_>) {
        let Brought { by, log, seq, bytes, .. } = event;
        let around = Surroundings::new(&self.logs, &self.links, self.me, cx);
        let is_over = self.budget.took(log, *seq, *bytes, by, around, cx.now.mono);
        if !instead_of.is_empty() {
            self.give_up(instead_of, cx);
        }
        if is_over {
            if let Some(link) = self.links.get_mut(link) {
                link.held_up = true;
            }
            if !self.budget.shrinking {
                self.timers.set_no_later(Timer::KeepWithinBudget, cx.now.mono + CUT_AFTER);
            }
        }
        self.keep_within_budget_soon(cx.now);
    }

    /// Whether we do not ask for a log now. What its author sends is decided when it comes.
    pub(super) fn is_refused(&self, log: &LogId, now: Instant) -> bool {
        !mutant::forgets_refusals()
            && !self.links.is_linked(&log.author)
            && (self.budget.bars(log, now) || self.logs.is_barred(log, now))
    }
}

/// Refusals.
impl Sync {
    /// An event is refused. Its sender and the user are told, each once in a while.
    pub(super) fn refuse(&mut self, link: LinkId, event: &Brought, reason: RefusalReason, cx: &mut Context<'_>) {
        let Brought { log, seq, .. } = *event;
        let is_news = self.budget.refused(log, seq, reason, cx.now.mono);
        self.tell_refused(link, Refused { log, from: seq, until: None, reason }, cx);
        if is_news {
            self.review_all(&log, cx);
            cx.out.push(Output::Notice(HistoryNotice::LeftOut {
                lines: self.budget.refused_lines(),
                disk_full: reason == RefusalReason::DiskFull,
            }));
            self.timers.set_or_clear(Timer::RefusalsOver, self.budget.next());
        }
    }

    /// Tells a link once in a while that we do not take a log.
    pub(super) fn tell_refused(&mut self, link: LinkId, refused: Refused, cx: &mut Context<'_>) {
        let tells = |link: &mut Link| link.caps.has(Cap::Refusals) && link.is_told(refused.log, cx.now.mono);
        if self.links.get_mut(link).is_some_and(tells) {
            cx.out.push(Output::Tell { link, frame: mesh::encode(&Frame::Refused(refused)) });
        }
    }

    /// Some logs may be asked for again.
    pub(super) fn refusals_over(&mut self, cx: &mut Context<'_>) {
        for log in self.budget.take_over(cx.now.mono) {
            self.review_all(&log, cx);
        }
        self.timers.set_or_clear(Timer::RefusalsOver, self.budget.next());
        self.catch_up(cx);
    }

    /// A link refuses events that it lacks.
    pub(super) fn refused(&mut self, name: LinkId, refused: &Refused, cx: &mut Context<'_>) {
        let Refused { log, from, reason, .. } = *refused;
        if !self.may_know(name, &log.room) {
            return;
        }
        let is_written = self.logs.is_written(&log);
        let (Some(key), Some(link)) = (self.logs.key(&log), self.links.get_mut(name)) else { return };
        if let Some(cursor) = link.cursors.get_mut(&log) {
            cursor.send_again();
        }
        let due = link.lagging.refused(&key, cx.now.mono + hold_off(reason));
        self.timers.set_no_later(Timer::FindLagging(name), due);
        if is_written {
            link.refuses.insert(log, from);
            cx.out.push(Output::Notice(HistoryNotice::NotTaken { by: link.node, why: not_taken(reason) }));
            self.report_delivery_soon(cx.now);
        }
    }
}

/// Enforcing the shares.
impl Sync {
    /// Counts the shares soon.
    pub(super) fn keep_within_budget_soon(&mut self, now: Now) {
        self.timers.set_if_unset(Timer::KeepWithinBudget, now.mono + COUNT_AFTER);
    }

    /// Gives up logs of strangers if there are too many, and removes lines of those who have too many.
    pub(super) fn keep_within_budget(&mut self, cx: &mut Context<'_>) {
        let around = Surroundings::new(&self.logs, &self.links, self.me, cx);
        self.budget.review(around);
        let excess = self.budget.excess(around);
        let cuts = if self.budget.shrinking { Vec::new() } else { self.budget.cuts(around, cx.now.mono) };
        if !excess.is_empty() {
            self.give_up(excess, cx);
        }
        self.shrink(cuts, cx);
        if !self.budget.shrinking {
            self.let_everybody_go_on();
        }
    }

    /// Links that had brought too much are read again.
    fn let_everybody_go_on(&mut self) {
        for (_, link) in self.links.iter_mut() {
            link.held_up = false;
        }
    }

    /// Gives up logs. Their lines are removed from disk after the next commit.
    fn give_up(&mut self, logs: Vec<LogId>, cx: &mut Context<'_>) {
        cx.out.push(Output::Notice(HistoryNotice::GivenUp { logs: logs.len() }));
        for log in logs {
            self.logs.give_up(&log, cx.now.mono);
            self.budget.forget(&log);
            for (_, link) in self.links.iter_mut() {
                link.forget_held(&log);
            }
        }
    }

    /// Makes the store shorten logs.
    fn shrink(&mut self, cuts: Vec<(LogId, u64)>, cx: &mut Context<'_>) {
        if !cuts.is_empty() {
            self.budget.shrinking = true;
            self.requests.ask(Purpose::Shrink, Request::Shrink(cuts), cx.out);
        }
    }

    /// Makes the store remove all lines of logs that were given up.
    pub(super) fn remove(&mut self, logs: Vec<LogId>, cx: &mut Context<'_>) {
        if !logs.is_empty() {
            let nothing = logs.iter().map(|log| (*log, 0)).collect();
            self.requests.ask(Purpose::Remove(logs), Request::Shrink(nothing), cx.out);
        }
    }

    /// The store has removed the lines of logs that were given up, so these logs may continue. What it could not remove
    /// is removed after the next start.
    pub(super) fn removed(&mut self, logs: &[LogId], reply: Result<Reply, StoreFailure>, cx: &mut Context<'_>) {
        for log in logs {
            self.logs.removed(log);
        }
        self.shortened(reply, cx);
    }

    /// The store has shortened logs.
    pub(super) fn shrunk(&mut self, reply: Result<Reply, StoreFailure>, cx: &mut Context<'_>) {
        self.budget.shrinking = false;
        self.let_everybody_go_on();
        self.shortened(reply, cx);
    }

    fn shortened(&mut self, reply: Result<Reply, StoreFailure>, cx: &mut Context<'_>) {
        match reply {
            Ok(Reply::Raised { bases, freed, lines }) => {
                tracing::debug!(lines, "lines of strangers are gone");
                self.raise(&bases, &freed, cx);
            }
            Ok(_) => {}
            Err(failure) => tracing::warn!(%failure, "lines of strangers could not be removed"),
        }
        self.keep_within_budget_soon(cx.now);
    }
}

/// Why our user's lines are not taken, in the terms of the channel to the front ends.
const fn not_taken(reason: RefusalReason) -> NotTaken {
    match reason {
        RefusalReason::TooFast => NotTaken::TooFast,
        RefusalReason::DiskFull => NotTaken::DiskFull,
        RefusalReason::NoRoom | RefusalReason::Other => NotTaken::NoRoom,
    }
}
