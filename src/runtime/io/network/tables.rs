//! Linux's tables of routes, neighbours and addresses, below `/proc/net`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ipnetwork::{IpNetwork, Ipv4Network, Ipv6Network};

use super::Found;

/// The most that is read of a table: a router with the routes of the whole world has no chat waiting for them.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads of the tables while a gateway's hardware address is missing, and the time between two. It comes with the first
/// packet that anything on this machine sends beyond its network, and stays while the interface is up: after a
/// link came up, DHCP or DNS are a matter of moments. Without it this network would get another tag than last time.
const READS: (u32, Duration) = (6, Duration::from_millis(100));

/// Flags of a route: it is up, and leads through a gateway (`linux/route.h`).
const ROUTE_UP: u32 = 0x1;
const ROUTE_GATEWAY: u32 = 0x2;

/// Flag of an address of IPv6: it is not known yet whether somebody else on the link has it (`linux/if_addr.h`).
const ADDRESS_TENTATIVE: u32 = 0x40;

/// Flag of a neighbour: its hardware address is known (`linux/if_arp.h`).
const NEIGHBOUR_COMPLETE: u32 = 0x2;

/// The tables, as text; empty where there is none.
#[derive(Debug, Clone, Default)]
pub(in crate::runtime::io) struct Tables {
    /// `/proc/net/route`.
    pub(in crate::runtime::io) routes: String,
    /// `/proc/net/arp`.
    pub(in crate::runtime::io) neighbours: String,
    /// `/proc/net/if_inet6`.
    pub(in crate::runtime::io) addresses: String,
}

/// Reads the tables as they are now.
pub(in crate::runtime::io) fn read() -> Tables {
    let table = |name: &str| {
        let mut bytes = Vec::new();
        // A table that cannot be read to its end has the lines before it.
        let read = |bytes: &mut Vec<u8>| File::open(name)?.take(MAX_BYTES).read_to_end(bytes);
        let _ = read(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Tables {
        routes: table("/proc/net/route"),
        neighbours: table("/proc/net/arp"),
        addresses: table("/proc/net/if_inet6"),
    }
}

/// What the tables say about the network that `ip` is in; asks again, a few times, for a gateway that is not known yet.
pub(super) fn find_patiently(ip: IpAddr, mut read: impl FnMut() -> Tables, mut wait: impl FnMut(Duration)) -> Found {
    let (reads, pause) = READS;
    for _ in 1..reads {
        let found = find(ip, &read());
        if !found.unresolved {
            return found;
        }
        wait(pause);
    }
    find(ip, &read())
}

/// What the tables say about the network that `ip` is in.
pub(super) fn find(ip: IpAddr, tables: &Tables) -> Found {
    let routes: Vec<Route> = lines(&tables.routes).filter_map(|words| route(&words)).collect();
    let networks = networks(ip, &routes, &tables.addresses);
    let interfaces: BTreeSet<&str> = networks.iter().map(|(_, interface)| *interface).collect();
    let gateways = gateways(&routes, &interfaces);
    let known: Vec<_> = lines(&tables.neighbours).filter_map(|words| neighbour(&words)).collect();
    let gateway = gateways.iter().find_map(|&gateway| {
        known.iter().find(|&&(ip, interface, _)| (ip, interface) == gateway).map(|&(_, _, address)| address)
    });
    let unresolved = gateway.is_none() && !gateways.is_empty();
    Found { prefix: networks.first().map(|(network, _)| *network), gateway, unresolved }
}

/// The gateway that each interface leads to, the preferred one where it leads to several.
pub(in crate::runtime::io) fn default_gateways(routes: &str) -> BTreeMap<String, Ipv4Addr> {
    let routes: Vec<Route> = lines(routes).filter_map(|words| route(&words)).collect();
    let all = routes.iter().map(|route| route.interface).collect();
    // The preferred one comes first and stays.
    gateways(&routes, &all).into_iter().rev().map(|(gateway, name)| (name.to_owned(), gateway)).collect()
}

/// The addresses of IPv6 that cannot be used yet.
pub(in crate::runtime::io) fn tentative(addresses: &str) -> BTreeSet<IpAddr> {
    let flags = |words: &[&str]| words.get(4).and_then(|flags| u32::from_str_radix(flags, 16).ok()).unwrap_or(0);
    lines(addresses)
        .filter(|words| flags(words) & ADDRESS_TENTATIVE != 0)
        .filter_map(|words| address(&words))
        .map(|(network, _)| network.ip().into())
        .collect()
}

/// The networks that hold `ip` and are reached without a gateway, the smallest first, with their interfaces.
fn networks<'a>(ip: IpAddr, routes: &[Route<'a>], addresses: &'a str) -> Vec<(IpNetwork, &'a str)> {
    let mut networks: Vec<(IpNetwork, &str)> = match ip {
        IpAddr::V4(ip) => routes
            .iter()
            .filter(|route| route.gateway.is_none() && route.to.contains(ip) && route.to.prefix() > 0)
            .map(|route| (route.to.into(), route.interface))
            .collect(),
        IpAddr::V6(ip) => lines(addresses)
            .filter_map(|words| address(&words))
            .filter(|(network, _)| network.ip() == ip)
            .map(|(network, interface)| (network.into(), interface))
            .collect(),
    };
    networks.sort_by_key(|(network, _)| std::cmp::Reverse(network.prefix()));
    networks
}

/// The default gateways on these interfaces, the preferred one first. What another interface leads to, such as a VPN, says
/// nothing about the network that we are in.
fn gateways<'a>(routes: &[Route<'a>], interfaces: &BTreeSet<&str>) -> Vec<(Ipv4Addr, &'a str)> {
    let default = |route: &&Route<'_>| route.to.prefix() == 0 && interfaces.contains(route.interface);
    let mut routes: Vec<_> = routes.iter().filter(default).collect();
    routes.sort_by_key(|route| route.metric);
    routes.iter().filter_map(|route| Some((route.gateway?, route.interface))).collect()
}

/// A route of IPv4 that is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Route<'a> {
    interface: &'a str,
    to: Ipv4Network,
    gateway: Option<Ipv4Addr>,
    metric: u32,
}

/// The words of each line. Headings are no valid entries and need no special care.
fn lines(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().map(|line| line.split_ascii_whitespace().collect())
}

/// A line of `/proc/net/route`: interface, destination, gateway, flags, two counters, metric, mask.
fn route<'a>(words: &[&'a str]) -> Option<Route<'a>> {
    let [interface, to, gateway, flags, _, _, metric, mask, ..] = *words else { return None };
    let flags = u32::from_str_radix(flags, 16).ok()?;
    if flags & ROUTE_UP == 0 {
        return None;
    }
    Some(Route {
        interface,
        to: Ipv4Network::with_netmask(ipv4(to)?, ipv4(mask)?).ok()?,
        gateway: if flags & ROUTE_GATEWAY == 0 { None } else { Some(ipv4(gateway)?) },
        metric: metric.parse().ok()?,
    })
}

/// An address of `/proc/net/route`: its four bytes, read as a number of this machine's.
fn ipv4(hex: &str) -> Option<Ipv4Addr> {
    let number = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 8)?;
    Some(Ipv4Addr::from(number.to_ne_bytes()))
}

/// A line of `/proc/net/arp`: address, type, flags, hardware address, mask, interface. Only of who is known.
fn neighbour<'a>(words: &[&'a str]) -> Option<(Ipv4Addr, &'a str, [u8; 6])> {
    let [ip, _, flags, hardware, _, interface] = *words else { return None };
    let flags = u32::from_str_radix(flags.strip_prefix("0x")?, 16).ok()?;
    let mut address = [0; 6];
    let mut digits = hardware.split(':');
    for byte in &mut address {
        let digits = digits.next().filter(|digits| digits.len() == 2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    let known = flags & NEIGHBOUR_COMPLETE != 0 && digits.next().is_none() && address != [0; 6];
    known.then_some((ip.parse().ok()?, interface, address))
}

/// A line of `/proc/net/if_inet6`: address, index, prefix length, scope, flags, interface.
fn address<'a>(words: &[&'a str]) -> Option<(Ipv6Network, &'a str)> {
    let [ip, _, prefix, _, _, interface] = *words else { return None };
    let ip = u128::from_str_radix(ip, 16).ok().filter(|_| ip.len() == 32).map(Ipv6Addr::from)?;
    Some((Ipv6Network::new(ip, u8::from_str_radix(prefix, 16).ok()?).ok()?, interface))
}

#[cfg(test)]
mod tests;
