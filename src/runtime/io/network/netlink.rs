//! Asks Linux's kernel for one of its tables (`rtnetlink(7)`).

use std::io;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

/// How many datagrams of an answer are read at most. The kernel puts at least some 40 entries into each, so that is
/// 10,000 entries. It keeps far fewer neighbours (`gc_thresh3`, 1,024), and nobody chats on a router that has the
/// routes of the whole world.
const MAX_DATAGRAMS: usize = 256;

/// All entries that answer a question.
///
/// # Errors
/// The kernel's error, if it does not let this process ask.
pub(super) fn ask(question: RouteNetlinkMessage) -> io::Result<Vec<RouteNetlinkMessage>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    // An answer that never comes must not hold anybody up. The kernel provides the first part before `send` returns,
    // and each next one while the one before it is read.
    socket.set_non_blocking(true)?;
    socket.send(&encode(question), 0)?;
    let mut entries = Vec::new();
    for _ in 0..MAX_DATAGRAMS {
        let (datagram, _) = socket.recv_from_full()?;
        if !take(&datagram, &mut entries)? {
            break;
        }
    }
    Ok(entries)
}

/// The bytes that ask for the whole table.
fn encode(question: RouteNetlinkMessage) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_DUMP | NLM_F_REQUEST;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(question));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Takes the entries out of a datagram. Returns whether more datagrams follow.
fn take(mut datagram: &[u8], entries: &mut Vec<RouteNetlinkMessage>) -> io::Result<bool> {
    while !datagram.is_empty() {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(datagram).map_err(invalid)?;
        match message.payload {
            NetlinkPayload::Done(_) => return Ok(false),
            NetlinkPayload::Error(error) => return Err(error.to_io()),
            NetlinkPayload::InnerMessage(entry) => entries.push(entry),
            _ => {}
        }
        // Each begins at a multiple of four (`NLMSG_ALIGN`).
        let length = usize::try_from(message.header.length).unwrap_or(usize::MAX).next_multiple_of(4);
        datagram = datagram.get(length..).filter(|_| length > 0).unwrap_or_default();
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use netlink_packet_route::neighbour::NeighbourMessage;

    use super::*;

    #[test]
    fn a_truncated_message_is_an_error() {
        let question = encode(RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default()));
        let mut entries = Vec::new();
        assert!(take(&question, &mut entries).unwrap() && entries.len() == 1);
        for length in 1..question.len() {
            assert!(take(question.get(..length).unwrap(), &mut entries).is_err(), "{length}");
        }
    }
}
