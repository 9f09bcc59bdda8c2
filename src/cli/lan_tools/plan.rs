//! What a scan would do, before it does anything.

use std::{net::SocketAddr, time::Duration};

use super::{COPIES, Options};
use crate::{
    core::discovery::sweep::{Pace, Plan},
    runtime::discovery::LAST_ANSWER,
};

/// A plan in numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outline {
    /// The networks that are swept.
    pub(super) networks: Vec<String>,
    /// Hosts in them.
    pub(super) hosts: u64,
    /// Sockets to probe.
    pub(super) probes: u64,
    /// Probes per second.
    pub(super) rate: f64,
    /// The time until one port of every host has been probed.
    pub(super) first_pass: Duration,
    /// The time until the last answer.
    pub(super) all: Duration,
    /// Where the scan asks for announcements.
    pub(super) announcements: Vec<String>,
    /// Addresses to ask in any case.
    pub(super) peers: Vec<String>,
}

pub(super) fn outline(options: &Options) -> Outline {
    let Options { site, ports, rate, announce, peers, .. } = options;
    // A scan listens nowhere, so there are no sockets of its own to leave out.
    let own: [SocketAddr; 0] = [];
    let plan = Plan::new(&site.sweep, *ports, &own, 0);
    let mut pace = Pace::new(plan.hosts(), *rate, std::time::Instant::now());
    pace.share(COPIES);
    let (_, probes) = plan.progress();
    let calls: Vec<_> = site.calls().map(ToString::to_string).collect();
    Outline {
        networks: site.sweep.iter().map(ToString::to_string).collect(),
        hosts: plan.hosts(),
        probes,
        rate: 1.0 / pace.time_for(1).as_secs_f64(),
        first_pass: pace.time_for(plan.hosts()),
        all: pace.time_for(probes) + LAST_ANSWER,
        announcements: if *announce { calls } else { Vec::new() },
        peers: peers.iter().map(ToString::to_string).collect(),
    }
}
