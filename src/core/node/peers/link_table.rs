//! All links, and the one link of every peer.

use std::collections::BTreeMap;

use super::{
    link::{Dial, GuestAddress, Kind, Link},
    session::Session,
};
use crate::domain::model::{LinkId, NodeId, Peer, PeerId};

/// All links. Each link that is up is the one link of its peer. Dials have no peer yet.
#[derive(Debug, Default)]
pub(in crate::core::node) struct LinkTable {
    pub(in crate::core::node) links: BTreeMap<LinkId, Link>,
    /// Linked peers. Keyed by peer, so that a second link with the same peer is noticed.
    pub(in crate::core::node) peers: BTreeMap<PeerId, LinkId>,
    /// The number of the next dial.
    next_dial: u32,
}

impl LinkTable {
    pub(super) fn get(&self, link: LinkId) -> Option<&Link> {
        self.links.get(&link)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (LinkId, &Link)> {
        self.links.iter().map(|(link, state)| (*link, state))
    }

    /// The link of a linked peer.
    pub(super) fn link_of(&self, peer: &PeerId) -> Option<LinkId> {
        self.peers.get(peer).copied()
    }

    /// Whether this peer is linked.
    pub(super) fn has(&self, peer: &PeerId) -> bool {
        self.peers.contains_key(peer)
    }

    /// A linked peer.
    pub(super) fn peer(&self, peer: &PeerId) -> Option<&Peer> {
        self.of(peer)?.peer()
    }

    /// The link of a linked peer, with its state.
    pub(super) fn of(&self, peer: &PeerId) -> Option<&Link> {
        self.links.get(self.peers.get(peer)?)
    }

    fn of_mut(&mut self, peer: &PeerId) -> Option<&mut Link> {
        self.links.get_mut(self.peers.get(peer)?)
    }

    /// The session of a link with a node.
    pub(super) fn session(&self, link: LinkId) -> Option<(&Peer, &Session)> {
        self.links.get(&link)?.session()
    }

    /// The same, mutable.
    pub(super) fn session_mut(&mut self, link: LinkId) -> Option<(&mut Peer, &mut Session)> {
        self.links.get_mut(&link)?.session_mut()
    }

    /// The session of a linked node.
    pub(super) fn session_of(&self, node: NodeId) -> Option<(&Peer, &Session)> {
        self.of(&PeerId::Node(node))?.session()
    }

    /// The same, mutable.
    pub(super) fn session_of_mut(&mut self, node: NodeId) -> Option<(&mut Peer, &mut Session)> {
        self.of_mut(&PeerId::Node(node))?.session_mut()
    }

    /// The guest of a link.
    pub(super) fn guest_mut(&mut self, link: LinkId) -> Option<(&mut Peer, &mut GuestAddress)> {
        self.links.get_mut(&link)?.guest_mut()
    }

    /// The linked guest at an address.
    pub(super) fn guest_at_mut(&mut self, peer: &PeerId) -> Option<(&mut Peer, &mut GuestAddress)> {
        self.of_mut(peer)?.guest_mut()
    }

    /// All links with nodes.
    pub(super) fn sessions(&self) -> impl Iterator<Item = (LinkId, &Peer, &Session)> {
        self.iter().filter_map(|(link, state)| state.session().map(|(peer, session)| (link, peer, session)))
    }

    /// The same, mutable.
    pub(super) fn sessions_mut(&mut self) -> impl Iterator<Item = (&mut Peer, &mut Session)> {
        self.links.values_mut().filter_map(Link::session_mut)
    }

    /// All dials that are under way.
    pub(super) fn dials(&self) -> impl Iterator<Item = &Dial> {
        self.links.values().filter_map(Link::dial)
    }

    /// All dials whose first frame was sent.
    pub(super) fn offers(&self) -> impl Iterator<Item = (LinkId, &Dial)> {
        self.iter().filter_map(|(link, state)| if let Link::Offered(dial) = state { Some((link, dial)) } else { None })
    }

    /// A dial begins. Returns the identifier of its link.
    pub(super) fn begin_dial(&mut self, dial: Dial) -> LinkId {
        let link = LinkId::Dialled(self.next_dial);
        self.next_dial = self.next_dial.wrapping_add(1);
        self.links.insert(link, Link::Dialling(dial));
        link
    }

    /// The first frame of a dial is sent.
    pub(super) fn offered(&mut self, link: LinkId, dial: Dial) {
        self.links.insert(link, Link::Offered(dial));
    }

    /// Lines flow on `link` from now on: it is the link of its peer.
    pub(super) fn put_up(&mut self, link: LinkId, peer: Peer, kind: Kind) {
        self.peers.insert(peer.id, link);
        self.links.insert(link, Link::Up { peer, kind });
    }

    /// Removes and returns a dial; none if there is no such link, or it is up.
    pub(super) fn take_dial(&mut self, link: LinkId) -> Option<Dial> {
        let dial = *self.links.get(&link)?.dial()?;
        self.links.remove(&link);
        Some(dial)
    }

    /// Removes a link. Its peer stays on the map until [`Self::unmap`].
    pub(super) fn remove(&mut self, link: LinkId) -> Option<Link> {
        self.links.remove(&link)
    }

    /// Takes a peer off the map if `link` is its link. Returns whether it was.
    pub(super) fn unmap(&mut self, link: LinkId, peer: &PeerId) -> bool {
        let is_held = self.peers.get(peer) == Some(&link);
        if is_held {
            self.peers.remove(peer);
        }
        is_held
    }

    /// Puts a linked guest on the map under another address.
    pub(super) fn remap(&mut self, link: LinkId, peer: PeerId) {
        self.peers.insert(peer, link);
    }

    /// How many linked peers are guests.
    pub(super) fn guests(&self) -> usize {
        self.peers.keys().filter(|peer| peer.node().is_none()).count()
    }

    /// How many linked peers are nodes.
    pub(super) fn nodes(&self) -> usize {
        self.peers.keys().filter(|peer| peer.node().is_some()).count()
    }
}
