//! Comparing codes with people (`/verify`): what goes between the user, the link and [`super::verify`].

use std::{collections::BTreeSet, time::Instant};

use super::{
    CloseReason, LinkId, Node, Out,
    link::Link,
    verify::{Event, Nonces, Pace, Step},
};
use crate::{
    bus::{FailureCode, Update, VerifyStep},
    convert::mesh::{self, Cap, Frame, Reason, Sas},
    model::{Now, PeerId, Who},
};

/// Comparisons that have not come to an end.
#[derive(Debug)]
pub(super) struct Comparisons {
    nonces: Nonces,
    pace: Pace,
    /// The links on which there is one.
    links: BTreeSet<LinkId>,
}

impl Comparisons {
    /// `secret`: from the operating system, used for nothing else.
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self { nonces: Nonces::new(secret), pace: Pace::default(), links: BTreeSet::new() }
    }
}

impl Node {
    pub(super) fn next_comparison_due(&self) -> Option<Instant> {
        let sessions = self.comparing.links.iter().filter_map(|link| self.links.get(link)?.session());
        sessions.filter_map(|(_, session)| session.verify.next_due()).min()
    }

    /// The user wants to compare codes, or has done so.
    pub(super) fn verify(&mut self, who: &Who, same: Option<bool>, now: Now, out: &mut Vec<Out>) {
        let id = match self.resolve(who) {
            Ok(id) => id,
            Err(update) => return out.push(Out::Update(update)),
        };
        if let Err(text) = self.try_verify(id, same, now, out) {
            out.push(Out::Update(Update::Failed { code: FailureCode::NotPossible, text }));
        }
    }

    fn try_verify(&mut self, id: PeerId, same: Option<bool>, now: Now, out: &mut Vec<Out>) -> Result<(), String> {
        let name = self.name(id);
        let PeerId::Node(node) = id else {
            return Err(format!("{name} is a guest, on a link in plain text: there is nothing to compare."));
        };
        let Some(link) = self.peers.get(&id).copied() else {
            return Err(format!("{name} is not here. Both of you must be, to compare codes."));
        };
        let session = self.links.get_mut(&link).and_then(Link::session_mut);
        let Some((_, session)) = session.filter(|(_, session)| session.caps.has(Cap::Sas)) else {
            return Err(format!("{name}'s program cannot compare codes."));
        };
        let mut events = Vec::new();
        match same {
            None => {
                let nonce = self.comparing.nonces.next();
                let begun = session.verify.begin(nonce, &mut self.comparing.pace, now.mono, &mut events);
                self.note_comparison(link, id, events, out);
                begun.map_err(|not_now| not_now.to_string())
            }
            Some(_) if !session.verify.answered() => {
                Err(format!("There is no code of {name} to compare. /verify {name} asks for one."))
            }
            Some(same) => {
                self.comparing.links.remove(&link);
                let step = if same { VerifyStep::Verified } else { VerifyStep::Differs };
                if same {
                    self.trust.verified(&node);
                }
                out.push(Out::Update(Update::Verify { peer: id, step }));
                self.judge_anew(node, now, out);
                Ok(())
            }
        }
    }

    /// A node sends a step of a comparison.
    pub(super) fn sas(&mut self, link: LinkId, step: Sas, now: Now, out: &mut Vec<Out>) {
        let Some((peer, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        // Who is shut out shows no codes either.
        if peer.ignored {
            return;
        }
        let id = peer.id;
        let step = match step {
            Sas::Commit(hash) => Step::Commit(hash),
            Sas::Reveal(nonce) => Step::Reveal(nonce),
        };
        let mut events = Vec::new();
        let Comparisons { nonces, pace, .. } = &mut self.comparing;
        let received = session.verify.received(step, || nonces.next(), pace, now.mono, &mut events);
        self.note_comparison(link, id, events, out);
        if received.is_err() {
            self.close(link, CloseReason::Protocol, Reason::Protocol, now, out);
        }
    }

    pub(super) fn expire_comparisons(&mut self, now: Now, out: &mut Vec<Out>) {
        let links: Vec<LinkId> = self.comparing.links.iter().copied().collect();
        for link in links {
            let mut events = Vec::new();
            let Some((peer, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else {
                self.comparing.links.remove(&link);
                continue;
            };
            let id = peer.id;
            session.verify.expire(now.mono, &mut events);
            self.note_comparison(link, id, events, out);
        }
    }

    /// A link ends, and with it what is compared on it.
    pub(super) fn end_comparison(&mut self, link: &mut Link, id: LinkId, out: &mut Vec<Out>) {
        if !self.comparing.links.remove(&id) {
            return;
        }
        if let Some((peer, session)) = link.session_mut() {
            let mut events = Vec::new();
            session.verify.end(&mut events);
            if events.contains(&Event::Ended) {
                out.push(Out::Update(Update::Verify { peer: peer.id, step: VerifyStep::Ended }));
            }
        }
    }

    /// Carries out what a comparison wants, and notes whether one is under way.
    fn note_comparison(&mut self, link: LinkId, id: PeerId, events: Vec<Event>, out: &mut Vec<Out>) {
        for event in events {
            match event {
                Event::Send(step) => {
                    let step = match step {
                        Step::Commit(hash) => Sas::Commit(hash),
                        Step::Reveal(nonce) => Sas::Reveal(nonce),
                    };
                    out.push(Out::Tell { link, frame: mesh::encode(&Frame::Sas(step)) });
                }
                Event::Code { code, began } => {
                    let step = VerifyStep::Code { code, began };
                    out.push(Out::Update(Update::Verify { peer: id, step }));
                }
                Event::Ended => out.push(Out::Update(Update::Verify { peer: id, step: VerifyStep::Ended })),
            }
        }
        let session = self.links.get(&link).and_then(Link::session);
        if session.is_some_and(|(_, session)| session.verify.next_due().is_some()) {
            self.comparing.links.insert(link);
        } else {
            self.comparing.links.remove(&link);
        }
    }
}
