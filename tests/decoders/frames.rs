//! Frames and lines from other nodes.

use proximity_chat::{
    domain::model::{MAX_ADDRESSES, MAX_NOTE_BYTES, Presence, RoomName},
    protocol::{
        codec::{
            self, ReferenceLine,
            announcement::{ANNOUNCEMENT_BYTES, Announcement, Call, Unproven},
            event::{Content, HLC_END, MAX_DEPS, Signed},
            mesh::{
                Doubt, Frame, MAX_DECISION_BYTES, MAX_EVENTS, MAX_RANGES, MAX_ROOMS, MAX_SIGHTINGS, MAX_SIGNED,
                MAX_STANDINGS, Private, Status, decode, encode,
            },
        },
        membership::{Leave, MAX_MEMBERS, Removal, SignedDecision},
    },
};

use super::{clean, protobuf};

/// The most lines that one frame of the reference protocol can become.
const MAX_LINES: usize = 65;

pub(super) fn mesh(bytes: &[u8]) {
    let Ok(frame) = decode(bytes) else { return };
    match &frame {
        Frame::Hello(hello) => {
            hello.nick.iter().for_each(clean::nick);
            clean::message(&hello.version);
            assert!(hello.version.len() <= 32 && hello.wall.is_none_or(|wall| wall.as_millis() > 0));
            hello.agree();
        }
        Frame::Status(Status { nick, presence, .. }) => {
            nick.iter().for_each(clean::nick);
            if let Presence::Away { note: Some(note) } = presence {
                clean::text(note);
                assert!(note.as_str().len() <= MAX_NOTE_BYTES && !note.as_str().contains('\n'), "{note}");
            }
        }
        Frame::Peers(peers) => {
            assert!(peers.len() <= MAX_SIGHTINGS && peers.iter().all(|peer| peer.addrs.len() <= MAX_ADDRESSES));
            assert!(peers.iter().flat_map(|peer| &peer.addrs).all(|addr| addr.port() != 0));
        }
        Frame::Have(have) => {
            assert!(have.ranges.len() <= MAX_RANGES && have.ranges.iter().all(|range| range.base >= 1));
        }
        Frame::Batch(events) => {
            assert!(events.len() <= MAX_EVENTS, "{} events", events.len());
            events.iter().for_each(signed);
        }
        Frame::ProbeReply(reply) => {
            reply.nick.iter().for_each(clean::nick);
            clean::message(&reply.version);
            assert!(reply.version.len() <= 32 && reply.wall.is_none_or(|wall| wall.as_millis() > 0));
            reply.agrees();
        }
        Frame::Refused(refused) => {
            assert!(refused.from >= 1 && refused.until.is_none_or(|until| until >= refused.from));
        }
        Frame::Rooms(names) => {
            assert!(names.len() <= MAX_ROOMS);
            let is_clean = |name: &RoomName| RoomName::received(name.as_str()).as_ref() == Some(name);
            assert!(names.iter().all(is_clean), "{names:?}");
        }
        Frame::Private(private) => private_rooms(private),
        Frame::Doubt(Doubt::NameTaken(nick)) => clean::nick(nick),
        Frame::Doubt(Doubt::CodesDiffer)
        | Frame::Sas(_)
        | Frame::Bye(_)
        | Frame::Ping { .. }
        | Frame::Probe(_)
        | Frame::Nothing => {}
    }
    assert_eq!(decode(&encode(&frame)), Ok(frame), "what we understood is not what we would say");
}

/// One event as it is in a frame.
pub(super) fn event(bytes: &[u8]) {
    const BATCH: u64 = 3;
    mesh(&protobuf::bytes(BATCH, protobuf::bytes(1, bytes)));
}

fn signed(signed: &Signed) {
    let Ok(event) = signed.read_body() else {
        assert!(signed.read().is_err(), "without its content it is one");
        return;
    };
    assert!(event.seq >= 1 && event.hlc < HLC_END && event.deps.len() <= MAX_DEPS, "{event:?}");
    assert!((event.seq == 1) == event.prev.is_none() && event.id == signed.id(), "{event:?}");
    assert!(event.deps.iter().all(|dep| dep.log.room == event.log.room && dep.log != event.log && dep.seq >= 1));
    if let Content::Said { nick, text, .. } = Content::read(event.kind, &signed.content) {
        nick.iter().for_each(clean::nick);
        clean::text(&text);
    }
}

pub(super) fn line(bytes: &[u8]) {
    let mut lines = Vec::new();
    codec::read_lines(bytes, &mut lines);
    assert!(lines.len() <= MAX_LINES, "{} lines of one frame", lines.len());
    heard(&lines);
    // A tab becomes four spaces, and bytes that are not UTF-8 a character of three bytes.
    assert!(lines.iter().map(|line| line.text.as_str().len()).sum::<usize>() <= 4 * bytes.len());
}

pub(super) fn heard(lines: &[ReferenceLine]) {
    for line in lines {
        line.nick.iter().for_each(clean::nick);
        clean::text(&line.text);
    }
}

pub(super) fn announcement(bytes: &[u8]) {
    let Some(read) = codec::announcement::read(bytes) else { return };
    let Announcement { call, port, .. } = read.announcement;
    assert!(call == Call::Who || port != 0);
    assert!(bytes.len() == ANNOUNCEMENT_BYTES && read.message.ends_with(&bytes[..ANNOUNCEMENT_BYTES - 64]));
    assert_eq!(announcement_again(&read), bytes, "what we understood is not what we would say");
}

fn announcement_again(read: &Unproven) -> [u8; ANNOUNCEMENT_BYTES] {
    codec::announcement::write(&read.announcement, |_| read.signature)
}

pub(super) fn claim(bytes: &[u8]) {
    if let Some(addr) = codec::claim(bytes) {
        assert!(addr.port() != 0 && !addr.ip().is_unspecified(), "{addr}");
    }
}

/// What a node says about private rooms.
fn private_rooms(private: &Private) {
    let Private { standings, wanted, decision, leaves, removals, requests } = private;
    assert!(standings.len().max(wanted.len()).max(removals.len()) <= MAX_STANDINGS);
    assert!(leaves.len().max(requests.len()) <= MAX_SIGNED);
    for leave in leaves {
        let _ = Leave::decode(leave);
    }
    for removal in removals {
        let _ = Removal::decode(removal);
    }
    let Some(Ok(signed)) = decision.as_ref().map(|decision| SignedDecision::decode(decision)) else { return };
    assert!(signed.bytes() <= MAX_DECISION_BYTES);
    let Ok(decision) = signed.open() else { return };
    assert!(decision.members.len() <= MAX_MEMBERS && decision.members.contains_key(&decision.owner));
    assert!(decision.version > 0 && decision.newest().is_some());
    assert_eq!(RoomName::received(decision.room.name.as_str()).as_ref(), Some(&decision.room.name));
}
