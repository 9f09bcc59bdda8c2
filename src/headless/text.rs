//! Events as plain text. Only a message begins with a time, and only its further lines with four spaces: no peer can
//! make a line that looks like something else.

use std::io::Write;

use super::event::{self, Change, Event, Reason, Who};
use crate::model::{LeaveReason, Message};

/// What stands before the further lines of a message.
const INDENT: &str = "    ";

/// Appends a message: `HH:MM <nick> text`, or `HH:MM * nick text` for an action.
pub(super) fn message(out: &mut Vec<u8>, message: &Message, time: &str) {
    let name = message.display_name();
    let (before, after) = if message.action { ("* ", " ") } else { ("<", "> ") };
    for part in [time, " ", before, &name, after] {
        out.extend_from_slice(part.as_bytes());
    }
    for (number, line) in message.text.as_str().split('\n').enumerate() {
        if number > 0 {
            out.extend_from_slice(INDENT.as_bytes());
        }
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
}

/// Appends any other event.
pub(super) fn event(out: &mut Vec<u8>, event: &Event<'_>) {
    // Writing to memory does not fail.
    let _ = match event {
        Event::Listening { addr, nick, .. } => writeln!(out, "-- you are {nick}, at {addr}"),
        Event::Sweep { state: "running", total, .. } => writeln!(out, "-- looking for people at {}", addresses(*total)),
        Event::Sweep { probed, found, took_ms, .. } => {
            writeln!(out, "-- looked at {} in {took_ms} ms: {}", addresses(*probed), answers(*found))
        }
        Event::Peer { change, nick, was, addr, reason, .. } => {
            let name = event::name(*nick, *addr);
            match (change, reason.map(|Reason(reason)| why(reason))) {
                (Change::Joined, _) => writeln!(out, "-- {name} joined ({addr})"),
                (Change::Renamed, _) => writeln!(out, "-- {} is {name} now", event::name(*was, *addr)),
                (Change::Left, why) => writeln!(out, "-- {name} left ({addr}){}", why.unwrap_or_default()),
            }
        }
        // A message has its own function, because it needs the local time.
        Event::Message { text, .. } | Event::Notice { text, .. } => writeln!(out, "-- {text}"),
        Event::Error { text, .. } => writeln!(out, "!! {text}"),
        Event::Who { peers } if peers.is_empty() => writeln!(out, "-- nobody else is here"),
        Event::Who { peers } => {
            peers.iter().try_for_each(|peer: &Who<'_>| writeln!(out, "-- {} ({})", peer.name(), peer.addr()))
        }
    };
}

fn addresses(count: u64) -> String {
    if count == 1 { "1 address".to_owned() } else { format!("{count} addresses") }
}

/// Who is linked is not asked again, so it may be somebody new only.
fn answers(found: u64) -> String {
    match found {
        0 => "nobody new".to_owned(),
        1 => "1 answers".to_owned(),
        _ => format!("{found} answer"),
    }
}

const fn why(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Closed => "",
        LeaveReason::Timeout => ": no answer any more",
        LeaveReason::TooSlow => ": too slow to follow",
        LeaveReason::Protocol => ": it broke the protocol",
    }
}
