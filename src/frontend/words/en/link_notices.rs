//! Notices about links.

use super::lists::were;
use crate::domain::bus::{LinkNotice, Newcomer, NoPlace};

/// How to end up with one key on each machine.
const NEW_KEY: &str = "proximity-chat identity --new";

/// What happened, and what the user can do.
pub(super) fn link_notice(notice: &LinkNotice) -> String {
    match notice {
        LinkNotice::AlreadyLinked(addr) => format!("You are already connected to {addr}."),
        LinkNotice::Connecting(target) => format!("Connecting to {target}…"),
        LinkNotice::TooSlow { name } => format!("{name} reads too slowly and missed lines, so its link was closed."),
        LinkNotice::TurnedAway { newcomer: who, why } => turned_away(who, *why),
        LinkNotice::GaveWay { displaced, newcomer: who } => format!(
            "All places are taken, so {displaced} had to leave when {} came. Strangers make room for people you know, and \
             for strangers from machines with fewer links. To keep someone's place, type /trust and the name.",
            newcomer(who)
        ),
        LinkNotice::NoPlaceThere { addr, before } => {
            let what = if *before { "gave your place to someone else" } else { "has no place for you now" };
            format!(
                "The node at {addr} {what}: too many people are connected there. You still hear each other through people \
                 who are connected to both of you. Your program tries again from time to time."
            )
        }
        LinkNotice::GuestRefuses(addr) => format!(
            "The guest at {addr} refuses your connection: it believes you are already connected. It may hold on to an old \
             connection, or another program uses your address. Restarting the program there helps. Your program \
             tries again from time to time."
        ),
        LinkNotice::GuestFlood { guest, lines } => format!(
            "?{guest} sends faster than anyone can read: {} left out. To silence it, type /ignore {guest}",
            were(*lines, "line", "lines")
        ),
        LinkNotice::EarlierGuestFlood { lines } => format!(
            "Guests who have left also sent too fast: {} left out. To let no guests in, start with --guests none.",
            were(*lines, "more line", "more lines")
        ),
        LinkNotice::OwnKey(addr) => format!(
            "The node at {addr} uses your own key, so others see only one of you at a time. If you copied your profile \
             there, close one of the two programs, or give one of them its own key: {NEW_KEY}. If you did not, someone \
             has stolen your key: give this machine a new one with that command."
        ),
        LinkNotice::Replaced { name } => format!(
            "A program with your own key has taken your place at {name}, who sees only one of you at a time. Your lines \
             still arrive, but with delays. If you copied your profile, close one of the two programs, or give one of \
             them its own key: {NEW_KEY}. If you did not, someone has stolen your key and speaks under your name: give \
             this machine a new one with that command, and tell the others."
        ),
        LinkNotice::OtherVersion(addr) => format!(
            "The node at {addr} speaks another version of the protocol, so you cannot connect. Update the older of the \
             two programs."
        ),
    }
}

fn turned_away(who: &Newcomer, why: NoPlace) -> String {
    let why = match why {
        NoPlace::Address { places } => {
            format!("{places} people from the same address are here already, and no more fit.")
        }
        NoPlace::Strangers { places, reserved } => format!(
            "all {places} places for strangers are taken. The other {reserved} places are for people you have met on two \
             days, trusted (/trust) or verified (/verify)."
        ),
        NoPlace::Guests { places } => format!("{places} guests are here already, and no more fit."),
    };
    format!("{} was turned away: {why}", newcomer(who))
}

/// The newcomer, within a sentence.
fn newcomer(who: &Newcomer) -> String {
    match who {
        Newcomer::Node { nick: Some(nick), node, ip } => format!("{nick} (key {}, from {ip})", node.short()),
        Newcomer::Node { nick: None, node, ip } => format!("key {} from {ip}", node.short()),
        Newcomer::Guest { ip } => format!("A guest from {ip}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Nick, NodeId};

    #[test]
    fn a_peer_turned_away_is_named_with_reason_and_key() {
        let node = NodeId::numbered(7);
        let nick = Some(Nick::new("carol").unwrap());
        let newcomer = Newcomer::Node { nick, node, ip: [10, 0, 0, 9].into() };
        let text = turned_away(&newcomer, NoPlace::Strangers { places: 192, reserved: 64 });
        let start = format!("carol (key {}, from 10.0.0.9) was turned away: all 192 places", node.short());
        assert!(text.starts_with(&start) && text.contains("The other 64 places"), "{text}");
        let guest = turned_away(&Newcomer::Guest { ip: [10, 0, 0, 9].into() }, NoPlace::Guests { places: 64 });
        assert_eq!(guest, "A guest from 10.0.0.9 was turned away: 64 guests are here already, and no more fit.");
    }

    #[test]
    fn lines_left_out_are_counted_grammatically() {
        let guest = ([127, 0, 0, 1], 4565).into();
        let flood = |lines| link_notice(&LinkNotice::GuestFlood { guest, lines });
        assert!(flood(1).contains("1 line was left out") && flood(12_000).contains("12,000 lines were left out"));
    }
}
