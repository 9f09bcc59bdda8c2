//! What can be seen of a network from a machine that is in it.

use std::{collections::BTreeSet, net::IpAddr};

use ipnetwork::IpNetwork;

use crate::domain::model::HardwareAddr;

/// What distinguishes a network from others.
///
/// Half of all homes use the same private addresses, so prefixes alone prove nothing. The hardware address of a router
/// does, if no other router has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    prefixes: BTreeSet<IpNetwork>,
    routers: BTreeSet<HardwareAddr>,
}

impl Evidence {
    /// Keeps what helps to recognize a network: IPv4 prefixes that somebody assigned, IPv6 prefixes of private
    /// networks, because providers change all others at will, and router addresses that are unique.
    pub fn new(prefixes: impl IntoIterator<Item = IpNetwork>, routers: impl IntoIterator<Item = HardwareAddr>) -> Self {
        Self {
            prefixes: prefixes.into_iter().filter(tells_something).collect(),
            routers: routers.into_iter().filter(HardwareAddr::is_unique).collect(),
        }
    }

    /// The prefixes.
    pub fn prefixes(&self) -> &BTreeSet<IpNetwork> {
        &self.prefixes
    }

    /// The routers.
    pub fn routers(&self) -> &BTreeSet<HardwareAddr> {
        &self.routers
    }

    /// Whether both have a prefix in common, or neither has any.
    pub(super) fn has_prefix_of(&self, other: &Self) -> bool {
        let none = self.prefixes.is_empty() && other.prefixes.is_empty();
        none || !self.prefixes.is_disjoint(&other.prefixes)
    }

    /// Whether both have a router in common.
    pub(super) fn has_router_of(&self, other: &Self) -> bool {
        !self.routers.is_disjoint(&other.routers)
    }

    /// Whether both have routers, and none in common.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        !self.routers.is_empty() && !other.routers.is_empty() && !self.has_router_of(other)
    }

    /// Whether both may be of one network: they have a prefix in common, and no router says otherwise.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        self.has_prefix_of(other) && !self.contradicts(other)
    }

    /// The same evidence without routers.
    pub(super) fn without_routers(&self) -> Self {
        Self { prefixes: self.prefixes.clone(), routers: BTreeSet::new() }
    }

    /// Adds other evidence to this.
    pub(super) fn add(&mut self, other: &Self) {
        self.prefixes.extend(&other.prefixes);
        self.routers.extend(&other.routers);
    }
}

/// Whether a prefix helps to recognize a network. Link-local addresses are the same everywhere.
fn tells_something(prefix: &IpNetwork) -> bool {
    match prefix.ip() {
        IpAddr::V4(ip) => !ip.is_link_local() && !ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(prefixes: &[&str], routers: &[&str]) -> Evidence {
        Evidence::new(
            prefixes.iter().map(|text| text.parse().unwrap()),
            routers.iter().map(|text| text.parse().unwrap()),
        )
    }

    #[test]
    fn addresses_found_everywhere_are_no_evidence() {
        let all = evidence(
            &["192.168.1.0/24", "169.254.0.0/16", "127.0.0.0/8", "fe80::/64", "2001:db8::/64", "fd00:1::/64"],
            &["00:1b:21:3c:9d:f8", "00:00:5e:00:01:01", "02:00:00:00:00:01"],
        );
        assert_eq!(all, evidence(&["192.168.1.0/24", "fd00:1::/64"], &["00:1b:21:3c:9d:f8"]));
        assert_eq!(all.prefixes().len(), 2);
    }

    #[test]
    fn networks_without_any_prefix_match_each_other() {
        let (v6, v4) = (evidence(&["fe80::/64"], &[]), evidence(&["10.0.0.0/24"], &[]));
        assert!(v6.has_prefix_of(&Evidence::default()) && !v6.has_prefix_of(&v4));
        assert!(evidence(&["10.0.0.0/24", "fd00:1::/64"], &[]).has_prefix_of(&v4));
    }

    #[test]
    fn an_unseen_router_contradicts_nothing() {
        let (one, other) = (evidence(&[], &["00:1b:21:00:00:01"]), evidence(&[], &["00:1b:21:00:00:02"]));
        assert!(one.contradicts(&other) && !one.contradicts(&one) && !one.contradicts(&Evidence::default()));
    }
}
