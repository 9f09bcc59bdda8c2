//! The hosts of a list of networks, by number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnetwork::IpNetwork;

use crate::core::discovery::sweep_policy::SHORTEST_IPV6_SWEEP;

/// IPv4 networks with a prefix of this length or more have no network address and no broadcast address (RFC 3021).
const POINT_TO_POINT_PREFIX: u8 = 31;

/// Whether the sweep covers `network`. Trying 2^64 addresses would find nobody.
fn sweepable(network: IpNetwork) -> bool {
    match network {
        IpNetwork::V4(_) => true,
        IpNetwork::V6(network) => network.prefix() >= SHORTEST_IPV6_SWEEP,
    }
}

/// A run of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: IpAddr,
    count: u64,
}

/// The addresses of several networks, each once, numbered from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Hosts {
    runs: Vec<Run>,
    count: u64,
}

impl Hosts {
    /// All hosts of `networks`, without network and broadcast addresses. Networks inside others of the list are left
    /// out.
    pub(super) fn of(networks: &[IpNetwork]) -> Self {
        let mut hosts = Self::default();
        for (i, network) in networks.iter().enumerate() {
            // Two networks are either disjoint, or one contains the other.
            let held = networks.iter().enumerate().any(|(j, other)| {
                other.contains(network.network())
                    && (other.prefix() < network.prefix() || (other.prefix() == network.prefix() && j < i))
            });
            if !held && sweepable(*network) {
                let run = run(*network);
                hosts.count += run.count;
                hosts.runs.push(run);
            }
        }
        hosts
    }

    /// The part of `networks` that is in the /24 (for IPv6, the /120) around any of `ips`. An address whose network is
    /// no larger than that adds nothing.
    pub(super) fn near(networks: &[IpNetwork], ips: impl Iterator<Item = IpAddr>) -> Self {
        let mut near = Self::default();
        for run in ips.filter_map(|ip| Self::around(networks, ip)) {
            if !near.runs.contains(&run) {
                near.count += run.count;
                near.runs.push(run);
            }
        }
        near
    }

    fn around(networks: &[IpNetwork], ip: IpAddr) -> Option<Run> {
        let around = match ip {
            IpAddr::V4(v4) => ipnetwork::Ipv4Network::new(v4, 24).map(IpNetwork::V4),
            IpAddr::V6(v6) => ipnetwork::Ipv6Network::new(v6, 120).map(IpNetwork::V6),
        };
        let around = around.ok()?;
        let larger = |n: &IpNetwork| sweepable(*n) && n.contains(ip) && n.prefix() < around.prefix();
        // A whole /24 inside a larger network: its first and last address are hosts like all others.
        networks.iter().any(larger).then(|| Run { first: around.network(), count: 256 })
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The host of this number, which must be less than `count`.
    pub(super) fn get(&self, mut index: u64) -> Option<IpAddr> {
        for run in &self.runs {
            if index < run.count {
                return Some(offset(run.first, index));
            }
            index -= run.count;
        }
        None
    }

    pub(super) fn contains(&self, ip: IpAddr) -> bool {
        self.runs.iter().any(|run| match (run.first, ip) {
            (IpAddr::V4(first), IpAddr::V4(ip)) => u64::from(u32::from(ip).wrapping_sub(first.into())) < run.count,
            (IpAddr::V6(first), IpAddr::V6(ip)) => u128::from(ip).wrapping_sub(first.into()) < u128::from(run.count),
            _ => false,
        })
    }
}

fn run(network: IpNetwork) -> Run {
    match network {
        IpNetwork::V4(v4) => {
            let size = 1u64 << (32 - v4.prefix());
            if v4.prefix() >= POINT_TO_POINT_PREFIX {
                Run { first: v4.network().into(), count: size }
            } else {
                Run { first: offset(v4.network().into(), 1), count: size - 2 }
            }
        }
        IpNetwork::V6(v6) => Run { first: v6.network().into(), count: 1 << (128 - v6.prefix()).min(63) },
    }
}

fn offset(first: IpAddr, by: u64) -> IpAddr {
    match first {
        // Runs never leave their network, so this never wraps. Wrapping arithmetic is used because it cannot panic.
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4).wrapping_add(by as u32)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6).wrapping_add(u128::from(by))).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn nets(text: &[&str]) -> Vec<IpNetwork> {
        text.iter().map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn every_ipv4_prefix_length_has_its_hosts() {
        for prefix in 0..=32u8 {
            let net: IpNetwork = format!("10.77.13.5/{prefix}").parse().unwrap();
            let hosts = Hosts::of(&[net]);
            let size = 1u64 << (32 - prefix);
            assert_eq!(hosts.count(), if prefix < 31 { size - 2 } else { size }, "/{prefix}");
            for index in [0, hosts.count() / 2, hosts.count() - 1] {
                let ip = hosts.get(index).unwrap();
                assert!(net.contains(ip) && hosts.contains(ip), "/{prefix}: {ip}");
                assert!(prefix >= 31 || (ip != net.network() && ip != net.broadcast()), "/{prefix}: {ip}");
            }
            assert_eq!(hosts.get(hosts.count()), None);
        }
    }

    #[test]
    fn nested_networks_count_once_and_huge_ipv6_ones_never() {
        assert_eq!(Hosts::of(&nets(&["10.0.0.0/24", "10.0.0.64/26", "10.0.0.0/24"])).count(), 254);
        assert_eq!(Hosts::of(&nets(&["fd00::/64"])).count(), 0);
        let hosts = Hosts::of(&nets(&["fd00::/112", "10.0.0.4/31"]));
        assert_eq!(hosts.count(), 65_536 + 2);
        let all: BTreeSet<_> = (0..hosts.count()).filter_map(|i| hosts.get(i)).collect();
        assert_eq!(all.len() as u64, hosts.count());
    }

    #[test]
    fn the_near_part_is_our_24_of_a_larger_network() {
        let ip = "10.1.2.3".parse().unwrap();
        assert_eq!(Hosts::near(&nets(&["10.1.2.0/24"]), [ip].into_iter()).count(), 0);
        let near = Hosts::near(&nets(&["10.1.0.0/16"]), [ip, "10.1.2.77".parse().unwrap()].into_iter());
        assert_eq!((near.count(), near.get(0)), (256, Some("10.1.2.0".parse().unwrap())));
    }
}
