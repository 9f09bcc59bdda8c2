//! What can be seen of the networks that this machine is in.
//!
//! Linux reports its routers and their hardware addresses. On other systems, only prefixes are seen so far.

#[cfg(target_os = "linux")]
mod carrier;
#[cfg(target_os = "linux")]
mod neighbours;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
pub(super) mod routes;
#[cfg(any(target_os = "linux", test))]
pub(super) mod tentative;

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr, SocketAddrV6, UdpSocket},
    time::Duration,
};

use ipnetwork::IpNetwork;

use crate::{
    core::networks::Evidence,
    domain::model::{HardwareAddr, LocalSubnet},
};

/// How long a router may take to answer, and the time between two looks. One that answers later is recognized later.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The port for datagrams that nobody should read (RFC 863).
const DISCARD_PORT: u16 = 9;

/// How many routers are asked at most. A network has one or two.
const MAX_ROUTERS: usize = 8;

/// A router of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Router {
    ip: IpAddr,
    /// The number of the interface that leads to it.
    interface: u32,
    /// Its hardware address, if the kernel knows it.
    hardware: Option<HardwareAddr>,
}

/// What is seen of the network that these addresses of ours are in. Sends nothing.
pub fn seen(spots: &[LocalSubnet]) -> Evidence {
    let beyond = spots.iter().filter(|spot| !spot.ip.is_loopback());
    Evidence::new(beyond.map(|spot| spot.network), routers(spots).into_iter().filter_map(|router| router.hardware))
}

/// Makes the kernel ask the routers of this network for their hardware addresses, if it does not know them: sends each
/// one datagram, and waits up to a second. Blocks its thread.
#[expect(clippy::disallowed_methods, reason = "a bounded number of times, on a thread that may wait")]
pub fn ask_routers(spots: &[LocalSubnet]) {
    let unknown = || routers(spots).into_iter().filter(|router| router.hardware.is_none());
    let mut asked = false;
    for router in unknown().take(MAX_ROUTERS) {
        asked |= send(&router, spots).is_ok();
    }
    let mut looks = PATIENCE.as_millis() / LOOK_EVERY.as_millis();
    while asked && looks > 0 && unknown().next().is_some() {
        std::thread::sleep(LOOK_EVERY);
        looks -= 1;
    }
}

/// How often the interfaces of this machine have lost or found their connection, all together; 0 on systems other than
/// Linux. A cable that was unplugged between two looks may lead elsewhere now.
pub fn carrier_changes() -> u64 {
    #[cfg(target_os = "linux")]
    return known(carrier::read()).into_iter().map(u64::from).sum();
    #[cfg(not(target_os = "linux"))]
    0
}

/// Sends a datagram to a router, from our address on its network.
fn send(router: &Router, spots: &[LocalSubnet]) -> std::io::Result<()> {
    let ours = spots.iter().find(|spot| spot.index == router.interface && spot.ip.is_ipv4() == router.ip.is_ipv4());
    let ours = ours.ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    let socket = UdpSocket::bind(ours.at(0))?;
    let to: SocketAddr = match router.ip {
        IpAddr::V4(ip) => (ip, DISCARD_PORT).into(),
        IpAddr::V6(ip) => SocketAddrV6::new(ip, DISCARD_PORT, 0, router.interface).into(),
    };
    socket.send_to(&[0], to).map(|_| ())
}

/// The routers of the network that these addresses of ours are in. Linux only.
fn routers(spots: &[LocalSubnet]) -> Vec<Router> {
    #[cfg(target_os = "linux")]
    {
        let interfaces: BTreeSet<u32> =
            spots.iter().filter(|spot| !spot.ip.is_loopback()).map(|spot| spot.index).collect();
        let neighbours = known(neighbours::read());
        let hardware = |route: &routes::DefaultRoute| {
            let is_it = |one: &&neighbours::Neighbour| (one.ip, one.interface) == (route.gateway, route.interface);
            neighbours.iter().find(is_it).map(|one| one.hardware)
        };
        let routes = known(routes::read()).into_iter().filter(|route| interfaces.contains(&route.interface));
        routes
            .map(|route| Router { ip: route.gateway, interface: route.interface, hardware: hardware(&route) })
            .collect()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = spots;
        Vec::new()
    }
}

/// The hosts of these networks that this machine's kernel heard a moment ago, even if they refuse us. Linux only.
pub(super) fn neighbours(networks: &[IpNetwork]) -> BTreeSet<IpAddr> {
    #[cfg(target_os = "linux")]
    let there = known(neighbours::read()).into_iter().filter(|one| one.there).map(|one| one.ip);
    #[cfg(not(target_os = "linux"))]
    let there = std::iter::empty();
    there.filter(|ip| networks.iter().any(|network| network.contains(*ip))).collect()
}

/// What the kernel reported; empty if it refuses.
#[cfg(target_os = "linux")]
fn known<T>(read: std::io::Result<Vec<T>>) -> Vec<T> {
    read.unwrap_or_else(|error| {
        tracing::debug!(%error, "the kernel does not tell what it knows of the network");
        Vec::new()
    })
}
