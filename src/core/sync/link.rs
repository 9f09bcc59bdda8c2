//! The links with other nodes, as the log sees them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    cursor::{Cursors, LogKey},
    lagging::Lagging,
    names::{OurNames, TheirNames},
    phase::{Event, Next, Phase},
    receipts::Check,
};
use crate::{
    domain::{
        limit::TokenBucket,
        model::{LinkId, LogId, NodeId, RoomId},
    },
    protocol::codec::mesh::Caps,
};

/// Events that no honest node sends: how many a link may send at once, and per second in the long run, before it is
/// cut. None is expected, but a bug of ours should not throw out everybody at once.
const REFUSED_BURST: u32 = 16;
const REFUSED_RATE: f64 = 0.1;

/// Reads of the store that a link may cause at once, and per second in the long run, by sending events that we already
/// hold. Ordinary duplicates are recognized in memory.
const LOOKUP_BURST: u32 = 256;
const LOOKUP_RATE: f64 = 32.0;

/// A link is told at most once in this time that we refuse a log.
const TOLD_EVERY: Duration = Duration::from_mins(1);

/// Refused logs that a link is told of within that time.
const MAX_TOLD: usize = 64;

/// Logs of its own that a link may list before it has listed everything. An author has one for each time that their
/// profile was restored from a backup, so this is far more than anybody needs.
const MAX_LISTED_OWN: usize = 64;

/// Frames, and bytes of them, that may wait for a link.
const MAX_QUEUED: usize = 32;
const MAX_QUEUED_BYTES: usize = 1024 * 1024;

/// Frames about private rooms that may wait for a link: a decision about each room that both sides can be in, and as
/// many short ones.
const MAX_PASSED: usize = 512;

/// One link with another node.
#[derive(Debug)]
pub(super) struct Link {
    /// The node at the other end.
    pub(super) node: NodeId,
    /// Since when it is linked.
    since: Instant,
    /// What it holds and was sent.
    pub(super) cursors: Cursors,
    /// What it is doing.
    phase: Phase,
    /// What it lacks.
    pub(super) lagging: Lagging,
    /// Logs that it holds more of than we do.
    pub(super) ahead: BTreeSet<LogKey>,
    /// Logs that have changed since it was told of them.
    pub(super) untold: BTreeSet<LogKey>,
    /// Logs that it waits for a receipt of.
    pub(super) awaited: BTreeSet<LogKey>,
    /// When it was last told of changes that nobody there waits for, and when it last got receipts.
    pub(super) told_at: Option<Instant>,
    pub(super) receipt_at: Option<Instant>,
    /// What the program at the other end can do.
    pub(super) caps: Caps,
    /// The names of logs in both directions.
    pub(super) our_names: OurNames,
    pub(super) their_names: TheirNames,
    /// Which open rooms our user is in, if it is yet to be told. A newer one takes its place, so it is never lost.
    pub(super) announcement: Option<Bytes>,
    /// Frames about private rooms that wait for it, decisions with their room.
    passed: VecDeque<(Option<RoomId>, Bytes)>,
    /// Frames that wait for it, such as proofs. They go before the events that it lacks.
    queue: VecDeque<Bytes>,
    /// Whether it has brought more from strangers than they may have. It is not read until the store has made room.
    pub(super) held_up: bool,
    /// What it claims about our logs, until the store has said whether that is true.
    pub(super) checks: BTreeMap<LogId, Check>,
    /// The first event of each of our own logs that it refused.
    pub(super) refuses: BTreeMap<LogId, u64>,
    /// The rooms beside the lobby that it may know of, and whether it has listed what it holds of each.
    pub(super) rooms: BTreeMap<RoomId, bool>,
    /// Whether it may have what was said on this network before the present stay.
    pub(super) may_have_history: bool,
    /// Whether it was told what we hold.
    pub(super) was_told: bool,
    refused: TokenBucket,
    /// Refused logs that it was told of lately, and when.
    told: BTreeMap<LogId, Instant>,
    lookups: TokenBucket,
    /// How far the other side's own logs went when it had listed all that it holds.
    listed_own: BTreeMap<LogId, u64>,
}

impl Link {
    fn new(node: NodeId, jitter: Duration, caps: Caps, now: Instant) -> Self {
        Self {
            node,
            since: now,
            cursors: Cursors::default(),
            phase: Phase::default(),
            lagging: Lagging::new(jitter),
            ahead: BTreeSet::new(),
            untold: BTreeSet::new(),
            awaited: BTreeSet::new(),
            told_at: None,
            receipt_at: None,
            caps,
            our_names: OurNames::default(),
            their_names: TheirNames::default(),
            announcement: None,
            passed: VecDeque::new(),
            queue: VecDeque::new(),
            held_up: false,
            checks: BTreeMap::new(),
            refuses: BTreeMap::new(),
            rooms: BTreeMap::new(),
            may_have_history: false,
            was_told: false,
            told: BTreeMap::new(),
            refused: TokenBucket::new(REFUSED_BURST, REFUSED_RATE),
            lookups: TokenBucket::new(LOOKUP_BURST, LOOKUP_RATE),
            listed_own: BTreeMap::new(),
        }
    }

    /// It says that it holds a log up to `seq`.
    pub(super) fn lists(&mut self, log: LogId, seq: u64) {
        if log.author != self.node || (self.listed_own.len() >= MAX_LISTED_OWN && !self.listed_own.contains_key(&log)) {
            return;
        }
        if log.room != RoomId::LOBBY {
            // A node lists a log of a room before it sends events of it, and once. When its list of the room is
            // complete cannot be told for certain.
            self.listed_own.entry(log).or_insert(seq);
        } else if !self.phase.is_listed() {
            let listed = self.listed_own.entry(log).or_default();
            *listed = seq.max(*listed);
        }
    }

    /// Whether its own user has said this event after it had listed all that it holds.
    pub(super) fn is_live(&self, log: &LogId, seq: u64) -> bool {
        let listed = self.listed_own.get(log).copied();
        let is_new = listed.map_or(self.listed_own.len() < MAX_LISTED_OWN, |listed| seq > listed);
        self.has_listed(&log.room) && log.author == self.node && is_new
    }

    /// It may not know of a room any more: if it comes back, it lists its logs there anew.
    pub(super) fn forget_listed(&mut self, room: &RoomId) {
        self.listed_own.retain(|log, _| log.room != *room);
    }

    /// What it is doing.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// Something has happened on it.
    pub(super) fn on(&mut self, event: Event) {
        // What is on its way to a link that has asked before is not lost.
        if event == Event::Asked && !self.phase.sends_all() {
            self.cursors.forget_sent();
        }
        self.phase.on(event);
    }

    /// What it can be sent now.
    pub(super) fn next(&self) -> Next {
        self.phase.next(self.announcement.is_some() || !self.passed.is_empty() || !self.queue.is_empty())
    }

    /// It has sent an event that no honest node sends. Returns whether it may stay.
    pub(super) fn may_err(&mut self, now: Instant) -> bool {
        self.refused.take(now)
    }

    /// Whether it may cause a read of the store.
    pub(super) fn may_look_up(&mut self, now: Instant) -> bool {
        self.lookups.take(now)
    }

    /// Whether to tell it now that we refuse a log.
    pub(super) fn is_told(&mut self, log: LogId, now: Instant) -> bool {
        let is_lately = |at: &Instant| now.saturating_duration_since(*at) < TOLD_EVERY;
        if self.told.get(&log).is_some_and(is_lately) {
            return false;
        }
        if self.told.len() >= MAX_TOLD {
            self.told.retain(|_, at| is_lately(at));
        }
        let room = self.told.len() < MAX_TOLD;
        if room {
            self.told.insert(log, now);
        }
        room
    }

    /// A log is not held here any more.
    pub(super) fn forget_held(&mut self, log: &LogId) {
        self.cursors.forget(log);
        self.lagging.caught_up(log);
        self.ahead.remove(log);
        self.untold.remove(log);
        self.awaited.remove(log);
    }

    /// Adds frames that wait for it, if there is room for all of them.
    pub(super) fn queue(&mut self, frames: Vec<Bytes>) -> bool {
        let bytes: usize = self.queue.iter().chain(&frames).map(Bytes::len).sum();
        let room = self.queue.len() + frames.len() <= MAX_QUEUED && bytes <= MAX_QUEUED_BYTES;
        if room {
            self.queue.extend(frames);
        }
        room
    }

    /// Adds a frame about private rooms.
    pub(super) fn pass(&mut self, about: Option<RoomId>, frame: Bytes) {
        if let Some((_, waiting)) = self.passed.iter_mut().find(|(room, _)| about.is_some() && *room == about) {
            *waiting = frame;
        } else if self.passed.len() < MAX_PASSED {
            self.passed.push_back((about, frame));
        }
        // Otherwise it has taken nothing for long, and is about to be cut.
    }

    /// The next frame that waits for it.
    pub(super) fn take_queued(&mut self) -> Option<Bytes> {
        let passed = || self.passed.pop_front().map(|(_, frame)| frame);
        self.announcement.take().or_else(passed).or_else(|| self.queue.pop_front())
    }
}

/// All links, by their names and by who is there.
#[derive(Debug, Default)]
pub(super) struct Links {
    links: BTreeMap<LinkId, Link>,
    /// The newest link of each node.
    newest: BTreeMap<NodeId, LinkId>,
}

impl Links {
    /// A link is open.
    pub(super) fn up(&mut self, link: LinkId, node: NodeId, jitter: Duration, caps: Caps, now: Instant) {
        self.links.insert(link, Link::new(node, jitter, caps, now));
        self.newest.insert(node, link);
    }

    /// A link is gone. Returns whose it was and how long it lasted.
    pub(super) fn down(&mut self, link: LinkId, now: Instant) -> Option<(NodeId, Duration)> {
        let gone = self.links.remove(&link)?;
        if self.newest.get(&gone.node) == Some(&link) {
            self.newest.remove(&gone.node);
        }
        Some((gone.node, now.saturating_duration_since(gone.since)))
    }

    /// One of them.
    pub(super) fn get(&self, link: LinkId) -> Option<&Link> {
        self.links.get(&link)
    }

    /// One of them, to change it.
    pub(super) fn get_mut(&mut self, link: LinkId) -> Option<&mut Link> {
        self.links.get_mut(&link)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LinkId, &Link)> {
        self.links.iter().map(|(name, link)| (*name, link))
    }

    /// All of them, to change them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (LinkId, &mut Link)> {
        self.links.iter_mut().map(|(name, link)| (*name, link))
    }

    /// The names of all links.
    pub(super) fn names(&self) -> Vec<LinkId> {
        self.links.keys().copied().collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// The link of a node.
    pub(super) fn of(&self, node: &NodeId) -> Option<LinkId> {
        self.newest.get(node).copied()
    }

    /// The highest base from which any of them offers a log.
    pub(super) fn highest_base(&self, log: &LogId) -> Option<u64> {
        self.links.values().filter_map(|link| link.cursors.base(log)).max()
    }

    /// Whether a node is linked.
    pub(super) fn is_linked(&self, node: &NodeId) -> bool {
        self.newest.contains_key(node)
    }
}
