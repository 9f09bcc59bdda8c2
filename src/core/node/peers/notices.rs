//! What the links tell the user in words. Its sentences are here and nowhere else in this folder.

use std::net::SocketAddr;

use crate::{
    core::budgets::{MAX_GUESTS, MAX_NODES, MAX_NODES_PER_HOST, STRANGERS_PLACES},
    domain::{
        bus::{NoticeCode, Update},
        model::Peer,
        naming::sentence_name,
    },
};

fn notice(code: NoticeCode, text: String) -> Update {
    Update::Notice { code, text }
}

/// Another run of the program uses our key.
pub(super) fn own_key(addr: SocketAddr) -> Update {
    let text = format!(
        "A node at {addr} has your own key, and others see only one of you at a time. If you copied your profile there, end \
         the program on one of the two, or give one of them a key of its own: proximity-chat identity --new. If you did not, \
         somebody has your key: give this machine a new one by that command."
    );
    notice(NoticeCode::OwnKey, text)
}

/// Another program with our key has taken our place at `peer`.
pub(super) fn replaced(peer: &Peer) -> Update {
    let text = format!(
        "A program with your own key has taken your place with {}, who sees only one of you at a time. Your lines get there \
         in turns. If you copied your profile, end the program on one of the two machines, or give one of them a key of its \
         own: proximity-chat identity --new. If you did not, somebody has your key and speaks under your name: give this \
         machine a new one by that command, and tell the others.",
        sentence_name(peer)
    );
    notice(NoticeCode::Replaced, text)
}

pub(super) fn other_version(addr: SocketAddr) -> Update {
    let text = format!(
        "The node at {addr} speaks another version of the protocol; it cannot be met. The older of the two \
         programs needs an update."
    );
    notice(NoticeCode::Version, text)
}

/// Which places are all taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum NoPlace {
    /// Those for one address.
    Address,
    /// Those for strangers.
    Strangers,
    /// Those for guests.
    Guests,
}

/// `who` was turned away.
pub(super) fn no_place(who: &str, why: NoPlace) -> Update {
    let why = match why {
        NoPlace::Address => format!(
            "{MAX_NODES_PER_HOST} people from the same address are here already, and there is no room for more of them."
        ),
        NoPlace::Strangers => format!(
            "all {STRANGERS_PLACES} places for strangers are taken. The other {} places are for people you know: met on two \
             days, trusted (/trust) or verified (/verify).",
            MAX_NODES - STRANGERS_PLACES
        ),
        NoPlace::Guests => format!("{MAX_GUESTS} guests are here already, and there is no room for more."),
    };
    notice(NoticeCode::RoomFull, format!("{who} was turned away: {why}"))
}

/// `who` took the place of somebody else.
pub(super) fn gave_way(displaced: &str, who: &str) -> Update {
    let text = format!(
        "All places are taken, so {displaced} had to leave when {who} came. Strangers make room for people you know, and for \
         strangers whose machine has fewer places. To keep somebody's place, type /trust and the name."
    );
    notice(NoticeCode::RoomFull, text)
}

/// The node at `addr` has no place for us. `before` says whether we had one.
pub(super) fn turned_away(addr: SocketAddr, before: bool) -> Update {
    let what = if before { "gave your place to somebody else" } else { "has no place for you now" };
    let text = format!(
        "The node at {addr} {what}, because too many people are there. Meanwhile you hear each other through people who are \
         linked to both of you. Your program tries again from time to time."
    );
    notice(NoticeCode::TurnedAway, text)
}

/// The guest at `addr` has refused us again and again.
pub(super) fn guest_refuses(addr: SocketAddr) -> Update {
    let text = format!(
        "The guest at {addr} does not let us in: it counts our address as linked already. That is a link of an earlier run \
         which hangs there, or another program that uses our address. Closing and opening the program there helps. Your \
         program tries again from time to time."
    );
    notice(NoticeCode::TurnedAway, text)
}

/// A guest sends too fast. `lines` were left out since it began.
pub(super) fn guest_flood(guest: SocketAddr, lines: u64) -> Update {
    let s = if lines == 1 { " was" } else { "s were" };
    let text = format!(
        "?{guest} sends faster than anyone can read: {} line{s} left out. To silence it, type /ignore {guest}",
        grouped(lines)
    );
    notice(NoticeCode::GuestFlood, text)
}

/// Lines of guests that have left were left out, and the user was not told at the time.
pub(super) fn flood_of_others(lines: u64) -> Update {
    let s = if lines == 1 { " was" } else { "s were" };
    let text = format!(
        "Guests that have left sent too fast, too: {} more line{s} left out. To let no guests in, start with --guests none.",
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
    let text = format!("{} reads too slowly and missed lines; its link was closed.", sentence_name(peer));
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
