//! Where we listen, and what becomes of links and dials when that changes.

use std::net::{IpAddr, SocketAddr};

use ipnetwork::IpNetwork;

use super::{CloseReason, LinkId, Node, Output, link::Link};
use crate::{domain::model::Now, protocol::codec::mesh::Reason};

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalAddrs {
    /// The addresses that it listens on, never none; the first stands for it.
    pub addrs: Vec<SocketAddr>,
    /// Where addresses that others pass on may lie.
    pub networks: Vec<IpNetwork>,
    /// Whether anybody beyond this machine can be met.
    pub open: bool,
}

impl LocalAddrs {
    /// On one address alone.
    pub fn at(addr: SocketAddr, networks: Vec<IpNetwork>) -> Self {
        Self { addrs: vec![addr], networks, open: !addr.ip().is_loopback() }
    }

    /// Whether we listen there ourselves.
    pub(super) fn is_own(&self, addr: &SocketAddr) -> bool {
        self.addrs.contains(addr)
    }

    /// Whether the user looks for people there.
    pub(super) fn is_in_networks(&self, ip: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(ip))
    }

    /// Whether anybody may be dialled there at all.
    pub(super) fn reaches(&self, ip: IpAddr) -> bool {
        self.open || ip.is_loopback()
    }

    /// The address at which somebody at `ip` reaches us: the one that is most like it. What reference nodes are told, and
    /// compare with their own.
    pub(super) fn towards(&self, ip: IpAddr) -> Option<SocketAddr> {
        let alike = |own: &&SocketAddr| (own.ip().is_loopback() == ip.is_loopback(), common_bits(own.ip(), ip));
        // The first of several that are equally alike stands for us.
        self.addrs.iter().rev().max_by_key(alike).copied()
    }

    /// The port that we listen on, on every address.
    pub(super) fn port(&self) -> u16 {
        self.addrs.first().map_or(0, SocketAddr::port)
    }
}

/// How many leading bits two addresses share; none of different families.
fn common_bits(a: IpAddr, b: IpAddr) -> u32 {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => 1 + (u32::from(a) ^ u32::from(b)).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => 1 + (u128::from(a) ^ u128::from(b)).leading_zeros(),
        _ => 0,
    }
}

/// `addr` with another port, and with the scope that makes a link-local address mean something.
pub(super) fn with_port(mut addr: SocketAddr, port: u16) -> SocketAddr {
    addr.set_port(port);
    addr
}

/// Whether an address means the same to everybody: a link-local one is worth nothing beyond its link, and nothing even there
/// to who does not know by which of its interfaces.
pub(super) fn is_for_everybody(addr: &SocketAddr) -> bool {
    !matches!(addr.ip(), IpAddr::V6(ip) if ip.is_unicast_link_local())
}

impl Node {
    /// We listen elsewhere now. Whoever says so looks around there, and announces us.
    pub(super) fn relocate(&mut self, location: LocalAddrs, now: Now, out: &mut Vec<Output>) {
        let was_open = std::mem::replace(&mut self.location, location).open;
        if was_open && !self.location.open {
            self.leave_networks(now, out);
        }
        self.troubles.clear();
        // Where we met ourselves were addresses that may be somebody else's now.
        self.places.forget_ourselves(None);
        if self.location.open {
            self.dial_last_known(now);
        }
        // Who was found where we were is not to be looked for from here.
        self.book.forget(|addr, named| {
            if self.location.open { named || self.location.is_in_networks(addr.ip()) } else { addr.ip().is_loopback() }
        });
        self.forgive(now, out);
        out.push(Output::LinkedChanged);
    }

    /// Nothing is to leave this machine any more.
    fn leave_networks(&mut self, now: Now, out: &mut Vec<Output>) {
        let beyond = |link: &Link| match link {
            Link::Dialling(dial) | Link::Offered(dial) => !dial.addr.ip().is_loopback(),
            Link::Up { peer, .. } => {
                let remote = link.session().map_or(peer.addr, |(_, session)| session.remote);
                !remote.ip().is_loopback()
            }
        };
        let gone: Vec<LinkId> = self.links.iter().filter(|(_, link)| beyond(link)).map(|(id, _)| *id).collect();
        for link in gone {
            if self.take_dial(link).is_some() {
                out.push(Output::Close { link, bye: None });
            } else {
                self.close(link, CloseReason::Ended, Reason::Leaving, now, out);
            }
        }
        self.asks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_reach_us_at_the_address_that_is_most_like_theirs() {
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
