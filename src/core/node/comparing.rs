//! Comparing codes with people (`/verify`): what goes between the user, the link and [`super::verify`].

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::{
    CloseReason, LinkId, Node, Output,
    link::Link,
    trust::{Match, Wanted},
    verify::{EXPIRY, Event, Pace, Step},
};
use crate::{
    core::secrets::Secrets,
    domain::{
        bus::{FailureCode, Update, VerifyStep},
        model::{Nick, Now, PeerId, Who},
    },
    protocol::codec::mesh::{self, Cap, Frame, Reason, Sas},
};

/// How long a name is remembered under which a code was shown: as long as the code is good, and as long again in which the
/// user may still be about to answer it.
const REMEMBERED: Duration = EXPIRY.saturating_mul(2);

/// Comparisons that have not come to an end, and what the user was shown lately.
#[derive(Debug)]
pub(super) struct Comparisons {
    nonces: Secrets,
    pace: Pace,
    /// The links on which there is one.
    links: BTreeSet<LinkId>,
    /// Codes as the user saw them, the last one of somebody last. As many as [`Pace`] and the user begin in
    /// [`REMEMBERED`].
    shown: Vec<Shown>,
}

/// A code that the user was shown, whatever has become of it.
#[derive(Debug)]
struct Shown {
    peer: PeerId,
    /// By what name its owner went then.
    nick: Option<Nick>,
    at: Instant,
}

impl Comparisons {
    /// `secret`: from the operating system, used for nothing else.
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self {
            nonces: Secrets::new(Secrets::NONCES, secret),
            pace: Pace::default(),
            links: BTreeSet::new(),
            shown: Vec::new(),
        }
    }

    fn show(&mut self, peer: PeerId, nick: Option<Nick>, now: Instant) {
        self.shown.retain(|shown| now.saturating_duration_since(shown.at) < REMEMBERED);
        self.shown.retain(|shown| (shown.peer, &shown.nick) != (peer, &nick));
        self.shown.push(Shown { peer, nick, at: now });
    }

    /// The last code that was shown of `peer`.
    fn last(&self, peer: PeerId) -> Option<&Shown> {
        self.shown.iter().rfind(|shown| shown.peer == peer)
    }
}

impl Node {
    pub(super) fn next_comparison_due(&self) -> Option<Instant> {
        let sessions = self.comparing.links.iter().filter_map(|link| self.links.get(link)?.session());
        sessions.filter_map(|(_, session)| session.verify.next_due()).min()
    }

    /// The user wants to compare codes, or has done so.
    pub(super) fn verify(&mut self, who: &Who, same: Option<bool>, now: Now, out: &mut Vec<Output>) {
        let done = match same {
            None => self.compare(who, now, out),
            Some(same) => self.compared(who, same, now, out),
        };
        if let Err(update) = done {
            out.push(Output::Update(update));
        }
    }

    #[expect(clippy::result_large_err, reason = "what is said to the user, once for each command of theirs")]
    fn compare(&mut self, who: &Who, now: Now, out: &mut Vec<Output>) -> Result<(), Update> {
        let id = self.resolve(who)?;
        let name = self.name(id);
        if id.node().is_none() {
            return Err(not_possible(format!(
                "{name} is a guest, on a link in plain text: there is nothing to compare."
            )));
        }
        let Some(link) = self.peers.get(&id).copied() else {
            return Err(not_possible(format!("{name} is not here. Both of you must be, to compare codes.")));
        };
        let session = self.links.get_mut(&link).and_then(Link::session_mut);
        let Some((_, session)) = session.filter(|(_, session)| session.caps.has(Cap::Sas)) else {
            return Err(not_possible(format!("{name}'s program cannot compare codes.")));
        };
        let mut events = Vec::new();
        let Comparisons { nonces, pace, .. } = &mut self.comparing;
        let begun = session.verify.begin(nonces.next(), pace, now.mono, &mut events);
        self.note_comparison(link, id, events, now, out);
        begun.map_err(|not_now| not_possible(not_now.to_string()))
    }

    /// The user says whether the codes were the same: of the code that was shown under that very name, or of that key. Who
    /// goes by the name now does not matter.
    #[expect(clippy::result_large_err, reason = "what is said to the user, once for each command of theirs")]
    fn compared(&mut self, who: &Who, same: bool, now: Now, out: &mut Vec<Output>) -> Result<(), Update> {
        let wanted = Wanted::new(who);
        let fresh = |shown: &&Shown| now.mono.saturating_duration_since(shown.at) < REMEMBERED;
        let is = |shown: &&Shown| {
            let how = shown.peer.node().and_then(|node| wanted.node(node, shown.nick.as_ref()));
            how.is_some_and(|how| how != Match::Alike)
        };
        let meant: Vec<&Shown> = self.comparing.shown.iter().filter(fresh).filter(is).collect();
        let ids: BTreeSet<PeerId> = meant.iter().map(|shown| shown.peer).collect();
        let ids: Vec<PeerId> = ids.into_iter().collect();
        let id = match ids.as_slice() {
            [] => return Err(self.no_code(self.resolve(who)?)),
            [id] => *id,
            several => return Err(self.which(who, several)),
        };
        let is_last = self.comparing.last(id).is_some_and(|last| meant.iter().any(|shown| std::ptr::eq(*shown, last)));
        let link = self.peers.get(&id).copied();
        let session = link.and_then(|link| self.links.get_mut(&link)).and_then(Link::session_mut);
        let answered = is_last && session.is_some_and(|(_, session)| session.verify.answered());
        let (Some(link), PeerId::Node(node), true) = (link, id, answered) else { return Err(self.no_code(id)) };
        self.comparing.links.remove(&link);
        let step = if same { VerifyStep::Verified } else { VerifyStep::Differs };
        if same {
            self.trust.verified(&node);
        }
        out.push(Output::Update(Update::Verify { peer: id, step }));
        self.judge_anew(node, now, out);
        Ok(())
    }

    fn no_code(&self, id: PeerId) -> Update {
        let name = self.name(id);
        not_possible(format!("There is no code of {name} to compare. /verify {name} asks for one."))
    }

    /// A node sends a step of a comparison.
    pub(super) fn sas(&mut self, link: LinkId, step: Sas, now: Now, out: &mut Vec<Output>) {
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
        self.note_comparison(link, id, events, now, out);
        if received.is_err() {
            self.close(link, CloseReason::Protocol, Reason::Protocol, now, out);
        }
    }

    /// Ends comparisons that have waited for too long, and those with somebody who goes by another name since.
    pub(super) fn expire_comparisons(&mut self, now: Now, out: &mut Vec<Output>) {
        let links: Vec<LinkId> = self.comparing.links.iter().copied().collect();
        for link in links {
            let mut events = Vec::new();
            let Some((peer, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else {
                self.comparing.links.remove(&link);
                continue;
            };
            let id = peer.id;
            session.verify.expire(now.mono, &mut events);
            // The name is how the user says which code they mean: it must not change under their fingers.
            let renamed = self.comparing.last(id).is_some_and(|shown| shown.nick != peer.nick);
            if renamed && session.verify.is_shown() {
                session.verify.end(&mut events);
            }
            self.note_comparison(link, id, events, now, out);
        }
    }

    /// A link ends, and with it what is compared on it.
    pub(super) fn end_comparison(&mut self, link: &mut Link, id: LinkId, out: &mut Vec<Output>) {
        if !self.comparing.links.remove(&id) {
            return;
        }
        if let Some((peer, session)) = link.session_mut() {
            let mut events = Vec::new();
            session.verify.end(&mut events);
            if events.contains(&Event::Ended) {
                out.push(Output::Update(Update::Verify { peer: peer.id, step: VerifyStep::Ended }));
            }
        }
    }

    /// Carries out what a comparison wants, and notes whether one is under way.
    fn note_comparison(&mut self, link: LinkId, id: PeerId, events: Vec<Event>, now: Now, out: &mut Vec<Output>) {
        for event in events {
            match event {
                Event::Send(step) => {
                    let step = match step {
                        Step::Commit(hash) => Sas::Commit(hash),
                        Step::Reveal(nonce) => Sas::Reveal(nonce),
                    };
                    out.push(Output::Tell { link, frame: mesh::encode(&Frame::Sas(step)) });
                }
                Event::Code { code, began } => {
                    let nick = self.peer(id).and_then(|peer| peer.nick.clone());
                    self.comparing.show(id, nick, now.mono);
                    let step = VerifyStep::Code { code, began };
                    out.push(Output::Update(Update::Verify { peer: id, step }));
                }
                Event::Ended => out.push(Output::Update(Update::Verify { peer: id, step: VerifyStep::Ended })),
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

fn not_possible(text: String) -> Update {
    Update::Failed { code: FailureCode::NotPossible, text }
}
