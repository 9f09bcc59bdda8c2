//! Addresses that are passed on: who is linked to one of us is soon linked to all, also where nothing but one address is
//! known (DESIGN.md section 4).

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::{LinkId, Node, Out, link::Link};
use crate::{
    convert::mesh::{self, Cap, Frame, MAX_SIGHTINGS, Sighting},
    model::{NodeId, Now, PeerId},
};

/// How long newcomers are gathered before they are passed on together: too short to be felt, long enough that a room
/// which starts at once is told in a few frames.
const GATHER: Duration = Duration::from_millis(20);

/// Who came and was not passed on yet.
#[derive(Debug, Default)]
pub(super) struct Gossip {
    newcomers: BTreeSet<NodeId>,
    due: Option<Instant>,
}

impl Gossip {
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }
}

impl Node {
    /// Tells a new node of all others, and notes to tell the others of it.
    pub(super) fn tell_of_others(&mut self, link: LinkId, now: Now, out: &mut Vec<Out>) {
        let Some((peer, _)) = self.links.get(&link).and_then(Link::session) else { return };
        let Some(node) = peer.id.node().copied() else { return };
        let others: Vec<NodeId> =
            self.peers.keys().filter_map(PeerId::node).filter(|id| **id != node).copied().collect();
        self.tell_sightings(&[link], &others, out);
        self.gossip.newcomers.insert(node);
        self.gossip.due.get_or_insert(now.mono + GATHER);
    }

    pub(super) fn pass_on(&mut self, now: Now, out: &mut Vec<Out>) {
        if self.gossip.due.is_none_or(|due| due > now.mono) {
            return;
        }
        self.gossip.due = None;
        let newcomers: Vec<NodeId> = std::mem::take(&mut self.gossip.newcomers).into_iter().collect();
        let links: Vec<LinkId> = self.sessions().collect();
        self.tell_sightings(&links, &newcomers, out);
    }

    fn tell_sightings(&self, links: &[LinkId], nodes: &[NodeId], out: &mut Vec<Out>) {
        let sighting = |node: &NodeId| {
            let link = self.links.get(self.peers.get(&PeerId::Node(*node))?)?;
            let addrs = link.session()?.1.addrs.all();
            (!addrs.is_empty()).then_some(Sighting { node: *node, addrs })
        };
        let sightings: Vec<Sighting> = nodes.iter().filter_map(sighting).collect();
        let frames: Vec<_> =
            sightings.chunks(MAX_SIGHTINGS).map(|part| mesh::encode(&Frame::Peers(part.to_vec()))).collect();
        for link in links {
            let takes = |(_, session): (_, &super::session::Session)| session.caps.has(Cap::Peers);
            if self.links.get(link).and_then(Link::session).is_some_and(takes) {
                out.extend(frames.iter().map(|frame| Out::Tell { link: *link, frame: frame.clone() }));
            }
        }
    }

    /// A node says whom it knows.
    pub(super) fn hinted(&mut self, link: LinkId, sightings: &[Sighting], now: Now) {
        for Sighting { node, addrs } in sightings {
            if *node == self.me || self.peers.contains_key(&PeerId::Node(*node)) {
                continue;
            }
            for addr in addrs.iter().filter(|addr| **addr != self.addr) {
                // Out of the user's networks nobody is dialled on a stranger's word.
                if self.is_linked(*addr) || !self.networks.iter().any(|network| network.contains(addr.ip())) {
                    continue;
                }
                let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
                if !session.spend_hint(now.mono) {
                    return;
                }
                self.book.passed(*addr, *node, now.mono);
            }
        }
    }
}
