//! Peer exchange: nodes pass on where other nodes listen. A node that is linked to one of us is soon linked to all,
//! even if it knew only one address.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{Context, Output, Timer};
use crate::{
    core::{budgets::MAX_NODES, node::local_addrs::is_for_everybody},
    domain::{
        model::{LinkId, NodeId},
        timers::Timers,
    },
    protocol::codec::mesh::{self, Frame, MAX_SIGHTINGS, Sighting},
};

/// How long newcomers are gathered before they are passed on together: too short to notice, but long enough that a room
/// whose nodes start at the same time needs only a few frames.
const GATHER: Duration = Duration::from_millis(20);

/// The shortest time between two rounds of passing on newcomers: a node that comes and goes must not make us flood
/// others.
const PASS_ON_EVERY: Duration = Duration::from_millis(250);

/// The shortest time before one node is passed on again.
const PASS_ON_ONE_EVERY: Duration = Duration::from_secs(10);

/// How many recently passed-on nodes are remembered: as many as can be linked.
const MAX_PASSED: usize = MAX_NODES;

/// Linked nodes that are still to be passed on, and those that were passed on recently.
#[derive(Debug, Default)]
pub(super) struct PeerExchange {
    newcomers: BTreeSet<NodeId>,
    /// When newcomers were passed on last.
    last: Option<Instant>,
    /// Which nodes were passed on recently, and when.
    passed: BTreeMap<NodeId, Instant>,
}

impl PeerExchange {
    /// `node` was linked: tells it about all others, and prepares to tell the others about it.
    pub(super) fn linked(
        &mut self,
        link: LinkId,
        node: NodeId,
        context: &Context<'_>,
        timers: &mut Timers<Timer>,
        out: &mut Vec<Output>,
    ) {
        let others: Vec<NodeId> = context.links.nodes().into_iter().filter(|other| *other != node).collect();
        tell(&[link], &others, context, out);
        self.note(node, context.now.mono, timers);
    }

    /// Prepares to pass `node` on, unless that was done recently.
    fn note(&mut self, node: NodeId, now: Instant, timers: &mut Timers<Timer>) {
        self.passed.retain(|_, at| now.saturating_duration_since(*at) < PASS_ON_ONE_EVERY);
        if self.passed.len() >= MAX_PASSED || self.passed.insert(node, now).is_some() {
            return;
        }
        self.newcomers.insert(node);
        let soonest = self.last.map_or(now, |last| last + PASS_ON_EVERY);
        timers.set_if_unset(Timer::PassOn, soonest.max(now + GATHER));
    }

    /// [`Timer::PassOn`] has expired: tells all nodes about the newcomers.
    pub(super) fn pass_on(&mut self, context: &Context<'_>, out: &mut Vec<Output>) {
        self.last = Some(context.now.mono);
        let newcomers: Vec<NodeId> = std::mem::take(&mut self.newcomers).into_iter().collect();
        tell(&context.links.exchanging(), &newcomers, context, out);
    }
}

/// Tells some links where these nodes listen.
fn tell(links: &[LinkId], nodes: &[NodeId], context: &Context<'_>, out: &mut Vec<Output>) {
    let sighting = |node: &NodeId| {
        let addrs = context.links.addresses(node);
        let addrs: Vec<_> = addrs.into_iter().filter(is_for_everybody).collect();
        (!addrs.is_empty()).then_some(Sighting { node: *node, addrs })
    };
    let sightings: Vec<Sighting> = nodes.iter().filter_map(sighting).collect();
    let frames: Vec<_> =
        sightings.chunks(MAX_SIGHTINGS).map(|part| mesh::encode(&Frame::Peers(part.to_vec()))).collect();
    let takes = context.links.exchanging();
    for link in links.iter().filter(|link| takes.contains(link)) {
        out.extend(frames.iter().map(|frame| Output::Tell { link: *link, frame: frame.clone() }));
    }
}
