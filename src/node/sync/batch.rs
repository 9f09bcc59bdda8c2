//! Events that come over a link.

use super::{super::link::Link, Purpose};
use crate::{
    convert::{event::Signed, mesh::Reason},
    log::{
        Offer, Refusal, Verdict,
        storage::{Append, Read, Request},
    },
    model::{LogId, Now, PeerId},
    node::{CloseReason, LinkId, Node, Out},
};

impl Node {
    /// A link has sent events.
    pub(in crate::node) fn batch(&mut self, link: LinkId, events: Vec<Signed>, now: Now, out: &mut Vec<Out>) {
        let mut accepted = Vec::new();
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
                Verdict::Accepted | Verdict::Known | Verdict::Waits | Verdict::Early | Verdict::Foreign => {}
            }
        }
        self.keep(accepted, Some(link), now, out);
    }

    fn offer(&mut self, link: LinkId, signed: Signed, now: Now, accepted: &mut Vec<Append>) -> Verdict {
        let Ok(event) = signed.read() else { return Verdict::Refused(Refusal::Malformed) };
        let (log, seq, author) = (event.log, event.seq, event.log.author);
        let Some((_, session)) = self.links.get(&link).and_then(Link::session) else { return Verdict::Foreign };
        // Whom we are linked to, and who was met before, introduces themselves.
        let is_met = self.peers.contains_key(&PeerId::Node(author)) || self.trust.get(&author).is_some();
        let may_introduce = is_met || session.sync.may_introduce(&author);
        let is_new = !is_met && !self.sync.logs.knows(&author);
        let links = &self.links;
        let lowest = |log: &LogId| links.values().filter_map(|link| link.session()?.1.sync.base(log)).min();
        let offer = Offer { base: session.sync.base(&log), may_introduce, lowest: &lowest };
        let verdict = self.sync.logs.offer(event, signed, &offer, now, accepted);
        if let (Verdict::Accepted | Verdict::Known | Verdict::Waits, Some((_, session))) =
            (&verdict, self.links.get_mut(&link).and_then(Link::session_mut))
        {
            // Who sends it has it; others that have waited for it may be new to the sender.
            let cursor = session.sync.held(&log);
            cursor.has = cursor.has.max(seq);
            if is_new {
                session.sync.introduced(author);
            }
        }
        verdict
    }

    fn may_err(&mut self, link: LinkId, now: Now) -> bool {
        let session = self.links.get_mut(&link).and_then(Link::session_mut);
        session.is_some_and(|(_, session)| session.sync.may_err(now.mono))
    }

    /// Looks at the event that we hold where a link has another one, or perhaps the same.
    fn look_up(&mut self, link: LinkId, at: (LogId, u64), theirs: Signed, now: Now, out: &mut Vec<Out>) {
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        if session.sync.may_look_up(now.mono) {
            let read = Read { from: vec![at], events: 1, bytes: 1 };
            self.sync.ask(Purpose::Compare(link, Box::new(theirs)), Request::Read(read), out);
        }
    }
}
