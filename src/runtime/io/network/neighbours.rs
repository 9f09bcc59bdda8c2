//! Linux's table of neighbours: who is on the link, by hardware address, and how certain that is (`rtnetlink(7)`).
//!
//! `/proc/net/arp` has IPv4 alone, and does not say how certain: who was heard once and is gone stays in it for minutes.

use std::{io, net::IpAddr};

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::{
    RouteNetlinkMessage,
    neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState},
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

/// The most datagrams that are read of an answer. The kernel fills each with some 40 neighbours at least, and keeps no more
/// than 1,024 of each family (`gc_thresh3`) unless somebody raised that: then the first ones have to do.
const MAX_DATAGRAMS: usize = 256;

/// A neighbour whose hardware address was known at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runtime::io) struct Neighbour {
    /// Its address.
    pub(in crate::runtime::io) ip: IpAddr,
    /// Whether it answered the kernel a moment ago, or somebody entered it by hand. Any other was there once.
    pub(in crate::runtime::io) there: bool,
}

/// The neighbours as the kernel knows them now.
///
/// # Errors
/// The kernel's, if it does not let this process ask.
pub(in crate::runtime::io) fn read() -> io::Result<Vec<Neighbour>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    // An answer that never comes must hold nobody up. The kernel puts the first part there before `send` returns, and the
    // next while this one is read.
    socket.set_non_blocking(true)?;
    socket.send(&question(), 0)?;
    let mut found = Vec::new();
    for _ in 0..MAX_DATAGRAMS {
        let (datagram, _) = socket.recv_from_full()?;
        if !take(&datagram, &mut found)? {
            break;
        }
    }
    Ok(found)
}

/// Asks for all of them.
fn question() -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_DUMP | NLM_F_REQUEST;
    let question = RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default());
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(question));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Takes the neighbours out of a datagram. Returns whether more follow.
fn take(mut datagram: &[u8], found: &mut Vec<Neighbour>) -> io::Result<bool> {
    while !datagram.is_empty() {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(datagram).map_err(invalid)?;
        match message.payload {
            NetlinkPayload::Done(_) => return Ok(false),
            NetlinkPayload::Error(error) => return Err(error.to_io()),
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewNeighbour(entry)) => found.extend(neighbour(&entry)),
            _ => {}
        }
        // Each begins at a multiple of four (`NLMSG_ALIGN`).
        let length = usize::try_from(message.header.length).unwrap_or(usize::MAX).next_multiple_of(4);
        datagram = datagram.get(length..).filter(|_| length > 0).unwrap_or_default();
    }
    Ok(true)
}

/// A neighbour of the table, unless nothing is known of it but that somebody asked for it.
fn neighbour(entry: &NeighbourMessage) -> Option<Neighbour> {
    let there = match entry.header.state {
        NeighbourState::Reachable | NeighbourState::Permanent => true,
        NeighbourState::Stale | NeighbourState::Delay | NeighbourState::Probe => false,
        _ => return None,
    };
    let mut hardware = false;
    let mut ip = None;
    for attribute in &entry.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(address)) => ip = Some(IpAddr::V4(*address)),
            NeighbourAttribute::Destination(NeighbourAddress::Inet6(address)) => ip = Some(IpAddr::V6(*address)),
            NeighbourAttribute::LinkLayerAddress(bytes) => hardware = is_hardware_address(bytes),
            _ => {}
        }
    }
    ip.filter(|_| hardware).map(|ip| Neighbour { ip, there })
}

/// Whether this is the address of a network card, and not the zeros of who has none.
fn is_hardware_address(bytes: &[u8]) -> bool {
    bytes.len() == 6 && bytes.iter().any(|byte| *byte != 0)
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

    /// Failed in CI: a machine that was heard a second before the access point kept it apart counted as one that answers.
    #[test]
    fn only_who_answered_a_moment_ago_is_there() {
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
    fn what_the_kernel_answers_is_read_to_its_end() {
        assert!(read().is_ok());
        let cut = &question()[..10];
        assert!(take(cut, &mut Vec::new()).is_err());
    }
}
