//! Who is let in, and which of two links stays (DESIGN.md section 5, "Reference protocol").

use std::{net::SocketAddr, time::Duration};

use super::{
    LinkId, MAX_GUESTS, Node, Out,
    link::{Link, Origin},
};
use crate::{
    bus::{NoticeCode, Update},
    convert::Stranger,
    model::{LeaveReason, Now, Peer, PeerId},
};

/// How often "the room is full" is said at most: a stranger who keeps knocking must not fill the screen.
const FULL_NOTICE_INTERVAL: Duration = Duration::from_mins(1);

/// Somebody at the door.
pub(super) struct Arrival {
    /// Where its connection comes from.
    pub(super) source: SocketAddr,
    /// Where it says that it listens.
    pub(super) claim: Option<SocketAddr>,
    /// Who it says it is.
    pub(super) stranger: Stranger,
}

impl Node {
    pub(super) fn arrived(&mut self, link: LinkId, arrival: Arrival, now: Now, out: &mut Vec<Out>) {
        let Arrival { source, claim, stranger } = arrival;
        // A claim is worth something if it names the host that it comes from. Behind a NAT it does not: such a guest is
        // known by its connection, and never dialled back.
        let claim = claim.filter(|claim| claim.ip() == source.ip()).map(|claim| {
            let mut addr = source;
            addr.set_port(claim.port());
            addr
        });
        let addr = claim.unwrap_or(source);
        if claim == Some(self.addr)
            || self.is_repeated(addr, claim.is_some(), now)
            || claim.is_some_and(|addr| self.our_dial_stays(addr))
        {
            out.push(Out::Close { link });
            return;
        }
        if self.is_full() {
            self.tell_full(now, out);
            out.push(Out::Close { link });
            return;
        }
        if claim.is_some() {
            self.give_up_dial(addr, out);
        }
        let origin = if claim.is_some() { Origin::Claimed { source } } else { Origin::Source };
        let peer = Peer {
            id: PeerId::Guest(addr),
            nick: stranger.nick,
            addr,
            software: stranger.software,
            trust: crate::model::Trust::Guest,
            ignored: false,
        };
        self.join(link, peer, origin, out);
    }

    /// Whether a peer of this address is linked. Unless it was us who dialled it, only its own word or its source port
    /// says that the address is its own, and the newcomer may be the true owner: we dial the address, and the owner's
    /// answer tells (see [`Self::displace`]).
    fn is_repeated(&mut self, addr: SocketAddr, claimed: bool, now: Now) -> bool {
        let Some(existing) = self.peers.get(&PeerId::Guest(addr)) else { return false };
        if let Some(Link::Up { origin: Origin::Claimed { .. } | Origin::Source, .. }) = self.links.get(existing)
            && claimed
        {
            self.book.verify(addr, now.mono);
        }
        true
    }

    /// Two dials at once: the dial of the numerically smaller address stays, once its first frame is out.
    fn our_dial_stays(&self, addr: SocketAddr) -> bool {
        self.addr < addr && self.links.values().any(|link| matches!(link, Link::Offered(dial) if dial.addr == addr))
    }

    /// The other side's dial is let in, so ours is not needed. Before its first frame it can be dropped unnoticed; after
    /// that the other side ends it, and if it does not, [`Self::dial_answered`] decides.
    fn give_up_dial(&mut self, addr: SocketAddr, out: &mut Vec<Out>) {
        self.links.retain(|link, state| match state {
            Link::Dialling(dial) if dial.addr == addr => {
                out.push(Out::Close { link: *link });
                false
            }
            Link::Offered(dial) if dial.addr == addr => {
                dial.superseded = true;
                true
            }
            _ => true,
        });
    }

    /// The owner of an address has let us in there, so the guest who has its place is somebody else. It stays a guest
    /// under the address that its connection comes from, if that is free; else it has to go. False if we dialled it:
    /// then it is the owner itself.
    pub(super) fn displace(&mut self, link: LinkId, out: &mut Vec<Out>) -> bool {
        let full = self.is_full();
        let Some(Link::Up { peer, origin }) = self.links.get_mut(&link) else { return false };
        let (taken, source) = match *origin {
            Origin::Dialled => return false,
            Origin::Claimed { source } => (peer.id, Some(source)),
            Origin::Source => (peer.id, None),
        };
        let free = |source: &SocketAddr| !full && !self.peers.contains_key(&PeerId::Guest(*source));
        if let Some(source) = source.filter(free) {
            *origin = Origin::Source;
            peer.id = PeerId::Guest(source);
            peer.addr = source;
            let peer = peer.clone();
            self.leave(link, taken, LeaveReason::Closed, out);
            self.peers.insert(peer.id, link);
            out.push(Out::Update(Update::PeerJoined(peer)));
        } else {
            self.leave(link, taken, LeaveReason::Closed, out);
            self.links.remove(&link);
            out.push(Out::Close { link });
        }
        true
    }

    fn tell_full(&mut self, now: Now, out: &mut Vec<Out>) {
        let silent = self.told_full.is_some_and(|at| now.mono.saturating_duration_since(at) < FULL_NOTICE_INTERVAL);
        if !silent {
            self.told_full = Some(now.mono);
            let text = format!("{MAX_GUESTS} people are here already; somebody else was turned away.");
            out.push(Out::Update(Update::Notice { code: NoticeCode::RoomFull, text }));
        }
    }
}
