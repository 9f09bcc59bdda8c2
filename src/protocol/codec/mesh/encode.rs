//! From frames to bytes.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use prost::Message as _;

use super::{
    Change, Doubt, Frame, Hello, Reason, RefusalReason, Refused, Sas, Sighting, Status, private,
    probe::{write_probe, write_reply},
    wall::write_wall,
};
use crate::{
    domain::model::{Nick, Presence},
    protocol::{
        codec::event::{
            Signed,
            encode::{write_log, write_range, write_signed},
        },
        wire::mesh,
    },
};

/// Encodes a frame as it goes to others.
pub fn encode(frame: &Frame) -> Bytes {
    let body = match frame {
        Frame::Hello(hello) => Some(mesh::frame::Body::Hello(write_hello(hello))),
        Frame::Sas(step) => Some(mesh::frame::Body::Sas(mesh::Sas {
            step: Some(match step {
                Sas::Commit(commit) => mesh::sas::Step::Commit(commit.to_vec()),
                Sas::Reveal(nonce) => mesh::sas::Step::Reveal(nonce.to_vec()),
            }),
        })),
        Frame::Status(status) => Some(mesh::frame::Body::Presence(write_status(status))),
        Frame::Peers(sightings) => {
            Some(mesh::frame::Body::Peers(mesh::Peers { peers: sightings.iter().map(write_sighting).collect() }))
        }
        Frame::Bye(reason) => Some(mesh::frame::Body::Bye(mesh::Bye { reason: write_reason(*reason).into() })),
        Frame::Ping { token, answer, wall } => {
            let ping = mesh::Ping { token: *token, answer: *answer, wall_ms: write_wall(*wall) };
            Some(mesh::frame::Body::Ping(ping))
        }
        Frame::Have(have) => Some(mesh::frame::Body::Have(mesh::Have {
            ranges: have.ranges.iter().map(write_range).collect(),
            changes: have.changes.iter().map(write_change).collect(),
            more: have.more,
            want: have.want,
        })),
        Frame::Batch(events) => return batch(events),
        Frame::Refused(refused) => Some(mesh::frame::Body::Refused(write_refused(refused))),
        Frame::Rooms(names) => {
            Some(mesh::frame::Body::Rooms(mesh::Rooms { open: names.iter().map(ToString::to_string).collect() }))
        }
        Frame::Private(private) => Some(mesh::frame::Body::Private(private::write(private))),
        Frame::Doubt(doubt) => Some(mesh::frame::Body::Doubt(mesh::Doubt {
            what: Some(match doubt {
                Doubt::NameTaken(nick) => mesh::doubt::What::NameTaken(nick.to_string()),
                Doubt::CodesDiffer => mesh::doubt::What::CodesDiffer(true),
            }),
        })),
        Frame::Probe(probe) => Some(mesh::frame::Body::Probe(write_probe(*probe))),
        Frame::ProbeReply(reply) => Some(mesh::frame::Body::ProbeReply(write_reply(reply))),
        Frame::Nothing => None,
    };
    mesh::Frame { body }.encode_to_vec().into()
}

/// Encodes a [`Frame::Batch`] without taking its events.
pub fn batch<'a>(events: impl IntoIterator<Item = &'a Signed>) -> Bytes {
    let events = events.into_iter().map(write_signed).collect();
    mesh::Frame { body: Some(mesh::frame::Body::Batch(mesh::Batch { events })) }.encode_to_vec().into()
}

fn write_hello(hello: &Hello) -> mesh::Hello {
    mesh::Hello {
        min: hello.min,
        max: hello.max,
        caps: hello.caps.names(),
        node: hello.node.as_bytes().to_vec(),
        boot: hello.boot,
        nick: hello.nick.as_ref().map(Nick::to_string).unwrap_or_default(),
        wall_ms: write_wall(hello.wall),
        port: hello.port.map_or(0, |port| port.get().into()),
        version: hello.version.to_string(),
        card: hello.card.as_deref().map(<[u8]>::to_vec).unwrap_or_default(),
    }
}

fn write_change(change: &Change) -> mesh::Change {
    mesh::Change { name: change.name.get(), seq: change.seq, head: change.head.to_vec() }
}

fn write_refused(refused: &Refused) -> mesh::Refused {
    let reason = match refused.reason {
        RefusalReason::NoRoom => mesh::RefusalReason::NoRoom,
        RefusalReason::TooFast => mesh::RefusalReason::TooFast,
        RefusalReason::DiskFull => mesh::RefusalReason::DiskFull,
        RefusalReason::Other => mesh::RefusalReason::Unspecified,
    };
    mesh::Refused {
        log: Some(write_log(&refused.log)),
        from: refused.from,
        until: refused.until.unwrap_or(0),
        reason: reason.into(),
    }
}

fn write_status(status: &Status) -> mesh::Presence {
    let note = match &status.presence {
        Presence::Here => String::new(),
        Presence::Away { note } => note.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    mesh::Presence {
        nick: status.nick.as_ref().map(Nick::to_string).unwrap_or_default(),
        away: status.presence.is_away(),
        note,
        typing: status.typing,
    }
}

fn write_sighting(sighting: &Sighting) -> mesh::Sighting {
    mesh::Sighting {
        node: sighting.node.as_bytes().to_vec(),
        addrs: sighting.addrs.iter().map(write_address).collect(),
    }
}

fn write_address(addr: &SocketAddr) -> mesh::Address {
    let ip = match addr.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    mesh::Address { ip, port: addr.port().into() }
}

const fn write_reason(reason: Reason) -> mesh::Reason {
    match reason {
        Reason::Leaving => mesh::Reason::Leaving,
        Reason::Duplicate => mesh::Reason::Duplicate,
        Reason::Full => mesh::Reason::Full,
        Reason::Version => mesh::Reason::Version,
        Reason::Protocol => mesh::Reason::Protocol,
        Reason::OwnKey => mesh::Reason::Self_,
        Reason::Replaced => mesh::Reason::Replaced,
        Reason::Other => mesh::Reason::Unspecified,
    }
}
