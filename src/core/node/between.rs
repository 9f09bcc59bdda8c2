//! Nodes between two links: they have ended the one and say Hello on the other, and that has not come yet.
//!
//! Of two dials at once that of the smaller key stays, but whom the larger one reaches at another of its addresses lets it in: it
//! cannot tell its own dial from one that hangs with somebody in between. Then the other side ends its dial, as it has let
//! in ours. Two connections keep no order among each other, so the end may come before the Hello; nobody has left then.

use std::collections::BTreeMap;

use super::{
    Node, Output,
    link::{Dial, Link},
};
use crate::domain::{
    bus::Update,
    model::{LeaveReason, NodeId, PeerId},
};

/// Those nodes, with the run of the program that they were linked in. There are no more than dials on their way, and for no
/// longer.
#[derive(Debug, Default)]
pub(super) struct Between(BTreeMap<NodeId, u64>);

impl Between {
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.0.keys().copied()
    }

    /// `node` is linked; the run of the program that the front end knows of.
    pub(super) fn linked(&mut self, node: &NodeId) -> Option<u64> {
        self.0.remove(node)
    }
}

impl Node {
    /// `node` gives up its dial, which was linked with its run `boot`. Whether that is because it has let in ours.
    pub(super) fn goes_over(&mut self, node: NodeId, boot: u64) -> bool {
        let waits = self.me < node && self.is_superseded(&node);
        if waits {
            self.between.0.insert(node, boot);
        }
        waits
    }

    fn is_superseded(&self, node: &NodeId) -> bool {
        let ours =
            |link: &Link| matches!(link, Link::Offered(dial @ Dial { superseded: true, .. }) if dial.is_of(node));
        self.links.values().any(ours)
    }

    /// Who was waited for in vain has left.
    pub(super) fn settle_between(&mut self, out: &mut Vec<Output>) {
        let gone: Vec<NodeId> = self.between.nodes().filter(|node| !self.is_superseded(node)).collect();
        for node in gone {
            self.between.linked(&node);
            out.push(Output::Update(Update::PeerLeft { peer: PeerId::Node(node), reason: LeaveReason::Closed }));
        }
    }
}
