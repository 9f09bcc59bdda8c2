//! What counts as one machine, by its address.

use std::net::{IpAddr, Ipv6Addr};

use super::NodeId;

/// Bits of an IPv6 address that its host cannot choose (RFC 4291, section 2.5.1).
const NETWORK_BITS: u32 = 64;

/// What counts as one host: an IPv4 address or an IPv6 /64, because a host can take any address of its /64. A
/// link-local address is a host of its own: everyone on the segment shares that /64, so one host could use up the
/// allowance of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(IpAddr);

impl Host {
    /// The host that an address belongs to.
    pub fn of(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V6(ip) if !ip.is_loopback() && !ip.is_unicast_link_local() => {
                let network = Ipv6Addr::from_bits(ip.to_bits() >> NETWORK_BITS << NETWORK_BITS);
                network.into()
            }
            ip => ip,
        })
    }

    /// Its address, or the first one of its network.
    pub const fn ip(&self) -> IpAddr {
        self.0
    }

    /// Whether it is this machine, which many nodes may share.
    pub fn is_loopback(&self) -> bool {
        self.0.is_loopback()
    }
}

/// What counts as one machine when something is shared out: a host. On this machine each key counts on its own, because
/// each may be a different user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    /// A host of the network.
    Host(Host),
    /// A key on this machine, or one with an unknown host.
    Key(NodeId),
}

impl Machine {
    /// The machine of the key `node`, whose owner connects from `host` if that is known.
    pub fn new(node: NodeId, host: Option<Host>) -> Self {
        host.filter(|host| !host.is_loopback()).map_or(Self::Key(node), Self::Host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_ipv6_network_or_an_address() {
        let same = |a: &str, b: &str| Host::of(a.parse().unwrap()) == Host::of(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:2") && !same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("fd00::1", "fd00::2"));
        assert!(!same("fe80::1", "fe80::2"), "all hosts of a segment share this network");
        assert!(same("::ffff:10.0.0.1", "10.0.0.1") && !same("::ffff:10.0.0.1", "::ffff:10.0.0.2"));
        assert!(!same("::1", "::2"));
    }
}
