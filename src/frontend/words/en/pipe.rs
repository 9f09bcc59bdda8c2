//! What happens, for people who read the output of a pipe. Each text is one line without its mark, or a part of one.

use std::net::SocketAddr;

use super::{
    clock_off::clock_off,
    lists::{counted, list, people},
    private_rooms,
};
use crate::domain::{
    bus::MemberState,
    model::{LeaveReason, Nick},
};

/// The node is ready.
pub(crate) fn listening(nick: &str, addr: SocketAddr) -> String {
    format!("you are {nick}, at {addr}")
}

/// The chat is open to these interfaces or networks, separated by commas.
pub(crate) fn open_to(places: &str) -> String {
    format!("open to {places}")
}

/// The chat was open until now.
pub(crate) const CLOSED: &str = "closed: now on this machine only, nothing leaves it";

/// A sweep begins.
pub(crate) fn sweep_begins(ports: u64) -> String {
    format!("checking {} for people", counted(ports, "port"))
}

/// A sweep is over. Peers that are linked are not asked again, so what answers may be someone new.
pub(crate) fn swept(ports: u64, answer: u64, took_ms: u64) -> String {
    let answer = match answer {
        0 => "nobody new".to_owned(),
        1 => "1 answers".to_owned(),
        _ => format!("{answer} answer"),
    };
    format!("checked {} in {took_ms} ms: {answer}", counted(ports, "port"))
}

/// Someone is here.
pub(crate) fn joined(name: &str, addr: SocketAddr) -> String {
    format!("{name} joined ({addr})")
}

/// Someone is gone.
pub(crate) fn left(name: &str, addr: SocketAddr, reason: Option<LeaveReason>) -> String {
    let why = match reason {
        None | Some(LeaveReason::Closed) => "",
        Some(LeaveReason::Timeout) => ": stopped answering",
        Some(LeaveReason::TooSlow) => ": read too slowly",
        Some(LeaveReason::Protocol) => ": broke the protocol",
    };
    format!("{name} left ({addr}){why}")
}

/// Someone has another name now.
pub(crate) fn renamed(was: &str, name: &str) -> String {
    format!("{was} is now {name}")
}

/// Someone left the keyboard.
pub(crate) fn away(name: &str, note: Option<&str>) -> String {
    format!("{name} is away{}", after_colon(note))
}

/// Someone is back at the keyboard.
pub(crate) fn back(name: &str) -> String {
    format!("{name} is back")
}

/// Someone's clock is ahead of the right time by this much, or is right again.
pub(crate) fn clock(name: &str, ahead_ms: Option<i64>) -> String {
    match ahead_ms {
        Some(ahead) => format!("{name}'s clock is {}", clock_off(ahead)),
        None => format!("{name}'s clock is right again"),
    }
}

/// This many missed lines have arrived.
pub(crate) fn caught_up(lines: u64) -> String {
    format!("caught up: {}", counted(lines, "earlier line"))
}

/// This many lines from strangers were not taken.
pub(crate) fn left_out(lines: u64) -> String {
    format!("left out {} from strangers", counted(lines, "line"))
}

/// The history of a room was removed from this disk.
pub(crate) fn erased(room: &str, lines: u64) -> String {
    format!("erased {} of {room} from this machine", counted(lines, "line"))
}

/// The user is in a room.
pub(crate) fn in_room(room: &str, private: bool) -> String {
    let what = if private { "the private room " } else { "" };
    format!("you are in {what}{room}")
}

/// The user has left a room.
pub(crate) fn left_room(room: &str) -> String {
    format!("you left {room}")
}

/// Someone is in a room now.
pub(crate) fn joined_room(name: &str, room: &str) -> String {
    format!("{name} joined {room}")
}

/// Someone is not in a room any more.
pub(crate) fn has_left_room(name: &str, room: &str) -> String {
    format!("{name} left {room}")
}

/// The answer to `/list` if there are no rooms.
pub(crate) const NO_ROOMS: &str = "there are no rooms besides #lobby";

/// A room in the answer to `/list`.
pub(crate) fn listed_room(room: &str, private: bool, members: usize, joined: bool) -> String {
    let private = if private { " (private)" } else { "" };
    format!("{room}{private}: {}{}", people(members), if joined { ", and you" } else { "" })
}

/// An invitation in the answer to `/list`.
pub(crate) fn invitation(owner: &str, room: &str, others: usize) -> String {
    format!("{room} (private): {}; {owner} invites you", people(others))
}

/// Somebody has invited the user to a private room.
pub(crate) fn invited_to_room(owner: &str, room: &str, others: usize) -> String {
    format!(
        "{owner} invites you to the private room {room} ({} besides you): /join {room} or /decline {room}",
        people(others)
    )
}

/// The user has refused an invitation.
pub(crate) fn declined_room(room: &str) -> String {
    format!("you refused the invitation to {room}")
}

/// The owner has removed the user.
pub(crate) fn removed_from_room(owner: &str, room: &str) -> String {
    format!("{owner} removed you from {room}")
}

/// Someone is no member any more because they wished so.
pub(crate) fn left_room_for_good(name: &str, room: &str) -> String {
    format!("{name} left {room} for good")
}

/// Someone, or the user if it is none, has invited a person.
pub(crate) fn was_invited(by: Option<&str>, name: &str, room: &str) -> String {
    format!("{} invited {name} to {room}", by.unwrap_or("you"))
}

/// Someone, or the user if it is none, has removed a person.
pub(crate) fn was_removed(by: Option<&str>, name: &str, room: &str) -> String {
    format!("{} removed {name} from {room}", by.unwrap_or("you"))
}

/// A row of the answer to `/members`.
pub(crate) fn member(name: &str, room: &str, state: MemberState, owner: bool) -> String {
    format!("{room}: {name}, {}", private_rooms::member(state, owner))
}

/// The user has asked the owner of a room to invite these.
pub(crate) fn requested(owner: &str, who: &[String], room: &str) -> String {
    format!("asked {owner} to invite {} to {room}; that happens when {owner}'s program is here", list(who, "and"))
}

/// A member asks the user to invite these.
pub(crate) fn asks(by: &str, who: &[String], room: &str) -> String {
    format!("{by} asks you to invite {} to {room}", list(who, "and"))
}

/// The disk has failed, and more has arrived than can be shown without it.
pub(crate) const HELD_BACK: &str =
    "too many lines from others to show while the disk does not work; the rest comes when it works again";

/// How many lines a search found, and whether there are older ones. The hits follow below.
pub(crate) fn found(query: &str, hits: usize, more: bool) -> String {
    // A query with a phrase has quotes of its own, and one with a name is about more than what lines contain.
    if query.contains('"') || query.contains("from:") {
        return match (hits, more) {
            (0, _) => format!("no line matches {query}"),
            (1, false) => format!("1 line matches {query}:"),
            (_, false) => format!("{} match {query}:", counted(hits, "line")),
            (_, true) => format!("the newest {} that match {query}:", counted(hits, "line")),
        };
    }
    match (hits, more) {
        (0, _) => format!("no line contains \"{query}\""),
        (1, false) => format!("1 line contains \"{query}\":"),
        (_, false) => format!("{} contain \"{query}\":", counted(hits, "line")),
        (_, true) => format!("the newest {} that contain \"{query}\":", counted(hits, "line")),
    }
}

/// What the reader has missed, because it did not read.
pub(crate) fn gap(events: u64, messages: u64) -> String {
    let (events, messages) = (counted(events, "line"), counted(messages, "message"));
    format!("{events} left out because nobody read them, {messages} among them; proximity-chat log has the messages")
}

/// Lines that a search did not cover.
pub(crate) fn not_searched(lines: u64) -> String {
    format!("{} cannot be searched yet; try again in a moment", counted(lines, "newer line"))
}

/// The answer to `/who` when no one else is here.
pub(crate) const ALONE: &str = "no one else is here";

/// Someone in the answer to `/who`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'a> {
    /// Their name in text.
    pub(crate) name: &'a str,
    pub(crate) addr: SocketAddr,
    pub(crate) verified: bool,
    pub(crate) ignored: bool,
    pub(crate) away: bool,
    /// The note that they left when they went away.
    pub(crate) note: Option<&'a str>,
    pub(crate) clock_ahead_ms: Option<i64>,
    pub(crate) round_trip_us: Option<u64>,
}

/// A row of the answer to `/who`.
pub(crate) fn listed(person: Listed<'_>) -> String {
    let Listed { name, addr, verified, ignored, away, note, clock_ahead_ms, round_trip_us } = person;
    let facts = [
        Some(format!("{name} ({addr})")),
        verified.then(|| "verified".to_owned()),
        ignored.then(|| "ignored".to_owned()),
        away.then(|| format!("away{}", after_colon(note))),
        clock_ahead_ms.map(|ahead| format!("clock {}", clock_off(ahead))),
        round_trip_us.map(milliseconds),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The user's name, in answer to a question.
pub(crate) fn own_name(nick: &Nick) -> String {
    format!("Your name is {nick}.")
}

/// The user is away.
pub(crate) fn own_away(note: Option<&str>) -> String {
    match note {
        None => "You are away.".to_owned(),
        Some(note) => format!("You are away: {note}"),
    }
}

/// The user is at the keyboard again.
pub(crate) const OWN_BACK: &str = "You are back.";

/// What follows a state that may have a note.
pub(super) fn after_colon(note: Option<&str>) -> String {
    note.map(|note| format!(": {note}")).unwrap_or_default()
}

/// `2 ms`, `0.3 ms`.
pub(super) fn milliseconds(micros: u64) -> String {
    if micros < 1_000 { format!("0.{} ms", micros / 100) } else { format!("{} ms", micros / 1_000) }
}
