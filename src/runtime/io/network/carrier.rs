//! Linux's counters of lost and found connections.

use std::io;

use netlink_packet_route::{
    RouteNetlinkMessage,
    link::{LinkAttribute, LinkMessage},
};

use super::netlink;

/// How often each interface has lost or found its connection.
///
/// # Errors
/// The kernel's error, if it does not let this process ask.
pub(super) fn read() -> io::Result<Vec<u32>> {
    let entries = netlink::ask(RouteNetlinkMessage::GetLink(LinkMessage::default()))?;
    let changes = entries.iter().filter_map(|entry| match entry {
        RouteNetlinkMessage::NewLink(link) => link.attributes.iter().find_map(|one| match one {
            LinkAttribute::CarrierChanges(count) => Some(*count),
            _ => None,
        }),
        _ => None,
    });
    Ok(changes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_has_a_counter() {
        assert!(!read().unwrap().is_empty());
    }
}
