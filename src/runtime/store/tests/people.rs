//! Events for the tests.

use std::path::Path;

use crate::{
    core::log::storage::{GuestLine, LogEntry, LogState, Place, Write},
    domain::model::{EventId, Hlc, LogId, MessageId, Network, Nick, NodeId, Position, RoomId, Text, Timestamp, Topic},
    protocol::{
        codec::event::{Content, Dep, Draft, Event, HLC_END, KIND_SAID, KIND_TOPIC, Signed},
        identity::Identity,
    },
    runtime::store::{Backend, Opened, Options, open},
};

/// Somebody who says something.
pub(crate) struct Author {
    identity: Identity,
    pub(crate) log: LogId,
    pub(crate) nick: Nick,
    pub(crate) said: Vec<(Event, Signed)>,
}

impl Author {
    pub(crate) fn new(seed: u8, epoch: u64) -> Self {
        let identity = Identity::from_secret(&[seed; 32]);
        let log = LogId { room: RoomId::LOBBY, author: identity.node(), epoch };
        Self { identity, log, nick: Nick::new("bob").unwrap(), said: Vec::new() }
    }

    pub(crate) fn node(&self) -> NodeId {
        self.log.author
    }

    /// Says something in the millisecond `at`, after what it said before and after `deps`.
    pub(crate) fn say(&mut self, at: i64, text: &str, deps: Vec<Dep>) -> (Event, Signed) {
        let last = self.said.last().map(|(event, _)| event);
        let hlc = Hlc::at(Timestamp::from_millis(at)).max(last.map_or(Hlc(0), |last| last.hlc.next()));
        assert!(hlc < HLC_END);
        let signed = self.sign(last.map_or(1, |last| last.seq + 1), last.map(|last| last.id), hlc, text, deps);
        let event = signed.read().unwrap();
        self.said.push((event.clone(), signed.clone()));
        (event, signed)
    }

    /// Repeats in the millisecond `at` what an earlier event says.
    pub(crate) fn say_again(&mut self, at: i64, text: &str, again: EventId) -> (Event, Signed) {
        let (nick, text) = (Nick::new("bob").unwrap(), Text::new(text).unwrap());
        let last = self.said.last().map(|(event, _)| event);
        let hlc = Hlc::at(Timestamp::from_millis(at)).max(last.map_or(Hlc(0), |last| last.hlc.next()));
        let draft = Draft {
            log: self.log,
            seq: last.map_or(1, |last| last.seq + 1),
            prev: last.map(|last| last.id),
            hlc,
            deps: Vec::new(),
            wall: hlc.wall(),
            kind: KIND_SAID,
            content: Content::said_again([0; 16], &nick, &text, false, again),
        };
        let signed = draft.sign(|message| self.identity.sign(message));
        let event = signed.read().unwrap();
        self.said.push((event.clone(), signed.clone()));
        (event, signed)
    }

    /// Sets the topic, or repeats what an earlier event has set, as writes for a store.
    pub(crate) fn set_topic(&mut self, at: i64, topic: &str, again: Option<EventId>) -> Vec<Write> {
        let last = self.said.last().map(|(event, _)| event);
        let hlc = Hlc::at(Timestamp::from_millis(at)).max(last.map_or(Hlc(0), |last| last.hlc.next()));
        let topic = Topic::new(topic).unwrap();
        let draft = Draft {
            log: self.log,
            seq: last.map_or(1, |last| last.seq + 1),
            prev: last.map(|last| last.id),
            hlc,
            deps: Vec::new(),
            wall: hlc.wall(),
            kind: KIND_TOPIC,
            content: Content::topic([0; 16], &Nick::new("bob").unwrap(), &topic, again),
        };
        let signed = draft.sign(|message| self.identity.sign(message));
        let event = signed.read().unwrap();
        self.said.push((event.clone(), signed.clone()));
        vec![append((event, signed), false), Write::Log(self.state(1))]
    }

    pub(crate) fn sign(&self, seq: u64, prev: Option<EventId>, hlc: Hlc, text: &str, deps: Vec<Dep>) -> Signed {
        let content = Content::said([seq as u8; 16], &self.nick, &Text::new(text).unwrap(), false);
        let draft = Draft { log: self.log, seq, prev, hlc, deps, wall: hlc.wall(), kind: KIND_SAID, content };
        draft.sign(|message| self.identity.sign(message))
    }

    /// The state of the log if everything from `base` on is held.
    pub(crate) fn state(&self, base: u64) -> LogState {
        let head = self.said.last().map(|(event, _)| event);
        LogState {
            id: self.log,
            floor: base,
            base,
            head: head.map_or(0, |head| head.seq),
            head_id: head.map(|head| head.id),
            head_hlc: head.map_or(Hlc(0), |head| head.hlc),
            head_place: head.map_or(Hlc(0), |head| head.hlc),
            older: None,
            forked: None,
        }
    }

    /// Says something, as writes for a store.
    pub(crate) fn write(&mut self, at: i64, text: &str, own: bool) -> Vec<Write> {
        let said = self.say(at, text, Vec::new());
        vec![append(said, own), Write::Log(self.state(1))]
    }
}

pub(crate) fn append((event, signed): (Event, Signed), own: bool) -> Write {
    let arrived = event.wall;
    Write::Event(Box::new(LogEntry { opened: None, place: Place::by_clock(&event), event, signed, arrived, own }))
}

pub(crate) fn position(event: &Event) -> Position {
    let LogId { author, epoch, .. } = event.log;
    Position { hlc: event.hlc, author, epoch, seq: event.seq, id: MessageId::from(event.id) }
}

pub(crate) fn options(place: Backend, network: &str, me: NodeId) -> Options {
    Options { place, network: Network::new(network).unwrap(), joined: Vec::new(), me }
}

pub(crate) fn open_in(directory: &Path, network: &str, me: NodeId) -> Opened {
    open(&options(Backend::Directory(directory.to_owned()), network, me)).unwrap()
}

pub(crate) fn memory(me: NodeId) -> Opened {
    open(&options(Backend::Memory, "loopback", me)).unwrap()
}

pub(crate) fn guest(at: i64, number: u8, text: &str) -> GuestLine {
    GuestLine {
        room: RoomId::LOBBY,
        id: MessageId([number; 16]),
        hlc: Hlc::at(Timestamp::from_millis(at)),
        addr: "127.0.0.1:4321".parse().unwrap(),
        nick: Nick::clean("carol"),
        text: Text::new(text).unwrap(),
        action: false,
    }
}
