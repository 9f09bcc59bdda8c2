//! A node and a TLS peer that may send anything: how the node reacts, and what its user is told.
//!
//! An input is a list of parts, each after its length in protobuf coding. An empty part lets a second pass, a part of
//! one byte is an action of the user, and any other part is a frame.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::LazyLock,
    time::Instant,
};

use prost::decode_length_delimiter;
use proximity_chat::{
    core::{
        log::storage::{Found, Reply, Request, Snapshot, StoredEvent, StoredPage, Write},
        networks::Standing,
        node::{CloseReason, History, Input, LocalAddrs, Me, Node, Output, Retention, Secure},
    },
    domain::{
        bus::{Command, KeptRooms, Update},
        model::{Author, Guests, LinkId, LogId, Nick, NodeId, Now, PortRange, Presence, Room, Text, Timestamp, Who},
    },
    frontend::words,
    protocol::{
        codec::mesh::{Frame, decode},
        identity::Identity,
    },
};

use super::{clean, frames};

/// The peer's secret.
pub(super) const THEIR_SECRET: [u8; 32] = [0x5a; 32];

/// Our own secret.
const OUR_SECRET: [u8; 32] = [1; 32];

/// Our own key.
pub(super) fn us() -> NodeId {
    static US: LazyLock<NodeId> = LazyLock::new(|| Identity::from_secret(&OUR_SECRET).node());
    *US
}

/// The peer's key, as the handshake proved it.
pub(super) fn them() -> NodeId {
    static THEM: LazyLock<NodeId> = LazyLock::new(|| Identity::from_secret(&THEIR_SECRET).node());
    *THEM
}

/// The most outputs that one input may cause: name changes, alarms, requests to the store, and answers.
const MAX_OUTS: usize = 32;

/// Lines that one answer of the store can show to the user.
const MAX_LINES: usize = 4_096;

/// Actions of the user, by number.
pub(super) const DEEDS: [fn(Who) -> Command; 11] = [
    |who| Command::Verify { who, same: None },
    |who| Command::Verify { who, same: Some(true) },
    |who| Command::Verify { who, same: Some(false) },
    |who| Command::Trust { who, sure: true },
    Command::Ignore,
    Command::Unignore,
    Command::Whois,
    |_| Command::SetPresence(Presence::away("lunch")),
    |_| Command::Say { room: Room::Lobby, text: Text::new("hello").expect("a text"), action: false, network: None },
    Command::Untrust,
    Command::Unverify,
];

/// A store that remembers events and nothing else.
#[derive(Default)]
struct Store(BTreeMap<(LogId, u64), StoredEvent>);

impl Store {
    fn answer(&mut self, request: Request) -> Reply {
        match request {
            Request::Write(writes) => {
                for write in writes {
                    if let Write::Event(append) = write {
                        let (log, seq) = (append.event.log, append.event.seq);
                        let before = self.0.insert((log, seq), StoredEvent { log, seq, signed: append.signed });
                        assert!(before.is_none(), "{log:?} {seq} is written twice");
                        assert!(seq == 1 || self.0.contains_key(&(log, seq - 1)), "{log:?} has a gap before {seq}");
                    }
                }
                Reply::Written
            }
            Request::Read(read) | Request::ReadOwn(read) => {
                let of = |(log, from): &(LogId, u64)| self.0.range((*log, *from)..=(*log, u64::MAX));
                let events = read.from.iter().flat_map(of).map(|(_, held)| held.clone());
                Reply::Events(events.take(read.events).collect())
            }
            Request::Page(_) => Reply::Page(StoredPage::default()),
            Request::Topic(_) => Reply::Topic(None),
            Request::Search(_) => Reply::Found(Found::default()),
            Request::Erase(_) | Request::Retain(_) | Request::Shrink(_) => {
                Reply::Raised { lines: 0, bases: Vec::new(), freed: Vec::new() }
            }
            Request::Load | Request::Join(_) | Request::Adopt(_) | Request::Settle { .. } => {
                Reply::Loaded(Box::default())
            }
        }
    }
}

struct Harness {
    node: Node,
    store: Store,
    now: Now,
    /// The open link, if there is one.
    link: Option<LinkId>,
    links: u32,
    /// Lines said by our user.
    said: usize,
    updates: Vec<Update>,
}

impl Harness {
    fn new() -> Self {
        let [min, max] = [4565, 4569].map(|port: u16| port.try_into().expect("a port"));
        let node = Node::new(Me {
            rooms: KeptRooms::default(),
            location: LocalAddrs::at(
                SocketAddr::from(([127, 0, 0, 1], 4565)),
                vec!["127.0.0.0/8".parse().expect("a network")],
            ),
            nick: Nick::new("alice").expect("a name"),
            node: us(),
            boot: 1,
            ports: PortRange::new(min, max).expect("a range"),
            guests: Guests::Loopback,
            known: Vec::new(),
            seed: 1,
            secret: [2; 32],
            history: History {
                snapshot: Snapshot::default(),
                retention: Retention::default(),
                identity: Identity::from_secret(&OUR_SECRET),
                started: Timestamp::from_millis(0),
                standing: Standing::default(),
            },
        });
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_767_323_045_678) };
        Self { node, store: Store::default(), now, link: None, links: 0, said: 0, updates: Vec::new() }
    }

    /// Passes an input to the node, and then all answers of its store and its links.
    fn feed(&mut self, input: Input) {
        let mut answers = VecDeque::from([input]);
        while let Some(input) = answers.pop_front() {
            self.handle(input, &mut answers);
        }
    }

    fn handle(&mut self, input: Input, answers: &mut VecDeque<Input>) {
        let mut outs = Vec::new();
        self.node.handle(input, self.now, &mut outs);
        let count = |is: fn(&Output) -> bool| outs.iter().filter(|out| is(out)).count();
        let dials = count(|out| matches!(out, Output::Dial { .. }));
        let lines = count(|out| matches!(out, Output::Update(Update::Message(_))));
        // A peer that comes, goes or acknowledges changes the delivery of every line that we said.
        let deliveries = count(|out| matches!(out, Output::Update(Update::Delivery { .. })));
        let others = outs.len() - dials - lines - deliveries;
        let bounded = others <= MAX_OUTS && lines <= MAX_LINES && deliveries <= self.said;
        assert!(bounded, "{} outputs after {} lines of ours: {outs:?}", outs.len(), self.said);
        for out in outs {
            match out {
                Output::Tell { link, frame } => {
                    assert!(self.link.is_some_and(|open| open == link), "{link:?} is not open");
                    assert!(decode(&frame).is_ok());
                    frames::mesh(&frame);
                }
                Output::Store { ticket, request } => {
                    answers.push_back(Input::Stored { ticket, reply: Ok(self.store.answer(request)) });
                }
                Output::Batch { link, frame } => {
                    frames::mesh(&frame);
                    answers.push_back(Input::Taken(link));
                }
                Output::Open { link, .. } => self.link = Some(link),
                Output::Close { link, .. } if self.link == Some(link) => self.link = None,
                Output::Dial { addr, .. } => assert!(addr.ip().is_loopback(), "{addr} is not one of our networks"),
                Output::Update(update) => {
                    check(&update);
                    self.updates.push(update);
                }
                _ => {}
            }
        }
    }

    fn frame(&mut self, frame: Frame) {
        match (self.link, frame) {
            (Some(link), frame) => self.feed(Input::Frames { link, frames: vec![frame] }),
            (None, Frame::Hello(hello)) => {
                self.links += 1;
                let source = SocketAddr::from(([127, 0, 0, 1], 50_000));
                let secure = Secure { node: them(), exporter: [3; 32] };
                self.feed(Input::NodeArrived { link: LinkId::Accepted(self.links), source, secure, hello });
            }
            // As in `net`: a peer that does not begin with a Hello is rejected.
            (None, _) => {}
        }
    }

    fn part(&mut self, part: &[u8]) {
        match part {
            [] => {
                self.now.mono += std::time::Duration::from_secs(1);
                self.feed(Input::Timer);
            }
            [deed] => {
                let who = Who::new(&them().to_string()).expect("a key");
                let command = DEEDS[usize::from(*deed) % DEEDS.len()](who);
                self.said += usize::from(matches!(command, Command::Say { .. }));
                self.feed(Input::Command(command));
            }
            frame => match (decode(frame), self.link) {
                (Ok(frame), _) => self.frame(frame),
                (Err(_), Some(link)) => {
                    self.link = None;
                    self.feed(Input::Closed { link, reason: CloseReason::Protocol });
                }
                (Err(_), None) => {}
            },
        }
    }
}

fn check(update: &Update) {
    match update {
        Update::PeerJoined(peer) => peer.nick.iter().for_each(clean::nick),
        Update::PeerRenamed { nick, .. } => clean::nick(nick),
        Update::Alarm(alarm) => assert!(alarm.node == them() && alarm.known != them()),
        Update::Message(message) => {
            message.nick.iter().for_each(clean::nick);
            clean::text(&message.text);
        }
        Update::Notice(notice) => clean::message(&words::notice(notice)),
        Update::Failed(failure) => clean::message(&words::failure(failure)),
        _ => {}
    }
}

/// What the user is told about this input.
pub(super) fn told(mut bytes: &[u8]) -> Vec<Update> {
    let mut bench = Harness::new();
    while let Ok(length) = decode_length_delimiter(&mut bytes) {
        let (part, rest) = bytes.split_at(length.min(bytes.len()));
        bench.part(part);
        bytes = rest;
    }
    assert!(bench.node.known().len() <= 1);
    let said = |update: &Update| matches!(update, Update::Message(message) if message.author != Author::Own);
    assert!(bench.updates.iter().all(|update| !said(update)) || bench.links > 0, "somebody who was never let in");
    bench.updates
}
