//! Faults of this machine and its network that do not depend on anyone else.

use std::{collections::BTreeSet, net::IpAddr};

use ipnetwork::IpNetwork;

use super::{Evidence, Proximity, count, fault, fine, warning};
use crate::domain::model::{Fault, Finding, Interface, InterfaceAddr, InterfaceKind};

/// The fewest hosts of a network that says anything by its silence.
const TELLING: u64 = 8;

pub(super) fn network(evidence: &Evidence) -> Vec<Finding> {
    if let Some(why) = &evidence.no_network {
        return vec![fault(Fault::NoNetwork, why, "")];
    }
    if !evidence.open {
        return vec![warning(
            Fault::Closed,
            "The chat is on this machine only: nobody else on the network can meet you.",
            "Press F2 in the chat, or start it with --lan, to open it to your network.",
        )];
    }
    let names: Vec<_> = evidence.spots.iter().filter(|spot| !spot.ip.is_loopback()).map(ToString::to_string).collect();
    vec![fine(Fault::NoNetwork, format!("Open to {}.", names.join(", ")))]
}

pub(super) fn ports(evidence: &Evidence) -> Vec<Finding> {
    match &evidence.listening {
        None => Vec::new(),
        Some(Ok(addr)) => vec![fine(Fault::PortTaken, format!("Port {} is free to listen on.", addr.port()))],
        Some(Err(why)) => vec![fault(
            Fault::PortTaken,
            why,
            "See which programs have them, for example with  ss -ltnp , or give the others the same new range.",
        )],
    }
}

pub(super) fn routes(evidence: &Evidence) -> Vec<Finding> {
    let captured = evidence.captured.iter().map(|captured| {
        let (network, name) = (captured.spot.network, &captured.spot.interface);
        let where_to = match &captured.by {
            Some(by) => format!("to {by}, not to {name}"),
            None => "nowhere".to_owned(),
        };
        fault(
            Fault::RouteCaptured,
            format!("What is for {} in your own network {network} is routed {where_to}.", captured.host),
            "A VPN often does that. Let it leave the local network alone (\"allow LAN access\", split tunnelling), or \
             disconnect it while you chat.",
        )
    });
    captured.take(1).collect()
}

pub(super) fn masks(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for interface in evidence.interfaces.iter().filter(|one| one.up && one.kind == InterfaceKind::Network) {
        findings.extend(narrow(interface).or_else(|| gateway_outside(interface)));
    }
    if let Some((interface, ip)) = evidence.off_link.first() {
        let spots = evidence.spots.iter().filter(|spot| spot.interface == *interface && spot.ip.is_ipv4());
        let own = listed(spots.map(|spot| spot.network));
        findings.push(fault(
            Fault::WrongMask,
            format!("{ip} is on the same wire ({interface}) but outside of your network {own}."),
            "Your network mask or theirs is wrong, or two networks share the wire. Compare both with the router's; \
             usually DHCP sets them right.",
        ));
    }
    findings
}

/// Networks, each once.
fn listed(networks: impl Iterator<Item = IpNetwork>) -> String {
    let networks: BTreeSet<String> = networks.map(|network| network.to_string()).collect();
    networks.into_iter().collect::<Vec<_>>().join(", ")
}

/// A network that has room for nobody else.
fn narrow(interface: &Interface) -> Option<Finding> {
    let v4 = interface.addrs.iter().find(|addr| addr.ip.is_ipv4())?;
    (v4.prefix == 32).then(|| {
        fault(
            Fault::WrongMask,
            format!("The mask of {} ({}/32) leaves no room for anybody else.", interface.name, v4.ip),
            "Set the network's real mask, most often 255.255.255.0 (/24), or let DHCP set it.",
        )
    })
}

/// A router that is not in our own network cannot be reached without another.
fn gateway_outside(interface: &Interface) -> Option<Finding> {
    let gateway = IpAddr::V4(interface.gateway?);
    let networks: Vec<IpNetwork> =
        interface.addrs.iter().filter(|addr| addr.ip.is_ipv4()).filter_map(InterfaceAddr::network).collect();
    let outside = !networks.is_empty() && !networks.iter().any(|network| network.contains(gateway));
    outside.then(|| {
        let own = listed(networks.iter().copied());
        fault(
            Fault::WrongMask,
            format!("The router {gateway} is outside of your network {own} on {}.", interface.name),
            "The network mask or the address is wrong. Let DHCP set them, or compare them with another machine's.",
        )
    })
}

/// Nobody but the router is there, in a network with room for many.
pub(super) fn isolation(evidence: &Evidence) -> Vec<Finding> {
    let Some(swept) = evidence.swept.as_ref().filter(|swept| swept.hosts >= TELLING) else { return Vec::new() };
    let gateways: Vec<IpAddr> = evidence.interfaces.iter().filter_map(|one| one.gateway.map(IpAddr::V4)).collect();
    let others = swept.there.iter().filter(|ip| !gateways.contains(ip)).count();
    let router = swept.there.iter().find(|ip| gateways.contains(ip));
    if others > 0 || evidence.people.iter().any(|person| person.place == Proximity::Near) {
        let others = count(others, "other machine answers", "other machines answer");
        return vec![fine(Fault::ClientsIsolated, format!("{others} on your network."))];
    }
    let Some(router) = router else { return Vec::new() };
    vec![warning(
        Fault::ClientsIsolated,
        format!("Of {} addresses only the router ({router}) answers: nobody else can be seen.", swept.hosts),
        "Guest Wi-Fi and some access points keep their clients apart (\"client isolation\"). Use another network or a \
         cable, or switch that off. If you are the only one here, all is well.",
    )]
}
