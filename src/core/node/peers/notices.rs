//! What the links tell the user in words. Its sentences are here and nowhere else in this folder.

use std::net::SocketAddr;

use crate::{
    core::budgets::{MAX_GUESTS, MAX_NODES},
    domain::{
        bus::{NoticeCode, Update},
        model::Peer,
    },
};

fn notice(code: NoticeCode, text: String) -> Update {
    Update::Notice { code, text }
}

/// Another run of the program uses our key.
pub(super) fn own_key(addr: SocketAddr) -> Update {
    let text = format!(
        "A node at {addr} has your own key, and others see only one of you at a time. If you copied it there, end \
         the program on one of the two; if you did not, somebody has it: move your profile's identity file away \
         and start anew."
    );
    notice(NoticeCode::OwnKey, text)
}

pub(super) fn other_version(addr: SocketAddr) -> Update {
    let text = format!(
        "The node at {addr} speaks another version of the protocol; it cannot be met. The older of the two \
         programs needs an update."
    );
    notice(NoticeCode::Version, text)
}

/// Somebody was turned away.
pub(super) fn room_full(nodes: usize, guests: usize) -> Update {
    let text = format!(
        "{nodes} people (of {MAX_NODES}) and {guests} guests (of {MAX_GUESTS}) are here already; somebody else \
         was turned away."
    );
    notice(NoticeCode::RoomFull, text)
}

pub(super) fn too_slow(peer: &Peer) -> Update {
    let text = format!("{} reads too slowly and missed lines; its link was closed.", peer.display_name());
    notice(NoticeCode::PeerTooSlow, text)
}
