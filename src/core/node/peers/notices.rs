//! What the links tell the user in words. Its sentences are here and nowhere else in this folder.

use std::net::SocketAddr;

use crate::{
    core::budgets::{MAX_GUESTS, MAX_NODES, MAX_NODES_PER_HOST, STRANGERS_PLACES},
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

/// Why somebody has no place.
#[derive(Debug, Clone, Copy)]
pub(super) enum NoPlace {
    /// Their address has as many as one gets.
    Address,
    /// Strangers have as many as they get.
    Strangers,
    /// Guests have.
    Guests,
}

/// `who` was turned away.
pub(super) fn no_place(who: &str, why: NoPlace) -> Update {
    let why = match why {
        NoPlace::Address => format!("{MAX_NODES_PER_HOST} nodes at that address are here already, which is the most."),
        NoPlace::Strangers => format!(
            "the {STRANGERS_PLACES} places for people whom you do not know are taken. The other {} of {MAX_NODES} are kept \
             for people whom you met on two days, trust (/trust) or verified (/verify).",
            MAX_NODES - STRANGERS_PLACES
        ),
        NoPlace::Guests => format!("{MAX_GUESTS} guests are here already, which is the most."),
    };
    notice(NoticeCode::RoomFull, format!("{who} was turned away: {why}"))
}

/// `who` took the place of somebody else.
pub(super) fn gave_way(displaced: &str, who: &str) -> Update {
    let text = format!(
        "The places are used up. {displaced} was sent away for {who} because you do not know them, or because their machine \
         has more places."
    );
    notice(NoticeCode::RoomFull, text)
}

/// The node at `addr` has no place for us. `before` says whether we had one.
pub(super) fn turned_away(addr: SocketAddr, before: bool) -> Update {
    let what = if before { "gave your place to somebody else" } else { "has no place for you now" };
    let text = format!(
        "The node at {addr} {what}: as many people are linked to it as it takes. You and it hear each other only through \
         people who are linked to both. Your program tries again from time to time."
    );
    notice(NoticeCode::TurnedAway, text)
}

/// A guest sends more than is taken from one. `lines` were left out since that began.
pub(super) fn guest_flood(guest: SocketAddr, lines: u64) -> Update {
    let text = format!(
        "?{guest} sends faster than anybody reads: {} lines were left out. Ignore it with /ignore {guest}",
        grouped(lines)
    );
    notice(NoticeCode::GuestFlood, text)
}

/// Lines of several guests that came and went were left out.
pub(super) fn flood_of_others(lines: u64) -> Update {
    let text = format!(
        "{} more lines were left out, of guests that are gone. --guests none lets no guests in.",
        grouped(lines)
    );
    notice(NoticeCode::GuestFlood, text)
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn too_slow(peer: &Peer) -> Update {
    let text = format!("{} reads too slowly and missed lines; its link was closed.", peer.display_name());
    notice(NoticeCode::PeerTooSlow, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
