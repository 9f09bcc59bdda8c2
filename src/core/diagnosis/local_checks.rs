//! Faults of this machine and its network that do not depend on anyone else.

use std::{collections::BTreeSet, net::IpAddr};

use ipnetwork::IpNetwork;

use super::{Evidence, Proximity};
use crate::domain::model::{Finding, Interface, InterfaceAddr, InterfaceKind};

/// In a network with fewer hosts than this, silence tells us nothing.
const TELLING: u64 = 8;

pub(super) fn network(evidence: &Evidence) -> Vec<Finding> {
    if let Some(why) = &evidence.no_network {
        return vec![Finding::NoNetwork(why.clone())];
    }
    if !evidence.open {
        return vec![Finding::Closed];
    }
    vec![Finding::Open(evidence.spots.iter().filter(|spot| !spot.ip.is_loopback()).cloned().collect())]
}

pub(super) fn ports(evidence: &Evidence) -> Vec<Finding> {
    let finding = evidence.listening.as_ref().map(|listening| match listening {
        Ok(addr) => Finding::PortFree(addr.port()),
        Err(why) => Finding::CannotListen(why.clone()),
    });
    finding.into_iter().collect()
}

pub(super) fn routes(evidence: &Evidence) -> Vec<Finding> {
    let captured = evidence.captured.iter().map(|captured| Finding::RouteCaptured {
        interface: captured.spot.interface.clone(),
        network: captured.spot.network,
        host: captured.host,
        by: captured.by.clone(),
    });
    captured.take(1).collect()
}

pub(super) fn masks(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for interface in evidence.interfaces.iter().filter(|one| one.up && one.kind == InterfaceKind::Network) {
        findings.extend(narrow(interface).or_else(|| router_outside(interface)));
    }
    if let Some((interface, ip)) = evidence.off_link.first() {
        let spots = evidence.spots.iter().filter(|spot| spot.interface == *interface && spot.ip.is_ipv4());
        findings.push(Finding::NeighbourOutside {
            interface: interface.clone(),
            ip: *ip,
            networks: once(spots.map(|spot| spot.network)),
        });
    }
    findings
}

/// Networks, each once.
fn once(networks: impl Iterator<Item = IpNetwork>) -> Vec<IpNetwork> {
    networks.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A network that has room for nobody else.
fn narrow(interface: &Interface) -> Option<Finding> {
    let v4 = interface.addrs.iter().find(|addr| addr.ip.is_ipv4())?;
    (v4.prefix == 32).then(|| Finding::NarrowMask { interface: interface.name.clone(), ip: v4.ip })
}

/// A router outside our networks. It cannot be reached without another router.
fn router_outside(interface: &Interface) -> Option<Finding> {
    let router = IpAddr::V4(interface.gateway?);
    let own = interface.addrs.iter().filter(|addr| addr.ip.is_ipv4()).filter_map(InterfaceAddr::network);
    let networks = once(own);
    let outside = !networks.is_empty() && !networks.iter().any(|network| network.contains(router));
    outside.then(|| Finding::RouterOutside { interface: interface.name.clone(), router, networks })
}

/// Whether others answer, or only the router does in a network with room for many.
pub(super) fn isolation(evidence: &Evidence) -> Vec<Finding> {
    let Some(swept) = evidence.swept.as_ref().filter(|swept| swept.hosts >= TELLING) else { return Vec::new() };
    let routers: Vec<IpAddr> = evidence.interfaces.iter().filter_map(|one| one.gateway.map(IpAddr::V4)).collect();
    let others = swept.there.iter().filter(|ip| !routers.contains(ip)).count();
    if others > 0 || evidence.people.iter().any(|person| person.place == Proximity::Near) {
        return vec![Finding::OthersAnswer(others)];
    }
    let router = swept.there.iter().find(|ip| routers.contains(ip));
    router.map(|router| Finding::OnlyRouter { router: *router, hosts: swept.hosts }).into_iter().collect()
}
