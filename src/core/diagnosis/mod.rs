//! Why people do not meet, told from what can be seen on this machine: pure.
//!
//! Every rule looks at the [`Evidence`] for one fault. What there is no evidence of is passed over: a node that runs knows
//! less than `proximity-chat doctor`, which asks.

mod local_checks;
mod people;

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

pub use people::{Person, Proximity, Reached};

use crate::domain::model::{CannotListen, Fault, Finding, Interface, LocalSubnet, NoNetwork, PortRange, Severity};

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The interfaces of this machine.
    pub interfaces: Vec<Interface>,
    /// Whether anybody beyond this machine can be met.
    pub open: bool,
    /// What it is open to.
    pub spots: Vec<LocalSubnet>,
    /// Why it is not open although it should be.
    pub no_network: Option<NoNetwork>,
    /// Whether it listens; none if nobody tried.
    pub listening: Option<Result<SocketAddr, CannotListen>>,
    /// Own networks, and where the routes lead what is for a host there; only where that is not the spot itself.
    pub captured: Vec<Captured>,
    /// Hosts that were looked at, and those of them that answered anything, when a sweep got far enough to tell.
    pub swept: Option<Swept>,
    /// Interfaces on which datagrams cannot be sent or heard, and what the operating system says of it.
    pub mute: Vec<(Arc<str>, String)>,
    /// Announcements that came from outside of the network that they were heard on.
    pub off_link: BTreeSet<(Arc<str>, IpAddr)>,
    /// Whether announcements are used at all.
    pub announces: bool,
    /// Who was found.
    pub people: Vec<Person>,
    /// On which ports.
    pub ports: Option<PortRange>,
}

/// A network of ours whose traffic goes elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Our place there.
    pub spot: LocalSubnet,
    /// The host that was asked about.
    pub host: Ipv4Addr,
    /// The interface that it would go out by; none if there is no way at all.
    pub by: Option<Arc<str>>,
}

/// What a sweep saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Hosts that were looked at beyond this machine.
    pub hosts: u64,
    /// Those that are there, as far as they answer anything or their hardware address is known.
    pub there: BTreeSet<IpAddr>,
}

/// All that can be said, the worst first. What is fine is said, too, where somebody looked.
pub fn diagnose(evidence: &Evidence) -> Vec<Finding> {
    let rules: [fn(&Evidence) -> Vec<Finding>; 11] = [
        local_checks::network,
        local_checks::ports,
        local_checks::routes,
        local_checks::masks,
        people::versions,
        people::inbound,
        people::blocked,
        people::multicast,
        local_checks::isolation,
        people::clocks,
        people::anybody,
    ];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(evidence)).collect();
    // That nobody was found need not be said where a cause is known.
    if findings.iter().any(|finding| finding.severity() != Severity::Fine && finding.fault() != Fault::NobodyFound) {
        findings.retain(|finding| finding.fault() != Fault::NobodyFound);
    }
    findings.sort_by_key(Finding::severity);
    findings
}

#[cfg(test)]
mod tests;
