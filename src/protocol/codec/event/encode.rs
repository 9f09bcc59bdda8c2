//! From drafts to signed bytes.

use bytes::Bytes;
use prost::Message as _;

use std::num::NonZeroU32;

use super::{Dep, Event, HeldRange, Signed, content_hash};
use crate::{
    domain::model::{EventId, Hlc, LogId, Timestamp},
    protocol::wire::mesh,
};

/// An event before it is signed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The author and the room of its log.
    pub log: LogId,
    /// Its number there.
    pub seq: u64,
    /// The previous event.
    pub prev: Option<EventId>,
    /// Its clock reading.
    pub hlc: Hlc,
    /// The events that it follows, all in the log's room.
    pub deps: Vec<Dep>,
    /// What our clock shows.
    pub wall: Timestamp,
    /// What kind of event it is.
    pub kind: u32,
    /// Salt and payload.
    pub content: Bytes,
}

impl Draft {
    /// The event, signed by `sign`.
    pub fn sign(self, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Signed {
        let body = mesh::Event {
            log: Some(write_log(&self.log)),
            seq: self.seq,
            prev: self.prev.map(|EventId(id)| id.to_vec()).unwrap_or_default(),
            hlc: self.hlc.0,
            deps: self.deps.iter().map(write_dep).collect(),
            wall_ms: u64::try_from(self.wall.as_millis()).unwrap_or(0),
            kind: self.kind,
            content_hash: content_hash(&self.content).to_vec(),
        };
        let mut signed = Signed { body: body.encode_to_vec().into(), sig: [0; 64], content: self.content };
        signed.sig = sign(&signed.message());
        signed
    }
}

impl Draft {
    /// The event that this draft has become.
    pub fn into_event(self, signed: &Signed) -> Event {
        let Self { log, seq, prev, hlc, deps, wall, kind, content } = self;
        Event { id: signed.id(), log, seq, prev, hlc, deps, wall, kind, content_hash: content_hash(&content) }
    }
}

fn write_dep(dep: &Dep) -> mesh::Dep {
    mesh::Dep { author: dep.log.author.as_bytes().to_vec(), epoch: dep.log.epoch, seq: dep.seq }
}

pub(in crate::protocol::codec) fn write_log(log: &LogId) -> mesh::LogId {
    mesh::LogId { room: log.room.0.to_vec(), author: log.author.as_bytes().to_vec(), epoch: log.epoch }
}

pub(in crate::protocol::codec) fn write_range(range: &HeldRange) -> mesh::HeldRange {
    mesh::HeldRange {
        log: Some(write_log(&range.log)),
        seq: range.seq,
        head: range.head.map(|EventId(id)| id.to_vec()).unwrap_or_default(),
        base: range.base,
        name: range.name.map_or(0, NonZeroU32::get),
    }
}

pub(in crate::protocol::codec) fn write_signed(signed: &Signed) -> mesh::Signed {
    mesh::Signed { body: signed.body.to_vec(), sig: signed.sig.to_vec(), content: signed.content.to_vec() }
}
