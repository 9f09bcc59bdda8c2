//! Events as plain text. Only a message begins with a time, and only its further lines begin with four spaces, so no
//! peer can make a line that looks like something else.

use std::{
    fmt::Display,
    io::{self, Write},
};

use super::event::{About, Activity, Change, Event, Listed, ListedRoom, Member, Reason, RoomChange, RoomNews, Whois};
use crate::{
    domain::{
        bus::VerifyStep,
        model::{Message, Text},
        naming::{Name, handle},
    },
    frontend::words::{messages, pipe, topics, trust, verification},
};

/// The indent of the further lines of a message.
const INDENT: &str = "    ";

/// Appends a message: `HH:MM <nick> text`, or `HH:MM * nick text` for an action. What was said in another room than the
/// one spoken in has its name after the time: `HH:MM #dev <nick> text`.
pub(super) fn message(out: &mut Vec<u8>, message: &Message, name: &Name<'_>, time: &str, room: Option<&str>) {
    let (said, is_action) = messages::said(message);
    let (before, after) = if is_action { ("* ", " ") } else { ("<", "> ") };
    // Writing to memory does not fail.
    let (room, gap) = room.map_or(("", ""), |room| (room, " "));
    let _ = write!(out, "{time} {room}{gap}{before}{name}{after}");
    for (number, line) in said.split('\n').enumerate() {
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
    // Writing to memory does not fail.
    let _ = told(out, pipe::found(&query, hits, more));
}

/// Appends how many lines a search did not cover, if any.
pub(super) fn behind(out: &mut Vec<u8>, lines: u64) {
    if lines > 0 {
        let _ = told(out, pipe::not_searched(lines));
    }
}

/// Appends one hit of a search: `-- YYYY-MM-DD HH:MM <nick> text`, with the room before the name if all were searched.
pub(super) fn hit(out: &mut Vec<u8>, hit: &Message, name: &Name<'_>, date: &str, room: Option<&str>) {
    let _ = write!(out, "-- ");
    message(out, hit, name, date, room);
}

/// Appends any other event.
pub(super) fn event(out: &mut Vec<u8>, event: &Event<'_>) {
    // Writing to memory does not fail.
    let _ = match event {
        Event::Gap { events, messages } => told(out, pipe::gap(*events, *messages)),
        Event::Listening { addr, nick, .. } => told(out, pipe::listening(nick, *addr)),
        // This comes first, because a lost network still has the interfaces that it had.
        Event::Network { lost: Some(lost), .. } => warned(out, lost),
        Event::Network { open: true, interfaces, looks, .. } if interfaces.is_empty() => {
            told(out, pipe::open_to(&looks.join(", ")))
        }
        Event::Network { open: true, interfaces, .. } => {
            let names = interfaces.iter().map(|i| format!("{} ({}, {})", i.interface, i.ip, i.network));
            told(out, pipe::open_to(&names.collect::<Vec<_>>().join(", ")))
        }
        Event::Network { closed: true, .. } => told(out, pipe::CLOSED),
        Event::Diagnosis { findings } => findings.iter().try_for_each(|finding| {
            let after = if finding.todo.is_empty() { "" } else { " " };
            told(out, format_args!("{}{after}{}", finding.text, finding.todo))
        }),
        Event::Sweep { state: "running", total, .. } => told(out, pipe::sweep_begins(*total)),
        Event::Sweep { probed, found, took_ms, .. } => told(out, pipe::swept(*probed, *found, *took_ms)),
        Event::Peer { change, name, was, person, activity, reason } => match (change, was, activity) {
            (Change::Joined, ..) => told(out, pipe::joined(name, person.addr)),
            (Change::Left, ..) => told(out, pipe::left(name, person.addr, reason.map(|Reason(reason)| reason))),
            (Change::Renamed, Some(was), _) => told(out, pipe::renamed(was, name)),
            (Change::Presence, _, Some(Activity { away: true, note, .. })) => told(out, pipe::away(name, *note)),
            (Change::Presence, _, Some(_)) => told(out, pipe::back(name)),
            (Change::Clock, ..) => told(out, pipe::clock(name, person.clock_off_ms)),
            // A notice, an alarm or a comparison reports the cause.
            (Change::Trust | Change::Renamed | Change::Presence, ..) => Ok(()),
        },
        Event::Notice { text, alarm: Some(_), .. } | Event::Error { text, .. } => warned(out, text),
        Event::Notice { text, .. } | Event::Undelivered { text, .. } => told(out, text),
        Event::Sync { received, total, refused } if received == total => {
            let come = if *total > 0 { told(out, pipe::caught_up(*total)) } else { Ok(()) };
            come.and_then(|()| if *refused > 0 { told(out, pipe::left_out(*refused)) } else { Ok(()) })
        }
        Event::Erased { room, lines } => told(out, pipe::erased(room.name(), *lines)),
        Event::Room { news: RoomNews { topic: Some(About { topic, names: (room, by), .. }), .. }, .. } => match topic {
            Some(topic) => told(out, topics::is(room, topic, by)),
            None => told(out, topics::none(room)),
        },
        Event::Room { room, change, news: RoomNews { by, members, removed_by, remover, .. } } => {
            let by = by.as_ref().map(|by| by.called.name.as_str()).unwrap_or_default();
            told(out, match change {
                RoomChange::Joined => pipe::in_room(room.name(), room.is_private()),
                RoomChange::Left if removed_by.is_some() => pipe::removed_from_room(remover, room.name()),
                RoomChange::Left => pipe::left_room(room.name()),
                RoomChange::Invited => pipe::invited_to_room(by, room.name(), members.unwrap_or_default()),
                // Topics were told above.
                RoomChange::Topic => return,
                RoomChange::Declined => pipe::declined_room(room.name()),
            })
        }
        Event::Member { room, change, who, doer, for_good, .. } => {
            let name = &who.called.name;
            told(out, match change {
                Member::Joined => pipe::joined_room(name, room.name()),
                Member::Left if *for_good => pipe::left_room_for_good(name, room.name()),
                Member::Left => pipe::has_left_room(name, room.name()),
                Member::Invited => pipe::was_invited(doer.as_deref(), name, room.name()),
                Member::Removed => pipe::was_removed(doer.as_deref(), name, room.name()),
            })
        }
        Event::Members { room, members, .. } => members.iter().try_for_each(|member| {
            let (state, owner) = member.how;
            told(out, pipe::member(&member.who.called.name, room.name(), state, owner))
        }),
        Event::Request { room, by, own, who, asked, .. } => {
            let who: Vec<_> = who.iter().map(|one| one.called.name.clone()).collect();
            told(out, if *own { pipe::requested(asked, &who, room.name()) } else { pipe::asks(&by.called.name, &who, room.name()) })
        }
        Event::Rooms { rooms } if rooms.is_empty() => told(out, pipe::NO_ROOMS),
        Event::Rooms { rooms } => {
            rooms.iter().try_for_each(|one| told(out, listed_room(one)))
        }
        Event::Disk { held_back: true, .. } => told(out, pipe::HELD_BACK),
        // Being on this machine only is how the program starts.
        Event::Network { .. }
        // Only programs follow these steps. Messages have functions of their own, because they need the local time.
        | Event::Delivery { .. }
        | Event::Kept { .. }
        | Event::Disk { held_back: false, .. }
        | Event::Waiting { .. }
        | Event::Sync { .. }
        | Event::Message(_)
        | Event::Found { .. } => Ok(()),
        Event::Who { peers } if peers.is_empty() => told(out, pipe::ALONE),
        Event::Who { peers } => peers.iter().try_for_each(|peer| listed(out, peer)),
        Event::Whois(who) => whois(out, who),
        Event::Verify { peer, name, how, .. } => verify(out, how, name, &handle(peer.0)),
    };
}

/// Appends a line of information.
fn told(out: &mut Vec<u8>, text: impl Display) -> io::Result<()> {
    writeln!(out, "-- {text}")
}

/// Appends a line that warns.
fn warned(out: &mut Vec<u8>, text: impl Display) -> io::Result<()> {
    writeln!(out, "!! {text}")
}

fn listed_room(one: &ListedRoom<'_>) -> String {
    match &one.by {
        Some(by) => pipe::invitation(&by.called.name, one.room.name(), one.people),
        None => pipe::listed_room(one.room.name(), one.room.is_private(), one.people, one.joined),
    }
}

fn listed(out: &mut Vec<u8>, peer: &Listed<'_>) -> io::Result<()> {
    let Listed { person, activity, round_trip_us, name } = peer;
    told(
        out,
        pipe::listed(pipe::Listed {
            name,
            addr: person.addr,
            verified: person.verified == Some(true),
            ignored: person.ignored,
            away: activity.away,
            note: activity.note,
            clock_ahead_ms: person.clock_off_ms,
            round_trip_us: *round_trip_us,
        }),
    )
}

fn whois(out: &mut Vec<u8>, who: &Whois<'_>) -> io::Result<()> {
    let name = &who.name;
    match &who.fingerprint {
        Some(fingerprint) => told(out, trust::key(name, fingerprint, who.peer.0))?,
        None => told(out, trust::guest(name))?,
    }
    let addrs = who.addrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if who.present && who.away {
        told(out, trust::away(name, &addrs, who.note))?;
    } else {
        told(out, trust::whereabouts(name, who.present, &addrs))?;
    }
    if who.fingerprint.is_some() {
        told(out, trust::verified(name, who.class, who.ignored))?;
    } else if who.ignored {
        told(out, trust::ignored(name))?;
    }
    if let Some((first, last)) = &who.seen {
        told(out, trust::seen(name, first, last))?;
    }
    if let Some(time) = who.round_trip_us {
        told(out, trust::round_trip(name, time))?;
    }
    if let Some(version) = who.version {
        told(out, trust::version(name, version))?;
    }
    Ok(())
}

fn verify(out: &mut Vec<u8>, step: &VerifyStep, name: &str, handle: &str) -> io::Result<()> {
    match step {
        VerifyStep::Code { code, began } => {
            if !began {
                told(out, trust::wants_to_compare(name))?;
            }
            told(out, trust::code(name, code))?;
            told(out, trust::same_or_not(handle))
        }
        VerifyStep::Verified => told(out, trust::now_verified(name)),
        VerifyStep::Differs => warned(out, trust::differs(name)),
        VerifyStep::TheySayDiffers => warned(out, trust::they_say_differs(name)),
        VerifyStep::Ended => told(out, verification::not_confirmed(name, handle)),
    }
}
