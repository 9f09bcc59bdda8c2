//! Whether a peer holds what we have said: its newest event must be ours. A number alone proves nothing, because a copy
//! of our key may have used it for something else.

use std::time::Duration;

use super::{Purpose, Sync, event::Context, timer::Timer};
use crate::{
    core::log::storage::{Read, Request, StoredEvent},
    domain::model::{EventId, LinkId, LogId, NodeId},
    protocol::codec::event::HeldRange,
};

/// How soon we try again to ask the store about a claim for which it had no room. That happens only when hundreds of
/// requests are open.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Our logs that one link may have claims about at once: the one that we write to, and those to which a copy of our key
/// has also written.
const MAX_CHECKS: usize = 16;

/// The newest event of our log that a peer says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    log: LogId,
    seq: u64,
    /// The first bytes of its id, which are all that a change contains.
    begin: [u8; 8],
}

impl Claim {
    /// What a range says; none if it names no event.
    pub(super) fn of(range: &HeldRange) -> Option<Self> {
        range.head.map(|head| Self { log: range.log, seq: range.seq, begin: begin(head) })
    }

    /// What a change says.
    pub(super) const fn new(log: LogId, seq: u64, begin: [u8; 8]) -> Self {
        Self { log, seq, begin }
    }
}

/// A claim about one of our logs whose event is not in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// The store must be asked.
    Wanted(Claim),
    /// The store was asked about this one.
    Asked(Claim),
    /// The store was asked about an earlier one, and must be asked about this one after that.
    Next(Claim),
}

impl Sync {
    /// A peer says which event of our log is the newest one that it holds.
    pub(super) fn claimed(&mut self, name: LinkId, node: NodeId, claim: Claim, cx: &mut Context<'_>) {
        let log = claim.log;
        let Some(held) = self.logs.get(&log) else { return };
        // Nobody can have more than we have said. If the claim is true, the events will prove it.
        if claim.seq > held.committed_head() || claim.seq < held.base() {
            return;
        }
        if let Some(ours) = held.id_at(claim.seq) {
            return self.judge(name, node, claim, ours, cx);
        }
        // Receipts matter only for the log that we write to, and for those to which a copy of our key has also written.
        let matters = self.logs.is_written(&log) || held.state().forked.is_some();
        if matters && let Some(link) = self.links.get_mut(name) {
            let check = match link.checks.get(&log) {
                Some(Check::Asked(_) | Check::Next(_)) => Check::Next(claim),
                Some(Check::Wanted(_)) | None => Check::Wanted(claim),
            };
            if link.checks.len() < MAX_CHECKS || link.checks.contains_key(&log) {
                link.checks.insert(log, check);
            }
            self.ask_about_claims(cx);
        }
    }

    /// Asks the store about claims, as far as it has room. The rest is asked with the next report of deliveries.
    pub(super) fn ask_about_claims(&mut self, cx: &mut Context<'_>) {
        for (name, link) in self.links.iter_mut() {
            for (log, check) in &mut link.checks {
                let Check::Wanted(claim) = *check else { continue };
                if !self.requests.has_room_for_lookup() {
                    return self.timers.set_if_unset(Timer::ReportDelivery, cx.now.mono + ASK_AGAIN_AFTER);
                }
                *check = Check::Asked(claim);
                let read = Read { from: vec![(*log, claim.seq)], events: 1, bytes: 1 };
                self.requests.ask(Purpose::Claim(name, *log), Request::Read(read), cx.out);
            }
        }
    }

    /// The store has read our event that a claim is about; none if it could not.
    pub(super) fn claim_looked_up(&mut self, at: (LinkId, LogId), ours: Option<&StoredEvent>, cx: &mut Context<'_>) {
        let (name, log) = at;
        let Some(link) = self.links.get_mut(name) else { return };
        let node = link.node;
        match link.checks.remove(&log) {
            Some(Check::Next(claim)) => {
                link.checks.insert(log, Check::Wanted(claim));
                self.ask_about_claims(cx);
            }
            Some(Check::Asked(claim)) => {
                let ours = ours.filter(|held| (held.log, held.seq) == (log, claim.seq)).map(|held| held.signed.id());
                let may_hold = |id: &EventId| self.logs.get(&log).is_some_and(|held| held.may_hold(claim.seq, *id));
                if let Some(ours) = ours.filter(may_hold) {
                    self.judge(name, node, claim, ours, cx);
                }
            }
            Some(Check::Wanted(_)) | None => {}
        }
    }

    /// Compares a claim with our event of that number.
    fn judge(&mut self, name: LinkId, node: NodeId, claim: Claim, ours: EventId, cx: &mut Context<'_>) {
        let log = claim.log;
        if begin(ours) == claim.begin {
            return self.receipt(name, node, log, claim.seq, cx);
        }
        // Its history and ours part at this number or below it.
        if let Some(cursor) = self.links.get_mut(name).and_then(|link| link.cursors.get_mut(&log)) {
            (cursor.ours, cursor.differs) = (cursor.ours.min(claim.seq.saturating_sub(1)), true);
        }
        self.report_delivery_soon(cx.now);
        self.dispute(name, log, claim.seq, cx);
    }

    /// A link has sent an event that follows none of ours.
    pub(super) fn is_other_branch(&mut self, name: LinkId, log: &LogId) {
        if let Some(cursor) = self.links.get_mut(name).and_then(|link| link.cursors.get_mut(log)) {
            cursor.differs |= log.author == self.me;
        }
    }

    fn receipt(&mut self, name: LinkId, node: NodeId, log: LogId, seq: u64, cx: &Context<'_>) {
        if let Some(cursor) = self.links.get_mut(name).and_then(|link| link.cursors.get_mut(&log)) {
            (cursor.ours, cursor.differs) = (seq, false);
        }
        self.acked(node, log, seq, cx);
    }
}

fn begin(EventId(id): EventId) -> [u8; 8] {
    let mut begin = [0; 8];
    begin.copy_from_slice(id.split_at(8).0);
    begin
}
