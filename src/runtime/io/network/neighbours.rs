//! Linux's table of neighbours: who is on the link, by hardware address, and how certain that is.
//!
//! `/proc/net/arp` has IPv4 only, and does not say how certain an entry is: a host that was heard once and is gone
//! stays in it for minutes.

use std::{io, net::IpAddr};

use netlink_packet_route::{
    RouteNetlinkMessage,
    neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState},
};

use super::netlink;
use crate::domain::model::HardwareAddr;

/// A neighbour whose hardware address is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neighbour {
    /// Its address.
    pub(super) ip: IpAddr,
    /// The number of the interface that leads to it.
    pub(super) interface: u32,
    /// Its hardware address.
    pub(super) hardware: HardwareAddr,
    /// Whether it answered the kernel a moment ago, or somebody entered it by hand. Otherwise it was there once.
    pub(super) there: bool,
}

/// The neighbours as the kernel knows them now.
///
/// # Errors
/// The kernel's error, if it does not let this process ask.
pub(super) fn read() -> io::Result<Vec<Neighbour>> {
    let entries = netlink::ask(RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default()))?;
    let neighbours = entries.iter().filter_map(|entry| match entry {
        RouteNetlinkMessage::NewNeighbour(entry) => neighbour(entry),
        _ => None,
    });
    Ok(neighbours.collect())
}

/// A neighbour of the table, unless all that is known of it is that somebody asked for it.
fn neighbour(entry: &NeighbourMessage) -> Option<Neighbour> {
    let there = match entry.header.state {
        NeighbourState::Reachable | NeighbourState::Permanent => true,
        NeighbourState::Stale | NeighbourState::Delay | NeighbourState::Probe => false,
        _ => return None,
    };
    let (mut ip, mut hardware) = (None, None);
    for attribute in &entry.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(address)) => ip = Some(IpAddr::V4(*address)),
            NeighbourAttribute::Destination(NeighbourAddress::Inet6(address)) => ip = Some(IpAddr::V6(*address)),
            NeighbourAttribute::LinkLayerAddress(bytes) => hardware = <[u8; 6]>::try_from(bytes.as_slice()).ok(),
            _ => {}
        }
    }
    let hardware = hardware.filter(|bytes| *bytes != [0; 6]).map(HardwareAddr::new)?;
    Some(Neighbour { ip: ip?, interface: entry.header.ifindex, hardware, there })
}

#[cfg(test)]
mod tests {
    use netlink_packet_route::neighbour::NeighbourHeader;

    use super::*;

    fn entry(state: NeighbourState, hardware: &[u8]) -> NeighbourMessage {
        let mut entry = NeighbourMessage::default();
        entry.header = NeighbourHeader { state, ..NeighbourHeader::default() };
        entry.attributes = vec![
            NeighbourAttribute::Destination(NeighbourAddress::Inet([10, 77, 0, 2].into())),
            NeighbourAttribute::LinkLayerAddress(hardware.to_vec()),
        ];
        entry
    }

    /// Failed in CI: a machine that was heard a second before the access point isolated it counted as one that answers.
    #[test]
    fn only_hosts_that_answered_recently_are_there() {
        let there = |state| neighbour(&entry(state, &[2, 0, 0, 0, 0, 1])).map(|one| one.there);
        assert_eq!(there(NeighbourState::Reachable), Some(true));
        assert_eq!(there(NeighbourState::Permanent), Some(true));
        for old in [NeighbourState::Stale, NeighbourState::Delay, NeighbourState::Probe] {
            assert_eq!(there(old), Some(false));
        }
        for unknown in [NeighbourState::Incomplete, NeighbourState::Failed, NeighbourState::Noarp, NeighbourState::None]
        {
            assert_eq!(there(unknown), None);
        }
        assert_eq!(neighbour(&entry(NeighbourState::Reachable, &[0; 6])), None);
        assert_eq!(neighbour(&entry(NeighbourState::Reachable, &[])), None);
    }

    #[test]
    fn the_kernel_answers() {
        assert!(read().is_ok());
    }
}
