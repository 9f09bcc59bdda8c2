//! The addresses that we listen on, and what addresses mean to others.

use std::net::{IpAddr, SocketAddr};

use ipnetwork::IpNetwork;

/// The addresses of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalAddrs {
    /// The addresses that it listens on, at least one; the first stands for the node.
    pub addrs: Vec<SocketAddr>,
    /// The networks in which passed-on addresses may be dialled.
    pub networks: Vec<IpNetwork>,
    /// Whether anything beyond this machine is dialled, or can dial us.
    pub open: bool,
}

impl LocalAddrs {
    /// A node that listens on one address.
    pub fn at(addr: SocketAddr, networks: Vec<IpNetwork>) -> Self {
        Self { addrs: vec![addr], networks, open: !addr.ip().is_loopback() }
    }

    /// Whether we listen there ourselves.
    pub(super) fn is_own(&self, addr: &SocketAddr) -> bool {
        self.addrs.contains(addr)
    }

    /// Whether `ip` is in one of the networks where the user looks for people.
    pub(super) fn is_in_networks(&self, ip: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(ip))
    }

    /// Whether anybody may be dialled there at all.
    pub(super) fn reaches(&self, ip: IpAddr) -> bool {
        self.open || ip.is_loopback()
    }

    /// The address at which a peer at `ip` reaches us: the one that shares the most leading bits with it. Reference
    /// nodes are told this address, and compare it with their own.
    pub(super) fn towards(&self, ip: IpAddr) -> Option<SocketAddr> {
        let alike = |own: &&SocketAddr| (own.ip().is_loopback() == ip.is_loopback(), common_bits(own.ip(), ip));
        // Of several that are equally alike, the first is used.
        self.addrs.iter().rev().max_by_key(alike).copied()
    }

    /// The port that we listen on, on every address.
    pub(super) fn port(&self) -> u16 {
        self.addrs.first().map_or(0, SocketAddr::port)
    }
}

/// One more than the number of leading bits that two addresses share; zero for different families.
fn common_bits(a: IpAddr, b: IpAddr) -> u32 {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => 1 + (u32::from(a) ^ u32::from(b)).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => 1 + (u128::from(a) ^ u128::from(b)).leading_zeros(),
        _ => 0,
    }
}

/// `addr` with another port. The scope is kept: without it a link-local address means nothing.
pub(super) fn with_port(mut addr: SocketAddr, port: u16) -> SocketAddr {
    addr.set_port(port);
    addr
}

/// Whether an address means the same to everybody. A link-local one means nothing outside its network, and inside it
/// only together with the interface.
pub(super) fn is_for_everybody(addr: &SocketAddr) -> bool {
    !matches!(addr.ip(), IpAddr::V6(ip) if ip.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_told_our_address_most_like_theirs() {
        let addrs = ["192.168.1.20:4565", "10.0.0.5:4565", "[fe80::5%2]:4565", "127.0.0.1:4565"];
        let addrs = addrs.map(|addr| addr.parse().unwrap()).to_vec();
        let location = LocalAddrs { addrs, networks: Vec::new(), open: true };
        for (peer, own) in [
            ("192.168.1.77", "192.168.1.20:4565"),
            ("10.9.9.9", "10.0.0.5:4565"),
            ("127.0.0.1", "127.0.0.1:4565"),
            ("127.9.9.9", "127.0.0.1:4565"),
            ("fe80::77", "[fe80::5%2]:4565"),
        ] {
            assert_eq!(location.towards(peer.parse().unwrap()).unwrap().to_string(), own, "{peer}");
        }
    }
}
