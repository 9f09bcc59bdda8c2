//! What the log asks of a store, and what that answers. The store executes; it decides nothing.
//!
//! Requests carry a number that their answer repeats. Each is answered once. Writes are answered in their order, and what
//! was written before an answer is seen by every request after it.

use std::net::SocketAddr;

use crate::{
    domain::model::{EventId, Hlc, LogId, MessageId, Nick, NodeId, Position, RoomId, Seek, Text, Timestamp},
    protocol::codec::event::{Content, Dep, Event, Signed},
};

/// Requests that may be on their way to the store: one write, one read per link, and the few that a user can cause.
pub const MAX_REQUESTS: usize = 1_024;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Commit all of this or nothing. Answered by [`Reply::Written`], when it survives the end of the program; with an own
    /// event among it, when it survives the loss of power.
    Write(Vec<Write>),
    /// Events for another node. Answered by [`Reply::Events`].
    Read(Read),
    /// Messages for a screen. Answered by [`Reply::Page`].
    Page(PageRequest),
    /// Messages with certain words. Answered by [`Reply::Found`].
    Search(SearchRequest),
    /// Take the content of all events and guests' lines of the present network's room out of the file, for good. The logs keep
    /// their heads, so that they can go on. Answered by [`Reply::Raised`].
    Erase(RoomId),
    /// Forget the oldest lines. Answered by [`Reply::Raised`]. Done in slices, between which other requests are executed.
    Retain(Retain),
    /// Say again what there is. Answered by [`Reply::Loaded`].
    Load,
}

/// What becomes of a request that does not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It is written.
    Written,
    /// The events that were asked for, causes before effects.
    Events(Vec<StoredEvent>),
    /// Messages for a screen.
    Page(StoredPage),
    /// What was found.
    Found(Found),
    /// Lines are gone, and these logs have new bases.
    Raised {
        /// How many lines.
        lines: u64,
        /// Which logs begin where now: at the first event that is still held, above the head if none is. There is nothing
        /// below it any more. A log that has lost lines of its older range only is not among them.
        bases: Vec<(LogId, u64)>,
    },
    /// All that the log needs to go on.
    Loaded(Box<Snapshot>),
}

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// An event that was accepted.
    Event(Box<LogEntry>),
    /// How a log stands after the events before it. A log that is new is tagged with the present network.
    Log(LogState),
    /// A line of a guest, in no log.
    Guest(Box<GuestLine>),
    /// What somebody said that it holds of one of our own logs.
    Ack(Ack),
    /// That a log's author signed two events under one number.
    Fork(Box<Proof>),
    /// That one of our own logs is not gone on with, after a start neither.
    Leave(LogId),
}

/// An event that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// What it says of itself.
    pub event: Event,
    /// Its bytes.
    pub signed: Signed,
    /// When it came; when it was made, if it is our own.
    pub arrived: Timestamp,
    /// Whether it was made here, now: then it must survive the loss of power.
    pub own: bool,
}

/// How a log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// Which.
    pub id: LogId,
    /// Nothing below this is wanted: it was forgotten or erased here. 1 of most logs.
    pub floor: u64,
    /// The oldest event held; above `head` if none of them is held any more.
    pub base: u64,
    /// The newest event held.
    pub head: u64,
    /// Its identity; none of a log without events.
    pub head_id: Option<EventId>,
    /// Its clock.
    pub head_hlc: Hlc,
    /// Events below `base` that are held too, with a gap between.
    pub older: Option<Older>,
    /// The first number under which its author signed two events.
    pub forked: Option<u64>,
}

/// A second, older range of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Older {
    /// Its oldest event.
    pub base: u64,
    /// Its newest event.
    pub head: u64,
    /// The identity of that.
    pub head_id: Option<EventId>,
}

/// A line of a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLine {
    /// In which room.
    pub room: RoomId,
    /// Its identity.
    pub id: MessageId,
    /// Where it stands.
    pub hlc: Hlc,
    /// From where it came.
    pub addr: SocketAddr,
    /// The name it came under.
    pub nick: Option<Nick>,
    /// What was said.
    pub text: Text,
    /// Whether it is an action.
    pub action: bool,
}

/// What somebody said that it holds of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// Who.
    pub node: NodeId,
    /// Of which log.
    pub log: LogId,
    /// Up to where.
    pub seq: u64,
}

/// Two events that one author signed under one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// In which log.
    pub log: LogId,
    /// Under which number.
    pub seq: u64,
    /// The one that is held, or was first.
    pub one: Signed,
    /// The other.
    pub other: Signed,
}

/// Events for another node: of each of these logs from a certain number on, merged in the order of their clocks, until
/// there are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Which logs, and the first number of each.
    pub from: Vec<(LogId, u64)>,
    /// At most so many events.
    pub events: usize,
    /// No further event when so many bytes are there.
    pub bytes: usize,
}

/// An event that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// In which log.
    pub log: LogId,
    /// Its number.
    pub seq: u64,
    /// Its bytes.
    pub signed: Signed,
}

/// Messages for a screen, of the present network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Of which room.
    pub room: RoomId,
    /// Which ones.
    pub seek: Seek,
    /// At most so many.
    pub max: usize,
}

/// Messages for a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredPage {
    /// In their order.
    pub lines: Vec<StoredLine>,
    /// Whether there are older ones.
    pub before: bool,
    /// Whether there are newer ones.
    pub after: bool,
}

/// Messages with certain words, of the present network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// Of which room.
    pub room: RoomId,
    /// Words that must all be there, or begin words that are; whatever was typed.
    pub query: String,
    /// Only what is older than this.
    pub before: Option<Position>,
    /// At most so many, the newest.
    pub max: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Newest first.
    pub lines: Vec<StoredLine>,
    /// Whether there are older ones.
    pub more: bool,
}

/// What to forget: what is too old or too much, of every room and network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retain {
    /// What time it is.
    pub now: Timestamp,
    /// Lines whose clock is before this.
    pub before: Option<Timestamp>,
    /// All but so many of a room's newest lines. Those that are dated over a day ahead push no others out: they go first.
    pub keep: Option<u64>,
}

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Where it stands.
    pub position: Position,
    /// A guest's address; of events none, their author is in the position.
    pub guest: Option<SocketAddr>,
    /// What it says; of a guest the name that it came under.
    pub content: Content,
    /// The kind of the event.
    pub kind: u32,
    /// What its author's clock showed; of a guest's line, when it came.
    pub wall: Timestamp,
    /// When it came.
    pub arrived: Timestamp,
}

/// What a log needs to go on after a start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The present network's logs, and all of its rooms that belong to no network.
    pub logs: Vec<LogState>,
    /// Logs that belong to other networks.
    pub elsewhere: Vec<LogId>,
    /// The newest events: heads that no other held event names as a dep.
    pub frontier: Vec<Dep>,
    /// What others hold of our own logs.
    pub acks: Vec<Ack>,
    /// The proofs for logs that are forked.
    pub forks: Vec<Proof>,
    /// Messages of the present network that are held.
    pub lines: u64,
    /// The own log of the lobby that may be gone on with: this very file has all that was ever said in it. None in a new or
    /// recovered file; other own logs are like anybody else's.
    pub own: Option<LogId>,
}

/// Why a request was not executed. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);
