//! Which network this machine is in, found out without sending anything.
//!
//! The tag is the hardware address of the gateway and the prefix of the network: addresses such as 192.168.1.0/24 are
//! the same in half of all homes, a gateway's hardware address is not. It is looked up in tables of the operating system,
//! so far in those of Linux; elsewhere, and without a gateway, the prefix alone has to do.

#[cfg(target_os = "linux")]
mod neighbours;
#[cfg(any(target_os = "linux", test))]
pub(super) mod tables;

use std::{collections::BTreeSet, net::IpAddr};

use ipnetwork::IpNetwork;

use crate::domain::model::Network;

/// Assumed prefix lengths where no network is known to hold our address: those of most of them.
const USUAL_PREFIX: (u8, u8) = (24, 64);

/// What tells the network that a machine is in from others; nothing of this machine alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NetworkId(Option<Known>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    prefix: Option<IpNetwork>,
    gateway: Option<[u8; 6]>,
    /// Whether there is a gateway whose hardware address is not known.
    unresolved: bool,
}

impl NetworkId {
    /// The network of who listens on `ip` and looks for people in `cidrs`. Sends nothing.
    ///
    /// A patient one waits up to half a second, where a gateway is known whose hardware address is not.
    pub fn of(ip: IpAddr, cidrs: &[IpNetwork], patient: bool) -> Self {
        if ip.is_loopback() {
            return Self(None);
        }
        let found = find(ip, patient);
        let prefix = cidrs.iter().copied().filter(|cidr| cidr.contains(ip)).max_by_key(IpNetwork::prefix);
        let prefix = prefix.or(found.prefix).or_else(|| usual(ip));
        Self(Some(Known { prefix, gateway: found.gateway, unresolved: found.unresolved }))
    }

    /// The name that messages of the lobby are kept under.
    pub fn name(&self) -> Network {
        match self.0 {
            None => Network::loopback(),
            Some(Known { prefix, gateway, .. }) => tag(prefix, gateway),
        }
    }

    /// Whether its gateway will be known better in a moment.
    pub fn is_unresolved(&self) -> bool {
        self.0.is_some_and(|known| known.unresolved)
    }

    /// The same network, with what was known of it before and is not known now.
    #[must_use]
    pub fn with_known(self, before: &Self) -> Self {
        match (self.0, before.0) {
            (Some(now), Some(before)) if now.gateway.is_none() && before.gateway.is_some() => {
                Self(Some(Known { gateway: before.gateway, unresolved: false, ..now }))
            }
            _ => self,
        }
    }

    /// A network that no machine is in.
    #[cfg(test)]
    pub(crate) fn example(prefix: &str, gateway: Option<u8>) -> Self {
        let (prefix, gateway) = (prefix.parse().ok(), gateway.map(|byte| [byte; 6]));
        Self(Some(Known { prefix, gateway, unresolved: gateway.is_none() }))
    }

    /// Whether both may be the same network: a gateway's hardware address is forgotten and learnt again while nothing
    /// changes.
    pub fn may_be(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Some(a), Some(b)) => {
                a.prefix == b.prefix && (a.gateway == b.gateway || a.gateway.is_none() || b.gateway.is_none())
            }
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

/// Who of these networks this machine's kernel heard a moment ago, whatever they answer; on Linux alone.
pub(super) fn neighbours(networks: &[IpNetwork]) -> BTreeSet<IpAddr> {
    #[cfg(target_os = "linux")]
    let known = neighbours::read().unwrap_or_else(|error| {
        tracing::debug!(%error, "the kernel does not tell its neighbours");
        Vec::new()
    });
    #[cfg(target_os = "linux")]
    let known = known.into_iter().filter(|one| one.there).map(|one| one.ip);
    #[cfg(not(target_os = "linux"))]
    let known = std::iter::empty();
    known.filter(|ip| networks.iter().any(|network| network.contains(*ip))).collect()
}

/// What the system's tables say about the network that an address of this machine is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Found {
    /// Its prefix.
    prefix: Option<IpNetwork>,
    /// Its gateway's hardware address.
    gateway: Option<[u8; 6]>,
    /// Whether there is a gateway whose hardware address is not known.
    unresolved: bool,
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "before anything else runs, for a moment, a bounded number of times")]
fn find(ip: IpAddr, patient: bool) -> Found {
    if patient {
        tables::find_patiently(ip, tables::read, std::thread::sleep)
    } else {
        tables::find(ip, &tables::read())
    }
}

#[cfg(not(target_os = "linux"))]
fn find(_: IpAddr, _: bool) -> Found {
    Found::default()
}

fn usual(ip: IpAddr) -> Option<IpNetwork> {
    let prefix = if ip.is_ipv4() { USUAL_PREFIX.0 } else { USUAL_PREFIX.1 };
    IpNetwork::new(ip, prefix).ok()
}

fn tag(prefix: Option<IpNetwork>, gateway: Option<[u8; 6]>) -> Network {
    let prefix = prefix.map(|net| format!("{}/{}", net.network(), net.prefix()));
    let gateway = gateway.map(|[a, b, c, d, e, f]| format!("gw {a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"));
    let parts: Vec<_> = gateway.into_iter().chain(prefix).collect();
    #[expect(clippy::expect_used, reason = "an address has a usual prefix; digits, dots and colons, 66 bytes at most")]
    Network::new(&parts.join(" ")).expect("a short printable name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNetwork {
        text.parse().unwrap()
    }

    #[test]
    fn this_machine_alone_is_loopback_whatever_it_looks_for() {
        for ip in ["127.0.0.1", "127.5.0.1", "::1"] {
            let cidrs = [net("127.0.0.0/8"), net("::/0")];
            assert_eq!(NetworkId::of(ip.parse().unwrap(), &cidrs, true).name(), Network::loopback());
        }
    }

    #[test]
    fn a_tag_is_the_gateway_and_the_prefix_or_what_there_is_of_them() {
        let gateway = Some([2, 66, 172, 17, 0, 1]);
        assert_eq!(tag(Some(net("192.168.1.20/24")), gateway).as_str(), "gw 02:42:ac:11:00:01 192.168.1.0/24");
        assert_eq!(tag(Some(net("fd00::7/64")), None).as_str(), "fd00::/64");
        let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128";
        assert!(tag(Some(net(longest)), Some([255; 6])).as_str().ends_with(longest));
    }

    #[test]
    fn a_gateway_that_is_forgotten_for_a_while_makes_no_other_network() {
        let id = |prefix: &str, gateway: Option<u8>| {
            let gateway = gateway.map(|byte| [byte; 6]);
            NetworkId(Some(Known { prefix: Some(net(prefix)), gateway, unresolved: false }))
        };
        let home = id("192.168.1.0/24", Some(1));
        assert!(home.may_be(&id("192.168.1.0/24", None)) && id("192.168.1.0/24", None).may_be(&home));
        assert!(!home.may_be(&id("192.168.1.0/24", Some(2))), "a café with the same addresses");
        assert!(!home.may_be(&id("10.0.0.0/24", Some(1))) && !home.may_be(&NetworkId::default()));
        assert!(NetworkId::default().may_be(&NetworkId::default()));
    }

    #[test]
    fn an_address_that_no_network_holds_is_taken_for_one_of_a_usual_network() {
        // RFC 5737 and 3849: no machine has these addresses.
        let other = [net("127.0.0.1/32"), net("10.0.0.0/8")];
        let named = |ip: &str, cidrs: &[IpNetwork]| NetworkId::of(ip.parse().unwrap(), cidrs, true).name().to_string();
        assert_eq!(named("203.0.113.7", &other), "203.0.113.0/24");
        assert_eq!(named("2001:db8::7", &other), "2001:db8::/64");
        let nested = [net("203.0.0.0/16"), net("203.0.113.0/25"), net("203.0.112.0/20")];
        assert_eq!(named("203.0.113.7", &nested), "203.0.113.0/25");
    }
}
