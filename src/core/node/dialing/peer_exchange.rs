//! Peer exchange: nodes pass on where other nodes listen. A node that is linked to one of us is soon linked to all, also
//! where nothing but one address is known.

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

/// How long newcomers are gathered before they are passed on together: too short to be felt, long enough that a room
/// which starts at once is told in a few frames.
const GATHER: Duration = Duration::from_millis(20);

/// How often newcomers are passed on at most, after the first: a node that comes and goes must not make us flood others.
const PASS_ON_EVERY: Duration = Duration::from_millis(250);

/// How often one node is passed on at most.
const PASS_ON_ONE_EVERY: Duration = Duration::from_secs(10);

/// Nodes that were passed on lately, at most: as many as can be linked.
const MAX_PASSED: usize = MAX_NODES;

/// Nodes that were linked and not passed on yet.
#[derive(Debug, Default)]
pub(super) struct PeerExchange {
    newcomers: BTreeSet<NodeId>,
    /// When newcomers were passed on last.
    last: Option<Instant>,
    /// Which nodes were passed on lately, and when.
    passed: BTreeMap<NodeId, Instant>,
}

impl PeerExchange {
    /// `node` was linked: tells it of all others, and prepares to tell the others of it.
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

    /// Prepares to pass `node` on, unless that was done lately.
    fn note(&mut self, node: NodeId, now: Instant, timers: &mut Timers<Timer>) {
        self.passed.retain(|_, at| now.saturating_duration_since(*at) < PASS_ON_ONE_EVERY);
        if self.passed.len() >= MAX_PASSED || self.passed.insert(node, now).is_some() {
            return;
        }
        self.newcomers.insert(node);
        let soonest = self.last.map_or(now, |last| last + PASS_ON_EVERY);
        timers.set_if_unset(Timer::PassOn, soonest.max(now + GATHER));
    }

    /// [`Timer::PassOn`] has expired: tells all of the newcomers.
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
