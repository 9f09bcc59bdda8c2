//! Whether routes lead traffic for our own networks elsewhere.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use ipnetwork::{IpNetwork, Ipv4Network};

use super::source_towards;
use crate::{
    core::diagnosis::Captured,
    domain::model::{Interface, LocalSubnet},
};

/// Those of our own networks whose traffic the routes lead elsewhere. Asks the system about a few hosts of each, and
/// about the hosts in `said`, which say that they are there. Sends nothing.
pub fn captured(spots: &[LocalSubnet], interfaces: &[Interface], said: &[IpAddr]) -> Vec<Captured> {
    let beyond = spots.iter().filter(|spot| !spot.ip.is_loopback());
    let first = |spot: &LocalSubnet| {
        asked(spot, interfaces, said).into_iter().find_map(|host| elsewhere(spot, host, interfaces))
    };
    beyond.filter_map(first).collect()
}

/// The hosts to ask about: those that say that they are there, the router, the first, the last, and some in between. A
/// route may cover half of a network.
fn asked(spot: &LocalSubnet, interfaces: &[Interface], said: &[IpAddr]) -> Vec<Ipv4Addr> {
    let IpNetwork::V4(network) = spot.network else { return Vec::new() };
    // Two addresses are a cable, not a network.
    if network.prefix() >= 31 {
        return Vec::new();
    }
    let gateway = interfaces.iter().find(|one| one.name == spot.interface).and_then(|one| one.gateway);
    let v4 = |ip: &IpAddr| if let IpAddr::V4(ip) = ip { Some(*ip) } else { None };
    let known = said.iter().filter_map(v4).chain(gateway).filter(|ip| network.contains(*ip));
    known.chain(samples(network)).filter(|ip| spot.ip != IpAddr::V4(*ip)).collect()
}

fn samples(network: Ipv4Network) -> impl Iterator<Item = Ipv4Addr> {
    let (first, size) = (u32::from(network.network()), network.size());
    let places = [1, size / 4 + 1, size / 2 + 1, size / 4 * 3, size.saturating_sub(2)];
    places.into_iter().map(move |place| first.saturating_add(place).into())
}

/// Whether traffic for `host` leaves by an interface other than that of `spot`.
fn elsewhere(spot: &LocalSubnet, host: Ipv4Addr, interfaces: &[Interface]) -> Option<Captured> {
    let by = match source_towards(host.into()) {
        Err(_) => None,
        Ok(source) => {
            let holder = interfaces.iter().find(|one| one.addrs.iter().any(|addr| addr.ip == source));
            let name: Arc<str> = holder.map_or_else(|| source.to_string().into(), |one| one.name.clone());
            // Another address of ours in the same network is as good, whatever its interface.
            if name == spot.interface || spot.network.contains(source) {
                return None;
            }
            Some(name)
        }
    };
    Some(Captured { spot: spot.clone(), host, by })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_network_is_asked_about_except_ourselves() {
        let network = "10.77.0.0/24".parse().unwrap();
        let spot =
            LocalSubnet { interface: "eth0".into(), index: 2, ip: [10, 77, 0, 1].into(), network, broadcast: None };
        let said = [[10, 77, 0, 30].into(), [10, 78, 0, 1].into()];
        let asked = asked(&spot, &[], &said);
        let last: Vec<u8> = asked.iter().map(|ip| ip.octets()[3]).collect();
        assert_eq!(last, [30, 65, 129, 192, 254]);
        let cable = LocalSubnet { network: "10.77.0.0/31".parse().unwrap(), ..spot };
        assert!(super::asked(&cable, &[], &said).is_empty());
    }
}
