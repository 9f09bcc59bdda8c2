//! Turns frames of the mesh protocol (`proto/mesh.proto`) into types and back.

mod caps;
mod decode;
mod encode;
mod private;
mod probe;
mod release;
mod wall;

#[cfg(test)]
mod tests;

use std::{
    net::SocketAddr,
    num::{NonZeroU16, NonZeroU32},
    sync::Arc,
};

use bytes::Bytes;
pub use caps::{Cap, Caps};
pub use decode::decode;
pub use encode::{batch, encode};
pub use private::{InviteRequest, MAX_DECISION_BYTES, MAX_SIGNED, MAX_STANDINGS, Private, Standing};
pub use probe::{DialBack, Probe, ProbeReply};

use super::event::{HeldRange, Signed};
use crate::domain::model::{LogId, Nick, NodeId, Presence, RoomName, Timestamp};

/// The versions of the mesh protocol that we speak, the oldest and the newest. Version 1, of release 0.2, had no log.
pub const VERSIONS: (u32, u32) = (2, 2);

/// How many logs one [`Frame::Have`] may name.
pub const MAX_RANGES: usize = 512;

/// How many events one [`Frame::Batch`] may have.
pub const MAX_EVENTS: usize = 64;

/// Once a frame has this many bytes of events, its sender adds no further one.
pub const BATCH_BYTES: usize = 128 * 1024;

/// How many people one [`Frame::Peers`] may name. A node that knows more sends several frames.
pub const MAX_SIGHTINGS: usize = 64;

/// How many rooms a node can be in, the lobby included: far more than anybody reads, and few enough to be told in one
/// frame.
pub const MAX_ROOMS: usize = 64;

/// The most bytes that a card in a Hello may have.
pub const MAX_CARD_BYTES: usize = 512;

/// A frame that is valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Who the other side is. It is the first frame of a link, and comes only there.
    Hello(Hello),
    /// A step of comparing codes.
    Sas(Sas),
    /// The status of the other side.
    Status(Status),
    /// Whom it is linked to.
    Peers(Vec<Sighting>),
    /// It ends the link.
    Bye(Reason),
    /// It measures the round trip, or answers.
    Ping {
        /// Identifies the question.
        token: u64,
        /// Whether this is the answer.
        answer: bool,
        /// In an answer: what its clock shows, if it says so.
        wall: Option<Timestamp>,
    },
    /// How much the sender holds of each log.
    Have(Have),
    /// Events of any logs.
    Batch(Vec<Signed>),
    /// Events that it does not take.
    Refused(Refused),
    /// Why its user may take us for somebody else.
    Doubt(Doubt),
    /// All open rooms that it is in; at most [`MAX_ROOMS`].
    Rooms(Vec<RoomName>),
    /// About private rooms.
    Private(Box<Private>),
    /// The question "who is there?". It comes on a call of its own, not on a link.
    Probe(Probe),
    /// The answer to that.
    ProbeReply(ProbeReply),
    /// A kind of frame that means nothing to us.
    Nothing,
}

/// What a node says about itself first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The oldest version that it speaks.
    pub min: u32,
    /// The newest version that it speaks.
    pub max: u32,
    /// What it can do besides the base of the version.
    pub caps: Caps,
    /// Its key.
    pub node: NodeId,
    /// Random, one per start of the program.
    pub boot: u64,
    /// Its name; `None` if that is not valid.
    pub nick: Option<Nick>,
    /// What its clock shows, if it says so.
    pub wall: Option<Timestamp>,
    /// The port that it listens on.
    pub port: Option<NonZeroU16>,
    /// Its program's version, for people.
    pub version: Arc<str>,
    /// Its card, if it has one. Nothing in it is checked yet.
    pub card: Option<Bytes>,
}

impl Hello {
    /// The version that both sides use: the smaller of the two maxima, unless it is too old for one of them.
    pub fn agree(&self) -> Option<u32> {
        let (min, max) = VERSIONS;
        let version = self.max.min(max);
        (version >= self.min && version >= min).then_some(version)
    }
}

/// How a node's key is shown to the user of another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Another key was known by this name first.
    NameTaken(Nick),
    /// The codes that both users compared differed.
    CodesDiffer,
}

/// What a node says about itself whenever that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its name; `None` if that is not valid.
    pub nick: Option<Nick>,
    /// Whether its user is there.
    pub presence: Presence,
    /// Whether its user is typing.
    pub typing: bool,
}

/// A node that the sender is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Its key.
    pub node: NodeId,
    /// Where it listens, as far as the sender knows; at most [`crate::domain::model::MAX_ADDRESSES`].
    pub addrs: Vec<SocketAddr>,
}

/// What a node holds: everything in the first frames of a link, later only what has changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Have {
    /// How much of which logs; at most [`MAX_RANGES`].
    pub ranges: Vec<HeldRange>,
    /// How much more of logs that were named before; at most [`MAX_RANGES`].
    pub changes: Vec<Change>,
    /// Whether more frames follow before the list is complete.
    pub more: bool,
    /// Whether to send at once what its sender lacks, including events of other authors.
    pub want: bool,
}

/// More of a log that was named before on the same link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The number that it was given.
    pub name: NonZeroU32,
    /// The newest event that is held.
    pub seq: u64,
    /// The first bytes of its id.
    pub head: [u8; 8],
}

/// Events that a node does not take now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Which log they are in.
    pub log: LogId,
    /// The first of them.
    pub from: u64,
    /// The last of them; `None` for all that follow.
    pub until: Option<u64>,
    /// Why.
    pub reason: RefusalReason,
}

/// Why a node does not take events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// It has no room for this log.
    NoRoom,
    /// More came than it takes from a key that it met today.
    TooFast,
    /// Its disk is nearly full.
    DiskFull,
    /// A reason that we do not know.
    Other,
}

/// A step of comparing codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sas {
    /// The hash of a nonce.
    Commit([u8; 32]),
    /// The nonce.
    Reveal([u8; 32]),
}

/// Why a link is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The program ends.
    Leaving,
    /// Another link between the same two nodes is kept.
    Duplicate,
    /// There is no room.
    Full,
    /// There is no version that both speak.
    Version,
    /// The other side broke the rules.
    Protocol,
    /// The other side has our own key.
    OwnKey,
    /// Another program with the other side's key has taken its place.
    Replaced,
    /// A reason that we do not know.
    Other,
}
