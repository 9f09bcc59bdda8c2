//! What one machine may ask about another.
//!
//! The machines do not know each other. The router passes them these read-only views, which tests replace with small
//! fakes.

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

/// What is known about keys, to decide whether a link is let in. Implemented by the trust machine.
pub(super) trait Reputation {
    /// Whether the key was met on two days, or the user trusts or has verified it:
    /// [`Class::Known`](crate::domain::model::Class::Known) or more.
    fn is_acquainted(&self, node: &NodeId) -> bool;
}

/// Links and dials, to decide whether an address is worth a dial. Implemented by the links.
pub(super) trait Links {
    /// Whether the holder of this key is linked.
    fn is_node_linked(&self, node: &NodeId) -> bool;
    /// Whether the peer that listens at `addr` is linked. A peer that merely connects from there, or claims the
    /// address, does not count.
    fn is_linked(&self, addr: SocketAddr) -> bool;
    /// Whether a dial of `addr` is under way, or no dial is needed because we know who is there.
    fn is_busy(&self, addr: SocketAddr) -> bool;
    /// Whether a linked node claims to listen at `addr` and the claim is not checked yet.
    fn is_claimed(&self, addr: SocketAddr) -> bool;
    /// Whether we reached ourselves at `addr` recently.
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
    /// Whether it accepts only one key, because a peer passed on the address or a node announced it.
    pub(super) pinned: bool,
}
