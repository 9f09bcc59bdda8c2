//! From bytes to events.

use prost::Message as _;

use std::num::NonZeroU32;

use super::{
    Dep, Event, HLC_END, HeldRange, MAX_BODY_BYTES, MAX_CONTENT_BYTES, MAX_DEPS, SALT_BYTES, Signed, content_hash,
};
use crate::{
    domain::model::{EventId, Hlc, LogId, NodeId, RoomId, Timestamp},
    protocol::{codec::Malformed, wire::mesh},
};

/// The greatest number of an event: more than anybody can write, and well within the range of a database's integers.
pub(in crate::protocol) const MAX_SEQ: u64 = 1 << 53;

impl Signed {
    /// An event from its three parts, as they come from a link or from disk.
    ///
    /// # Errors
    /// [`Malformed`] if one of them has a length that no event has.
    pub fn new(body: Vec<u8>, sig: &[u8], content: Vec<u8>) -> Result<Self, Malformed> {
        let sig = sig.try_into().map_err(|_| Malformed)?;
        let sane = body.len() <= MAX_BODY_BYTES && (SALT_BYTES..=MAX_CONTENT_BYTES).contains(&content.len());
        if sane { Ok(Self { body: body.into(), sig, content: content.into() }) } else { Err(Malformed) }
    }

    /// Reads the body, and checks the content against the hash in it. Does not check the signature.
    ///
    /// # Errors
    /// [`Malformed`] if no author of this protocol can write such an event.
    pub fn read(&self) -> Result<Event, Malformed> {
        let event = self.read_body()?;
        if event.content_hash == content_hash(&self.content) { Ok(event) } else { Err(Malformed) }
    }

    /// Reads the body alone, for an event whose content was erased.
    ///
    /// # Errors
    /// [`Malformed`] like [`Self::read`].
    pub fn read_body(&self) -> Result<Event, Malformed> {
        if self.body.len() > MAX_BODY_BYTES {
            return Err(Malformed);
        }
        let body = mesh::Event::decode(self.body.as_ref()).map_err(|_| Malformed)?;
        let log = read_log(body.log.as_ref())?;
        let hlc = Hlc(body.hlc);
        let first = body.seq == 1;
        let prev = if first && body.prev.is_empty() { None } else { Some(read_id(&body.prev)?) };
        if body.seq == 0
            || body.seq > MAX_SEQ
            || first == prev.is_some()
            || hlc >= HLC_END
            || body.deps.len() > MAX_DEPS
        {
            return Err(Malformed);
        }
        let deps: Vec<Dep> = body.deps.iter().map(|dep| read_dep(log.room, dep)).collect::<Result<_, _>>()?;
        // `prev` already names what comes before an event in its own log.
        if deps.iter().any(|dep| dep.log == log) {
            return Err(Malformed);
        }
        Ok(Event {
            id: self.id(),
            log,
            seq: body.seq,
            prev,
            hlc,
            deps,
            wall: Timestamp::from_millis(i64::try_from(body.wall_ms).map_err(|_| Malformed)?),
            kind: body.kind,
            content_hash: body.content_hash.as_slice().try_into().map_err(|_| Malformed)?,
        })
    }
}

pub(in crate::protocol::codec) fn read_signed(signed: mesh::Signed) -> Result<Signed, Malformed> {
    Signed::new(signed.body, &signed.sig, signed.content)
}

pub(in crate::protocol::codec) fn read_range(range: &mesh::HeldRange) -> Result<HeldRange, Malformed> {
    // Without events there is no newest one.
    let none = range.seq == 0 || range.base > range.seq;
    let head = if none && range.head.is_empty() { None } else { Some(read_id(&range.head)?) };
    let sane = range.base >= 1 && range.base <= MAX_SEQ && range.seq <= MAX_SEQ && (range.seq > 0 || head.is_none());
    let log = read_log(range.log.as_ref())?;
    let name = NonZeroU32::new(range.name);
    if sane { Ok(HeldRange { name, log, seq: range.seq, head, base: range.base }) } else { Err(Malformed) }
}

pub(in crate::protocol::codec) fn read_log(log: Option<&mesh::LogId>) -> Result<LogId, Malformed> {
    let log = log.ok_or(Malformed)?;
    let room = log.room.as_slice().try_into().map(RoomId).map_err(|_| Malformed)?;
    Ok(LogId { room, author: read_node(&log.author)?, epoch: log.epoch })
}

fn read_dep(room: RoomId, dep: &mesh::Dep) -> Result<Dep, Malformed> {
    if dep.seq == 0 || dep.seq > MAX_SEQ {
        return Err(Malformed);
    }
    Ok(Dep { log: LogId { room, author: read_node(&dep.author)?, epoch: dep.epoch }, seq: dep.seq })
}

fn read_node(bytes: &[u8]) -> Result<NodeId, Malformed> {
    bytes.try_into().map(NodeId::new).map_err(|_| Malformed)
}

fn read_id(bytes: &[u8]) -> Result<EventId, Malformed> {
    bytes.try_into().map(EventId).map_err(|_| Malformed)
}
