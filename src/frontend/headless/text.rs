//! Events as plain text. Only a message begins with a time, and only its further lines with four spaces: no peer can
//! make a line that looks like something else.

use std::io::{self, Write};

use super::event::{Activity, Change, Event, Listed, Reason, Whois};
use crate::{
    domain::{
        model::{LeaveReason, Message, Text},
        naming::{Name, handle},
    },
    frontend::clock_off::clock_off,
};

/// What stands before the further lines of a message.
const INDENT: &str = "    ";

/// Appends a message: `HH:MM <nick> text`, or `HH:MM * nick text` for an action.
pub(super) fn message(out: &mut Vec<u8>, message: &Message, name: &Name<'_>, time: &str) {
    let (before, after) = if message.action { ("* ", " ") } else { ("<", "> ") };
    // Writing to memory does not fail.
    let _ = write!(out, "{time} {before}{name}{after}");
    for (number, line) in message.text.as_str().split('\n').enumerate() {
        if number > 0 {
            out.extend_from_slice(INDENT.as_bytes());
        }
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
}

/// Appends what comes before the hits of a search.
pub(super) fn found(out: &mut Vec<u8>, query: &str, hits: usize, more: bool) {
    let query = Text::cut(query).map(|query| query.to_string()).unwrap_or_default().replace('\n', " ");
    let _ = match (hits, more) {
        (0, _) => writeln!(out, "-- nothing has \"{query}\" in it"),
        (1, _) => writeln!(out, "-- one line has \"{query}\" in it:"),
        (_, false) => writeln!(out, "-- {hits} lines have \"{query}\" in them:"),
        (_, true) => writeln!(out, "-- the newest {hits} lines that have \"{query}\" in them:"),
    };
}

/// Appends how many lines a search did not cover, if any.
pub(super) fn behind(out: &mut Vec<u8>, lines: u64) {
    let _ = match lines {
        0 => Ok(()),
        1 => writeln!(out, "-- 1 newer line cannot be searched yet; try again in a moment"),
        lines => writeln!(out, "-- {lines} newer lines cannot be searched yet; try again in a moment"),
    };
}

/// Appends one hit of a search: `-- YYYY-MM-DD HH:MM <nick> text`.
pub(super) fn hit(out: &mut Vec<u8>, hit: &Message, name: &Name<'_>, date: &str) {
    let _ = write!(out, "-- ");
    message(out, hit, name, date);
}

/// Appends any other event.
pub(super) fn event(out: &mut Vec<u8>, event: &Event<'_>) {
    // Writing to memory does not fail.
    let _ = match event {
        Event::Listening { addr, nick, .. } => writeln!(out, "-- you are {nick}, at {addr}"),
        // The interfaces of a network that is gone are those that it had.
        Event::Network { lost: Some(lost), .. } => writeln!(out, "!! {lost}"),
        Event::Network { open: true, interfaces, looks, .. } if interfaces.is_empty() => {
            writeln!(out, "-- open to {}", looks.join(", "))
        }
        Event::Network { open: true, interfaces, .. } => {
            let names = interfaces.iter().map(|i| format!("{} ({}, {})", i.interface, i.ip, i.network));
            writeln!(out, "-- open to {}", names.collect::<Vec<_>>().join(", "))
        }
        Event::Network { closed: true, .. } => writeln!(out, "-- on this machine only now: nothing leaves it"),
        Event::Diagnosis { findings } => findings.iter().try_for_each(|finding| {
            let after = if finding.todo.is_empty() { "" } else { " " };
            writeln!(out, "-- {}{after}{}", finding.text, finding.todo)
        }),
        Event::Sweep { state: "running", total, .. } => writeln!(out, "-- looking for people at {}", ports(*total)),
        Event::Sweep { probed, found, took_ms, .. } => {
            writeln!(out, "-- looked at {} in {took_ms} ms: {}", ports(*probed), open(*found))
        }
        Event::Peer { change, name, was, person, activity, reason } => {
            let why = reason.map(|Reason(reason)| why(reason)).unwrap_or_default();
            match (change, was, activity) {
                (Change::Joined, ..) => writeln!(out, "-- {name} joined ({})", person.addr),
                (Change::Left, ..) => writeln!(out, "-- {name} left ({}){why}", person.addr),
                (Change::Renamed, Some(was), _) => writeln!(out, "-- {was} is {name} now"),
                (Change::Presence, _, Some(Activity { away: true, note, .. })) => {
                    writeln!(out, "-- {name} is away{}", after_colon(*note))
                }
                (Change::Presence, _, Some(_)) => writeln!(out, "-- {name} is back"),
                (Change::Clock, ..) => match person.clock_off_ms {
                    Some(off) => writeln!(out, "-- the clock of {name} is {}", clock_off(off)),
                    None => writeln!(out, "-- the clock of {name} is right again"),
                },
                // What causes it is said by a notice, an alarm or a comparison.
                (Change::Trust | Change::Renamed | Change::Presence, ..) => Ok(()),
            }
        }
        Event::Notice { text, alarm: Some(_), .. } | Event::Error { text, .. } => writeln!(out, "!! {text}"),
        Event::Notice { text, .. } | Event::Undelivered { text, .. } => writeln!(out, "-- {text}"),
        Event::Sync { received, total, refused } if received == total => {
            let come = match total {
                0 => Ok(()),
                1 => writeln!(out, "-- 1 line that was missed has come"),
                _ => writeln!(out, "-- {total} lines that were missed have come"),
            };
            come.and_then(|()| match refused {
                0 => Ok(()),
                1 => writeln!(out, "-- 1 line of strangers was left out"),
                _ => writeln!(out, "-- {refused} lines of strangers were left out"),
            })
        }
        Event::Erased { room, lines } => writeln!(out, "-- {lines} lines of {room} are gone from this machine"),
        Event::Disk { held_back: true, .. } => {
            writeln!(out, "-- more lines of others wait than can be shown; they are fetched when the disk takes them")
        }
        // Being on this machine only is how it starts.
        Event::Network { .. }
        // Steps that only programs follow; messages have functions of their own, because they need the local time.
        | Event::Delivery { .. }
        | Event::Kept { .. }
        | Event::Disk { held_back: false, .. }
        | Event::Waiting { .. }
        | Event::Sync { .. }
        | Event::Message(_)
        | Event::Found { .. } => Ok(()),
        Event::Who { peers } if peers.is_empty() => writeln!(out, "-- nobody else is here"),
        Event::Who { peers } => peers.iter().try_for_each(|peer| listed(out, peer)),
        Event::Whois(who) => whois(out, who),
        Event::Verify { step, peer, name, code, began, .. } => {
            verify(out, step, (name, &handle(peer.0)), *code, *began)
        }
    };
}

fn listed(out: &mut Vec<u8>, peer: &Listed<'_>) -> io::Result<()> {
    let Listed { person, activity, round_trip_us, name } = peer;
    write!(out, "-- {name} ({})", person.addr)?;
    if person.verified == Some(true) {
        write!(out, ", verified")?;
    }
    if person.ignored {
        write!(out, ", ignored")?;
    }
    if activity.away {
        write!(out, ", away{}", after_colon(activity.note))?;
    }
    if let Some(off) = person.clock_off_ms {
        write!(out, ", clock {}", clock_off(off))?;
    }
    match round_trip_us {
        Some(time) => writeln!(out, ", {}", milliseconds(*time)),
        None => writeln!(out),
    }
}

fn whois(out: &mut Vec<u8>, who: &Whois<'_>) -> io::Result<()> {
    let name = &who.name;
    match &who.fingerprint {
        Some(fingerprint) => writeln!(out, "-- {name} has the key {fingerprint} ({})", who.peer.0)?,
        None => {
            writeln!(
                out,
                "-- {name} is a guest: nobody can say who that is, and what you write goes to them in clear"
            )?;
        }
    }
    let addrs: Vec<_> = who.addrs.iter().map(ToString::to_string).collect();
    let at = if addrs.is_empty() { String::new() } else { format!(", at {}", addrs.join(", ")) };
    let here = match (who.present, who.away) {
        (false, _) => "not here".to_owned(),
        (true, true) => format!("away{}", after_colon(who.note)),
        (true, false) => "here".to_owned(),
    };
    writeln!(out, "-- {name} is {here}{at}")?;
    if who.fingerprint.is_some() {
        let verified = match who.trust {
            "verified" => "verified: you compared codes",
            "differs" => "not verified, and the codes differed: it is not who you think, or somebody sits between you",
            "suspect" => "not verified, and goes by a name that somebody else had first",
            _ => "not verified: /verify compares codes",
        };
        writeln!(out, "-- {name} is {verified}{}", if who.ignored { "; ignored by you" } else { "" })?;
    } else if who.ignored {
        writeln!(out, "-- {name} is ignored by you")?;
    }
    if let Some((first, last)) = &who.seen {
        writeln!(out, "-- {name} was first met {first}, last {last}")?;
    }
    if let Some(time) = who.round_trip_us {
        writeln!(out, "-- {name} answers in {}", milliseconds(time))?;
    }
    if let Some(version) = who.version {
        writeln!(out, "-- {name} runs version {version}")?;
    }
    Ok(())
}

fn verify(
    out: &mut Vec<u8>,
    step: &str,
    (name, handle): (&str, &str),
    code: Option<&str>,
    began: Option<bool>,
) -> io::Result<()> {
    match (step, code) {
        (_, Some(code)) => {
            if began == Some(false) {
                writeln!(out, "-- {name} wants to compare codes with you")?;
            }
            writeln!(out, "-- your code with {name} is {code}: ask for theirs, by voice or in person")?;
            writeln!(out, "-- the same? /verify {handle} yes   another? /verify {handle} no")
        }
        ("verified", _) => writeln!(out, "-- {name} is verified now"),
        ("differs", _) => {
            writeln!(
                out,
                "!! the codes differ: {name} is not who you think, or somebody sits between you. Not verified."
            )
        }
        ("they_say_differs", _) => {
            writeln!(
                out,
                "!! {name} says that the codes differ: it is not who you think, or somebody sits between you. Not verified."
            )
        }
        _ => writeln!(out, "-- comparing codes with {name} came to nothing. /verify {handle} begins again."),
    }
}

fn after_colon(note: Option<&str>) -> String {
    note.map(|note| format!(": {note}")).unwrap_or_default()
}

/// `2 ms`, `0.3 ms`.
fn milliseconds(micros: u64) -> String {
    if micros < 1_000 { format!("0.{} ms", micros / 100) } else { format!("{} ms", micros / 1_000) }
}

/// Each is a port of one address.
fn ports(count: u64) -> String {
    if count == 1 { "1 port".to_owned() } else { format!("{count} ports") }
}

/// A linked peer is not asked again, so an open port may be somebody new.
fn open(found: u64) -> String {
    match found {
        0 => "nobody new".to_owned(),
        1 => "1 is open".to_owned(),
        _ => format!("{found} are open"),
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
