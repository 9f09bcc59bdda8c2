//! Links with peers: how they come about, which of them stay, and how they end.
//!
//! A link is dialled by us ([`our_dials`]) or by the other side ([`handshake`] for nodes, [`guests`] for reference
//! nodes). [`link`] has the table of its states, and [`link_choice`] the one that says which of two links with one node
//! stays. [`capacity`] and [`places`] decide who gets a place. [`address_owners`] remembers which node was reached
//! where, and [`handover`] which nodes are moving between two links. [`heartbeat`] measures round trips and sends our
//! status. [`node_messages`] and [`guest_messages`] read what peers say, and [`guest_pace`] limits how much guests may
//! say. [`guest_refusals`] deals with guests that do not let us in.
//!
//! The machine knows nothing about names, trust, the log or the address book. It says what happened ([`Output`]), and
//! the router passes that on.

mod address_owners;
mod addresses;
mod capacity;
mod displacements;
mod guest_messages;
mod guest_pace;
mod guest_refusals;
mod guests;
mod handover;
mod handshake;
mod heartbeat;
mod link;
mod link_choice;
mod link_table;
mod newcomer;
mod node_messages;
mod our_dials;
mod output;
mod places;
mod session;
mod views;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use address_owners::AddressOwners;
use bytes::Bytes;
use capacity::LinkQuotas;
use displacements::Displacements;
use guest_pace::GuestPace;
use guest_refusals::GuestRefusals;
use handover::Handovers;
use heartbeat::Heartbeat;
pub(super) use link::Link;
use link_table::LinkTable;
pub(super) use newcomer::Newcomer;
pub(super) use our_dials::DialEvent;
pub(super) use output::Output;
pub(super) use session::FrameQuota;

use super::{dialing::News, myself::Myself, notice_limits::NoticeLimits, transport::CloseReason, views::Reputation};
use crate::{
    domain::{
        bus::{LinkNotice, Update},
        model::{Host, Known, LeaveReason, LinkId, Nick, NodeId, Now, Peer, PeerId, Presence, Repute},
        naming::sentence_name,
    },
    protocol::codec::mesh::{self, Doubt, Frame, Reason},
};

/// What the machine may know about the rest of the node while it handles one input.
pub(super) struct Context<'a> {
    pub(super) me: &'a Myself,
    pub(super) reputation: &'a dyn Reputation,
    pub(super) now: Now,
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub(super) struct Peers {
    pub(super) table: LinkTable,
    owners: AddressOwners,
    handovers: Handovers,
    quotas: LinkQuotas,
    displacements: Displacements,
    heartbeat: Heartbeat,
    guest_pace: GuestPace,
    guest_refusals: GuestRefusals,
    notices: NoticeLimits,
}

/// What is known about a link with a node, to show to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkDetails {
    /// Where the node listens.
    pub(super) addrs: Vec<SocketAddr>,
    /// Whether its user is there.
    pub(super) presence: Presence,
    /// The last round trip time.
    pub(super) round_trip: Option<Duration>,
    /// By how many milliseconds its clock was ahead of ours, if it has said.
    pub(super) clock_ahead_ms: Option<i64>,
}

impl Peers {
    /// `known` is what earlier runs knew. `rng` is for randomness that need not be secret.
    pub(super) fn new(known: &[Known], rng: fastrand::Rng) -> Self {
        Self {
            table: LinkTable::default(),
            owners: AddressOwners::new(known),
            handovers: Handovers::default(),
            quotas: LinkQuotas::default(),
            displacements: Displacements::default(),
            heartbeat: Heartbeat::new(rng),
            guest_pace: GuestPace::default(),
            guest_refusals: GuestRefusals::default(),
            notices: NoticeLimits::default(),
        }
    }

    /// The program has started.
    pub(super) fn start(&mut self, now: Now) {
        self.heartbeat.start(now.mono);
    }

    /// Something happened, or the time that [`Self::next_timer`] named has come: does what is due.
    pub(super) fn tick(&mut self, context: &Context<'_>, out: &mut Vec<Output>) {
        let now = context.now.mono;
        self.handovers.give_up(&self.table, out);
        self.heartbeat.tick(&mut self.table, context.me, now, out);
        self.guest_pace.tick(&self.table, now, out);
        if self.owners.forget_ourselves(Some(now)) {
            out.push(Output::linked_changed());
        }
    }

    /// When [`Self::tick`] is due next.
    pub(super) fn next_timer(&self) -> Option<Instant> {
        self.heartbeat.next_timer(&self.table).into_iter().chain(self.guest_pace.next_timer()).min()
    }

    /// Our name or presence has changed, or we are typing: tells nodes so.
    pub(super) fn tell_status(&mut self, typing: bool, context: &Context<'_>, out: &mut Vec<Output>) {
        self.heartbeat.tell_status(typing, &self.table, context.me, context.now.mono, out);
    }

    /// The user has sent a line: nodes need no longer be told that they are typing it.
    pub(super) const fn said(&mut self) {
        self.heartbeat.said();
    }

    /// A link is gone, and not because we ended it.
    pub(super) fn closed(&mut self, link: LinkId, reason: CloseReason, context: &Context<'_>, out: &mut Vec<Output>) {
        self.part(link, reason, false, context, out);
    }

    /// Ends an open link from our side. `why` is what the other side is told.
    pub(super) fn close(
        &mut self,
        link: LinkId,
        reason: CloseReason,
        why: Reason,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        out.push(Output::close(link, Some(goodbye(why))));
        self.part(link, reason, false, context, out);
    }

    /// A link is gone. `has_other`: whether the other side says that it has another link with us.
    fn part(
        &mut self,
        link: LinkId,
        reason: CloseReason,
        has_other: bool,
        context: &Context<'_>,
        out: &mut Vec<Output>,
    ) {
        let Some(Link::Up { peer, kind }) = self.table.get(link) else { return };
        let (peer, boot) = (peer.clone(), self.table.session(link).map(|(_, session)| session.boot));
        let lost = lost_addresses(&peer, kind, context.me);
        self.table.remove(link);
        out.push(Output::Down { link, node: peer.id.node().copied() });
        let is_held = self.table.link_of(&peer.id) == Some(link);
        let is_handover = match (peer.id, boot) {
            (PeerId::Node(node), Some(boot)) if has_other && is_held => {
                self.handovers.begin(&context.me.node, node, boot, &self.table)
            }
            _ => false,
        };
        self.leave(link, peer.id, (!is_handover).then_some(reason.into()), out);
        match (peer.id, &peer.nick) {
            // Somebody who only changes the link keeps the name.
            (PeerId::Node(_), Some(nick)) if is_held && !is_handover => out.push(Output::NameLeft(nick.clone())),
            (PeerId::Node(_), _) => {}
            (PeerId::Guest(addr), nick) => out.push(Output::GuestLeft { addr, nick: nick.clone(), moved_to: None }),
        }
        if reason == CloseReason::TooSlow {
            out.push(Output::update(LinkNotice::TooSlow { name: sentence_name(&peer) }.into()));
        }
        out.extend(lost.into_iter().map(|addr| Output::Address(News::Lost(addr))));
    }

    /// Takes a peer off the map if `link` is its link. Without a `reason`, the front end is not told that it left.
    fn leave(&mut self, link: LinkId, peer: PeerId, reason: Option<LeaveReason>, out: &mut Vec<Output>) {
        if self.table.unmap(link, &peer) {
            if let PeerId::Node(node) = peer {
                self.owners.parted(&node);
            }
            out.extend(reason.map(|reason| Output::update(Update::PeerLeft { peer, reason })));
            out.push(Output::linked_changed());
        }
    }

    /// Nothing is to leave this machine any more: ends all links and dials beyond it.
    pub(super) fn leave_networks(&mut self, context: &Context<'_>, out: &mut Vec<Output>) {
        let is_beyond = |state: &Link| match state {
            Link::Dialling(dial) | Link::Offered(dial) => !dial.addr.ip().is_loopback(),
            Link::Up { peer, .. } => {
                let remote = state.session().map_or(peer.addr, |(_, session)| session.start.remote);
                !remote.ip().is_loopback()
            }
        };
        let gone: Vec<LinkId> = self.table.iter().filter(|(_, state)| is_beyond(state)).map(|(link, _)| link).collect();
        for link in gone {
            if self.table.take_dial(link).is_some() {
                out.push(Output::close(link, None));
            } else {
                self.close(link, CloseReason::Ended, Reason::Leaving, context, out);
            }
        }
    }

    /// Forgets where we met ourselves: the user wants to look again, or these addresses may be somebody else's now.
    pub(super) fn forget_ourselves(&mut self, out: &mut Vec<Output>) {
        if self.owners.forget_ourselves(None) {
            out.push(Output::linked_changed());
        }
    }

    /// How a key is shown may have changed: tells the front end if so. It is always told about a key that is not
    /// linked, since that key's lines may be on the screen.
    pub(super) fn set_repute(&mut self, node: NodeId, repute: Repute, out: &mut Vec<Output>) {
        let unchanged = match self.table.session_of_mut(node) {
            Some((peer, _)) => std::mem::replace(&mut peer.repute, repute) == repute,
            None => false,
        };
        if !unchanged {
            out.push(Output::update(Update::PeerTrust { peer: PeerId::Node(node), repute }));
        }
    }

    /// Tells a node that its name belongs to another key here.
    pub(super) fn tell_name_taken(&self, node: NodeId, nick: Nick, out: &mut Vec<Output>) {
        if let Some(link) = self.table.link_of(&PeerId::Node(node)) {
            out.push(Output::tell(link, mesh::encode(&Frame::Doubt(Doubt::NameTaken(nick)))));
        }
    }

    /// The key of the node at the other end of a link.
    pub(super) fn node_of(&self, link: LinkId) -> Option<NodeId> {
        self.table.session(link)?.0.id.node().copied()
    }

    /// Where a linked node connects from, or where it was reached.
    pub(super) fn host_of(&self, node: &NodeId) -> Option<Host> {
        Some(Host::of(self.table.session_of(*node)?.1.start.remote.ip()))
    }

    /// What is known about the link with a node.
    pub(super) fn details(&self, peer: &PeerId) -> Option<LinkDetails> {
        let (_, session) = self.table.of(peer)?.session()?;
        Some(LinkDetails {
            addrs: session.addrs.all(),
            presence: session.presence.clone(),
            round_trip: session.round_trip,
            clock_ahead_ms: session.clock_ahead_ms,
        })
    }

    /// The peers that the front end regards as linked.
    pub(super) fn linked_peers(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.table.peers.keys().copied().chain(self.handovers.nodes().map(PeerId::Node))
    }

    /// The nodes that are linked, and where they are.
    pub(super) fn linked_people(&self) -> impl Iterator<Item = (NodeId, IpAddr)> + '_ {
        self.table.sessions().filter_map(|(_, peer, _)| Some((*peer.id.node()?, peer.addr.ip())))
    }

    /// Whether any guest is linked.
    pub(super) fn has_guests(&self) -> bool {
        self.table.guests() > 0
    }

    /// Addresses that need no dial, because we know who is there.
    pub(super) fn settled_addresses(&self) -> BTreeSet<SocketAddr> {
        self.settled().collect()
    }

    fn settled(&self) -> impl Iterator<Item = SocketAddr> {
        let guests = self.table.iter().filter_map(|(_, state)| state.guest());
        let confirmed = guests.filter(|(_, address)| address.is_confirmed()).map(|(peer, _)| peer.addr);
        confirmed.chain(self.owners.taken())
    }

    /// Whether the peer that listens at `addr` is linked.
    fn is_listening(&self, addr: SocketAddr) -> bool {
        let guest = self.table.of(&PeerId::Guest(addr)).and_then(Link::guest);
        guest.is_some_and(|(_, address)| address.is_confirmed()) || self.owners.owner(&addr).is_some()
    }
}

/// Where a peer whose link is gone may be dialled again.
fn lost_addresses(peer: &Peer, kind: &link::Kind, me: &Myself) -> Vec<SocketAddr> {
    match kind {
        link::Kind::Guest(address) => {
            if address.listens() {
                vec![peer.addr]
            } else {
                Vec::new()
            }
        }
        link::Kind::Mesh(session) => {
            // A claim alone is not dialled outside the user's networks.
            let claimed = session.addrs.claimed().filter(|addr| me.local.is_in_networks(addr.ip()));
            session.addrs.proven().chain(claimed).collect()
        }
    }
}

/// The last frame on a link with a node.
pub(super) fn goodbye(reason: Reason) -> Bytes {
    mesh::encode(&Frame::Bye(reason))
}
