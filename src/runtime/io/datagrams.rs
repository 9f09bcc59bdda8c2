//! The datagrams of announcements, on one spot of a network.
//!
//! IPv4 has two ways to reach everybody on a segment: multicast, and the network's broadcast address. Some networks
//! pass only one of them, so [`Datagrams::send`] takes both. IPv6 has multicast on the link. Loopback has no multicast
//! on Linux, but it has a broadcast address, and what is sent there never leaves the machine.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6},
};

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use crate::domain::model::LocalSubnet;

/// The multicast group of IPv4. It has local scope, so routers do not pass it on (RFC 2365, section 6.1). The last
/// bytes are `px`.
pub const GROUP_V4: Ipv4Addr = Ipv4Addr::new(239, 255, 112, 120);

/// The multicast group of IPv6. It is limited to the link and assigned to nobody (RFC 4291, section 2.7). The last
/// bytes are `pxch`.
pub const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff12, 0, 0, 0, 0, 0, 0x7078, 0x6368);

/// Hops that a datagram may take: it must not leave the segment.
const HOPS: u32 = 1;

/// One spot's sockets.
#[derive(Debug)]
pub struct Datagrams {
    out: UdpSocket,
    to: Vec<SocketAddr>,
}

impl Datagrams {
    /// Opens a socket that sends from `spot` to `port`, and the sockets that hear what is sent there. Also returns the
    /// errors of those that could not be opened; the others work without them.
    ///
    /// # Errors
    /// What the operating system says, if nothing can be sent.
    pub fn open(spot: &LocalSubnet, port: u16) -> io::Result<(Self, Vec<UdpSocket>, Vec<io::Error>)> {
        let to = destinations(spot, port);
        let out = sender(spot)?;
        let (mut ears, mut deaf) = (Vec::new(), Vec::new());
        for group in &to {
            match listener(spot, *group) {
                Ok(ear) => ears.push(ear),
                Err(error) => deaf.push(error),
            }
        }
        Ok((Self { out, to }, ears, deaf))
    }

    /// How many ways there are to everybody on the segment.
    pub fn ways(&self) -> usize {
        self.to.len()
    }

    /// Sends by every way.
    ///
    /// # Errors
    /// What the operating system says, if no way works.
    pub async fn send(&self, datagram: &[u8]) -> io::Result<()> {
        let mut result = Err(io::ErrorKind::Unsupported.into());
        for way in 0..self.to.len() {
            let sent = self.send_by(way, datagram).await;
            result = result.or(sent);
        }
        result
    }

    /// Sends by one way.
    ///
    /// # Errors
    /// The operating system's error, or [`io::ErrorKind::Unsupported`] if there is no such way.
    pub async fn send_by(&self, way: usize, datagram: &[u8]) -> io::Result<()> {
        let to = self.to.get(way).ok_or(io::ErrorKind::Unsupported)?;
        self.out.send_to(datagram, *to).await.map(|_| ())
    }
}

/// Where datagrams from this spot go.
fn destinations(spot: &LocalSubnet, port: u16) -> Vec<SocketAddr> {
    match spot.ip {
        IpAddr::V4(_) => {
            let group = (!spot.ip.is_loopback() || !cfg!(target_os = "linux")).then_some(GROUP_V4);
            // The system does not report loopback's broadcast address.
            let loopback = Ipv4Addr::new(127, 255, 255, 255);
            let broadcast =
                if spot.ip.is_loopback() { cfg!(target_os = "linux").then_some(loopback) } else { spot.broadcast };
            group.into_iter().chain(broadcast).map(|ip| SocketAddr::new(ip.into(), port)).collect()
        }
        IpAddr::V6(_) => vec![SocketAddrV6::new(GROUP_V6, port, 0, spot.index).into()],
    }
}

fn sender(spot: &LocalSubnet) -> io::Result<UdpSocket> {
    let socket = socket(spot)?;
    match spot.ip {
        IpAddr::V4(ip) => {
            socket.set_broadcast(true)?;
            socket.set_multicast_if_v4(&ip)?;
            socket.set_multicast_ttl_v4(HOPS)?;
            socket.set_ttl_v4(HOPS)?;
            // Others on this machine hear it too.
            socket.set_multicast_loop_v4(true)?;
        }
        IpAddr::V6(_) => {
            socket.set_multicast_if_v6(spot.index)?;
            socket.set_multicast_hops_v6(HOPS)?;
            socket.set_multicast_loop_v6(true)?;
        }
    }
    socket.bind(&spot.at(0).into())?;
    UdpSocket::from_std(socket.into())
}

/// A socket that hears what comes to `group` on the interface of `spot`, alongside those of other nodes on this
/// machine.
fn listener(spot: &LocalSubnet, group: SocketAddr) -> io::Result<UdpSocket> {
    let socket = socket(spot)?;
    socket.set_reuse_address(true)?;
    // BSD shares a port among listeners only with this option. On Linux it would give each datagram to one of them
    // alone.
    #[cfg(all(unix, not(target_os = "linux"), not(target_os = "android")))]
    socket.set_reuse_port(true)?;
    // Bound to the group, a socket hears nothing else. Windows cannot do that; there it also hears other datagrams to
    // our own address.
    let at = if cfg!(unix) { group } else { spot.at(group.port()) };
    socket.bind(&at.into())?;
    match group.ip() {
        IpAddr::V4(ip) if ip.is_multicast() => {
            #[cfg(target_os = "linux")]
            socket.set_multicast_all_v4(false)?;
            socket.join_multicast_v4_n(&ip, &InterfaceIndexOrAddress::Index(spot.index))?;
        }
        IpAddr::V6(ip) => {
            #[cfg(target_os = "linux")]
            socket.set_multicast_all_v6(false)?;
            socket.join_multicast_v6(&ip, spot.index)?;
        }
        IpAddr::V4(_) => {}
    }
    UdpSocket::from_std(socket.into())
}

fn socket(spot: &LocalSubnet) -> io::Result<Socket> {
    let domain = if spot.ip.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    if domain == Domain::IPV6 {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn spot(ip: [u8; 4], broadcast: Option<Ipv4Addr>) -> LocalSubnet {
        let network = format!("{}/8", Ipv4Addr::from(ip)).parse().unwrap();
        LocalSubnet { interface: "x".into(), index: 1, ip: ip.into(), network, broadcast }
    }

    #[test]
    fn loopback_datagrams_stay_here_and_others_take_both_ways() {
        let to = destinations(&spot([10, 0, 0, 5], Some(Ipv4Addr::new(10, 0, 0, 255))), 7);
        assert_eq!(to.iter().map(ToString::to_string).collect::<Vec<_>>(), ["239.255.112.120:7", "10.0.0.255:7"]);
        #[cfg(target_os = "linux")]
        assert_eq!(destinations(&spot([127, 0, 0, 1], None), 7), [SocketAddr::from(([127, 255, 255, 255], 7))]);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn every_local_listener_hears_a_datagram_and_its_sender() {
        // Any port that is free now.
        let port = UdpSocket::bind(("127.255.255.255", 0)).await.unwrap().local_addr().unwrap().port();
        let here = spot([127, 0, 0, 1], None);
        let (one, one_hears, _) = Datagrams::open(&here, port).unwrap();
        let (_other, other_hears, _) = Datagrams::open(&here, port).unwrap();
        one.send(b"hello").await.unwrap();
        for ear in one_hears.iter().chain(&other_hears) {
            let mut datagram = [0; 16];
            // Nothing is lost on one machine, so a longer wait would be in vain.
            let heard = tokio::time::timeout(Duration::from_secs(10), ear.recv_from(&mut datagram)).await;
            let (length, from) = heard.expect("a datagram is heard").unwrap();
            assert_eq!((&datagram[..length], from.ip()), (&b"hello"[..], here.ip));
        }
    }
}
