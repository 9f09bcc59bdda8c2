//! Machines joined by queues, each with a disk in memory.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{
    core::{
        log::{
            fake_store::FakeStore,
            storage::{Ignored, Request, Snapshot},
        },
        networks::Standing,
        sync::{History, Input, Output, People, Retention, Sync},
    },
    domain::{
        bus::Update,
        model::{
            Class, Host, LinkId, Message, Nick, NodeId, Now, PeerId, Repute, Room, RoomId, Text, Timestamp, Trust, Who,
        },
    },
    protocol::{
        codec::{
            Protocol,
            mesh::{self, Frame},
        },
        identity::Identity,
    },
};

/// Everyone has the name "somebody", and is known unless they are all strangers.
#[derive(Debug)]
pub(super) struct Everyone {
    pub(super) nick: Nick,
    pub(super) ignored: BTreeSet<PeerId>,
    /// Whether everybody was met today for the first time.
    pub(super) strangers: bool,
    /// Whether nobody was ever met.
    pub(super) unmet: bool,
    /// People who are known although all others are strangers.
    pub(super) known: BTreeSet<NodeId>,
    /// Whether guests are here.
    pub(super) guests: bool,
}

impl People for Everyone {
    fn own_nick(&self) -> &Nick {
        &self.nick
    }

    fn is_known(&self, node: &NodeId) -> bool {
        !self.unmet || self.known.contains(node)
    }

    fn class(&self, node: &NodeId, _: Timestamp) -> Class {
        if self.strangers && !self.known.contains(node) { Class::AbsentStranger } else { Class::Known }
    }

    fn host(&self, _: &NodeId) -> Option<Host> {
        None
    }

    fn has_guests(&self) -> bool {
        self.guests
    }

    fn is_ignored(&self, peer: PeerId) -> bool {
        self.ignored.contains(&peer)
    }

    fn called(&self, _: &Who, _: Timestamp) -> Vec<NodeId> {
        self.known.iter().copied().collect()
    }

    fn ignored(&self) -> Ignored {
        let mut ignored = Ignored::default();
        for peer in &self.ignored {
            match peer {
                PeerId::Node(node) => drop(ignored.nodes.insert(*node)),
                PeerId::Guest(addr) => drop(ignored.guests.insert(*addr)),
            }
        }
        ignored
    }

    fn shown(&self, _: PeerId, said: Option<&Nick>, _: Timestamp) -> (Option<Nick>, Repute) {
        (said.cloned(), Repute::of(Trust::New))
    }
}

/// One machine, its disk, and its outputs that went to no other machine.
pub(super) struct Peer {
    pub(super) sync: Sync,
    pub(super) identity: Identity,
    pub(super) people: Everyone,
    pub(super) store: FakeStore,
    /// By how many milliseconds its clock is ahead.
    pub(super) ahead: i64,
    /// Whether the disk does not answer.
    pub(super) stalled: bool,
    pub(super) unanswered: Vec<(u64, Request)>,
    pub(super) said: Vec<Output>,
}

/// Several machines, and the links that a test has opened between them.
pub(super) struct Row {
    pub(super) peers: Vec<Peer>,
    pub(super) links: Vec<(usize, usize, LinkId)>,
    pub(super) queue: VecDeque<(usize, Input)>,
    /// Whether nobody takes batches.
    pub(super) jammed: bool,
    /// The link whose frames get lost.
    pub(super) lossy: Option<LinkId>,
    /// The rooms that frames to each machine were about.
    pub(super) told: BTreeSet<(usize, RoomId)>,
    /// All frames, as they were on the wire.
    pub(super) wire: Vec<Bytes>,
    pub(super) now: Now,
}

impl Row {
    pub(super) fn new(count: u8) -> Self {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_000_000_000) };
        let mut row = Self {
            peers: (1..=count).map(Peer::new).collect(),
            links: Vec::new(),
            queue: VecDeque::new(),
            jammed: false,
            lossy: None,
            told: BTreeSet::new(),
            wire: Vec::new(),
            now,
        };
        for n in 0..row.peers.len() {
            row.feed(n, Input::Start);
        }
        row
    }

    pub(super) fn link(&mut self, one: usize, other: usize) -> LinkId {
        let link = LinkId::Accepted(self.links.len() as u32 + 1);
        self.links.push((one, other, link));
        for (n, other) in [(one, other), (other, one)] {
            let node = self.peers[other].identity.node();
            let clock_ahead_ms = Some(self.peers[other].ahead - self.peers[n].ahead);
            self.queue.push_back((n, Input::LinkUp { link, node, caps: mesh::Caps::ours(), clock_ahead_ms }));
        }
        self.run();
        link
    }

    pub(super) fn cut(&mut self, link: LinkId) {
        let Some((one, other, _)) = self.links.iter().find(|(_, _, of)| *of == link).copied() else { return };
        self.queue.extend([(one, Input::LinkDown(link)), (other, Input::LinkDown(link))]);
        self.run();
    }

    pub(super) fn say(&mut self, n: usize, text: &str) {
        self.feed(n, Input::Say { room: Room::Lobby, text: Text::new(text).unwrap(), action: false });
    }

    /// Gives a machine an input, and passes on to all machines what follows from it.
    /// A machine starts again with what its store holds, and without links.
    pub(super) fn restart(&mut self, n: usize) {
        let snapshot = self.peers[n].store.snapshot();
        self.peers[n].begin_with(snapshot);
        self.links.clear();
        self.feed(n, Input::Start);
    }

    pub(super) fn feed(&mut self, n: usize, input: Input) {
        self.queue.push_back((n, input));
        self.run();
    }

    pub(super) fn run(&mut self) {
        while let Some((n, input)) = self.queue.pop_front() {
            for output in self.peers[n].feed(input, self.now) {
                self.route(n, output);
            }
        }
    }

    fn route(&mut self, n: usize, output: Output) {
        let (links, frames) = match output {
            Output::Tell { link, frame } => (vec![link], vec![frame]),
            Output::Batch { link, frame } => {
                if !self.jammed {
                    self.queue.push_back((n, Input::Taken(link)));
                }
                (vec![link], vec![frame])
            }
            Output::Publish(message) => {
                let of = |(one, other, link): &(usize, usize, LinkId)| (*one == n || *other == n).then_some(*link);
                (self.links.iter().filter_map(of).collect(), message.get(Protocol::Mesh).to_vec())
            }
            output => return self.peers[n].said.push(output),
        };
        for link in links.into_iter().filter(|link| Some(*link) != self.lossy) {
            let (one, other, _) = *self.links.iter().find(|(_, _, of)| *of == link).unwrap();
            let to = if one == n { other } else { one };
            self.wire.extend(frames.iter().cloned());
            for frame in &frames {
                let frame = mesh::decode(frame).unwrap();
                self.told.extend(rooms_of(&frame).into_iter().map(|room| (to, room)));
                let input = match frame {
                    Frame::Have(have) => Input::Have { link, have },
                    Frame::Batch(events) => Input::Batch { link, events },
                    Frame::Refused(refused) => Input::Refused { link, refused },
                    frame => panic!("{frame:?} is none of the log's"),
                };
                self.queue.push_back((to, input));
            }
        }
    }

    /// Lets time pass in steps that miss no timer.
    pub(super) fn wait(&mut self, ms: u64) {
        let (start, end) = (self.now, self.now.mono + Duration::from_millis(ms));
        while self.now.mono < end {
            let due = self.peers.iter().filter_map(|peer| peer.sync.next_timer()).min();
            let soonest = self.now.mono + Duration::from_millis(1);
            let mono = due.unwrap_or(end).clamp(soonest, end.max(soonest));
            let passed = mono.saturating_duration_since(start.mono).as_millis() as i64;
            self.now = Now { mono, wall: Timestamp::from_millis(start.wall.as_millis() + passed) };
            for n in 0..self.peers.len() {
                if self.peers[n].sync.next_timer().is_some_and(|due| due <= mono) {
                    self.feed(n, Input::Timer);
                }
            }
        }
    }

    /// A stalled disk answers the first write that it was asked for or, without `write`, the first other request.
    pub(super) fn answer(&mut self, n: usize, write: bool) {
        let peer = &mut self.peers[n];
        let first = peer.unanswered.iter().position(|(_, request)| matches!(request, Request::Write(_)) == write);
        if let Some(first) = first {
            let (ticket, request) = peer.unanswered.remove(first);
            let reply = peer.store.handle(request);
            self.feed(n, Input::Stored { ticket, reply });
        }
    }

    pub(super) fn texts(&self, n: usize) -> Vec<String> {
        self.peers[n].store.texts()
    }
}

/// The rooms that a frame of the log names. What has a short name was named before.
fn rooms_of(frame: &Frame) -> BTreeSet<RoomId> {
    match frame {
        Frame::Have(have) => have.ranges.iter().map(|range| range.log.room).collect(),
        Frame::Batch(events) => events.iter().filter_map(|signed| Some(signed.read().ok()?.log.room)).collect(),
        Frame::Refused(refused) => BTreeSet::from([refused.log.room]),
        _ => BTreeSet::new(),
    }
}

/// A machine whose store holds this at the start.
fn machine(identity: &Identity, snapshot: Snapshot, seed: u64, secret: u8) -> Sync {
    let history = History {
        snapshot,
        retention: Retention::default(),
        identity: identity.clone(),
        started: Timestamp::from_millis(1_795_000_000_000),
        standing: Standing::default(),
    };
    Sync::new(identity.node(), history, seed, [secret; 32])
}

impl Peer {
    pub(super) fn new(n: u8) -> Self {
        Self::with(n, u64::from(n), FakeStore::default())
    }

    /// A machine that starts from this disk. `seed` decides the next epoch.
    pub(super) fn with(n: u8, seed: u64, store: FakeStore) -> Self {
        let identity = Identity::from_secret(&[n; 32]);
        Self {
            sync: machine(&identity, store.snapshot(), seed, n),
            identity,
            people: Everyone {
                nick: Nick::new("somebody").unwrap(),
                ignored: BTreeSet::new(),
                strangers: false,
                unmet: false,
                known: BTreeSet::new(),
                guests: false,
            },
            store,
            ahead: 0,
            stalled: false,
            unanswered: Vec::new(),
            said: Vec::new(),
        }
    }

    /// The outputs of the machine for an input. Its disk answers at once unless it is stalled.
    pub(super) fn feed(&mut self, input: Input, now: Now) -> Vec<Output> {
        let (mut outputs, mut inputs) = (Vec::new(), VecDeque::from([input]));
        let now = Now { wall: Timestamp::from_millis(now.wall.as_millis() + self.ahead), ..now };
        while let Some(input) = inputs.pop_front() {
            let mut out = Vec::new();
            self.sync.handle(input, &self.people, now, &mut out);
            for output in out {
                match output {
                    Output::Store { ticket, request } if self.stalled => self.unanswered.push((ticket, request)),
                    Output::Store { ticket, request } => {
                        inputs.push_back(Input::Stored { ticket, reply: self.store.handle(request) });
                    }
                    output => outputs.push(output),
                }
            }
        }
        outputs
    }

    /// Starts again from this snapshot.
    pub(super) fn begin_with(&mut self, snapshot: Snapshot) {
        self.sync = machine(&self.identity, snapshot, 1, 1);
        self.said.clear();
    }

    pub(super) fn shown(&self) -> Vec<&Message> {
        let shown = self.said.iter().filter_map(|output| match output {
            Output::Update(Update::Message(message)) => Some(message),
            _ => None,
        });
        shown.collect()
    }

    pub(super) fn count(&self, wanted: impl Fn(&Output) -> bool) -> usize {
        self.said.iter().filter(|output| wanted(output)).count()
    }
}
