//! Linux's routes to the rest of the world.

use std::{io, net::IpAddr};

use netlink_packet_route::{
    AddressFamily, RouteNetlinkMessage,
    route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteVia},
};

use super::netlink;

/// A way to the rest of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runtime::io) struct DefaultRoute {
    /// The router.
    pub(in crate::runtime::io) gateway: IpAddr,
    /// The number of the interface that leads to it.
    pub(in crate::runtime::io) interface: u32,
}

/// The ways to the rest of the world by IPv4 and IPv6, the preferred ones first.
///
/// # Errors
/// The kernel's error, if it does not let this process ask.
pub(in crate::runtime::io) fn read() -> io::Result<Vec<DefaultRoute>> {
    let mut found = Vec::new();
    for family in [AddressFamily::Inet, AddressFamily::Inet6] {
        let mut question = RouteMessage::default();
        question.header.address_family = family;
        for entry in netlink::ask(RouteNetlinkMessage::GetRoute(question))? {
            if let RouteNetlinkMessage::NewRoute(route) = entry {
                found.extend(default_routes(&route));
            }
        }
    }
    found.sort_by_key(|(metric, _)| *metric);
    Ok(found.into_iter().map(|(_, route)| route).collect())
}

/// The routers that a route leads through, with its metric, if it is a default route of the main table. There may be
/// several.
fn default_routes(route: &RouteMessage) -> Vec<(u32, DefaultRoute)> {
    if route.header.destination_prefix_length != 0 || route.header.table != RouteHeader::RT_TABLE_MAIN {
        return Vec::new();
    }
    let metric = route.attributes.iter().find_map(|one| match one {
        RouteAttribute::Priority(metric) => Some(*metric),
        _ => None,
    });
    let interface = route.attributes.iter().find_map(|one| match one {
        RouteAttribute::Oif(interface) => Some(*interface),
        _ => None,
    });
    let hops = route.attributes.iter().flat_map(|one| match one {
        RouteAttribute::MultiPath(hops) => hops.as_slice(),
        _ => &[],
    });
    let single = gateway(&route.attributes).zip(interface);
    let several = hops.filter_map(|hop| Some((gateway(&hop.attributes)?, hop.interface_index)));
    let all = single.into_iter().chain(several);
    all.map(|(gateway, interface)| (metric.unwrap_or(0), DefaultRoute { gateway, interface })).collect()
}

fn gateway(attributes: &[RouteAttribute]) -> Option<IpAddr> {
    attributes.iter().find_map(|one| match one {
        RouteAttribute::Gateway(RouteAddress::Inet(ip)) | RouteAttribute::Via(RouteVia::Inet(ip)) => Some((*ip).into()),
        RouteAttribute::Gateway(RouteAddress::Inet6(ip)) | RouteAttribute::Via(RouteVia::Inet6(ip)) => {
            Some((*ip).into())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(prefix: u8, attributes: Vec<RouteAttribute>) -> RouteMessage {
        let mut route = RouteMessage::default();
        route.header.destination_prefix_length = prefix;
        route.header.table = RouteHeader::RT_TABLE_MAIN;
        route.attributes = attributes;
        route
    }

    #[test]
    fn only_default_routes_of_the_main_table_count() {
        let through = |ip: [u8; 4]| RouteAttribute::Gateway(RouteAddress::Inet(ip.into()));
        let one = vec![through([10, 0, 0, 1]), RouteAttribute::Oif(2), RouteAttribute::Priority(100)];
        let expected = DefaultRoute { gateway: [10, 0, 0, 1].into(), interface: 2 };
        assert_eq!(default_routes(&route(0, one.clone())), [(100, expected)]);
        assert_eq!(default_routes(&route(8, one)), [], "a route to some network");
        assert_eq!(default_routes(&route(0, vec![RouteAttribute::Oif(2)])), [], "a tunnel has no router");
        let mut elsewhere = route(0, vec![through([10, 0, 0, 1]), RouteAttribute::Oif(2)]);
        elsewhere.header.table = 7;
        assert_eq!(default_routes(&elsewhere), []);
    }

    #[test]
    fn the_kernel_answers() {
        assert!(read().is_ok());
    }
}
