//! Whether the routes lead what is for our own networks elsewhere.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use ipnetwork::{IpNetwork, Ipv4Network};

use super::source_towards;
use crate::{
    diagnosis::Captured,
    model::{Interface, Spot},
};

/// Which of our own networks the routes lead elsewhere, by asking the system about a few hosts of each. Nothing is sent.
pub fn captured(spots: &[Spot], interfaces: &[Interface]) -> Vec<Captured> {
    let beyond = spots.iter().filter(|spot| !spot.ip.is_loopback());
    let first = |spot: &Spot| asked(spot, interfaces).into_iter().find_map(|host| elsewhere(spot, host, interfaces));
    beyond.filter_map(first).collect()
}

/// The hosts to ask about: the router, the first and the last.
fn asked(spot: &Spot, interfaces: &[Interface]) -> Vec<Ipv4Addr> {
    let IpNetwork::V4(network) = spot.network else { return Vec::new() };
    // Two addresses are a cable, not a network.
    if network.prefix() >= 31 {
        return Vec::new();
    }
    let gateway = interfaces.iter().find(|one| one.name == spot.interface).and_then(|one| one.gateway);
    let router = gateway.into_iter().filter(|ip| network.contains(*ip));
    router.chain(ends(network)).filter(|ip| spot.ip != IpAddr::V4(*ip)).collect()
}

fn ends(network: Ipv4Network) -> [Ipv4Addr; 2] {
    let first = u32::from(network.network()).saturating_add(1);
    let last = u32::from(network.broadcast()).saturating_sub(1);
    [first.into(), last.into()]
}

/// Whether what is for `host` leaves by another interface than that of `spot`.
fn elsewhere(spot: &Spot, host: Ipv4Addr, interfaces: &[Interface]) -> Option<Captured> {
    let by = match source_towards(host.into()) {
        Err(_) => None,
        Ok(source) => {
            let holder = interfaces.iter().find(|one| one.addrs.iter().any(|addr| addr.ip == source));
            let name: Arc<str> = holder.map_or_else(|| source.to_string().into(), |one| one.name.clone());
            // Another address of ours in the same network is as good, on whatever interface.
            if name == spot.interface || spot.network.contains(source) {
                return None;
            }
            Some(name)
        }
    };
    Some(Captured { spot: spot.clone(), host, by })
}
