//! Which network this machine is in, found out without sending anything.
//!
//! The tag is the hardware address of the gateway and the prefix of the network: addresses such as 192.168.1.0/24 are
//! the same in half of all homes, a gateway's hardware address is not. It is looked up in tables of the operating system,
//! so far in those of Linux; elsewhere, and without a gateway, the prefix alone has to do.

#[cfg(any(target_os = "linux", test))]
mod tables;

use std::net::IpAddr;

use ipnetwork::IpNetwork;

use crate::model::Network;

/// Assumed prefix lengths where no network is known to hold our address: those of most of them.
const USUAL_PREFIX: (u8, u8) = (24, 64);

/// The network that messages of the lobby belong to, for who listens on `ip` and looks for people in `cidrs`.
///
/// Sends nothing. May wait up to half a second, where a gateway is known whose hardware address is not.
pub fn network(ip: IpAddr, cidrs: &[IpNetwork]) -> Network {
    if ip.is_loopback() {
        return Network::loopback();
    }
    let found = look(ip);
    let prefix = cidrs.iter().copied().filter(|cidr| cidr.contains(ip)).max_by_key(IpNetwork::prefix);
    tag(prefix.or(found.prefix).or_else(|| usual(ip)), found.gateway)
}

/// What the system's tables say about the network that an address of this machine is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Found {
    /// Its prefix.
    prefix: Option<IpNetwork>,
    /// Its gateway's hardware address.
    gateway: Option<[u8; 6]>,
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "before anything else runs, for a moment, a bounded number of times")]
fn look(ip: IpAddr) -> Found {
    tables::look(ip, tables::read, std::thread::sleep)
}

#[cfg(not(target_os = "linux"))]
fn look(_: IpAddr) -> Found {
    Found::default()
}

fn usual(ip: IpAddr) -> Option<IpNetwork> {
    let prefix = if ip.is_ipv4() { USUAL_PREFIX.0 } else { USUAL_PREFIX.1 };
    IpNetwork::new(ip, prefix).ok()
}

fn tag(prefix: Option<IpNetwork>, gateway: Option<[u8; 6]>) -> Network {
    let prefix = prefix.map(|net| format!("{}/{}", net.network(), net.prefix()));
    let gateway = gateway.map(|[a, b, c, d, e, f]| format!("gw {a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"));
    let parts: Vec<_> = gateway.into_iter().chain(prefix).collect();
    #[expect(clippy::expect_used, reason = "an address has a usual prefix; digits, dots and colons, 66 bytes at most")]
    Network::new(&parts.join(" ")).expect("a short printable name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNetwork {
        text.parse().unwrap()
    }

    #[test]
    fn this_machine_alone_is_loopback_whatever_it_looks_for() {
        for ip in ["127.0.0.1", "127.5.0.1", "::1"] {
            let cidrs = [net("127.0.0.0/8"), net("::/0")];
            assert_eq!(network(ip.parse().unwrap(), &cidrs), Network::loopback());
        }
    }

    #[test]
    fn a_tag_is_the_gateway_and_the_prefix_or_what_there_is_of_them() {
        let gateway = Some([2, 66, 172, 17, 0, 1]);
        assert_eq!(tag(Some(net("192.168.1.20/24")), gateway).as_str(), "gw 02:42:ac:11:00:01 192.168.1.0/24");
        assert_eq!(tag(Some(net("fd00::7/64")), None).as_str(), "fd00::/64");
        let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128";
        assert!(tag(Some(net(longest)), Some([255; 6])).as_str().ends_with(longest));
    }

    #[test]
    fn an_address_that_no_network_holds_is_taken_for_one_of_a_usual_network() {
        // RFC 5737 and 3849: no machine has these addresses.
        let other = [net("127.0.0.1/32"), net("10.0.0.0/8")];
        assert_eq!(network("203.0.113.7".parse().unwrap(), &other).as_str(), "203.0.113.0/24");
        assert_eq!(network("2001:db8::7".parse().unwrap(), &other).as_str(), "2001:db8::/64");
        let nested = [net("203.0.0.0/16"), net("203.0.113.0/25"), net("203.0.112.0/20")];
        assert_eq!(network("203.0.113.7".parse().unwrap(), &nested).as_str(), "203.0.113.0/25");
    }
}
