//! One question to a node, asked without a link, and the answer.

use std::sync::Arc;

use super::{
    Frame, VERSIONS,
    release::release,
    wall::{read_wall, write_wall},
};
use crate::{
    domain::model::{Nick, Timestamp},
    protocol::{codec::Malformed, wire::mesh},
};

/// Asks who is there, and whether that node can reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Probe {
    /// The port on the asking host to connect back to, if any.
    pub dial_back: Option<u16>,
}

/// The answer to a [`Probe`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReply {
    /// The oldest version of the protocol that it speaks.
    pub min: u32,
    /// The newest one.
    pub max: u32,
    /// Its name; `None` if that is not valid.
    pub nick: Option<Nick>,
    /// Its program's version, for people.
    pub version: Arc<str>,
    /// What its clock shows, if it says so.
    pub wall: Option<Timestamp>,
    /// Whether it could connect to us; `None` if it did not try.
    pub dial_back: Option<DialBack>,
    /// Whether it heard an announcement, or a question, from our key within the last minute.
    pub heard: bool,
    /// How many people it is linked with.
    pub people: u32,
}

/// The result of a connection that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialBack {
    /// It was accepted.
    Reached,
    /// It was refused.
    Refused,
    /// Nothing answered.
    Timeout,
    /// There was no route.
    Unreachable,
}

impl ProbeReply {
    /// Whether both sides have a version in common.
    pub fn agrees(&self) -> bool {
        let (min, max) = VERSIONS;
        let version = self.max.min(max);
        version >= self.min && version >= min
    }
}

pub(super) fn write_probe(probe: Probe) -> mesh::Probe {
    mesh::Probe { dial_back: probe.dial_back.unwrap_or(0).into() }
}

pub(super) fn read_probe(probe: mesh::Probe) -> Result<Frame, Malformed> {
    let port = u16::try_from(probe.dial_back).map_err(|_| Malformed)?;
    Ok(Frame::Probe(Probe { dial_back: Some(port).filter(|port| *port != 0) }))
}

pub(super) fn write_reply(reply: &ProbeReply) -> mesh::ProbeReply {
    let dial_back = match reply.dial_back {
        None => mesh::DialBack::NotTried,
        Some(DialBack::Reached) => mesh::DialBack::Reached,
        Some(DialBack::Refused) => mesh::DialBack::Refused,
        Some(DialBack::Timeout) => mesh::DialBack::Timeout,
        Some(DialBack::Unreachable) => mesh::DialBack::Unreachable,
    };
    mesh::ProbeReply {
        min: reply.min,
        max: reply.max,
        nick: reply.nick.as_ref().map(Nick::to_string).unwrap_or_default(),
        version: reply.version.to_string(),
        wall_ms: write_wall(reply.wall),
        dial_back: dial_back.into(),
        heard: reply.heard,
        people: reply.people,
    }
}

pub(super) fn read_reply(reply: &mesh::ProbeReply) -> Result<Frame, Malformed> {
    let dial_back = match reply.dial_back() {
        mesh::DialBack::NotTried => None,
        mesh::DialBack::Reached => Some(DialBack::Reached),
        mesh::DialBack::Refused => Some(DialBack::Refused),
        mesh::DialBack::Timeout => Some(DialBack::Timeout),
        mesh::DialBack::Unreachable => Some(DialBack::Unreachable),
    };
    Ok(Frame::ProbeReply(ProbeReply {
        min: reply.min,
        max: reply.max,
        nick: Nick::clean(&reply.nick),
        version: release(&reply.version),
        wall: read_wall(reply.wall_ms)?,
        dial_back,
        heard: reply.heard,
        people: reply.people,
    }))
}
