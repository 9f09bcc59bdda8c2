//! What somebody asks who looks around and does not join, and what it is told.

use std::sync::Arc;

use super::{Frame, VERSIONS, release::release};
use crate::{
    domain::model::{Nick, Timestamp},
    protocol::{codec::Malformed, wire::mesh},
};

/// Who is there, and can it reach me?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The port of the asking host to connect to, if any.
    pub dial_back: Option<u16>,
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The oldest version of the protocol that it speaks.
    pub min: u32,
    /// The newest one.
    pub max: u32,
    /// What it goes by; none if that is no valid name.
    pub nick: Option<Nick>,
    /// Its program's version, for people.
    pub version: Arc<str>,
    /// What its clock shows.
    pub wall: Timestamp,
    /// Whether it could connect to us; none if it did not try.
    pub dial_back: Option<DialBack>,
    /// Whether it heard an announcement, or a question, of our key within the last minute.
    pub heard: bool,
    /// How many people it is linked with.
    pub people: u32,
}

/// How a connection that was asked for went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialBack {
    /// It was accepted.
    Reached,
    /// It was refused.
    Refused,
    /// Nothing answered.
    Timeout,
    /// There was no way.
    Unreachable,
}

impl Seen {
    /// Whether it and we speak a common version.
    pub fn agrees(&self) -> bool {
        let (min, max) = VERSIONS;
        let version = self.max.min(max);
        version >= self.min && version >= min
    }
}

pub(super) fn write_look(look: Look) -> mesh::Look {
    mesh::Look { dial_back: look.dial_back.unwrap_or(0).into() }
}

pub(super) fn read_look(look: mesh::Look) -> Result<Frame, Malformed> {
    let port = u16::try_from(look.dial_back).map_err(|_| Malformed)?;
    Ok(Frame::Look(Look { dial_back: Some(port).filter(|port| *port != 0) }))
}

pub(super) fn write_seen(seen: &Seen) -> mesh::Seen {
    let dial_back = match seen.dial_back {
        None => mesh::DialBack::NotTried,
        Some(DialBack::Reached) => mesh::DialBack::Reached,
        Some(DialBack::Refused) => mesh::DialBack::Refused,
        Some(DialBack::Timeout) => mesh::DialBack::Timeout,
        Some(DialBack::Unreachable) => mesh::DialBack::Unreachable,
    };
    mesh::Seen {
        min: seen.min,
        max: seen.max,
        nick: seen.nick.as_ref().map(Nick::to_string).unwrap_or_default(),
        version: seen.version.to_string(),
        wall_ms: seen.wall.as_millis().try_into().unwrap_or(0),
        dial_back: dial_back.into(),
        heard: seen.heard,
        people: seen.people,
    }
}

pub(super) fn read_seen(seen: &mesh::Seen) -> Result<Frame, Malformed> {
    let dial_back = match seen.dial_back() {
        mesh::DialBack::NotTried => None,
        mesh::DialBack::Reached => Some(DialBack::Reached),
        mesh::DialBack::Refused => Some(DialBack::Refused),
        mesh::DialBack::Timeout => Some(DialBack::Timeout),
        mesh::DialBack::Unreachable => Some(DialBack::Unreachable),
    };
    Ok(Frame::Seen(Seen {
        min: seen.min,
        max: seen.max,
        nick: Nick::clean(&seen.nick),
        version: release(&seen.version),
        wall: Timestamp::from_millis(i64::try_from(seen.wall_ms).map_err(|_| Malformed)?),
        dial_back,
        heard: seen.heard,
        people: seen.people,
    }))
}
