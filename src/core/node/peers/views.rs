//! What the other machines may ask about links.

use std::{net::SocketAddr, time::Instant};

use super::Peers;
use crate::{
    core::node::views::{Directory, Links, OpenDial},
    domain::model::{LinkId, NodeId, Peer, PeerId},
    protocol::codec::mesh::Cap,
};

impl Directory for Peers {
    fn everyone(&self) -> Box<dyn Iterator<Item = &Peer> + '_> {
        Box::new(self.table.iter().filter_map(|(_, state)| state.peer()))
    }

    fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.table.peer(&id)
    }
}

impl Links for Peers {
    fn is_node_linked(&self, node: &NodeId) -> bool {
        self.table.has(&PeerId::Node(*node))
    }

    fn is_linked(&self, addr: SocketAddr) -> bool {
        self.is_listening(addr)
    }

    fn is_busy(&self, addr: SocketAddr) -> bool {
        self.table.dials().any(|dial| dial.addr == addr) || self.settled().any(|other| other == addr)
    }

    fn is_claimed(&self, addr: SocketAddr) -> bool {
        self.table.sessions().any(|(.., session)| session.addrs.claimed() == Some(addr))
    }

    fn is_ourselves(&self, addr: SocketAddr, now: Instant) -> bool {
        self.owners.is_ours(&addr, now)
    }

    fn is_full(&self) -> bool {
        self.is_full_of_nodes()
    }

    fn dials(&self) -> Vec<OpenDial> {
        let dials = self.table.dials();
        dials.map(|dial| OpenDial { began: dial.began, pinned: dial.only().is_some() }).collect()
    }

    fn nodes(&self) -> Vec<NodeId> {
        self.table.peers.keys().filter_map(PeerId::node).copied().collect()
    }

    fn addresses(&self, node: &NodeId) -> Vec<SocketAddr> {
        self.table.session_of(*node).map(|(_, session)| session.addrs.all()).unwrap_or_default()
    }

    fn exchanging(&self) -> Vec<LinkId> {
        let links = self.table.sessions().filter(|(.., session)| session.caps.has(Cap::Peers));
        links.map(|(link, ..)| link).collect()
    }
}
