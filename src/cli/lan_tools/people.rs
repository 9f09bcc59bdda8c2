//! Who was found, without duplicates.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use super::{
    Options,
    found::{Found, FoundBy, Scan},
};
use crate::{
    core::node::DialFailure,
    domain::model::{NodeId, Target},
    frontend::words::discover as words,
    protocol::codec::mesh::ProbeReply,
    runtime::net::Probed,
};

/// What answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A node of this program.
    Node {
        node: NodeId,
        /// `None` if it runs an older release.
        reply: Option<ProbeReply>,
        round_trip: Duration,
        /// Whether it is one of the user's own copies.
        own: bool,
    },
    /// Possibly a node of the reference program.
    Reference,
    /// Something else.
    Other(DialFailure),
}

/// One thing that answers, with all addresses where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) addrs: Vec<SocketAddr>,
    pub(super) by: BTreeSet<FoundBy>,
}

/// Everything that answers: nodes first, then possible nodes, then the rest.
pub(super) fn entries(scan: &Scan, options: &Options) -> Vec<Entry> {
    let mut nodes: BTreeMap<NodeId, Entry> = BTreeMap::new();
    let (mut plain, mut other) = (Vec::new(), Vec::new());
    for (addr, Found { by, result }) in &scan.found {
        let alone = |kind| Entry { kind, addrs: vec![*addr], by: by.clone() };
        match result {
            Some(Ok(Probed::Node { node, reply, round_trip })) => {
                let own = options.own.contains(node);
                let kind = Kind::Node { node: *node, reply: reply.clone(), round_trip: *round_trip, own };
                let entry = nodes.entry(*node).or_insert_with(|| Entry { addrs: Vec::new(), ..alone(kind) });
                entry.addrs.push(*addr);
                entry.by.extend(by);
            }
            Some(Ok(Probed::Plain)) => plain.push(alone(Kind::Reference)),
            // An address where nothing answers counts only if somebody announced or named it.
            Some(Err(DialFailure::Refused | DialFailure::Timeout | DialFailure::Unreachable))
                if by.len() == 1 && by.contains(&FoundBy::Sweep) => {}
            Some(Err(failure)) => other.push(alone(Kind::Other(*failure))),
            None => {}
        }
    }
    // A host that was named without a port counts as found if any of its ports answers.
    let reached: BTreeSet<_> = nodes
        .values()
        .flat_map(|entry| &entry.addrs)
        .chain(plain.iter().flat_map(|entry| &entry.addrs))
        .map(SocketAddr::ip)
        .collect();
    let hosts: BTreeSet<_> =
        options.peers.iter().filter(|peer| matches!(peer, Target::Host(_))).map(|peer| peer.ip()).collect();
    other.retain(|entry| {
        let only_named = entry.by.iter().eq([&FoundBy::Name]);
        !entry.addrs.iter().all(|addr| only_named && hosts.contains(&addr.ip()) && reached.contains(&addr.ip()))
    });
    nodes.into_values().chain(plain).chain(other).collect()
}

/// Why no node of this program answers there, in words.
pub(super) const fn why(failure: DialFailure) -> &'static str {
    match failure {
        DialFailure::Refused => words::REFUSED,
        DialFailure::Timeout => words::SILENT,
        DialFailure::Unreachable => words::NO_ROUTE,
        DialFailure::Ended => words::ENDED,
        DialFailure::Protocol | DialFailure::NotTls => words::NOT_A_CHAT,
        DialFailure::Untrusted => words::UNPROVEN,
    }
}
