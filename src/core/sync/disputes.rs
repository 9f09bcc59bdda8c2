//! Authors that contradict themselves: two events under one number.

use super::{super::link::Link, Purpose, batch::MAX_LOOKUPS};
use crate::{
    core::{
        log::storage::{Held, Proof, Read, Request},
        node::{CloseReason, LinkId, Node, Output},
    },
    domain::{
        bus::{NoticeCode, Update},
        model::{LogId, Now, PeerId},
    },
    protocol::{
        codec::{
            event::{HeldRange, Signed},
            mesh::{self, Reason},
        },
        identity::is_signed_by,
    },
};

/// Events of one log that a link is shown because it holds others: the way back to where two histories part.
const MAX_DISPUTES: u8 = 64;

/// Proofs that are kept and passed on. Who makes keys to contradict them needs no further proof.
const MAX_FORKS: usize = 64;

impl Node {
    /// A link holds another event than we do: it is shown ours, which proves that the author signed both.
    pub(super) fn dispute(&mut self, link: LinkId, log: LogId, seq: u64, out: &mut Vec<Output>) {
        let holds = self.sync.logs.get(&log).is_some_and(|held| (held.base()..=held.committed_head()).contains(&seq));
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        let cursor = session.sync.held(&log);
        if !holds || cursor.disputed >= MAX_DISPUTES || self.sync.purposes.len() >= MAX_LOOKUPS {
            return;
        }
        cursor.disputed += 1;
        let read = Read { from: vec![(log, seq)], events: 1, bytes: 1 };
        self.sync.ask(Purpose::Dispute(link), Request::Read(read), out);
    }

    /// Gives a link events beside what it lacks.
    pub(super) fn hand<'a>(&mut self, link: LinkId, events: impl Iterator<Item = &'a Signed>, out: &mut Vec<Output>) {
        if let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) {
            session.sync.push_extra(vec![mesh::batch(events)]);
            self.push(link, out);
        }
    }

    /// A link has sent `theirs` where we hold this.
    pub(super) fn contradicted(
        &mut self,
        link: LinkId,
        theirs: Signed,
        ours: Vec<Held>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        let Some(Held { log, seq, signed: ours }) = ours.into_iter().next() else { return };
        let same_place = theirs.read().is_ok_and(|event| (event.log, event.seq) == (log, seq));
        if !same_place || ours.id() == theirs.id() {
            return;
        }
        if !is_signed_by(&log.author, &theirs.message(), &theirs.sig) {
            if !self.may_err(link, now) {
                self.close(link, CloseReason::Protocol, Reason::Protocol, now, out);
            }
            return;
        }
        // The two histories may have parted further back.
        if seq > 1 && prev_of(&ours) != prev_of(&theirs) {
            self.dispute(link, log, seq - 1, out);
        }
        if !self.sync.logs.forked(&log, seq) {
            return;
        }
        self.tell_of_fork(&log, now, out);
        let proof = Proof { log, seq, one: ours, other: theirs };
        self.sync.forks.retain(|known| known.log != log);
        if self.sync.forks.len() < MAX_FORKS {
            self.sync.forks.push(proof.clone());
        }
        self.sync.new_forks.push(proof);
        let links: Vec<LinkId> = self.sessions().collect();
        for other in links {
            let Some((_, session)) = self.links.get_mut(&other).and_then(Link::session_mut) else { continue };
            session.sync.held(&log).proved = false;
            let dot = HeldRange { log, seq: session.sync.get(&log).has, head: None, base: 1 };
            self.prove(other, &dot, out);
        }
        self.flush(now, out);
    }

    fn tell_of_fork(&mut self, log: &LogId, now: Now, out: &mut Vec<Output>) {
        if !self.told.may_tell(NoticeCode::Forked, now.mono) {
            return;
        }
        let text = if log.author == self.me {
            "Two different lines are signed with your key as one and the same: a copy of your profile is in use elsewhere, \
             or this one was put back to an older state. What you say from now on stands on its own."
                .to_owned()
        } else {
            format!(
                "{} has signed two different messages as one and the same, so people may have seen different ones. Its \
                 messages from there on are marked.",
                self.name(PeerId::Node(log.author))
            )
        };
        out.push(Output::Update(Update::Notice { code: NoticeCode::Forked, text }));
    }

    /// Shows a link the proof that an author contradicts itself, once it holds the log that far: before, it could make
    /// nothing of it.
    pub(super) fn prove(&mut self, link: LinkId, dot: &HeldRange, out: &mut Vec<Output>) {
        let Some(proof) = self.sync.forks.iter().find(|proof| proof.log == dot.log && proof.seq <= dot.seq) else {
            return;
        };
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        if !session.sync.get(&dot.log).proved {
            let shown = session.sync.push_extra(vec![mesh::batch([&proof.one, &proof.other])]);
            session.sync.held(&dot.log).proved = shown;
            self.push(link, out);
        }
    }
}

fn prev_of(signed: &Signed) -> Option<crate::domain::model::EventId> {
    signed.read().ok()?.prev
}
