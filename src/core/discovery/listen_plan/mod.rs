//! Where a node is: the addresses it listens on, the networks it searches, the interfaces it announces itself on. Pure.
//!
//! By default that is this machine alone. If the node is open to the network, [`ListenPlan::lan`] chooses from the
//! machine's interfaces. Remarks say what it leaves out.

mod choose_interfaces;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub use choose_interfaces::Wishes;
use ipnetwork::IpNetwork;

use crate::{
    core::discovery::sweep_policy::is_loopback,
    domain::model::{Interface, LocalSubnet, NetworkRemark, NoNetwork},
};

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenPlan {
    /// Whether anybody beyond this machine can be met.
    pub open: bool,
    /// Our addresses, all with port 0; the one that stands for the node comes first.
    pub listen: Vec<SocketAddr>,
    /// Where to announce the node and to hear announcements.
    pub spots: Vec<LocalSubnet>,
    /// Where addresses that are swept or passed on must lie. Announcements come from the links of the spots, and may
    /// lie elsewhere.
    pub networks: Vec<IpNetwork>,
    /// Where to sweep.
    pub sweep: Vec<IpNetwork>,
    /// The only address to dial from; none if it depends on the target.
    from: Option<IpAddr>,
    /// What the user should know about this choice.
    pub remarks: Vec<NetworkRemark>,
}

impl ListenPlan {
    /// This machine alone: listens on `ip` and sweeps the part of `cidrs` that is on it. If `ip` is not a loopback
    /// address, 127.0.0.1 is used for both.
    pub fn machine(ip: IpAddr, cidrs: &[IpNetwork], interfaces: &[Interface]) -> Self {
        let (ip, cidrs) = if ip.is_loopback() {
            (ip, cidrs.iter().copied().filter(|cidr| is_loopback(*cidr)).collect())
        } else {
            (Ipv4Addr::LOCALHOST.into(), vec![choose_interfaces::localhost()])
        };
        Self { open: false, ..Self::fixed(ip, cidrs, interfaces) }
    }

    /// Listens on one address and sweeps the networks that the user chose.
    pub fn fixed(ip: IpAddr, cidrs: Vec<IpNetwork>, interfaces: &[Interface]) -> Self {
        let holds_it = |spot: &LocalSubnet| spot.ip == ip || (ip.is_loopback() && spot.network.contains(ip));
        let spots: Vec<LocalSubnet> =
            interfaces.iter().flat_map(choose_interfaces::spots).filter(holds_it).take(1).collect();
        Self {
            open: !ip.is_loopback(),
            listen: vec![spots.first().filter(|spot| spot.ip == ip).map_or(SocketAddr::new(ip, 0), |spot| spot.at(0))],
            networks: cidrs.clone(),
            sweep: cidrs,
            spots,
            from: Some(ip),
            remarks: Vec::new(),
        }
    }

    /// The networks of this machine's interfaces, and this machine.
    ///
    /// # Errors
    /// [`NoNetwork`] says why there is none.
    pub fn lan(interfaces: &[Interface], wishes: &Wishes) -> Result<Self, NoNetwork> {
        choose_interfaces::lan(interfaces, wishes)
    }

    /// The address to dial `to` from; none leaves it to the operating system.
    pub fn source(&self, to: IpAddr) -> Option<IpAddr> {
        // A link-local address is useless without its scope. The scope of `to` tells the system enough.
        let is_scoped = |ip: &IpAddr| matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
        let on_link = |spot: &&LocalSubnet| spot.is_on_link(to) && spot.ip.is_loopback() == to.is_loopback();
        let from = self.from.or_else(|| self.spots.iter().find(on_link).map(|spot| spot.ip));
        from.filter(|from| !is_scoped(from) && (self.from.is_some() || !is_scoped(&to)))
    }

    /// Whether `to` may be dialled from here at all, even if the user names it.
    pub fn reaches(&self, to: IpAddr) -> bool {
        self.open || to.is_loopback()
    }

    /// Our addresses with the port that we listen on.
    pub fn own(&self, port: u16) -> Vec<SocketAddr> {
        let with_port = |addr: &SocketAddr| {
            let mut addr = *addr;
            addr.set_port(port);
            addr
        };
        self.listen.iter().map(with_port).collect()
    }

    /// The spots that announcements go out on: one for each network; for IPv6, the link-local one if there is one.
    pub fn calls(&self) -> impl Iterator<Item = &LocalSubnet> {
        let has_link_local = |index: u32| self.spots.iter().any(|spot| spot.index == index && spot.is_link_local_v6());
        self.spots.iter().enumerate().filter_map(move |(at, spot)| {
            let first = |other: &&LocalSubnet| (other.index, other.network) == (spot.index, spot.network);
            let repeated = self.spots.iter().take(at).any(|other| first(&other));
            let beside = spot.ip.is_ipv6() && !spot.is_link_local_v6() && has_link_local(spot.index);
            (!repeated && !beside).then_some(spot)
        })
    }

    /// The spot that stands for the network that we are in; none if we are on this machine alone.
    pub fn primary(&self) -> Option<&LocalSubnet> {
        self.spots.iter().find(|spot| !spot.ip.is_loopback())
    }
}
