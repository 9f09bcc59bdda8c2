//! Reference nodes: who is let in, and which of two links stays (DESIGN.md section 5, "Reference protocol").

use std::net::SocketAddr;

use bytes::Bytes;

use super::{
    LinkId, MAX_GUESTS, MAX_NODES, Node, Output,
    link::{Kind, Link, Origin, Seen},
    local_addrs::with_port,
};
use crate::{
    domain::{
        bus::{NoticeCode, Update},
        model::{LeaveReason, Now, Peer, PeerId, Software, Trust},
    },
    protocol::codec::Protocol,
};

/// What lets a dialler of the reference protocol in.
pub(super) const OK: Bytes = Bytes::from_static(b"ok");

impl Node {
    /// Somebody whose connection comes from `source` dialled us, and says that it listens at `claim`.
    pub(super) fn arrived(
        &mut self,
        link: LinkId,
        source: SocketAddr,
        claim: Option<SocketAddr>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        // A claim is worth something if it names the host that it comes from. Behind a NAT it does not: such a guest is
        // known by its connection, and never dialled back.
        let claim = claim.filter(|claim| claim.ip() == source.ip()).map(|claim| with_port(source, claim.port()));
        // Where a node of our kind was reached, no guest listens.
        let claim = claim.filter(|claim| self.places.owner(claim).is_none());
        let addr = claim.unwrap_or(source);
        if !self.guests.admits(source.ip())
            || claim.is_some_and(|addr| self.location.is_own(&addr))
            || self.is_repeated(addr, claim.is_some(), now)
            || claim.is_some_and(|addr| self.our_dial_stays(addr))
        {
            out.push(Output::Close { link, bye: None });
            return;
        }
        if self.guests_full() {
            self.tell_full(now, out);
            out.push(Output::Close { link, bye: None });
            return;
        }
        if claim.is_some() {
            self.give_up_dial(addr, out);
        }
        let origin = if claim.is_some() { Origin::Claimed { source, seen: Seen::Nothing } } else { Origin::Source };
        self.join_guest(link, addr, origin, Some(OK), out);
        if claim.is_some() {
            // It may be the address of a node of our kind, whom nothing that a guest says may keep out.
            self.check(addr, now);
        }
    }

    /// A reference node that we dialled says "ok".
    pub(super) fn let_in(&mut self, link: LinkId, now: Now, out: &mut Vec<Output>) {
        let Some(dial) = self.take_dial(link) else {
            return out.push(Output::Close { link, bye: None });
        };
        let id = PeerId::Guest(dial.addr);
        if let Some(claimant) = self.peers.get(&id).copied() {
            // A reference node may let in our dial although its own was let in: one of the two is enough.
            if dial.superseded || !self.displace(claimant, out) {
                self.book.linked(dial.addr);
                return out.push(Output::Close { link, bye: None });
            }
        } else if self.guests_full() {
            self.book.refused(dial.addr, now.mono, &mut self.rng);
            return out.push(Output::Close { link, bye: None });
        }
        self.join_guest(link, dial.addr, Origin::Dialled, None, out);
    }

    /// Makes `link` the one link of a new guest.
    fn join_guest(
        &mut self,
        link: LinkId,
        addr: SocketAddr,
        origin: Origin,
        first: Option<Bytes>,
        out: &mut Vec<Output>,
    ) {
        if origin.is_found() {
            self.book.linked(addr);
            self.somebody_at(addr);
        }
        let id = PeerId::Guest(addr);
        let ignored = self.ignored_guests.contains(&addr);
        let peer = Peer { id, nick: None, addr, software: Software::Reference, trust: Trust::Guest, ignored };
        self.peers.insert(id, link);
        out.push(Output::Open { link, protocol: Protocol::Reference, first });
        out.push(Output::Update(Update::PeerJoined(peer.clone())));
        self.links.insert(link, Link::Up { peer, kind: Kind::Guest(origin) });
        out.push(Output::LinkedChanged);
    }

    /// Whether a peer of this address is linked. Unless it was us who dialled it, only its own word or its source port
    /// says that the address is its own, and the newcomer may be the true owner: we dial the address, and the owner's
    /// answer tells (see [`Self::displace`]).
    fn is_repeated(&mut self, addr: SocketAddr, claimed: bool, now: Now) -> bool {
        let Some(existing) = self.peers.get(&PeerId::Guest(addr)) else { return false };
        let Some(Link::Up { kind: Kind::Guest(origin), .. }) = self.links.get_mut(existing) else { return true };
        if claimed && *origin != Origin::Dialled {
            if let Origin::Claimed { seen, .. } = origin {
                *seen = Seen::Disputed;
            }
            self.book.verify(addr, now.mono);
        }
        true
    }

    /// Two dials at once: the dial of the numerically smaller address stays, once its first frame is out.
    fn our_dial_stays(&self, addr: SocketAddr) -> bool {
        self.location.towards(addr.ip()).is_some_and(|own| own < addr)
            && self.links.values().any(|link| matches!(link, Link::Offered(dial) if dial.is_plain_to(addr)))
    }

    /// The other side's dial is let in, so ours is not needed. Before its first frame it can be dropped unnoticed; after
    /// that the other side ends it, and if it does not, [`Self::let_in`] decides.
    fn give_up_dial(&mut self, addr: SocketAddr, out: &mut Vec<Output>) {
        self.links.retain(|link, state| match state {
            Link::Dialling(dial) if dial.is_plain_to(addr) => {
                out.push(Output::Close { link: *link, bye: None });
                false
            }
            Link::Offered(dial) if dial.is_plain_to(addr) => {
                dial.superseded = true;
                true
            }
            // It may find a node of our kind there, who did not claim anything.
            Link::Dialling(dial) if dial.addr == addr => {
                dial.superseded = true;
                true
            }
            _ => true,
        });
    }

    /// A reference node answers where a guest claims to listen. True if that settles the claim: nobody else makes it.
    pub(super) fn settles_claim(&mut self, addr: SocketAddr, out: &mut Vec<Output>) -> bool {
        let link = self.peers.get(&PeerId::Guest(addr)).and_then(|link| self.links.get_mut(link));
        let Some(Link::Up { kind: Kind::Guest(Origin::Claimed { seen, .. }), .. }) = link else { return false };
        if *seen == Seen::Disputed {
            return false;
        }
        *seen = Seen::Plain;
        self.book.linked(addr);
        self.somebody_at(addr);
        out.push(Output::LinkedChanged);
        true
    }

    /// The owner of a disputed address does not let us in there because it is linked: it is who claimed it first.
    pub(super) fn confirms_claim(&mut self, addr: SocketAddr) {
        let link = self.peers.get(&PeerId::Guest(addr)).and_then(|link| self.links.get_mut(link));
        if let Some(Link::Up { kind: Kind::Guest(Origin::Claimed { seen, .. }), .. }) = link {
            *seen = Seen::Plain;
        }
    }

    /// The owner of an address has let us in there, so the guest who has its place is somebody else. It stays a guest
    /// under the address that its connection comes from, if that is free; else it has to go. False if we dialled it:
    /// then it is the owner itself.
    pub(super) fn displace(&mut self, link: LinkId, out: &mut Vec<Output>) -> bool {
        let full = self.guests_full();
        let Some(Link::Up { peer, kind: Kind::Guest(origin) }) = self.links.get_mut(&link) else { return false };
        let (taken, source) = match *origin {
            Origin::Dialled => return false,
            Origin::Claimed { source, .. } => (peer.id, Some(source)),
            Origin::Source => (peer.id, None),
        };
        let free = |source: &SocketAddr| !full && !self.peers.contains_key(&PeerId::Guest(*source));
        if let Some(source) = source.filter(free) {
            *origin = Origin::Source;
            peer.id = PeerId::Guest(source);
            peer.addr = source;
            let peer = peer.clone();
            self.leave(link, taken, Some(LeaveReason::Closed), out);
            self.peers.insert(peer.id, link);
            out.push(Output::Update(Update::PeerJoined(peer)));
        } else {
            self.leave(link, taken, Some(LeaveReason::Closed), out);
            self.links.remove(&link);
            out.push(Output::Close { link, bye: None });
        }
        true
    }

    pub(super) fn tell_full(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.told.may_tell(NoticeCode::RoomFull, now.mono) {
            let (guests, nodes) = (self.count(|id| id.node().is_none()), self.count(|id| id.node().is_some()));
            let text = format!(
                "{nodes} people (of {MAX_NODES}) and {guests} guests (of {MAX_GUESTS}) are here already; somebody else \
                 was turned away."
            );
            out.push(Output::Update(Update::Notice { code: NoticeCode::RoomFull, text }));
        }
    }
}
