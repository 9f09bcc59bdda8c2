//! Addresses that are passed on: who is linked to one of us is soon linked to all, also where nothing but one address is
//! known (DESIGN.md section 4).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{LinkId, MAX_NODES, Node, Output, link::Link, local_addrs::is_for_everybody};
use crate::{
    domain::model::{NodeId, Now, PeerId},
    protocol::codec::mesh::{self, Cap, Frame, MAX_SIGHTINGS, Sighting},
};

/// How long newcomers are gathered before they are passed on together: too short to be felt, long enough that a room
/// which starts at once is told in a few frames.
const GATHER: Duration = Duration::from_millis(20);

/// How often newcomers are passed on at most, after the first: a node that comes and goes must not make us flood others.
const PASS_ON_EVERY: Duration = Duration::from_millis(250);

/// How often one node is passed on at most.
const PASS_ON_ONE_EVERY: Duration = Duration::from_secs(10);

/// Who came and was not passed on yet.
#[derive(Debug, Default)]
pub(super) struct Gossip {
    newcomers: BTreeSet<NodeId>,
    due: Option<Instant>,
    last: Option<Instant>,
    /// Who was passed on lately, and when.
    passed: BTreeMap<NodeId, Instant>,
}

impl Gossip {
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Notes to pass `node` on, unless that was done lately.
    fn note(&mut self, node: NodeId, now: Instant) {
        self.passed.retain(|_, at| now.saturating_duration_since(*at) < PASS_ON_ONE_EVERY);
        if self.passed.len() >= MAX_NODES || self.passed.insert(node, now).is_some() {
            return;
        }
        self.newcomers.insert(node);
        let soonest = self.last.map_or(now, |last| last + PASS_ON_EVERY);
        self.due.get_or_insert(soonest.max(now + GATHER));
    }
}

impl Node {
    /// Tells a new node of all others, and notes to tell the others of it.
    pub(super) fn tell_of_others(&mut self, link: LinkId, now: Now, out: &mut Vec<Output>) {
        let Some((peer, _)) = self.links.get(&link).and_then(Link::session) else { return };
        let Some(node) = peer.id.node().copied() else { return };
        let others: Vec<NodeId> =
            self.peers.keys().filter_map(PeerId::node).filter(|id| **id != node).copied().collect();
        self.tell_sightings(&[link], &others, out);
        self.gossip.note(node, now.mono);
    }

    pub(super) fn pass_on(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.gossip.due.is_none_or(|due| due > now.mono) {
            return;
        }
        self.gossip.due = None;
        self.gossip.last = Some(now.mono);
        let newcomers: Vec<NodeId> = std::mem::take(&mut self.gossip.newcomers).into_iter().collect();
        let links: Vec<LinkId> = self.sessions().collect();
        self.tell_sightings(&links, &newcomers, out);
    }

    fn tell_sightings(&self, links: &[LinkId], nodes: &[NodeId], out: &mut Vec<Output>) {
        let sighting = |node: &NodeId| {
            let link = self.links.get(self.peers.get(&PeerId::Node(*node))?)?;
            let addrs = link.session()?.1.addrs.all();
            let addrs: Vec<_> = addrs.into_iter().filter(is_for_everybody).collect();
            (!addrs.is_empty()).then_some(Sighting { node: *node, addrs })
        };
        let sightings: Vec<Sighting> = nodes.iter().filter_map(sighting).collect();
        let frames: Vec<_> =
            sightings.chunks(MAX_SIGHTINGS).map(|part| mesh::encode(&Frame::Peers(part.to_vec()))).collect();
        for link in links {
            let takes = |(_, session): (_, &super::session::Session)| session.caps.has(Cap::Peers);
            if self.links.get(link).and_then(Link::session).is_some_and(takes) {
                out.extend(frames.iter().map(|frame| Output::Tell { link: *link, frame: frame.clone() }));
            }
        }
    }

    /// A node says whom it knows.
    pub(super) fn hinted(&mut self, link: LinkId, sightings: &[Sighting], now: Now) {
        let Some((peer, _)) = self.links.get(&link).and_then(Link::session) else { return };
        let Some(from) = peer.id.node().copied() else { return };
        for Sighting { node, addrs } in sightings {
            if *node == self.me || self.peers.contains_key(&PeerId::Node(*node)) {
                continue;
            }
            for addr in addrs.iter().filter(|addr| !self.location.is_own(addr) && is_for_everybody(addr)) {
                // Out of the user's networks nobody is dialled on a stranger's word.
                let may_be_meant = self.ports.may_be_meant(addr.port());
                if self.is_linked(*addr) || !may_be_meant || !self.location.is_in_networks(addr.ip()) {
                    continue;
                }
                if !self.limits.hint(from, now.mono) {
                    return;
                }
                self.book.passed(*addr, *node, now.mono);
            }
        }
    }
}
