//! Events that come over a link.

use super::{super::link::Link, Purpose};
use crate::{
    core::{
        log::{
            Offer, Refusal, Verdict,
            storage::{Append, Read, Request},
        },
        node::{CloseReason, LinkId, Node, Output},
    },
    domain::model::{LogId, NodeId, Now, PeerId},
    protocol::codec::{event::Signed, mesh::Reason},
};

/// Requests on their way to the store beyond which nobody may cause lookups: there is room for all that matters.
pub(super) const MAX_LOOKUPS: usize = 512;

impl Node {
    /// A link has sent events.
    pub(in crate::core::node) fn batch(&mut self, link: LinkId, events: Vec<Signed>, now: Now, out: &mut Vec<Output>) {
        // Without a store nothing can be taken; what we hold is said again when there is one. And who leaves needs no more.
        if self.sync.is_broken() || self.sync.leaving.is_some() {
            return;
        }
        let (mut accepted, had_own) = (Vec::new(), self.sync.logs.own().is_some());
        for signed in events {
            match self.offer(link, signed, now, &mut accepted) {
                Verdict::Refused(refusal) => {
                    tracing::debug!(?link, ?refusal, "event refused");
                    if !self.may_err(link, now) {
                        self.keep(accepted, Some(link), now, out);
                        return self.close(link, CloseReason::Protocol, Reason::Protocol, now, out);
                    }
                }
                Verdict::Compare(log, seq, theirs) => self.look_up(link, (log, seq), theirs, now, out),
                Verdict::Branch(log, seq) => self.dispute(link, log, seq - 1, out),
                Verdict::Backwards(log, seq) => drop(self.sync.logs.forked(&log, seq)),
                Verdict::Waits => self.ask_for_causes(link, now),
                Verdict::Accepted | Verdict::Known | Verdict::Early | Verdict::Foreign => {}
            }
        }
        if had_own && self.sync.logs.own().is_none() {
            self.tell_of_new_log(now, out);
        }
        self.keep(accepted, Some(link), now, out);
    }

    fn offer(&mut self, link: LinkId, signed: Signed, now: Now, accepted: &mut Vec<Append>) -> Verdict {
        let Ok(event) = signed.read() else { return Verdict::Refused(Refusal::Malformed) };
        let (log, seq, author) = (event.log, event.seq, event.log.author);
        let Some((_, session)) = self.links.get(&link).and_then(Link::session) else { return Verdict::Foreign };
        // Whom we are linked to, and who was met before, introduces themselves.
        let is_new = !self.is_met(&author) && self.sync.logs.logs_of(&author) == 0;
        let sender = self.links.get(&link).and_then(Link::session).and_then(|(peer, _)| peer.id.node().copied());
        let may_introduce = !is_new || sender.is_some_and(|sender| self.limits.may_introduce(sender, now.mono));
        let links = &self.links;
        let highest = |log: &LogId| links.values().filter_map(|link| link.session()?.1.sync.base(log)).max();
        let offer = Offer { base: session.sync.base(&log), may_introduce, highest: &highest };
        let verdict = self.sync.logs.offer(event, signed, &offer, now, accepted);
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return verdict };
        match verdict {
            // Who sends it has it; others that have waited for it may be new to the sender.
            Verdict::Accepted | Verdict::Known | Verdict::Waits => {
                let cursor = session.sync.held(&log);
                cursor.has = cursor.has.max(seq);
            }
            _ => {}
        }
        if matches!(verdict, Verdict::Known | Verdict::Early) {
            // It does not know how far we are, or would send something else.
            session.sync.tell_again(&log, now.mono);
        }
        if is_new
            && verdict == Verdict::Accepted
            && let Some(sender) = sender
        {
            self.limits.introduced(sender, now.mono);
        }
        verdict
    }

    /// Whether somebody is here, or was met before.
    pub(super) fn is_met(&self, author: &NodeId) -> bool {
        *author == self.me || self.peers.contains_key(&PeerId::Node(*author)) || self.trust.get(author).is_some()
    }

    pub(super) fn may_err(&mut self, link: LinkId, now: Now) -> bool {
        let session = self.links.get_mut(&link).and_then(Link::session_mut);
        session.is_some_and(|(_, session)| session.sync.may_err(now.mono))
    }

    /// Looks at the event that we hold where a link has another one, or perhaps the same.
    pub(super) fn look_up(&mut self, link: LinkId, at: (LogId, u64), theirs: Signed, now: Now, out: &mut Vec<Output>) {
        let in_flight = self.sync.logs.get(&at.0).is_some_and(|held| at.1 > held.committed_head());
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        if !session.sync.may_look_up(now.mono) || self.sync.purposes.len() >= MAX_LOOKUPS {
            return;
        }
        if in_flight {
            // It is being written; then it can be looked at.
            self.sync.compare_later.push((link, at, theirs));
            return;
        }
        let read = Read { from: vec![at], events: 1, bytes: 1 };
        self.sync.ask(Purpose::Compare(link, Box::new(theirs)), Request::Read(read), out);
    }

    /// What could not be looked at before, because it was being written.
    pub(super) fn look_up_later(&mut self, now: Now, out: &mut Vec<Output>) {
        for (link, at, theirs) in std::mem::take(&mut self.sync.compare_later) {
            self.look_up(link, at, theirs, now, out);
        }
    }
}
