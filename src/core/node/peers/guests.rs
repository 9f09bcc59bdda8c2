//! Reference nodes: which of them are let in, and which of two links stays.
//!
//! A reference node is known only by its address, and what it says about its address may be a lie. Of two dials at
//! once, the one of the numerically smaller address stays.

use std::net::SocketAddr;

use bytes::Bytes;

use super::{
    Context, Output, Peers,
    link::{ClaimCheck, GuestAddress, Kind, Link},
};
use crate::{
    core::node::{dialing::News, local_addrs::with_port, myself::Myself},
    domain::{
        bus::Update,
        model::{LeaveReason, LinkId, Peer, PeerId, Repute, Software, Trust},
    },
    protocol::codec::Protocol,
};

/// The answer that lets in a reference node that dialled us.
const OK: Bytes = Bytes::from_static(b"ok");

impl Peers {
    /// A reference node whose connection comes from `source` dialled us, and says that it listens at `claim`.
    pub(in crate::core::node) fn arrived(
        &mut self,
        link: LinkId,
        source: SocketAddr,
        claim: Option<SocketAddr>,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        let me = context.me;
        // A claim counts only if it names the host that it comes from. Behind a NAT it does not: such a guest is known
        // by its connection, and never dialled back.
        let claim = claim.filter(|claim| claim.ip() == source.ip()).map(|claim| with_port(source, claim.port()));
        // Where a node of our kind was reached, no guest listens.
        let claim = claim.filter(|claim| self.owners.owner(claim).is_none());
        let addr = claim.unwrap_or(source);
        if !me.guests.admits(source.ip())
            || claim.is_some_and(|addr| me.local.is_own(&addr))
            || self.is_repeated(addr, claim.is_some(), out)
            || claim.is_some_and(|addr| self.our_dial_stays(addr, me))
        {
            return out.push(Output::close(link, None));
        }
        if self.is_full_of_guests() {
            self.tell_full_of_guests(source.ip(), context.now.mono, out);
            return out.push(Output::close(link, None));
        }
        if claim.is_some() {
            self.give_up_dial(addr, out);
        }
        let check = ClaimCheck::Open;
        let address = if claim.is_some() { GuestAddress::Claimed { source, check } } else { GuestAddress::Source };
        self.join_guest(link, addr, address, Some(OK), out);
        if claim.is_some() {
            // It may be the address of a node of our kind. A guest's claim must never keep such a node out.
            self.check(addr, me, out);
        }
    }

    /// A reference node that we dialled says "ok".
    pub(super) fn let_in(&mut self, link: LinkId, out: &mut Vec<Output>) {
        let Some(dial) = self.table.take_dial(link) else { return out.push(Output::close(link, None)) };
        if let Some(claimant) = self.table.link_of(&PeerId::Guest(dial.addr)) {
            // A reference node may let in our dial although we let in its own: one of the two is enough.
            if dial.superseded || !self.displace(claimant, out) {
                out.push(Output::Address(News::Linked(dial.addr)));
                return out.push(Output::close(link, None));
            }
        } else if self.is_full_of_guests() {
            out.push(Output::Address(News::Failed { addr: dial.addr, only: None, why: None, soon_over: true }));
            return out.push(Output::close(link, None));
        }
        self.join_guest(link, dial.addr, GuestAddress::Dialled, None, out);
    }

    /// Makes `link` the one link of a new guest.
    fn join_guest(
        &mut self,
        link: LinkId,
        addr: SocketAddr,
        address: GuestAddress,
        first: Option<Bytes>,
        out: &mut Vec<Output>,
    ) {
        self.guest_refusals.linked(&addr);
        if address.is_confirmed() {
            out.extend([Output::Address(News::Linked(addr)), Output::Address(News::Answered(addr))]);
        }
        let id = PeerId::Guest(addr);
        // The previous peer at this address may have been another program.
        let repute = Repute::of(Trust::Guest);
        let peer = Peer { id, nick: None, addr, software: Software::Reference, repute };
        out.push(Output::open(link, Protocol::Reference, first));
        out.push(Output::update(Update::PeerJoined(peer.clone())));
        self.table.put_up(link, peer, Kind::Guest(address));
        out.push(Output::linked_changed());
    }

    /// Whether a guest with this address is linked. Unless we dialled that guest, only its claim or its source port
    /// ties it to the address, and a newcomer that claims the address may be the true owner. Then we dial the address,
    /// and the owner's answer decides (see [`Self::displace`]).
    fn is_repeated(&mut self, addr: SocketAddr, claimed: bool, out: &mut Vec<Output>) -> bool {
        let id = PeerId::Guest(addr);
        if !self.table.has(&id) {
            return false;
        }
        let Some((_, address)) = self.table.guest_at_mut(&id) else { return true };
        if claimed && *address != GuestAddress::Dialled {
            if let GuestAddress::Claimed { check, .. } = address {
                *check = ClaimCheck::Disputed;
            }
            out.push(Output::Address(News::Disputed(addr)));
        }
        true
    }

    /// Whether our own dial of this guest's address stays, because our address is smaller and its first frame is out.
    fn our_dial_stays(&self, addr: SocketAddr, me: &Myself) -> bool {
        me.local.towards(addr.ip()).is_some_and(|own| own < addr)
            && self.table.offers().any(|(_, dial)| dial.is_plain_to(addr))
    }

    /// The other side's dial is let in, so ours is not needed. Before its first frame it can be dropped unnoticed;
    /// after that the other side ends it, and if it does not, [`Self::let_in`] decides.
    fn give_up_dial(&mut self, addr: SocketAddr, out: &mut Vec<Output>) {
        self.table.links.retain(|link, state| match state {
            Link::Dialling(dial) if dial.is_plain_to(addr) => {
                out.push(Output::close(*link, None));
                false
            }
            Link::Offered(dial) if dial.is_plain_to(addr) => {
                dial.superseded = true;
                true
            }
            // It may find a node of our kind there, which has claimed nothing.
            Link::Dialling(dial) if dial.addr == addr => {
                dial.superseded = true;
                true
            }
            _ => true,
        });
    }

    /// A reference node answers where a guest claims to listen. Returns whether that settles the claim: it does unless
    /// somebody else makes the same claim.
    pub(super) fn settles_claim(&mut self, addr: SocketAddr, out: &mut Vec<Output>) -> bool {
        let Some((_, GuestAddress::Claimed { check, .. })) = self.table.guest_at_mut(&PeerId::Guest(addr)) else {
            return false;
        };
        if *check == ClaimCheck::Disputed {
            return false;
        }
        *check = ClaimCheck::Confirmed;
        out.extend([Output::Address(News::Linked(addr)), Output::Address(News::Answered(addr))]);
        out.push(Output::linked_changed());
        true
    }

    /// The owner of a claimed address does not let us in there because it is linked already: so the linked guest is the
    /// owner.
    pub(super) fn confirms_claim(&mut self, addr: SocketAddr) {
        if let Some((_, GuestAddress::Claimed { check, .. })) = self.table.guest_at_mut(&PeerId::Guest(addr)) {
            *check = ClaimCheck::Confirmed;
        }
    }

    /// The owner of an address has let us in there, so the guest that is linked under that address is somebody else.
    /// That guest stays, under the address that its connection comes from, if that is free; otherwise its link is
    /// closed. Returns false if we dialled that guest: then it is the owner itself.
    pub(super) fn displace(&mut self, link: LinkId, out: &mut Vec<Output>) -> bool {
        let Some((peer, address)) = self.table.get(link).and_then(Link::guest) else { return false };
        let (taken, source) = match address {
            GuestAddress::Dialled => return false,
            GuestAddress::Claimed { source, .. } => (peer.id, Some(source)),
            GuestAddress::Source => (peer.id, None),
        };
        let is_free = |source: &SocketAddr| !self.is_full_of_guests() && !self.table.has(&PeerId::Guest(*source));
        let source = source.filter(is_free);
        let nick = peer.nick.clone();
        self.leave(link, taken, Some(LeaveReason::Closed), out);
        if let PeerId::Guest(addr) = taken {
            out.push(Output::GuestLeft { addr, nick, moved_to: source });
        }
        if let (Some(source), Some((peer, address))) = (source, self.table.guest_mut(link)) {
            *address = GuestAddress::Source;
            (peer.id, peer.addr) = (PeerId::Guest(source), source);
            let peer = peer.clone();
            self.table.remap(link, peer.id);
            out.push(Output::update(Update::PeerJoined(peer)));
        } else {
            self.table.remove(link);
            out.push(Output::close(link, None));
        }
        true
    }

    /// The user ignores the guest at `addr`, or no longer ignores it.
    pub(in crate::core::node) fn guest_ignored(&mut self, addr: SocketAddr, ignored: bool, out: &mut Vec<Output>) {
        let id = PeerId::Guest(addr);
        if let Some((peer, _)) = self.table.guest_at_mut(&id) {
            peer.repute.ignored = ignored;
            out.push(Output::update(Update::PeerTrust { peer: id, repute: peer.repute }));
        }
    }

    /// A peer claims to listen at `addr`: asks for a check, if the user looks for people there at all.
    pub(super) fn check(&self, addr: SocketAddr, me: &Myself, out: &mut Vec<Output>) {
        if me.local.is_in_networks(addr.ip()) && !self.is_listening(addr) {
            out.push(Output::Address(News::Claimed(addr)));
        }
    }
}
