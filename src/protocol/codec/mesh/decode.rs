//! From bytes to frames.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
};

use prost::Message as _;

use super::{
    BATCH_BYTES, Caps, Change, Doubt, Frame, Have, Hello, MAX_CARD_BYTES, MAX_DECISION_BYTES, MAX_EVENTS, MAX_RANGES,
    MAX_ROOMS, MAX_SIGHTINGS, Reason, RefusalReason, Refused, Sas, Sighting, Status, private,
    probe::{read_probe, read_reply},
    release::release,
    wall::read_wall,
};
use crate::{
    domain::model::{MAX_ADDRESSES, Nick, NodeId, Presence, RoomName},
    protocol::{
        codec::{
            Malformed,
            event::{
                MAX_BODY_BYTES, MAX_CONTENT_BYTES,
                decode::{MAX_SEQ, read_log, read_range, read_signed},
            },
        },
        wire::mesh,
    },
};

/// The longest frame that holds no events and no ranges: twice what a full [`Frame::Peers`] takes.
const MAX_CONTROL_BYTES: usize = 2 * MAX_SIGHTINGS * (40 + MAX_ADDRESSES * 26);

/// The longest [`Frame::Have`]: a range takes 140 bytes.
const MAX_HAVE_BYTES: usize = MAX_RANGES * 192;

/// The longest [`Frame::Batch`]: the most that a sender still adds to, and one event of the greatest length.
const MAX_BATCH_BYTES: usize = BATCH_BYTES + MAX_BODY_BYTES + MAX_CONTENT_BYTES + 4096;

/// The longest [`Frame::Private`]: a decision, or one of its other parts. Our nodes never send both in one frame.
const MAX_PRIVATE_BYTES: usize = MAX_DECISION_BYTES + 8 * 1024;

/// How many bytes a frame of one list may have besides that list, for flags and what later versions add.
const MAX_EXTRA_BYTES: usize = 256;

/// The tag of [`mesh::Have`] on the wire: field 2, length-delimited.
const HAVE_TAG: u8 = (2 << 3) | 2;

/// The tag of [`mesh::Batch`] on the wire: field 3, length-delimited.
const BATCH_TAG: u8 = (3 << 3) | 2;

/// The tag of [`mesh::Private`] on the wire: field 4, length-delimited.
const PRIVATE_TAG: u8 = (4 << 3) | 2;

/// The tag of the entries of both: field 1, length-delimited.
const ENTRY_TAG: u8 = (1 << 3) | 2;

/// The tag of the further entries of [`mesh::Have`]: field 4, length-delimited.
const CHANGE_TAG: u8 = (4 << 3) | 2;

/// Reads one frame.
///
/// # Errors
/// [`Malformed`] if it is not a frame. An unknown field or kind of frame is not an error, because later versions may
/// send it.
pub fn decode(bytes: &[u8]) -> Result<Frame, Malformed> {
    // Checked before decoding, which allocates several times what a frame of tiny entries takes on the wire.
    let (longest, most) = match bytes.first() {
        Some(&HAVE_TAG) => (MAX_HAVE_BYTES, MAX_RANGES),
        Some(&BATCH_TAG) => (MAX_BATCH_BYTES, MAX_EVENTS),
        Some(&PRIVATE_TAG) => (MAX_PRIVATE_BYTES, usize::MAX),
        _ => (MAX_CONTROL_BYTES, usize::MAX),
    };
    if bytes.len() > longest || (most != usize::MAX && !has_at_most(bytes, most)) {
        return Err(Malformed);
    }
    let frame = mesh::Frame::decode(bytes).map_err(|_| Malformed)?;
    let Some(body) = frame.body else { return Ok(Frame::Nothing) };
    Ok(match body {
        mesh::frame::Body::Hello(hello) => Frame::Hello(read_hello(&hello)?),
        mesh::frame::Body::Sas(sas) => read_sas(&sas)?,
        mesh::frame::Body::Presence(presence) => Frame::Status(Status {
            nick: Nick::clean(&presence.nick),
            presence: if presence.away { Presence::away(&presence.note) } else { Presence::Here },
            typing: presence.typing,
        }),
        mesh::frame::Body::Peers(peers) => {
            if peers.peers.len() > MAX_SIGHTINGS {
                return Err(Malformed);
            }
            Frame::Peers(peers.peers.iter().map(read_sighting).collect::<Result<_, _>>()?)
        }
        mesh::frame::Body::Bye(bye) => Frame::Bye(match bye.reason() {
            mesh::Reason::Leaving => Reason::Leaving,
            mesh::Reason::Duplicate => Reason::Duplicate,
            mesh::Reason::Full => Reason::Full,
            mesh::Reason::Version => Reason::Version,
            mesh::Reason::Protocol => Reason::Protocol,
            mesh::Reason::Self_ => Reason::OwnKey,
            mesh::Reason::Replaced => Reason::Replaced,
            mesh::Reason::Unspecified => Reason::Other,
        }),
        mesh::frame::Body::Probe(probe) => read_probe(probe)?,
        mesh::frame::Body::ProbeReply(reply) => read_reply(&reply)?,
        mesh::frame::Body::Refused(refused) => Frame::Refused(read_refused(&refused)?),
        mesh::frame::Body::Private(private) => Frame::Private(Box::new(private::read(private)?)),
        mesh::frame::Body::Doubt(doubt) => read_doubt(&doubt),
        // A name that no room has says nothing.
        mesh::frame::Body::Rooms(rooms) => {
            Frame::Rooms(rooms.open.iter().take(MAX_ROOMS).filter_map(|name| RoomName::received(name)).collect())
        }
        mesh::frame::Body::Ping(mesh::Ping { token, answer, wall_ms }) => {
            Frame::Ping { token, answer, wall: read_wall(wall_ms)? }
        }
        // A second list after the first one becomes part of it.
        mesh::frame::Body::Have(have) if have.ranges.len() + have.changes.len() > MAX_RANGES => return Err(Malformed),
        mesh::frame::Body::Batch(batch) if batch.events.len() > MAX_EVENTS => return Err(Malformed),
        mesh::frame::Body::Have(have) => Frame::Have(Have {
            ranges: have.ranges.iter().map(read_range).collect::<Result<_, _>>()?,
            changes: have.changes.iter().map(read_change).collect::<Result<_, _>>()?,
            more: have.more,
            want: have.want,
        }),
        mesh::frame::Body::Batch(batch) => {
            Frame::Batch(batch.events.into_iter().map(read_signed).collect::<Result<_, _>>()?)
        }
    })
}

/// Whether a frame is one list of at most `most` entries, and little else.
fn has_at_most(frame: &[u8], most: usize) -> bool {
    let Some(mut rest) = frame.get(1..) else { return false };
    let Ok(length) = prost::decode_length_delimiter(&mut rest) else { return false };
    let Some((mut list, behind)) = rest.split_at_checked(length) else { return false };
    let mut entries = 0;
    while let Some((&(ENTRY_TAG | CHANGE_TAG), mut tail)) = list.split_first() {
        let Ok(length) = prost::decode_length_delimiter(&mut tail) else { return false };
        let Some((_, tail)) = tail.split_at_checked(length) else { return false };
        (list, entries) = (tail, entries + 1);
    }
    // Our nodes write the entries first; what follows them, or the list, is a few bytes of flags or something new.
    entries <= most && list.len() + behind.len() <= MAX_EXTRA_BYTES
}

fn read_hello(hello: &mesh::Hello) -> Result<Hello, Malformed> {
    Ok(Hello {
        min: hello.min,
        max: hello.max,
        caps: Caps::from_names(&hello.caps),
        node: node(&hello.node)?,
        boot: hello.boot,
        nick: Nick::clean(&hello.nick),
        wall: read_wall(hello.wall_ms)?,
        port: u16::try_from(hello.port).map_err(|_| Malformed)?.try_into().ok(),
        version: release(&hello.version),
        card: Some(&hello.card)
            .filter(|card| (1..=MAX_CARD_BYTES).contains(&card.len()))
            .map(|card| card.clone().into()),
    })
}

fn read_change(change: &mesh::Change) -> Result<Change, Malformed> {
    let name = NonZeroU32::new(change.name).ok_or(Malformed)?;
    let head = change.head.as_slice().try_into().map_err(|_| Malformed)?;
    if change.seq == 0 || change.seq > MAX_SEQ {
        return Err(Malformed);
    }
    Ok(Change { name, seq: change.seq, head })
}

fn read_refused(refused: &mesh::Refused) -> Result<Refused, Malformed> {
    let log = read_log(refused.log.as_ref())?;
    let until = (refused.until > 0).then_some(refused.until);
    if refused.from == 0 || refused.from > MAX_SEQ || until.is_some_and(|until| until < refused.from) {
        return Err(Malformed);
    }
    let reason = match refused.reason() {
        mesh::RefusalReason::NoRoom => RefusalReason::NoRoom,
        mesh::RefusalReason::TooFast => RefusalReason::TooFast,
        mesh::RefusalReason::DiskFull => RefusalReason::DiskFull,
        mesh::RefusalReason::Unspecified => RefusalReason::Other,
    };
    Ok(Refused { log, from: refused.from, until, reason })
}

fn read_doubt(doubt: &mesh::Doubt) -> Frame {
    match &doubt.what {
        Some(mesh::doubt::What::NameTaken(name)) => {
            Nick::new(name).map_or(Frame::Nothing, |nick| Frame::Doubt(Doubt::NameTaken(nick)))
        }
        Some(mesh::doubt::What::CodesDiffer(true)) => Frame::Doubt(Doubt::CodesDiffer),
        Some(mesh::doubt::What::CodesDiffer(false)) | None => Frame::Nothing,
    }
}

fn read_sas(sas: &mesh::Sas) -> Result<Frame, Malformed> {
    let bytes = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| Malformed);
    Ok(match &sas.step {
        Some(mesh::sas::Step::Commit(commit)) => Frame::Sas(Sas::Commit(bytes(commit)?)),
        Some(mesh::sas::Step::Reveal(reveal)) => Frame::Sas(Sas::Reveal(bytes(reveal)?)),
        None => Frame::Nothing,
    })
}

fn read_sighting(sighting: &mesh::Sighting) -> Result<Sighting, Malformed> {
    if sighting.addrs.len() > MAX_ADDRESSES {
        return Err(Malformed);
    }
    Ok(Sighting { node: node(&sighting.node)?, addrs: sighting.addrs.iter().map(address).collect::<Result<_, _>>()? })
}

fn node(bytes: &[u8]) -> Result<NodeId, Malformed> {
    bytes.try_into().map(NodeId::new).map_err(|_| Malformed)
}

fn address(address: &mesh::Address) -> Result<SocketAddr, Malformed> {
    let bytes = address.ip.as_slice();
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let ip = v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).map_err(|_| Malformed)?;
    let port = u16::try_from(address.port).ok().filter(|port| *port != 0).ok_or(Malformed)?;
    // An IPv4-mapped IPv6 address must not pass for a different one.
    Ok(SocketAddr::new(ip.to_canonical(), port))
}
