//! Nodes that move from one link to another: they have ended the one and say Hello on the other, which has not come yet.
//!
//! Of two dials at once that of the smaller key stays. But a node that the larger key reaches at another of its addresses lets
//! it in: it cannot tell its own dial from one that hangs with somebody in between. Then the other side ends its dial, since
//! it has let in ours. Two connections keep no order among each other, so the end may come before the Hello. Nobody has
//! left then.

use std::collections::BTreeMap;

use super::{Output, link_table::LinkTable};
use crate::domain::{
    bus::Update,
    model::{LeaveReason, NodeId, PeerId},
};

/// Those nodes, with the run of the program that they were linked in. There are no more than dials under way, and for no
/// longer.
#[derive(Debug, Default)]
pub(super) struct Handovers(BTreeMap<NodeId, u64>);

impl Handovers {
    /// The nodes that are waited for. For the front end they are still linked.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.0.keys().copied()
    }

    /// `node` gives up the dial on which its run `boot` was linked. Whether that is because it has let in ours.
    pub(super) fn begin(&mut self, me: &NodeId, node: NodeId, boot: u64, table: &LinkTable) -> bool {
        let waits = *me < node && has_superseded_offer(table, &node);
        if waits {
            self.0.insert(node, boot);
        }
        waits
    }

    /// `node` is linked again. Returns the run of its program that the front end knows of.
    pub(super) fn finish(&mut self, node: &NodeId) -> Option<u64> {
        self.0.remove(node)
    }

    /// A node whose other link does not come any more has left.
    pub(super) fn give_up(&mut self, table: &LinkTable, out: &mut Vec<Output>) {
        self.0.retain(|node, _| {
            let waits = has_superseded_offer(table, node);
            if !waits {
                let peer = PeerId::Node(*node);
                out.push(Output::update(Update::PeerLeft { peer, reason: LeaveReason::Closed }));
            }
            waits
        });
    }
}

fn has_superseded_offer(table: &LinkTable, node: &NodeId) -> bool {
    table.offers().any(|(_, dial)| dial.superseded && dial.is_of(node))
}
