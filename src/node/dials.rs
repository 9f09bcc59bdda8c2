//! Whom to dial, and what becomes of a dial.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use super::{
    DialFailure, LinkId, MAX_GUESTS, Node, Out,
    book::{TRIES_WHEN_ASKED, Verdict},
    link::{Dial, Link, Origin},
};
use crate::{
    bus::{FailureCode, NoticeCode, Update},
    convert::Stranger,
    model::{Now, Peer, PeerId, Software, Target},
};

/// Dials on their way at once. Each is a socket and a task; candidates that find no free one wait in the book.
const MAX_DIALS: usize = 32;

/// `/connect` commands that are waited for at once; older ones lose their closing word, not their dials.
const MAX_ASKS: usize = 16;

/// An address that the user named and that has not answered yet.
#[derive(Debug)]
pub(super) struct Ask {
    target: Target,
    began: Instant,
    /// What has not failed often enough to say so.
    left: BTreeSet<SocketAddr>,
    /// Whether it is tried on for ever.
    configured: bool,
}

impl Node {
    pub(super) fn found(&mut self, addr: SocketAddr, now: Now) {
        if addr != self.addr && !self.is_linked(addr) {
            self.book.swept(addr, now.mono);
        }
    }

    pub(super) fn configured(&mut self, target: Target, now: Now) {
        let others = self.others_at(target);
        for addr in &others {
            self.book.configured(*addr, now.mono);
        }
        if !others.is_empty() {
            self.ask(Ask { target, began: now.mono, left: others, configured: true });
        }
    }

    pub(super) fn connect(&mut self, target: Target, now: Now, out: &mut Vec<Out>) {
        let others = self.others_at(target);
        let (here, absent): (BTreeSet<_>, BTreeSet<_>) = others.into_iter().partition(|addr| self.is_linked(*addr));
        for addr in &absent {
            self.book.asked(*addr, now.mono);
        }
        let (code, text) = if let Some(addr) = here.first() {
            // Several people may be at one host: its other ports are tried all the same, but promise nothing.
            (None, format!("{addr} is here already."))
        } else if absent.is_empty() {
            (Some(FailureCode::OwnAddress), format!("{target} is this node itself. Give the address of somebody else."))
        } else if self.is_full() {
            (
                Some(FailureCode::RoomFull),
                format!("{MAX_GUESTS} people are here already; there is no room for {target}."),
            )
        } else {
            self.ask(Ask { target, began: now.mono, left: absent, configured: false });
            (None, format!("Dialling {target}…"))
        };
        out.push(Out::Update(match code {
            Some(code) => Update::Failed { code, text },
            None => Update::Notice { code: NoticeCode::Connect, text },
        }));
    }

    fn others_at(&self, target: Target) -> BTreeSet<SocketAddr> {
        let all: BTreeSet<SocketAddr> = match target {
            Target::Socket(addr) => [addr].into(),
            Target::Host(ip) => self.ports.iter().map(|port| SocketAddr::new(ip, port)).collect(),
        };
        all.into_iter().filter(|addr| *addr != self.addr).collect()
    }

    fn ask(&mut self, ask: Ask) {
        if self.asks.len() == MAX_ASKS {
            self.asks.remove(0);
        }
        self.asks.push(ask);
    }

    /// Dials that may be begun now.
    pub(super) fn dial_slots(&self) -> usize {
        if self.leaving || self.is_full() {
            return 0;
        }
        let busy = self.links.values().filter(|link| !matches!(link, Link::Up { .. })).count();
        MAX_DIALS.saturating_sub(busy)
    }

    pub(super) fn dial_due(&mut self, now: Now, out: &mut Vec<Out>) {
        while self.dial_slots() > 0
            && let Some(addr) = self.book.take_due(now.mono)
        {
            let link = LinkId::Dialled(self.next_dial);
            self.next_dial = self.next_dial.wrapping_add(1);
            self.links.insert(link, Link::Dialling(Dial::new(addr)));
            out.push(Out::Dial { link, addr });
        }
    }

    pub(super) fn dial_connected(&mut self, link: LinkId, out: &mut Vec<Out>) {
        match self.links.get(&link) {
            Some(Link::Dialling(dial)) => {
                let offered = Link::Offered(*dial);
                self.links.insert(link, offered);
                out.push(Out::Offer { link });
            }
            Some(_) => {}
            // Given up while it was on its way.
            None => out.push(Out::Close { link }),
        }
    }

    pub(super) fn dial_answered(&mut self, link: LinkId, stranger: Stranger, now: Now, out: &mut Vec<Out>) {
        let Some(dial) = self.take_dial(link) else {
            out.push(Out::Close { link });
            return;
        };
        let id = PeerId::Guest(dial.addr);
        if let Some(claimant) = self.peers.get(&id).copied() {
            // A reference node may let in our dial although its own was let in: one of the two is enough. A node of our
            // kind never does, so there the one who claimed the address before is somebody else.
            let twice = dial.superseded && stranger.software == Software::Reference;
            if twice || !self.displace(claimant, out) {
                self.book.linked(dial.addr);
                out.push(Out::Close { link });
                return;
            }
        } else if self.is_full() {
            self.book.refused(dial.addr, now.mono, &mut self.rng);
            out.push(Out::Close { link });
            return;
        }
        let peer = Peer {
            id,
            nick: stranger.nick,
            addr: dial.addr,
            software: stranger.software,
            trust: crate::model::Trust::Guest,
            ignored: false,
        };
        self.join(link, peer, Origin::Dialled, out);
    }

    pub(super) fn dial_refused(&mut self, link: LinkId, now: Now, out: &mut Vec<Out>) {
        let Some(dial) = self.take_dial(link) else { return };
        if self.is_linked(dial.addr) {
            self.book.linked(dial.addr);
        } else if self.book.refused(dial.addr, now.mono, &mut self.rng) == Verdict::Tell {
            self.nobody_at(dial.addr, Failure::Refusal, now, out);
        }
    }

    pub(super) fn dial_failed(&mut self, link: LinkId, failure: DialFailure, now: Now, out: &mut Vec<Out>) {
        let Some(dial) = self.take_dial(link) else { return };
        if self.is_linked(dial.addr) {
            self.book.linked(dial.addr);
        } else if self.book.failed(dial.addr, now.mono, &mut self.rng) == Verdict::Tell {
            self.nobody_at(dial.addr, Failure::Dial(failure), now, out);
        }
    }

    /// Ends a dial; none if the link is none, or is open.
    fn take_dial(&mut self, link: LinkId) -> Option<Dial> {
        let (Link::Dialling(dial) | Link::Offered(dial)) = *self.links.get(&link)? else { return None };
        self.links.remove(&link);
        Some(dial)
    }

    /// Somebody answered: what was asked for is there.
    pub(super) fn somebody_at(&mut self, addr: SocketAddr) {
        self.asks.retain(|ask| match ask.target {
            Target::Host(ip) => ip != addr.ip(),
            Target::Socket(asked) => asked != addr,
        });
    }

    /// Nobody answered: says so once all ports of the target have failed.
    fn nobody_at(&mut self, addr: SocketAddr, failure: Failure, now: Now, out: &mut Vec<Out>) {
        let from = self.addr.ip();
        self.asks.retain_mut(|ask| {
            if !ask.left.remove(&addr) || !ask.left.is_empty() {
                return true;
            }
            out.push(Out::Update(ask.failed(failure, from, now)));
            false
        });
    }

    /// Whether the node that listens at `addr` is linked. Who merely comes from there is not that node.
    pub(super) fn is_linked(&self, addr: SocketAddr) -> bool {
        let link = self.peers.get(&PeerId::Guest(addr)).and_then(|link| self.links.get(link));
        matches!(link, Some(Link::Up { origin, .. }) if origin.listens())
    }
}

/// Why an address that the user named is not linked.
#[derive(Debug, Clone, Copy)]
enum Failure {
    Dial(DialFailure),
    Refusal,
}

impl Ask {
    fn failed(&self, failure: Failure, from: IpAddr, now: Now) -> Update {
        let target = self.target;
        let took = now.mono.saturating_duration_since(self.began).max(Duration::from_secs(1)).as_secs();
        let tries = format!("({TRIES_WHEN_ASKED} tries, {took} s)");
        let (code, mut text) = match failure {
            Failure::Dial(DialFailure::Unreachable) => (
                FailureCode::Unreachable,
                format!("There is no way from {from} to {target}. Start with --ip and this machine's address there."),
            ),
            Failure::Dial(DialFailure::Protocol) => (
                FailureCode::NoAnswer,
                format!("{target} answers, but not as a chat node {tries}. Is it the right port?"),
            ),
            Failure::Dial(DialFailure::Ended) => (
                FailureCode::NoAnswer,
                format!("{target} ends the connection {tries}. Is it a chat node, and has it room for one more?"),
            ),
            Failure::Dial(DialFailure::Refused | DialFailure::Timeout) => {
                (FailureCode::NoAnswer, format!("No answer from {target} {tries}. Is the program open there?"))
            }
            Failure::Refusal => (
                FailureCode::Refused,
                format!(
                    "{target} does not let us in {tries}. Perhaps it still knows us from before; Ctrl-R tries again."
                ),
            ),
        };
        if self.configured {
            text.push_str(" It is tried again from time to time.");
        }
        Update::Failed { code, text }
    }
}
