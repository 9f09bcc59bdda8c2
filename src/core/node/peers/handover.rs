//! Nodes that move from one link to another: they have ended one link, and their Hello on the other has not arrived
//! yet.
//!
//! Of two dials at once, the one of the smaller key stays. But when we dial the larger key at one of its addresses, and
//! it dials us and claims another one, we let it in: we cannot tell our own dial from one that hangs with somebody in
//! between. The other side lets in our dial and then ends its own. Two connections have no common order, so the end of
//! the one may arrive before the Hello on the other. In that case nobody has left.

use std::collections::BTreeMap;

use super::{Output, link_table::LinkTable};
use crate::domain::{
    bus::Update,
    model::{LeaveReason, NodeId, PeerId},
};

/// Those nodes, with the run of the program that was linked. There are no more of them than dials under way, and none
/// outlasts its dial.
#[derive(Debug, Default)]
pub(super) struct Handovers(BTreeMap<NodeId, u64>);

impl Handovers {
    /// The nodes that we wait for. For the front end they are still linked.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.0.keys().copied()
    }

    /// `node` gives up the dial on which its run `boot` was linked. Returns whether that is because it has let in ours.
    pub(super) fn begin(&mut self, me: &NodeId, node: NodeId, boot: u64, table: &LinkTable) -> bool {
        let waits = *me < node && has_superseded_offer(table, &node);
        if waits {
            self.0.insert(node, boot);
        }
        waits
    }

    /// `node` is linked again. Returns the run of its program that the front end knows.
    pub(super) fn finish(&mut self, node: &NodeId) -> Option<u64> {
        self.0.remove(node)
    }

    /// Reports nodes as gone whose other link will not come any more.
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
