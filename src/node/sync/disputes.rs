//! Authors that contradict themselves: two events under one number.

use super::{super::link::Link, Purpose};
use crate::{
    bus::{NoticeCode, Update},
    convert::{event::Signed, mesh},
    log::storage::{Held, Proof, Read, Request},
    model::{LogId, Now, PeerId},
    node::{LinkId, Node, Out},
};

/// Events of one log that a link is shown because it holds others: the way back to where two histories part.
const MAX_DISPUTES: u8 = 64;

/// Proofs that are kept and passed on. Who makes keys to contradict them needs no further proof.
const MAX_FORKS: usize = 64;

impl Node {
    /// A link holds another event than we do: it is shown ours, which proves that the author signed both.
    pub(super) fn dispute(&mut self, link: LinkId, log: LogId, seq: u64, out: &mut Vec<Out>) {
        let holds = self.sync.logs.get(&log).is_some_and(|held| (held.base()..=held.committed_head()).contains(&seq));
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        let cursor = session.sync.held(&log);
        if !holds || cursor.disputed >= MAX_DISPUTES {
            return;
        }
        cursor.disputed += 1;
        let read = Read { from: vec![(log, seq)], events: 1, bytes: 1 };
        self.sync.ask(Purpose::Dispute(link), Request::Read(read), out);
    }

    /// Gives a link events beside what it lacks.
    pub(super) fn hand<'a>(&mut self, link: LinkId, events: impl Iterator<Item = &'a Signed>, out: &mut Vec<Out>) {
        if let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) {
            session.sync.push_extra(mesh::batch(events));
            self.push(link, out);
        }
    }

    /// A link has sent `theirs` where we hold this.
    pub(super) fn contradicted(&mut self, link: LinkId, theirs: Signed, ours: Vec<Held>, now: Now, out: &mut Vec<Out>) {
        let Some(Held { log, seq, signed: ours }) = ours.into_iter().next() else { return };
        let same_place = theirs.read().is_ok_and(|event| (event.log, event.seq) == (log, seq));
        if !same_place || ours.id() == theirs.id() {
            return;
        }
        // It has not seen ours; and the two may have parted further back.
        self.hand(link, std::iter::once(&ours), out);
        if seq > 1 && prev_of(&ours) != prev_of(&theirs) {
            self.dispute(link, log, seq - 1, out);
        }
        if !self.sync.logs.forked(&log, seq) {
            return;
        }
        let proof = Proof { log, seq, one: ours, other: theirs };
        self.tell_of_fork(&log, now, out);
        self.sync.forks.retain(|known| known.log != log);
        if self.sync.forks.len() < MAX_FORKS {
            self.sync.forks.push(proof.clone());
        }
        let links: Vec<LinkId> = self.sessions().filter(|other| *other != link).collect();
        for other in links {
            self.hand(other, [&proof.one, &proof.other].into_iter(), out);
        }
        self.sync.new_forks.push(proof);
        self.flush(now, out);
    }

    fn tell_of_fork(&mut self, log: &LogId, now: Now, out: &mut Vec<Out>) {
        let text = if log.author == self.me {
            "Two different lines are signed with your key as one and the same: a copy of your profile is in use elsewhere, \
             or this one was put back to an older state. What you say from now on stands on its own."
                .to_owned()
        } else {
            if !self.told.may_tell(NoticeCode::Forked, now.mono) {
                return;
            }
            format!(
                "{} has signed two different messages as one and the same, so people may have seen different ones. Its \
                 messages from there on are marked.",
                self.name(PeerId::Node(log.author))
            )
        };
        out.push(Out::Update(Update::Notice { code: NoticeCode::Forked, text }));
    }

    /// What a new link is shown of authors that contradict themselves.
    pub(super) fn offer_proofs(&mut self, link: LinkId, out: &mut Vec<Out>) {
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        for proof in &self.sync.forks {
            session.sync.push_extra(mesh::batch([&proof.one, &proof.other]));
        }
        self.push(link, out);
    }
}

fn prev_of(signed: &Signed) -> Option<crate::model::EventId> {
    signed.read().ok()?.prev
}
