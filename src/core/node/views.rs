//! What one machine may ask about another.
//!
//! The machines do not know each other. The router passes them these read-only views, which tests replace by a few lines.

use std::{net::SocketAddr, time::Instant};

use crate::domain::model::{LinkId, NodeId, Peer, PeerId};

/// Who is linked, for everything that has to do with names. Implemented by the links.
pub(super) trait Directory {
    /// Everyone who is linked, in the order of their links.
    fn everyone(&self) -> Box<dyn Iterator<Item = &Peer> + '_>;
    /// One of them.
    fn peer(&self, id: PeerId) -> Option<&Peer>;

    /// Whether the holder of this key is linked.
    fn has_node(&self, node: &NodeId) -> bool {
        self.peer(PeerId::Node(*node)).is_some()
    }
}

/// What is known of keys, for whether a link is let in. Implemented by the trust machine.
pub(super) trait Reputation {
    /// Whether the key was met on two days, or has the user's word: [`Class::Known`](crate::domain::model::Class::Known) or more.
    fn is_acquainted(&self, node: &NodeId) -> bool;
}

/// Links and dials, for whether an address is worth a dial. Implemented by the links.
pub(super) trait Links {
    /// Whether the holder of this key is linked.
    fn is_node_linked(&self, node: &NodeId) -> bool;
    /// Whether the peer that listens at `addr` is linked. A peer that merely connects from there, or claims the address, is
    /// not known to listen there.
    fn is_linked(&self, addr: SocketAddr) -> bool;
    /// Whether a dial of `addr` is under way, or nobody needs to dial it because who is there is known.
    fn is_busy(&self, addr: SocketAddr) -> bool;
    /// Whether a linked node claims to listen at `addr` and nobody has checked yet.
    fn is_claimed(&self, addr: SocketAddr) -> bool;
    /// Whether we reached ourselves at `addr` lately.
    fn is_ourselves(&self, addr: SocketAddr, now: Instant) -> bool;
    /// Whether no further node can be linked.
    fn is_full(&self) -> bool;
    /// Dials that are under way.
    fn dials(&self) -> Vec<OpenDial>;
    /// The keys of all linked nodes.
    fn nodes(&self) -> Vec<NodeId>;
    /// Where a linked node listens, the best known addresses first.
    fn addresses(&self, node: &NodeId) -> Vec<SocketAddr>;
    /// Links with nodes that take part in peer exchange.
    fn exchanging(&self) -> Vec<LinkId>;
}

/// A dial that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenDial {
    /// When it began.
    pub(super) began: Instant,
    /// Whether it looks for one key alone, on a peer's word or an announcement.
    pub(super) pinned: bool,
}
