//! Says why people do not meet, from what can be seen on this machine. Pure.
//!
//! Every rule checks the [`Evidence`] for one fault, and says nothing where there is no evidence. A running node knows
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
    /// The spots that it is open on.
    pub spots: Vec<LocalSubnet>,
    /// Why it is not open, although it should be.
    pub no_network: Option<NoNetwork>,
    /// The address that it listens on, or why it cannot; none if nobody tried.
    pub listening: Option<Result<SocketAddr, CannotListen>>,
    /// Our networks whose traffic the routes send elsewhere than to the interface of the spot.
    pub captured: Vec<Captured>,
    /// What a sweep saw, if it got far enough to tell.
    pub swept: Option<Swept>,
    /// Interfaces on which datagrams cannot be sent or heard, each with the error of the operating system.
    pub mute: Vec<(Arc<str>, String)>,
    /// Senders of announcements that lie outside the network of the interface that heard them.
    pub off_link: BTreeSet<(Arc<str>, IpAddr)>,
    /// Whether announcements are used at all.
    pub announces: bool,
    /// Who was found.
    pub people: Vec<Person>,
    /// The range of ports that is searched.
    pub ports: Option<PortRange>,
}

/// A network of ours whose traffic goes elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Our spot there.
    pub spot: LocalSubnet,
    /// The host that was asked about.
    pub host: Ipv4Addr,
    /// The interface that traffic to it would go out by; none if there is no route at all.
    pub by: Option<Arc<str>>,
}

/// What a sweep saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Hosts that were probed beyond this machine.
    pub hosts: u64,
    /// Those that exist, because they answered in some way or their hardware address is known.
    pub there: BTreeSet<IpAddr>,
}

/// All findings, the worst first. What is fine is reported, too, if it was checked.
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
    // If a cause is known, there is no need to report that nobody was found.
    if findings.iter().any(|finding| finding.severity() != Severity::Fine && finding.fault() != Fault::NobodyFound) {
        findings.retain(|finding| finding.fault() != Fault::NobodyFound);
    }
    findings.sort_by_key(Finding::severity);
    findings
}

#[cfg(test)]
mod tests;
