//! Which interfaces to open the node to, and which parts of their networks to sweep.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use ipnetwork::{IpNetwork, Ipv4Network, Ipv6Network};

use super::ListenPlan;
use crate::{
    core::discovery::sweep_policy::{SHORTEST_IPV4_SWEEP, is_private},
    domain::model::{Interface, InterfaceAddr, InterfaceKind, LocalSubnet, NetworkRemark, NoNetwork, Unusable},
};

/// The part of a network that is swept if the whole is too large: the /24 around our own address.
const NEAR_PREFIX: u8 = 24;

/// Where link-local addresses of IPv6 are (RFC 4291, section 2.5.6).
const LINK_LOCAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10);

/// The user's wishes about the choice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Only the interface with this address.
    pub ip: Option<IpAddr>,
    /// Only these interfaces, of whatever kind.
    pub interfaces: Vec<String>,
    /// Sweep these networks instead of those of the interfaces.
    pub cidrs: Option<Vec<IpNetwork>>,
    /// Whether public addresses and networks larger than a /16 are allowed.
    pub any_network: bool,
    /// Of several networks, the one that this interface leads to, if the user named no address and no interface.
    pub at: Option<Arc<str>>,
}

/// 127.0.0.1 alone.
pub(super) fn localhost() -> IpNetwork {
    Ipv4Network::from(Ipv4Addr::LOCALHOST).into()
}

/// All spots of an interface.
pub(super) fn spots(interface: &Interface) -> impl Iterator<Item = LocalSubnet> + '_ {
    interface.addrs.iter().filter(|_| interface.up).filter_map(|addr| {
        Some(LocalSubnet {
            interface: interface.name.clone(),
            index: interface.index,
            ip: addr.ip,
            network: addr.network()?,
            broadcast: addr.broadcast,
        })
    })
}

pub(super) fn lan(interfaces: &[Interface], wishes: &Wishes) -> Result<ListenPlan, NoNetwork> {
    let mut chosen: Vec<&Interface> = interfaces.iter().filter(|interface| is_wanted(interface, wishes)).collect();
    // An interface with a router comes first: it stands for the network that we are in.
    chosen.sort_by_key(|interface| (interface.gateway.is_none(), interface.index));
    let mut remarks = Vec::new();
    let mut networks: Vec<LocalSubnet> = Vec::new();
    let mut public = None;
    for interface in chosen {
        let (own, barred): (Vec<LocalSubnet>, Vec<LocalSubnet>) =
            worth_listening(interface).into_iter().partition(|spot| wishes.any_network || is_private(spot.ip.into()));
        // A link-local address beside a barred one is on the same wire.
        let only_local = own.iter().all(|spot| spot.ip.is_ipv6());
        if let Some(spot) = barred.iter().find(|spot| spot.ip.is_ipv4()).filter(|_| only_local) {
            public.get_or_insert_with(|| (spot.interface.clone(), spot.ip));
            continue;
        }
        networks.extend(own);
    }
    if networks.is_empty() {
        return Err(match public {
            Some((interface, ip)) => NoNetwork::Public { interface, ip },
            None => nothing(interfaces, wishes),
        });
    }
    if let Some((interface, ip)) = public {
        remarks.push(NetworkRemark::PublicLeftOut { interface, ip });
    }
    if wishes.ip.is_none() && wishes.interfaces.is_empty() {
        networks = one_network(networks, wishes.at.as_ref(), &mut remarks);
    }
    let sweep = match &wishes.cidrs {
        Some(cidrs) => cidrs.clone(),
        None => networks.iter().filter_map(|spot| swept(spot, wishes.any_network, &mut remarks)).collect(),
    };
    Ok(site(interfaces, networks, sweep, remarks))
}

/// The spots of one network: those of the interface `at`, or else of the first one, and those of other interfaces that
/// lead to the same network. The rest stays closed: what is said in one network is not for people in another.
fn one_network(spots: Vec<LocalSubnet>, at: Option<&Arc<str>>, remarks: &mut Vec<NetworkRemark>) -> Vec<LocalSubnet> {
    let wanted = spots.iter().find(|spot| at == Some(&spot.interface)).or(spots.first());
    let Some(name) = wanted.map(|spot| spot.interface.clone()) else { return spots };
    // Link-local networks are the same everywhere, so they do not identify one.
    let tells = |spot: &LocalSubnet| match spot.ip {
        IpAddr::V4(ip) => !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    };
    let networks: Vec<IpNetwork> =
        spots.iter().filter(|spot| spot.interface == name && tells(spot)).map(|spot| spot.network).collect();
    let same: Vec<Arc<str>> =
        spots.iter().filter(|spot| networks.contains(&spot.network)).map(|spot| spot.interface.clone()).collect();
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        spots.into_iter().partition(|spot| spot.interface == name || same.contains(&spot.interface));
    let mut told: Vec<&Arc<str>> = Vec::new();
    for spot in &elsewhere {
        if !told.contains(&&spot.interface) {
            told.push(&spot.interface);
            remarks.push(NetworkRemark::OtherNetwork { interface: spot.interface.clone(), network: spot.network });
        }
    }
    here
}

fn site(
    interfaces: &[Interface],
    networks: Vec<LocalSubnet>,
    sweep: Vec<IpNetwork>,
    remarks: Vec<NetworkRemark>,
) -> ListenPlan {
    let machine = interfaces.iter().filter(|interface| interface.kind == InterfaceKind::Loopback).flat_map(spots);
    let machine = machine.filter(|spot| spot.ip == Ipv4Addr::LOCALHOST);
    let spots: Vec<LocalSubnet> = networks.into_iter().chain(machine).collect();
    let mut listen: Vec<_> = spots.iter().map(|spot| spot.at(0)).collect();
    let own = (Ipv4Addr::LOCALHOST, 0).into();
    if !listen.contains(&own) {
        listen.push(own);
    }
    let mut whole: Vec<IpNetwork> = vec![localhost()];
    whole.extend(spots.iter().map(|spot| spot.network).filter(|network| !network.ip().is_loopback()));
    if spots.iter().any(LocalSubnet::is_link_local_v6) {
        whole.extend(Ipv6Network::new(LINK_LOCAL_V6.0, LINK_LOCAL_V6.1).map(IpNetwork::V6));
    }
    let mut swept = vec![localhost()];
    swept.extend(sweep);
    let once = |networks: &mut Vec<IpNetwork>| {
        let mut seen = std::collections::BTreeSet::new();
        networks.retain(|network| seen.insert(*network));
    };
    once(&mut swept);
    whole.extend(&swept);
    once(&mut whole);
    ListenPlan { open: true, listen, spots, networks: whole, sweep: swept, from: None, remarks }
}

fn is_wanted(interface: &Interface, wishes: &Wishes) -> bool {
    let named = |name: &String| interface.name.as_ref() == name;
    match (&wishes.ip, wishes.interfaces.as_slice()) {
        (Some(ip), _) => interface.addrs.iter().any(|addr| addr.ip == *ip),
        (None, []) => interface.kind == InterfaceKind::Network,
        // Loopback leads to no network, even if it is named.
        (None, wanted) => interface.kind != InterfaceKind::Loopback && wanted.iter().any(named),
    }
}

/// The addresses of an interface that others can use. IPv4: the assigned ones, or else the link-local ones. IPv6: the
/// first link-local one, and all others. The caller leaves out public addresses.
fn worth_listening(interface: &Interface) -> Vec<LocalSubnet> {
    let all: Vec<LocalSubnet> = spots(interface).collect();
    let given = |spot: &LocalSubnet| matches!(spot.ip, IpAddr::V4(ip) if !ip.is_link_local());
    let has_given = all.iter().any(given);
    let mut first_local = true;
    let wanted = |spot: &LocalSubnet| match spot.ip {
        IpAddr::V4(ip) => !has_given || !ip.is_link_local(),
        IpAddr::V6(ip) if ip.is_unicast_link_local() => std::mem::take(&mut first_local),
        IpAddr::V6(_) => true,
    };
    let mut wanted: Vec<LocalSubnet> = all.into_iter().filter(wanted).collect();
    wanted.sort_by_key(|spot| (spot.ip.is_ipv6(), spot.is_link_local_v6()));
    wanted
}

/// What to sweep around a spot, if anything.
fn swept(spot: &LocalSubnet, any_network: bool, remarks: &mut Vec<NetworkRemark>) -> Option<IpNetwork> {
    let IpNetwork::V4(network) = spot.network else { return None };
    let is_own_making = matches!(spot.ip, IpAddr::V4(ip) if ip.is_link_local());
    if (network.prefix() >= SHORTEST_IPV4_SWEEP || any_network) && !is_own_making {
        return Some(network.into());
    }
    let near = InterfaceAddr { ip: spot.ip, prefix: NEAR_PREFIX, broadcast: None }.network()?;
    if !is_own_making {
        remarks.push(NetworkRemark::PartlySearched { network: spot.network, part: near });
    }
    Some(near)
}

/// Why nothing was chosen.
fn nothing(interfaces: &[Interface], wishes: &Wishes) -> NoNetwork {
    if let Some(ip) = wishes.ip {
        return NoNetwork::NoSuchAddress(ip);
    }
    if !wishes.interfaces.is_empty() {
        return NoNetwork::NotThere(wishes.interfaces.clone());
    }
    let candidates = interfaces.iter().filter(|interface| interface.kind == InterfaceKind::Network);
    let unusable = |interface: &Interface| Unusable { interface: interface.name.clone(), connected: interface.up };
    NoNetwork::NoAddress(candidates.map(unusable).collect())
}

#[cfg(test)]
mod tests;
