//! The interfaces of this machine, and our addresses on the networks that they lead to.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6},
    sync::Arc,
};

use ipnetwork::IpNetwork;

/// What an interface leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InterfaceKind {
    /// This machine alone.
    Loopback,
    /// A network with other people's machines: a cable or a radio.
    Network,
    /// A bridge to containers or virtual machines of this machine.
    Container,
    /// A tunnel, such as a VPN.
    Tunnel,
}

/// An interface, as the operating system describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name: `eth0`.
    pub name: Arc<str>,
    /// Its number, which scopes link-local addresses.
    pub index: u32,
    /// What it leads to.
    pub kind: InterfaceKind,
    /// Whether it is switched on and, as far as the system knows, connected.
    pub up: bool,
    /// The router, if packets for the rest of the world go out here.
    pub gateway: Option<Ipv4Addr>,
    /// Its addresses that can be used.
    pub addrs: Vec<InterfaceAddr>,
}

/// An address of an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InterfaceAddr {
    /// The address.
    pub ip: IpAddr,
    /// How many bits of it belong to the network.
    pub prefix: u8,
    /// The address that reaches everybody on that network at once.
    pub broadcast: Option<Ipv4Addr>,
}

impl InterfaceAddr {
    /// The network that it is in.
    pub fn network(&self) -> Option<IpNetwork> {
        let whole = IpNetwork::new(self.ip, self.prefix).ok()?;
        IpNetwork::new(whole.network(), self.prefix).ok()
    }
}

/// One address of ours on one network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalSubnet {
    /// The interface's name.
    pub interface: Arc<str>,
    /// The interface's number.
    pub index: u32,
    /// Our address there.
    pub ip: IpAddr,
    /// The network around it.
    pub network: IpNetwork,
    /// The address that reaches everybody on that network at once; IPv4 only.
    pub broadcast: Option<Ipv4Addr>,
}

impl LocalSubnet {
    /// Our address with a port. A link-local address also has its scope, without which it means nothing.
    pub fn at(&self, port: u16) -> SocketAddr {
        match self.ip {
            IpAddr::V6(ip) if self.is_link_local_v6() => SocketAddrV6::new(ip, port, 0, self.index).into(),
            ip => SocketAddr::new(ip, port),
        }
    }

    /// Whether our address there is an IPv6 address that the interface gave itself.
    pub fn is_link_local_v6(&self) -> bool {
        matches!(self.ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
    }

    /// Whether datagrams from `ip` can come from this network itself.
    pub fn is_on_link(&self, ip: IpAddr) -> bool {
        self.network.contains(ip)
    }
}

/// `eth0 (192.168.1.20, 192.168.1.0/24)`.
impl fmt::Display for LocalSubnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.interface, self.ip, self.network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_link_local_addresses_have_a_scope() {
        let spot = |ip: &str, network: &str| LocalSubnet {
            interface: "eth0".into(),
            index: 7,
            ip: ip.parse().unwrap(),
            network: network.parse().unwrap(),
            broadcast: None,
        };
        assert_eq!(spot("fe80::1", "fe80::/64").at(4_565).to_string(), "[fe80::1%7]:4565");
        assert_eq!(spot("fd00::1", "fd00::/64").at(4_565).to_string(), "[fd00::1]:4565");
        let home = spot("192.168.1.20", "192.168.1.0/24");
        assert_eq!(home.to_string(), "eth0 (192.168.1.20, 192.168.1.0/24)");
        assert!(home.is_on_link("192.168.1.77".parse().unwrap()) && !home.is_on_link("192.168.2.1".parse().unwrap()));
    }
}
