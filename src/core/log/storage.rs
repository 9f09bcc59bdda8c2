//! What the log asks of a store, and what the store answers. The store executes; it decides nothing.
//!
//! Every request has a number, its ticket, and is answered once with the same number. Writes are answered in order. A
//! request that is made after the answer to a write sees what was written.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use bytes::Bytes;

use crate::{
    core::clock::LastRun,
    domain::model::{
        DiskTrouble, EventId, Hlc, LogId, Mark, MessageId, Network, Nick, NodeId, Position, Query, RoomId, Seek, Text,
        Timestamp,
    },
    protocol::codec::event::{Content, Dep, Event, SALT_BYTES, Signed},
};

/// Requests that may be open at once: one write, one read for each link, and the few that a user causes.
pub const MAX_REQUESTS: usize = 1_024;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Commit all of this or nothing. An empty write shows whether the disk takes anything. Answered by
    /// [`Reply::Written`] once the data survives the end of the program or, if one of our own events is among it, the
    /// loss of power.
    Write(Vec<Write>),
    /// Events for another node. Answered by [`Reply::Events`].
    Read(Read),
    /// Events of our user, of any network; logs of others are left out. Answered by [`Reply::Events`].
    ReadOwn(Read),
    /// Messages for a screen. Answered by [`Reply::Page`].
    Page(PageRequest),
    /// Search for messages with certain words. Answered by [`Reply::Found`].
    Search(SearchRequest),
    /// The topic of a room. Answered by [`Reply::Topic`].
    Topic(TopicRequest),
    /// Remove the content of all events and guests' lines of this room on the present network from the file, for good.
    /// The logs keep their heads, so that they can be continued. Answered by [`Reply::Raised`].
    Erase(RoomId),
    /// Forget the oldest lines, in slices between which other requests are executed. Answered by [`Reply::Raised`].
    Retain(Retain),
    /// Forget the oldest lines of each of these logs until at most that many bytes of it are left, in slices between
    /// which other requests are executed. The logs keep their heads. Answered by [`Reply::Raised`].
    Shrink(Vec<(LogId, u64)>),
    /// Our clock was wrong when the lines after a certain reading were placed. Moves them behind all others of the
    /// present network, not before `wall`, in the same order, and marks them. Moves a few thousand at a time. Answered
    /// by [`Reply::Loaded`].
    Settle {
        /// The last reading that is believed.
        after: Hlc,
        /// The present time.
        wall: Timestamp,
        /// Whether to also move lines of others whose clocks were believed. If false, a single such line means that
        /// nothing is done: it contradicts those who say that our clock was wrong.
        all: bool,
    },
    /// Load the state again. Answered by [`Reply::Loaded`].
    Load,
    /// What was kept for the present network belongs to this one, which is the present network from now on. Answered by
    /// [`Reply::Loaded`].
    Join(Network),
    /// This log belongs to the present network, and so do its lines. Answered by [`Reply::Loaded`].
    Adopt(LogId),
}

/// The answer to a request that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It is written.
    Written,
    /// The events that were asked for, causes first.
    Events(Vec<StoredEvent>),
    /// Messages for a screen.
    Page(StoredPage),
    /// Messages with certain words.
    Found(Found),
    /// The newest event that sets the topic, if there is one.
    Topic(Option<Box<StoredLine>>),
    /// Lines are gone, and these logs have new bases.
    Raised {
        /// How many lines.
        lines: u64,
        /// The logs that begin later now, and where: at the first event that is still held, or above the head if none
        /// is. A log that has lost lines of its older range only is not among them.
        bases: Vec<(LogId, u64)>,
        /// The bytes that each log lost, counted as in [`Snapshot::bytes`].
        freed: Vec<(LogId, u64)>,
    },
    /// All that the log needs to continue.
    Loaded(Box<Snapshot>),
}

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// An event that was accepted.
    Event(Box<LogEntry>),
    /// How a log stands after the events before it. A new log is tagged with the present network.
    Log(LogState),
    /// The events of a log after this head are gone: our user has said them again in another log. Gives the new state
    /// of the log.
    Rewind(LogState),
    /// A line of a guest, which is in no log.
    Guest(Box<GuestLine>),
    /// How much of one of our own logs a peer says it holds.
    Ack(Ack),
    /// Forget how much of one of our own logs a peer holds.
    ForgetAck(NodeId, LogId),
    /// The proof that a log's author signed two events under one number.
    Fork(Box<Proof>),
    /// One of our own logs is given up for good.
    Abandon(LogId),
    /// Forget a log. Does nothing while lines of it are held.
    Drop(LogId),
    /// What our clock shows, for [`Snapshot::last_run`].
    Clock(LastRun),
}

/// An event that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// What its bytes say.
    pub event: Event,
    /// Its bytes, as its author signed them.
    pub signed: Signed,
    /// When it came, or when it was written if it is our own. When in doubt, too late rather than too early.
    pub arrived: Timestamp,
    /// Whether our user has just said it. It must then survive the loss of power.
    pub own: bool,
    /// Where it stands and which time it shows.
    pub place: Place,
    /// What it says, if its content is sealed.
    pub opened: Option<Clear>,
}

/// What a sealed event says. The deps inside its seal are those of [`LogEntry::event`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clear {
    /// What kind of event it is.
    pub kind: u32,
    /// What the kind says, without a salt.
    pub payload: Bytes,
}

impl Clear {
    /// The same in the form of an event's content. Its salt is zero, because salts are for hashes, and this has none.
    pub fn content(&self) -> Vec<u8> {
        [&[0; SALT_BYTES], self.payload.as_ref()].concat()
    }
}

impl LogEntry {
    /// Where it stands among all lines.
    pub fn position(&self) -> Position {
        let LogId { author, epoch, .. } = self.event.log;
        Position { hlc: self.place.hlc, author, epoch, seq: self.event.seq, id: self.event.id.into() }
    }

    /// The event that it repeats, if it repeats one.
    pub fn again(&self) -> Option<EventId> {
        self.content().again()
    }

    /// What it says, sealed or not.
    pub fn content(&self) -> Content {
        match &self.opened {
            Some(clear) => Content::read(clear.kind, &clear.content()),
            None => Content::read(self.event.kind, &self.signed.content),
        }
    }

    /// What kind of event it is, sealed or not.
    pub fn kind(&self) -> u32 {
        self.opened.as_ref().map_or(self.event.kind, |clear| clear.kind)
    }
}

/// Where a line stands on the screen and which time it shows. Decided once, when the line comes, and stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The reading by which it is sorted: its own, or that of our room's clock at its arrival.
    pub hlc: Hlc,
    /// Whether its author's clock was believed.
    pub dating: Dating,
    /// The time that is shown.
    pub shown: Timestamp,
}

impl Place {
    /// The place and the time that its author's clock gives.
    pub const fn by_clock(event: &Event) -> Self {
        Self { hlc: event.hlc, dating: Dating::Believed, shown: event.wall }
    }
}

/// Whether the clock of a line's author was believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Dating {
    /// It was.
    #[default]
    Believed,
    /// Only for the place. The time that it names is impossible, so the time of arrival is shown.
    OtherTime,
    /// Dated more than a day ahead: placed by its arrival.
    Ahead,
    /// Dated more than a day back, though it was said just now: placed by its arrival.
    Behind,
}

impl Dating {
    /// Whether the line is placed by its arrival. Such a line moves no clock and is no cause: other nodes may place it
    /// elsewhere.
    pub const fn is_by_arrival(self) -> bool {
        matches!(self, Self::Ahead | Self::Behind)
    }
}

impl From<Dating> for Mark {
    fn from(dating: Dating) -> Self {
        match dating {
            Dating::Believed => Self::None,
            Dating::OtherTime => Self::WrongTime,
            Dating::Ahead => Self::Ahead,
            Dating::Behind => Self::Behind,
        }
    }
}

/// How a log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// The log.
    pub id: LogId,
    /// Nothing below this number is wanted: it was forgotten or erased here. 1 for most logs.
    pub floor: u64,
    /// The oldest event held; above `head` if none is held any more.
    pub base: u64,
    /// The newest event held.
    pub head: u64,
    /// Its identity; none if the log has no events.
    pub head_id: Option<EventId>,
    /// Its clock.
    pub head_hlc: Hlc,
    /// Where it stands here; not at its clock if it was placed by arrival.
    pub head_place: Hlc,
    /// Events below `base` that are also held, with a gap between.
    pub older: Option<Older>,
    /// The first number under which its author signed two events.
    pub forked: Option<u64>,
}

impl LogState {
    /// Whether the newest event stands where its clock says, and so at the same place on all nodes.
    pub fn is_placed_by_clock(&self) -> bool {
        self.head_place == self.head_hlc
    }
}

/// A second, older range of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Older {
    /// Its oldest event.
    pub base: u64,
    /// Its newest event.
    pub head: u64,
    /// The identity of its newest event.
    pub head_id: Option<EventId>,
}

/// A line of a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLine {
    /// The room.
    pub room: RoomId,
    /// Its identity.
    pub id: MessageId,
    /// Its clock reading, which gives it its place.
    pub hlc: Hlc,
    /// The guest's address.
    pub addr: SocketAddr,
    /// The name that the guest used.
    pub nick: Option<Nick>,
    /// What was said.
    pub text: Text,
    /// Whether it is an action.
    pub action: bool,
}

/// How much of a log a peer says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// The peer.
    pub node: NodeId,
    /// The log.
    pub log: LogId,
    /// The number of the newest event it holds.
    pub seq: u64,
}

/// An event of our user that was said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeated {
    /// The event; it need not be held.
    pub first: EventId,
    /// The last held event that repeats it.
    pub last: EventId,
    /// The clock of that event.
    pub hlc: Hlc,
}

/// Two events that one author signed under one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The log.
    pub log: LogId,
    /// The number.
    pub seq: u64,
    /// The one that is held, or came first.
    pub one: Signed,
    /// The other.
    pub other: Signed,
}

/// Events for another node: of each of these logs from a certain number on, merged in the order of their clocks as
/// their authors signed them, until there are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Which logs, and the first number of each.
    pub from: Vec<(LogId, u64)>,
    /// The most events to read.
    pub events: usize,
    /// Stop once there are this many bytes.
    pub bytes: usize,
}

/// An event as read back from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The log.
    pub log: LogId,
    /// Its number.
    pub seq: u64,
    /// Its bytes.
    pub signed: Signed,
}

/// People whom the user ignores. Their lines are left out during the selection, so that a page is full without them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ignored {
    /// Authors of logs.
    pub nodes: BTreeSet<NodeId>,
    /// Addresses of guests.
    pub guests: BTreeSet<SocketAddr>,
}

/// Messages for a screen, of the present network. A line that was said again is left out while a later repetition of it
/// by the same author is held. The same is true of searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The room.
    pub room: RoomId,
    /// Which messages.
    pub seek: Seek,
    /// The most messages to return.
    pub max: usize,
    /// Leaves out what these have said.
    pub ignored: Ignored,
}

/// Messages for a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredPage {
    /// In order.
    pub lines: Vec<StoredLine>,
    /// Whether there are older ones.
    pub before: bool,
    /// Whether there are newer ones.
    pub after: bool,
}

/// Messages with certain words, of the present network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// The rooms to search.
    pub rooms: Vec<RoomId>,
    /// What must be in a message, and who must have said it.
    pub query: Box<Query>,
    /// People who are known by one of the query's names, whatever they were called when they said it.
    pub authors: BTreeSet<NodeId>,
    /// Only messages older than this.
    pub before: Option<Position>,
    /// The most messages to return: the newest ones.
    pub max: usize,
    /// Leaves out what these have said.
    pub ignored: Ignored,
}

/// The topic of a room, on the present network. Events that were said again are left out as in a [`PageRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicRequest {
    /// The room.
    pub room: RoomId,
    /// Leaves out what these have set.
    pub ignored: Ignored,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Newest first.
    pub lines: Vec<FoundLine>,
    /// Whether there are older ones.
    pub more: bool,
    /// Lines of the rooms that are stored but cannot be found yet, because the index lags behind the commits.
    pub behind: u64,
}

/// A line that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLine {
    /// The room it is in.
    pub room: RoomId,
    /// The line.
    pub line: StoredLine,
}

/// What to forget of every room and network: lines that are too old or too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retain {
    /// The present time.
    pub now: Timestamp,
    /// Forget lines that came before this. Lines dated before it go as well, but only once they have been here for 7
    /// days: what an author with a slow clock has just said must not be forgotten.
    pub before: Option<Timestamp>,
    /// Keep only this many lines of each room. Lines are removed in this order:
    /// 1. strangers' lines, where all guests count as one stranger;
    /// 2. the oldest of all others. Our user keeps up to half of what is kept.
    ///
    /// In the first step the author with the most lines loses first, so that nobody is cut below what others keep. A
    /// log always loses its oldest lines.
    pub keep: Option<u64>,
    /// People who are no strangers.
    pub known: BTreeSet<NodeId>,
}

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Where it belongs.
    pub position: Position,
    /// The guest's address. None for an event: its author is in the position.
    pub guest: Option<SocketAddr>,
    /// What it says, and under which name.
    pub content: Content,
    /// The kind of the event.
    pub kind: u32,
    /// The time that is shown. For a guest's line, this is when it came.
    pub shown: Timestamp,
    /// Whether its author's clock was believed.
    pub dating: Dating,
    /// The reading that its author signed: its place, unless it is placed by its arrival.
    pub dated: Hlc,
    /// When it came.
    pub arrived: Timestamp,
}

/// What the logs need to continue after a start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The logs of the present network, and those of rooms that belong to no network.
    pub logs: Vec<LogState>,
    /// Logs that belong to other networks.
    pub foreign: Vec<LogId>,
    /// The newest events: heads that no other held event names as a cause and that stand where their clocks say.
    pub frontier: Vec<Dep>,
    /// The latest reading at which anything of each room of the present network stands.
    pub latest: BTreeMap<RoomId, Hlc>,
    /// What our clock showed last, as [`Write::Clock`] said. None in a new or recovered file.
    pub last_run: Option<LastRun>,
    /// How much of our own logs others hold.
    pub acks: Vec<Ack>,
    /// The proofs for logs that are forked.
    pub forks: Vec<Proof>,
    /// Messages of the present network that are held.
    pub lines: u64,
    /// How many bytes of each of these logs are held: [`Signed::bytes`] of all its events. Logs without any are left
    /// out.
    pub bytes: Vec<(LogId, u64)>,
    /// The events that lines of our user repeat on the present network.
    pub said_again: Vec<Repeated>,
    /// What we said on other networks that has reached nobody.
    pub undelivered: Vec<Undelivered>,
    /// Our logs that may be continued, at most one for each room: this file has everything that was ever said in them.
    /// None in a new or recovered file. Other logs of ours are treated like anybody else's.
    pub own: Vec<LogId>,
    /// Why the store is read-only now; none if it takes writes.
    pub read_only: Option<DiskTrouble>,
}

/// Lines of one of our own logs of another network that have reached nobody and were not said again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The network.
    pub network: Network,
    /// The log.
    pub log: LogId,
    /// The first event that has reached nobody.
    pub from: u64,
    /// The last one.
    pub until: u64,
    /// How many lines there are.
    pub lines: u64,
}
