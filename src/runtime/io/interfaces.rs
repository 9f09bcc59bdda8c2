//! The interfaces of this machine, found without sending anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
};

use if_addrs::{IfAddr, IfOperStatus, get_if_addrs};

use crate::domain::model::{Interface, InterfaceAddr, InterfaceKind};

/// Prefixes of the names of bridges and virtual interfaces of containers and virtual machines: Docker, Podman, libvirt,
/// LXC, Incus, Kubernetes' networks, `VirtualBox`, `VMware`, Hyper-V and WSL.
const CONTAINERS: [&str; 19] = [
    "docker",
    "br-",
    "virbr",
    "podman",
    "cni",
    "flannel",
    "cali",
    "cilium",
    "kube",
    "lxcbr",
    "lxdbr",
    "incusbr",
    "vnet",
    "veth",
    "vboxnet",
    "vmnet",
    "vethernet",
    "waydroid",
    "bridge1",
];

/// Prefixes of the names of tunnels: `OpenVPN`, `WireGuard`, PPP, `macOS`, `IPsec`, Tailscale, `ZeroTier`, `NordVPN`,
/// Proton; and of the links that Apple's machines make for themselves.
const TUNNELS: [&str; 14] = [
    "tun",
    "tap",
    "wg",
    "ppp",
    "utun",
    "ipsec",
    "tailscale",
    "zt",
    "nordlynx",
    "proton",
    "gpd",
    "cscotun",
    "awdl",
    "llw",
];

/// All interfaces, with the addresses that can be used. Those of an interface that is not connected are of no use.
/// Interfaces without any address are listed on Linux only.
///
/// # Errors
/// What the operating system says.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    let system = system::read();
    let mut found: BTreeMap<String, Interface> = system.names.iter().map(|name| (name.clone(), empty(name))).collect();
    for one in get_if_addrs()? {
        let interface = found.entry(one.name.clone()).or_insert_with(|| empty(&one.name));
        interface.index = one.index.unwrap_or(interface.index);
        interface.up |= is_connected(&one.oper_status);
        if one.is_loopback() {
            interface.kind = InterfaceKind::Loopback;
        } else if one.is_p2p {
            interface.kind = InterfaceKind::Tunnel;
        }
        let addr = match one.addr {
            IfAddr::V4(v4) => InterfaceAddr { ip: v4.ip.into(), prefix: v4.prefixlen, broadcast: v4.broadcast },
            IfAddr::V6(v6) => InterfaceAddr { ip: v6.ip.into(), prefix: v6.prefixlen, broadcast: None },
        };
        // An address that is still being looked for on the link cannot be listened on.
        if !system.tentative.contains(&addr.ip) && !interface.addrs.contains(&addr) {
            interface.addrs.push(addr);
        }
    }
    let mut all: Vec<Interface> = found.into_values().collect();
    for interface in &mut all {
        interface.gateway = system.gateways.get(&interface.index).copied();
        interface.kind = kind(interface, &system);
        interface.addrs.sort_unstable();
    }
    all.sort_by(|a, b| (a.index, &a.name).cmp(&(b.index, &b.name)));
    Ok(all)
}

/// The address from which this machine would send to `to`, by its routes and over any interface. Nothing is sent.
///
/// # Errors
/// What the operating system says, most likely that there is no route.
pub fn source_towards(to: IpAddr) -> io::Result<IpAddr> {
    let any: SocketAddr = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }.parse().map_err(io::Error::other)?;
    let socket = UdpSocket::bind(any)?;
    // Any port will do: connecting a datagram socket finds the route and sends nothing.
    socket.connect(SocketAddr::new(to, 9))?;
    Ok(socket.local_addr()?.ip())
}

/// Unix reports that an interface runs, or nothing. One that was switched off or unplugged keeps its addresses, and its
/// state is reported as unknown.
fn is_connected(status: &IfOperStatus) -> bool {
    if cfg!(unix) {
        *status == IfOperStatus::Up
    } else {
        !matches!(status, IfOperStatus::Down | IfOperStatus::LowerLayerDown)
    }
}

fn empty(name: &str) -> Interface {
    Interface { name: name.into(), index: 0, kind: InterfaceKind::Network, up: false, gateway: None, addrs: Vec::new() }
}

fn kind(interface: &Interface, system: &System) -> InterfaceKind {
    let name = interface.name.to_ascii_lowercase();
    let begins = |with: &[&str]| with.iter().any(|begin| name.starts_with(begin));
    match interface.kind {
        InterfaceKind::Network if system.tunnels.contains(interface.name.as_ref()) || begins(&TUNNELS) => {
            InterfaceKind::Tunnel
        }
        // A bridge that leads to the router is this machine's connection, whatever its name.
        InterfaceKind::Network if interface.gateway.is_none() && begins(&CONTAINERS) => InterfaceKind::Container,
        kind => kind,
    }
}

/// What a system reports beyond addresses.
#[derive(Debug, Default)]
struct System {
    /// All interfaces, including those without an address.
    names: BTreeSet<String>,
    /// Those that are tunnels.
    tunnels: BTreeSet<String>,
    /// Addresses that cannot be used yet.
    tentative: BTreeSet<IpAddr>,
    /// The preferred router of each interface, by the interface's number.
    gateways: BTreeMap<u32, Ipv4Addr>,
}

#[cfg(target_os = "linux")]
mod system {
    //! What Linux reports beyond addresses: in its routes, and below `/proc/net` and `/sys/class/net`.

    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        net::{IpAddr, Ipv4Addr},
        path::Path,
    };

    use super::System;
    use crate::runtime::io::network::{routes, tentative};

    /// The type of interfaces that carry bare packets (`ARPHRD_NONE`, `linux/if_arp.h`): `WireGuard` and other tunnels.
    const NO_HARDWARE: &str = "65534";

    pub(super) fn read() -> System {
        let directory = Path::new("/sys/class/net");
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let all = entries.filter_map(|entry| entry.file_name().into_string().ok());
        // Not every entry is an interface.
        let names: BTreeSet<String> = all.filter(|name| directory.join(name).join("ifindex").exists()).collect();
        let is_tunnel = |name: &&String| {
            let kind = fs::read_to_string(directory.join(name).join("type")).unwrap_or_default();
            kind.trim() == NO_HARDWARE || directory.join(name).join("tun_flags").exists()
        };
        System {
            tunnels: names.iter().filter(is_tunnel).cloned().collect(),
            tentative: tentative::read(),
            gateways: gateways(),
            names,
        }
    }

    /// The IPv4 router that each interface leads to; the preferred one if there are several.
    fn gateways() -> BTreeMap<u32, Ipv4Addr> {
        let mut gateways = BTreeMap::new();
        for route in routes::read().unwrap_or_default() {
            if let IpAddr::V4(gateway) = route.gateway {
                gateways.entry(route.interface).or_insert(gateway);
            }
        }
        gateways
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::System;

    pub(super) fn read() -> System {
        System::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_loopback_interface() {
        let all = interfaces().unwrap();
        let loopback = all.iter().find(|one| one.kind == InterfaceKind::Loopback).unwrap();
        assert!(loopback.up && loopback.addrs.iter().any(|addr| addr.ip == IpAddr::from([127, 0, 0, 1])));
        assert!(loopback.index > 0);
        assert_eq!(source_towards(IpAddr::from([127, 0, 0, 1])).unwrap(), IpAddr::from([127, 0, 0, 1]));
    }

    #[test]
    fn interfaces_that_are_down_are_not_connected() {
        assert!(is_connected(&IfOperStatus::Up));
        assert!(!is_connected(&IfOperStatus::Down) && !is_connected(&IfOperStatus::LowerLayerDown));
        assert_eq!(is_connected(&IfOperStatus::Unknown), cfg!(windows));
    }

    #[test]
    fn kinds_follow_names_except_for_a_bridge_with_a_router() {
        let system = System::default();
        let told = |name: &str, gateway: Option<[u8; 4]>| {
            kind(&Interface { gateway: gateway.map(Into::into), ..empty(name) }, &system)
        };
        for name in ["eth0", "wlan0", "enp3s0", "br0", "en0", "Ethernet 2", "Wi-Fi"] {
            assert_eq!(told(name, None), InterfaceKind::Network, "{name}");
        }
        for name in ["docker0", "br-0123456789ab", "virbr0", "vethab12", "vEthernet (WSL)", "bridge100"] {
            assert_eq!(told(name, None), InterfaceKind::Container, "{name}");
        }
        for name in ["tun0", "wg0", "utun3", "tailscale0", "ppp0"] {
            assert_eq!(told(name, Some([10, 0, 0, 1])), InterfaceKind::Tunnel, "{name}");
        }
        assert_eq!(told("br-lan", Some([10, 0, 0, 1])), InterfaceKind::Network);
    }
}
