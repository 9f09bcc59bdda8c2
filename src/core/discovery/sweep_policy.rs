//! Which networks may be swept without the user's explicit permission.

use std::net::IpAddr;

use ipnetwork::IpNetwork;

use crate::domain::model::Objection;

/// The largest IPv4 network that is swept without the user's permission, as a prefix length: a /16.
pub const SHORTEST_IPV4_SWEEP: u8 = 16;

/// IPv6 networks with a shorter prefix are never swept: they only say whose addresses are accepted.
pub const SHORTEST_IPV6_SWEEP: u8 = 112;

/// The slowest and the fastest sweep, in probes per second. Above the upper bound a sweep over dead addresses overflows
/// the kernel's neighbour table (1,024 entries of 3 s) and breaks the user's other connections.
pub const SWEEP_RATES: std::ops::RangeInclusive<u32> = 1..=300;

/// Ranges that belong to nobody in particular: loopback, link-local, RFC 1918, shared address space (RFC 6598), ULA.
const PRIVATE: [&str; 9] = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "fe80::/10",
    "fc00::/7",
];

/// Why a network needs `any_network`, or `None` if it does not.
pub fn objection(network: IpNetwork) -> Option<Objection> {
    match network {
        // Such a network is only a filter: nothing is ever sent because of it.
        IpNetwork::V6(v6) if v6.prefix() < SHORTEST_IPV6_SWEEP => None,
        _ if !is_private(network) => Some(Objection::Public),
        IpNetwork::V4(v4) if v4.prefix() < SHORTEST_IPV4_SWEEP => Some(Objection::TooLarge),
        _ => None,
    }
}

/// Whether every address of `network` is a private one.
pub fn is_private(network: IpNetwork) -> bool {
    PRIVATE.iter().filter_map(|range| range.parse::<IpNetwork>().ok()).any(|range| contains(range, network))
}

/// Whether every address of `network` is this machine's own.
pub fn is_loopback(network: IpNetwork) -> bool {
    let range = if network.is_ipv4() { "127.0.0.0/8" } else { "::1/128" };
    range.parse().is_ok_and(|range| contains(range, network))
}

fn contains(outer: IpNetwork, inner: IpNetwork) -> bool {
    outer.prefix() <= inner.prefix() && outer.contains(inner.ip())
}

/// Reads a network, or one address as a network of its own; host bits are dropped.
pub fn parse(text: &str) -> Option<IpNetwork> {
    let network: IpNetwork = text.trim().parse().ok()?;
    IpNetwork::new(network.network(), network.prefix()).ok()
}

/// A network around `ip` for use in an example: its /24, like most networks; for IPv6, its /120.
pub fn example(ip: IpAddr) -> String {
    let prefix = if ip.is_ipv4() { 24 } else { 120 };
    IpNetwork::new(ip, prefix).map_or_else(|_| ip.to_string(), |net| format!("{}/{prefix}", net.network()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNetwork {
        parse(text).unwrap()
    }

    #[test]
    fn host_bits_are_dropped() {
        assert_eq!(net("192.168.1.77/24").to_string(), "192.168.1.0/24");
        assert_eq!(net("192.168.1.77").to_string(), "192.168.1.77/32");
        assert_eq!(net("fd00::77/120").to_string(), "fd00::/120");
        for text in ["", "192.168.1.0/33", "192.168.1/24", "lan", "/24", "::/129"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_small_private_networks_are_swept_without_permission() {
        for text in
            ["127.0.0.1/32", "192.168.0.0/16", "10.1.0.0/16", "172.31.255.0/24", "fd00::/112", "::1", "2000::/64"]
        {
            assert_eq!(objection(net(text)), None, "{text}");
        }
        for text in ["8.8.8.0/24", "172.32.0.0/16", "0.0.0.0/0", "192.0.0.0/8", "2000::/112", "::ffff:8.8.8.0/120"] {
            assert_eq!(objection(net(text)), Some(Objection::Public), "{text}");
        }
        for text in ["10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/15"] {
            assert_eq!(objection(net(text)), Some(Objection::TooLarge), "{text}");
        }
    }

    #[test]
    fn every_private_range_can_be_read() {
        assert_eq!(PRIVATE.iter().filter_map(|range| parse(range)).count(), PRIVATE.len());
    }

    #[test]
    fn loopback_is_recognized() {
        assert!(is_loopback(net("127.0.0.0/8")) && is_loopback(net("127.1.2.3/32")) && is_loopback(net("::1")));
        assert!(!is_loopback(net("126.0.0.0/7")) && !is_loopback(net("::/127")) && !is_loopback(net("192.168.1.0/24")));
    }
}
