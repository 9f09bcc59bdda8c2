//! Whom to dial, and what becomes of a dial.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    DialFailure, LinkId, Node, Output, Secure, Via,
    asks::Failure,
    book::Verdict,
    link::{Dial, Kind, Link},
    local_addrs::is_for_everybody,
    troubles::Trouble,
};
use crate::{
    domain::model::{NodeId, Now, PeerId},
    protocol::codec::mesh::Reason,
};

/// Dials on their way at once. Each is a socket and a task; candidates that find no free one wait in the book.
const MAX_DIALS: usize = 256;

/// Of these, those that have just begun.
const MAX_FRESH_DIALS: usize = 64;

/// How long a dial counts as one of them. Whoever is there has answered by then, on any network where one can chat; what accepts
/// and stays silent holds a socket until its time is up, and keeps nobody waiting.
const FRESH: Duration = Duration::from_millis(300);

/// Dials of these that may be to where peers say that somebody is: what leads nowhere takes up to 10 s, and the user's own
/// dials must not wait for it.
const MAX_PASSED_DIALS: usize = 8;

/// Dials on their way at once while the room is full: enough to see who comes back, and who claims what.
const MAX_DIALS_WHEN_FULL: usize = 2;

/// Whether another dial may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Free,
    /// From then on, if nothing ends before.
    From(Instant),
    /// Not before something has ended.
    None,
}

impl Node {
    pub(super) fn found(&mut self, addr: SocketAddr, now: Now) {
        // A claim is looked at a little later, lest all who start together do it twice.
        let is_claimed = |link: &Link| link.session().is_some_and(|(_, s)| s.addrs.claimed() == Some(addr));
        let comes_later = || self.book.is_pending(&addr) && self.links.values().any(is_claimed);
        if !self.location.is_own(&addr)
            && !self.is_linked(addr)
            && !self.places.is_ours(&addr, now.mono)
            && !comes_later()
        {
            self.book.swept(addr, now.mono);
        }
    }

    /// Looks for everybody, now.
    pub(super) fn rescan(&mut self, now: Now, out: &mut Vec<Output>) {
        self.forgive(now, out);
        out.push(Output::Sweep);
    }

    /// Everybody may be where nobody was.
    pub(super) fn forgive(&mut self, now: Now, out: &mut Vec<Output>) {
        let busy: BTreeSet<SocketAddr> = self.busy().collect();
        self.book.forgive(now.mono, |addr| busy.contains(addr));
        if self.places.forget_ourselves(None) {
            out.push(Output::LinkedChanged);
        }
    }

    /// Somebody says that it listens at `addr`: looks whether it does, if the user looks for people there at all.
    pub(super) fn check(&mut self, addr: SocketAddr, now: Now) {
        if self.location.is_in_networks(addr.ip()) && !self.is_linked(addr) {
            self.book.check(addr, now.mono, &mut self.rng);
        }
    }

    /// Where there is a dial or a link.
    fn busy(&self) -> impl Iterator<Item = SocketAddr> {
        let dials = self.links.values().filter_map(|link| match link {
            Link::Dialling(dial) | Link::Offered(dial) => Some(dial.addr),
            Link::Up { .. } => None,
        });
        dials.chain(self.linked())
    }

    pub(super) fn is_busy(&self, addr: &SocketAddr) -> bool {
        self.busy().any(|other| other == *addr)
    }

    /// Whether another dial may begin.
    pub(super) fn dial_slot(&self) -> Slot {
        let dials = self.links.values().filter_map(|link| match link {
            Link::Dialling(dial) | Link::Offered(dial) => Some(dial.began),
            Link::Up { .. } => None,
        });
        let mut began: Vec<Instant> = dials.collect();
        let most = if self.nodes_full() { MAX_DIALS_WHEN_FULL } else { MAX_DIALS };
        if self.leaving || began.len() >= most {
            return Slot::None;
        }
        began.sort_unstable();
        match began.iter().rev().nth(MAX_FRESH_DIALS - 1) {
            Some(last) => Slot::From(*last + FRESH),
            None => Slot::Free,
        }
    }

    /// Whether one of them may be to where a peer says that somebody is.
    pub(super) fn may_dial_passed(&self) -> bool {
        let passed = |link: &&Link| matches!(link, Link::Dialling(dial) | Link::Offered(dial) if dial.is_passed());
        self.links.values().filter(passed).count() < MAX_PASSED_DIALS
    }

    pub(super) fn dial_due(&mut self, now: Now, out: &mut Vec<Output>) {
        let has_slot = |node: &Self| match node.dial_slot() {
            Slot::Free => true,
            Slot::From(at) => at <= now.mono,
            Slot::None => false,
        };
        while has_slot(self)
            && let Some((addr, only)) = self.book.take_due(self.may_dial_passed(), now.mono)
        {
            // What was found or lost while the node was open may come to the book after it was closed.
            if self.location.reaches(addr.ip()) {
                self.dial(addr, Via::Secure { only }, now, out);
            } else {
                self.book.forget(|other, _| *other != addr);
            }
        }
    }

    fn dial(&mut self, addr: SocketAddr, via: Via, now: Now, out: &mut Vec<Output>) {
        let link = LinkId::Dialled(self.next_dial);
        self.next_dial = self.next_dial.wrapping_add(1);
        let dial = Dial { addr, via, began: now.mono, secure: None, superseded: false };
        self.links.insert(link, Link::Dialling(dial));
        out.push(Output::Dial { link, addr, via });
    }

    pub(super) fn dial_connected(&mut self, link: LinkId, secure: Option<Secure>, now: Now, out: &mut Vec<Output>) {
        let dial = match self.links.get(&link) {
            Some(Link::Dialling(dial)) => *dial,
            Some(_) => return,
            // Given up while it was on its way.
            None => return out.push(Output::Close { link, bye: None }),
        };
        let first = match (dial.via, secure) {
            (Via::Plain, None) => {
                let own = self.location.towards(dial.addr.ip()).unwrap_or(dial.addr);
                own.to_string().into()
            }
            (Via::Secure { .. }, Some(secure)) => {
                if !self.is_wanted(link, &dial, secure.node, now, out) {
                    self.links.remove(&link);
                    return out.push(Output::Close { link, bye: None });
                }
                self.hello(now)
            }
            // The shell dials as it is told.
            _ => return out.push(Output::Close { link, bye: None }),
        };
        self.links.insert(link, Link::Offered(Dial { secure, ..dial }));
        out.push(Output::Offer { link, first });
    }

    /// Whether a link with the node that was reached is wanted. If not, says to the book what becomes of the address.
    fn is_wanted(&mut self, link: LinkId, dial: &Dial, node: NodeId, now: Now, out: &mut Vec<Output>) -> bool {
        self.places.spoke_tls(dial.addr);
        if node == self.me && self.places.is_ours(&dial.addr, now.mono) {
            self.book.rest(dial.addr, now.mono, &mut self.rng);
            return false;
        }
        if self.peers.contains_key(&PeerId::Node(node)) {
            // One node, another of its addresses, or the one that it claimed.
            self.reached(dial.addr, node, out);
            self.book.linked(dial.addr);
            self.somebody_at(dial.addr);
            return false;
        }
        // Two dials of one node at two of its addresses: the first is enough, if it leads anywhere.
        let twice = |(other, state): (&LinkId, &Link)| {
            *other != link && matches!(state, Link::Offered(dial) if dial.is_of(&node))
        };
        if self.links.iter().any(twice) {
            self.book.refused(dial.addr, now.mono, &mut self.rng);
            return false;
        }
        true
    }

    /// A linked node was reached at `addr`, and therefore nobody else who says to be there is.
    pub(super) fn reached(&mut self, addr: SocketAddr, node: NodeId, out: &mut Vec<Output>) {
        for link in self.links.values_mut() {
            if let Some((peer, session)) = link.session_mut()
                && peer.id != PeerId::Node(node)
            {
                session.addrs.disprove(addr);
                if peer.addr == addr {
                    peer.addr = session.remote;
                }
            }
        }
        if let Some(guest) = self.peers.get(&PeerId::Guest(addr)).copied() {
            self.displace(guest, out);
        }
        self.troubles.met(&addr);
        let link = self.peers.get(&PeerId::Node(node)).and_then(|link| self.links.get_mut(link));
        let Some((_, session)) = link.and_then(Link::session_mut) else { return };
        let (news, given_up) = session.addrs.prove(addr);
        if news {
            if is_for_everybody(&addr) {
                self.trust.listens(&node, addr);
            }
            out.push(Output::LinkedChanged);
        }
        if let Some(old) = given_up {
            self.places.forget(&old);
        }
        self.places.owns(node, addr);
    }

    pub(super) fn dial_refused(&mut self, link: LinkId, reason: Option<Reason>, now: Now, out: &mut Vec<Output>) {
        let Some(dial) = self.take_dial(link) else { return };
        if dial.via == Via::Plain {
            self.confirms_claim(dial.addr);
        }
        if self.is_done(&dial, out) {
            return;
        }
        let verdict = match reason {
            // It knows us already, or has just dialled us: soon over.
            None | Some(Reason::Duplicate) => self.book.refused(dial.addr, now.mono, &mut self.rng),
            Some(Reason::OwnKey) => return self.met_own_key(&dial, now, out),
            Some(reason) => {
                if reason == Reason::Version {
                    self.tell_version(dial.addr, now, out);
                }
                self.book.failed(dial.addr, now.mono, &mut self.rng)
            }
        };
        if verdict == Verdict::Tell {
            self.nobody_at(dial.addr, Failure::Refusal(reason), now, out);
        }
    }

    /// Our own key is at `addr`: we are there ourselves, by another address of this machine or because somebody passes
    /// everything on to us; or else somebody has it who is not we.
    fn met_own_key(&mut self, dial: &Dial, now: Now, out: &mut Vec<Output>) {
        self.places.met_ourselves(dial.addr, now.mono);
        self.book.rest(dial.addr, now.mono, &mut self.rng);
        out.push(Output::LinkedChanged);
        let ourselves = self.met_ourselves.is_some_and(|at| at >= dial.began);
        if !ourselves {
            self.tell_own_key(dial.addr, now, out);
        }
    }

    pub(super) fn dial_failed(&mut self, link: LinkId, failure: DialFailure, now: Now, out: &mut Vec<Output>) {
        let Some(dial) = self.take_dial(link) else { return };
        if failure == DialFailure::NotTls && self.settles_claim(dial.addr, out) {
            return;
        }
        // The three conditions of DESIGN.md section 5; and whoever looks for one key on a peer's word takes nobody else.
        if failure == DialFailure::NotTls
            && dial.via == (Via::Secure { only: None })
            && self.guests.admits(dial.addr.ip())
            && self.places.may_be_plain(&dial.addr)
            && !self.guests_full()
        {
            return self.dial(dial.addr, Via::Plain, now, out);
        }
        if self.is_done(&dial, out) {
            return;
        }
        // Who answers with another key than the one that was looked for says nothing about who else may be there.
        if !matches!(failure, DialFailure::Untrusted | DialFailure::Unreachable) {
            self.not_at(dial.addr, out);
        }
        if dial.is_passed() && matches!(failure, DialFailure::Timeout | DialFailure::Unreachable | DialFailure::Refused)
        {
            self.answer_announcement(dial.addr, now, out);
            if self.is_announced(&dial) {
                let refused = failure == DialFailure::Refused;
                let trouble = if refused { Trouble::Refused } else { Trouble::Silent };
                self.troubles.note(dial.addr, trouble, now.mono);
            }
        }
        if self.book.failed(dial.addr, now.mono, &mut self.rng) == Verdict::Tell {
            let failure = match failure {
                DialFailure::NotTls if !self.places.may_be_plain(&dial.addr) => Failure::Downgrade,
                DialFailure::NotTls => Failure::Guest,
                failure => Failure::Dial(failure),
            };
            self.nobody_at(dial.addr, failure, now, out);
        }
    }

    /// Whether the other side's own dial has done meanwhile what this one was to do.
    fn is_done(&mut self, dial: &Dial, out: &mut Vec<Output>) -> bool {
        let node = dial.secure.map(|secure| secure.node).filter(|node| self.peers.contains_key(&PeerId::Node(*node)));
        if let Some(node) = node {
            self.reached(dial.addr, node, out);
        }
        let done = node.is_some() || self.is_linked(dial.addr);
        if done {
            self.book.linked(dial.addr);
        }
        done
    }

    /// Nobody answers where a linked node says that it listens: then it does not, for us.
    fn not_at(&mut self, addr: SocketAddr, out: &mut Vec<Output>) {
        for link in self.links.values_mut() {
            if let Some((_, session)) = link.session_mut()
                && session.addrs.claimed() == Some(addr)
            {
                session.addrs.disprove(addr);
                out.push(Output::LinkedChanged);
            }
        }
    }

    /// Looks first where people were last.
    pub(super) fn dial_last_known(&mut self, now: Now) {
        for addr in self.trust.addresses() {
            if !self.location.is_own(&addr) && self.location.is_in_networks(addr.ip()) {
                self.book.swept(addr, now.mono);
            }
        }
    }

    /// Ends a dial; none if the link is none, or is open.
    pub(super) fn take_dial(&mut self, link: LinkId) -> Option<Dial> {
        let (Link::Dialling(dial) | Link::Offered(dial)) = *self.links.get(&link)? else { return None };
        self.links.remove(&link);
        Some(dial)
    }

    /// Whether the node that listens at `addr` is linked. Who merely comes from there, or says so, is not that node.
    pub(super) fn is_linked(&self, addr: SocketAddr) -> bool {
        let link = self.peers.get(&PeerId::Guest(addr)).and_then(|link| self.links.get(link));
        let guest = matches!(link, Some(Link::Up { kind: Kind::Guest(origin), .. }) if origin.is_found());
        guest || self.places.owner(&addr).is_some()
    }
}

impl Dial {
    /// Whether it looks for one key alone, on a peer's word.
    fn is_passed(&self) -> bool {
        matches!(self.via, Via::Secure { only: Some(_) })
    }

    pub(super) fn is_plain_to(&self, addr: SocketAddr) -> bool {
        self.via == Via::Plain && self.addr == addr
    }
}
