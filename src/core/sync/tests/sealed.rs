//! A direct room: only its two members read it, and only they write there.

use std::collections::{BTreeMap, BTreeSet};

use super::row::*;
use crate::{
    core::{
        log::Writers,
        sync::{Context, Input, Output, Seal, say_again::Lines},
    },
    domain::model::{LinkId, LogId, Room, RoomId, Text},
    protocol::{
        codec::event::{Draft, Signed},
        identity::Identity,
        sealing::{self, Card, KIND_SEALED, Opened, PairSecret, SaltSource, SealingKey, Slot},
    },
};

const SECRET: &str = "the key is under the third stone";

fn identity(n: usize) -> Identity {
    Identity::from_secret(&[u8::try_from(n).unwrap() + 1; 32])
}

fn pair(one: usize, other: usize) -> PairSecret {
    PairSecret::new(&SealingKey::of(&identity(one)), &Card::sign(&identity(other), 0)).unwrap()
}

fn id() -> RoomId {
    pair(0, 1).room()
}

impl Row {
    /// One machine opens the room of the first two as one of them does.
    fn open_direct(&mut self, n: usize) {
        let room = Room::Direct(identity(1 - n).node());
        let writers = Writers::new(BTreeSet::from([0, 1].map(|n| identity(n).node())), BTreeMap::new());
        let seal = Seal::new(pair(0, 1).generation().clone(), [], writers);
        self.feed(n, Input::Open { room, id: id(), seal: Some(seal) });
    }

    fn admit(&mut self, n: usize, link: LinkId) {
        self.feed(n, Input::Admit { link, room: id() });
    }

    fn whisper(&mut self, n: usize, text: &str) {
        let room = Room::Direct(identity(1 - n).node());
        self.feed(n, Input::Say { room, text: Text::new(text).unwrap(), action: false });
    }

    fn is_on_the_wire(&self, text: &str) -> bool {
        self.wire.iter().any(|frame| frame.windows(text.len()).any(|part| part == text.as_bytes()))
    }
}

/// Three machines that are all linked. The first two have their direct room open.
fn three() -> (Row, [LinkId; 3]) {
    let mut row = Row::new(3);
    let links = [row.link(0, 1), row.link(0, 2), row.link(1, 2)];
    for n in [0, 1] {
        row.open_direct(n);
        row.admit(n, links[0]);
    }
    (row, links)
}

/// An event of the first machine's log as only somebody with these keys can make it.
fn event(author: usize, seq: u64, seal: impl FnOnce(&Slot) -> bytes::Bytes) -> Signed {
    let log = LogId { room: id(), author: identity(author).node(), epoch: 77 };
    let content = seal(&Slot { log, seq, prev: None });
    let now = Row::new(0).now;
    let hlc = crate::domain::model::Hlc::at(now.wall);
    let draft = Draft { log, seq, prev: None, hlc, deps: Vec::new(), wall: now.wall, kind: KIND_SEALED, content };
    draft.sign(|message| identity(author).sign(message))
}

fn sealed(slot: &Slot) -> bytes::Bytes {
    let said = crate::protocol::codec::event::Content::said(
        [0; 16],
        &crate::domain::model::Nick::new("mallory").unwrap(),
        &Text::new("forged").unwrap(),
        false,
    );
    let inside = Opened { kind: 1, payload: said.slice(16..), deps: Vec::new() };
    sealing::seal(pair(0, 1).generation(), slot, &inside, SaltSource { secret: &[1; 32], random: &[2; 32] }).unwrap()
}

#[test]
fn both_members_read_it_and_the_wire_shows_nothing() {
    let (mut row, _) = three();
    row.whisper(0, SECRET);
    row.wait(10);
    row.whisper(1, "thanks");
    row.wait(10_000);
    assert_eq!(row.texts(0), [SECRET, "thanks"]);
    assert_eq!(row.texts(1), row.texts(0));
    assert!(row.texts(2).is_empty() && !row.told.contains(&(2, id())));
    assert!(!row.is_on_the_wire(SECRET) && !row.is_on_the_wire("thanks") && !row.is_on_the_wire("somebody"));
    assert_eq!(row.peers[1].shown()[0].room, Room::Direct(identity(0).node()));
}

#[test]
fn a_line_to_someone_away_waits_for_them() {
    let mut row = Row::new(2);
    row.open_direct(0);
    row.whisper(0, SECRET);
    let link = row.link(0, 1);
    row.open_direct(1);
    row.admit(0, link);
    row.admit(1, link);
    row.wait(5_000);
    assert_eq!(row.texts(1), [SECRET]);
    assert!(!row.is_on_the_wire(SECRET));
}

#[test]
fn nobody_else_writes_into_a_direct_room() {
    let (mut row, links) = three();
    // Even one who was admitted and has the key of the room, like a thief of it.
    row.admit(0, links[1]);
    row.feed(0, Input::Batch { link: links[1], events: vec![event(2, 1, sealed)] });
    row.wait(5_000);
    assert!(row.texts(0).is_empty() && row.peers[0].shown().is_empty());
}

#[test]
fn what_does_not_open_is_ignored_whoever_sends_it() {
    let (mut row, links) = three();
    let other_slot = |slot: &Slot| sealed(&Slot { seq: 2, ..*slot });
    let changed = |slot: &Slot| {
        let mut content = sealed(slot).to_vec();
        *content.last_mut().unwrap() ^= 1;
        content.into()
    };
    let in_clear = |_: &Slot| bytes::Bytes::from_static(b"0123456789abcdefnot sealed at all");
    for bad in [event(1, 1, other_slot), event(1, 1, changed), event(1, 1, in_clear)] {
        row.feed(0, Input::Batch { link: links[0], events: vec![bad] });
    }
    assert!(row.texts(0).is_empty());
    row.feed(0, Input::Batch { link: links[0], events: vec![event(1, 1, sealed)] });
    assert_eq!(row.texts(0), ["forged"], "the same with a whole seal is taken");
}

#[test]
fn a_restart_continues_the_sealed_log() {
    let (mut row, _) = three();
    row.whisper(0, "one");
    let log = row.peers[0].store.own[&id()];
    row.restart(0);
    row.open_direct(0);
    row.whisper(0, "two");
    assert_eq!((row.texts(0), row.peers[0].store.own[&id()]), (vec!["one".to_owned(), "two".to_owned()], log));
}

/// The first machine says again what it has said in the room, up to this event.
fn says_again(row: &mut Row, until: u64) {
    let now = row.now;
    let peer = &mut row.peers[0];
    let lines = Lines { log: peer.store.own[&id()], from: 1, until };
    let mut out = Vec::new();
    peer.sync.say_again(lines, &mut Context { people: &peer.people, now, out: &mut out });
    for output in out {
        let Output::Store { ticket, request } = output else { continue };
        let reply = row.peers[0].store.handle(request);
        row.feed(0, Input::Stored { ticket, reply });
    }
}

#[test]
fn a_sealed_repetition_is_repeated_only_once() {
    let (mut row, _) = three();
    row.whisper(0, SECRET);
    // The line, what repeats it, and then neither of them once more.
    for until in [1, 2, 2] {
        says_again(&mut row, until);
    }
    let events = row.peers[0].store.events.values();
    assert_eq!(events.filter(|entry| entry.again().is_some()).count(), 2);
    assert_eq!(row.texts(0), [SECRET]);
}

#[test]
fn causes_are_inside_the_seal() {
    let (mut row, _) = three();
    row.whisper(0, "question");
    row.wait(1_000);
    row.whisper(1, "answer");
    row.wait(1_000);
    let answer = row.peers[0].store.events.values().find(|entry| entry.event.log.author == identity(1).node()).unwrap();
    assert_eq!(answer.event.deps.len(), 1);
    assert!(answer.signed.read().unwrap().deps.is_empty(), "a carrier does not see what is answered");
}
