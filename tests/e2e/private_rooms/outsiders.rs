//! Strangers and removed members who speak the protocol as they like.

use std::collections::BTreeMap;

use prost::Message as _;
use proximity_chat::{
    domain::model::{EventId, LogId, NodeId, RoomId},
    protocol::{
        codec::event::Dep,
        identity::Identity,
        membership::{Decision, SignedDecision},
        sealing::{
            self, Card, Generation, KIND_SEALED, Opened, PairSecret, SaltSource, SealingKey, Slot, grant_context,
        },
    },
};
use sha2::{Digest, Sha256};

use super::*;
use crate::attack::{
    Author, Face, Key, Link, batch, connect, have, hello, id, proto,
    proto::{Have, HeldRange, Private, Standing, frame::Body},
    unhex,
};

/// Somebody who has a program of their own.
pub(super) struct Hacker {
    secret: [u8; 32],
    pub(super) key: Key,
    pub(super) link: Link,
    /// The card of the node that they have met.
    card: Vec<u8>,
}

impl Hacker {
    pub(super) fn meet(node: &Node, nick: &str) -> Self {
        let secret = Key::random_bytes();
        let key = Key::of(&secret);
        let card = Card::sign(&Identity::from_secret(&secret), 0).encode();
        let mut link = Link::dial(connect(node.addr(), &Face::of(&key)).unwrap()).unwrap();
        let caps = ["private", "rooms", "peers"].map(str::to_owned).to_vec();
        let theirs = link.greet(proto::Hello { card, caps, ..hello(&key, nick) }).unwrap();
        Self { secret, key, link, card: theirs.card }
    }

    /// Mallory becomes a member.
    pub(super) fn join(owner: &mut Node, room: &[u8; 32]) -> Self {
        let mut mallory = Self::meet(owner, "mallory");
        owner.wait_nick("mallory");
        owner.say("/invite mallory");
        let told = |body: &Body| matches!(body, Body::Private(private) if !private.standings.is_empty()).then_some(());
        mallory.link.wait(told).unwrap();
        let version = mallory.decision(room).version;
        let standing = Standing { room: room.to_vec(), version, digest: vec![0; 8], joined: true };
        mallory.say_private(Private { standings: vec![standing], ..Private::default() });
        wait_members(owner, 1);
        // Nothing is sent there before this list has come.
        mallory.link.send(have(Vec::new())).unwrap();
        mallory
    }

    /// The card of the node that they have met.
    pub(super) fn card_of_other(&self) -> Card {
        Card::decode(&self.card).unwrap()
    }

    pub(super) fn identity(&self) -> Identity {
        Identity::from_secret(&self.secret)
    }

    pub(super) fn say_private(&mut self, private: Private) {
        self.link.send(Body::Private(private)).unwrap();
    }

    /// Asks for the decision about a room until it comes.
    pub(super) fn decision(&mut self, room: &[u8; 32]) -> Decision {
        self.say_private(Private { wanted: vec![room.to_vec()], ..Private::default() });
        let found = self.link.wait(|body| match body {
            Body::Private(Private { decision: Some(decision), .. }) => Some(decision.clone()),
            _ => None,
        });
        SignedDecision::decode(&found.unwrap().encode_to_vec()).unwrap().open().unwrap()
    }

    /// The newest key of the room, which the owner has granted.
    fn room_key(&self, decision: &Decision) -> Generation {
        let (owner, me) = (&decision.members[&decision.owner].card, self.identity().node());
        let pair = PairSecret::new(&SealingKey::of(&self.identity()), owner).unwrap();
        let context = grant_context(&decision.room.id, &decision.owner, &me, &decision.newest().unwrap().id);
        let key = pair.grant_key().open_key(&decision.members[&me].grant, &context).unwrap();
        Generation::new(&decision.room.id, key)
    }

    /// The next line of a log in the room, sealed.
    fn line(author: &mut Author, key: &Generation, text: &str) -> proto::Signed {
        let event = author.draft();
        let log = event.log.clone().unwrap();
        let log = LogId {
            room: RoomId(log.room.try_into().unwrap()),
            author: NodeId::new(log.author.try_into().unwrap()),
            epoch: log.epoch,
        };
        let prev = (!event.prev.is_empty()).then(|| EventId(event.prev.clone().try_into().unwrap()));
        let payload = proto::Said { nick: "mallory".to_owned(), text: text.to_owned(), ..proto::Said::default() };
        let inside = Opened { kind: 1, payload: payload.encode_to_vec().into(), deps: Vec::<Dep>::new() };
        let (secret, random) = (Key::random_bytes(), Key::random_bytes());
        let salt = SaltSource { secret: &secret, random: &random };
        let content = sealing::seal(key, &Slot { log, seq: event.seq, prev }, &inside, salt).unwrap().to_vec();
        let content_hash = Sha256::digest(&content).to_vec();
        let signed = author.sign(proto::Event { kind: KIND_SEALED, content_hash, ..event }, content);
        author.follow(&signed);
        signed
    }
}

/// Whether a frame is about a room, or has something of it.
fn is_about(body: &Body, room: &[u8; 32]) -> bool {
    let of_range = |range: &HeldRange| range.log.as_ref().is_some_and(|log| log.room == room);
    match body {
        Body::Have(have) => have.ranges.iter().any(of_range),
        Body::Batch(batch) => {
            batch.events.iter().any(|signed| crate::attack::read(signed).log.is_some_and(|log| log.room == room))
        }
        Body::Private(private) => {
            private.decision.is_some()
                || !private.standings.is_empty()
                || private.removals.iter().any(|removal| removal.room == room)
                || !private.leaves.is_empty()
        }
        Body::Refused(refused) => refused.log.as_ref().is_some_and(|log| log.room == room),
        _ => false,
    }
}

#[test]
fn a_stranger_who_knows_the_id_gets_nothing() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let room = unhex(&wait_room(&alice, "joined"));
    let bob = invited(&mut alice, "bob", &ports);
    wait_members(&alice, 1);
    passes(&mut alice, &bob, SECRET);
    let mut mallory = Hacker::meet(&alice, "mallory");
    let nothing = |author: Vec<u8>| HeldRange {
        name: 0,
        log: Some(proto::LogId { room: room.to_vec(), author, epoch: 1 }),
        seq: 0,
        head: Vec::new(),
        base: 1,
    };
    let standing = Standing { room: room.to_vec(), version: 1, digest: vec![1; 8], joined: true };
    mallory.say_private(Private { standings: vec![standing], ..Private::default() });
    mallory.say_private(Private { wanted: vec![room.to_vec()], ..Private::default() });
    let ranges = vec![nothing(unhex(&alice.id()).to_vec()), nothing(mallory.key.bytes().to_vec())];
    mallory.link.send(Body::Have(Have { ranges, changes: Vec::new(), more: false, want: true })).unwrap();
    let mut log = Author::in_room(&mallory.key, "mallory", room);
    let line = log.line("in clear");
    mallory.link.send(batch(vec![line])).unwrap();
    mallory.link.send(have(vec![log.range()])).unwrap();
    // What comes later on the same link has overtaken nothing.
    let mut lobby = Author::new(&mallory.key, "mallory");
    mallory.link.say(&mut lobby, "good morning").unwrap();
    alice.wait_text("good morning");
    passes(&mut alice, &bob, "still among us");
    let end = std::time::Instant::now();
    while let Ok(body) = mallory.link.next_within(seconds(5)) {
        assert!(!is_about(&body, &room), "{body:?}");
        if end.elapsed() > seconds(10) {
            break;
        }
    }
    assert!(!has_heard(&alice, "in clear") && !has_heard(&bob, "in clear"));
    alice.assert_clean();
}

#[test]
fn a_removed_member_writes_no_more_whatever_they_sign() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let room = unhex(&wait_room(&alice, "joined"));
    let mut mallory = Hacker::join(&mut alice, &room);
    let decision = mallory.decision(&room);
    let key = mallory.room_key(&decision);
    let mut log = Author::in_room(&mallory.key, "mallory", room);
    let inside = Hacker::line(&mut log, &key, "i am a member");
    mallory.link.send(batch(vec![inside.clone()])).unwrap();
    mallory.link.send(have(vec![log.range()])).unwrap();
    alice.wait_text("i am a member");

    alice.say("/kick mallory");
    mallory
        .link
        .wait(|body| matches!(body, Body::Private(private) if !private.removals.is_empty()).then_some(()))
        .unwrap();
    // On in the same log, in a new one, one dated before the removal, and another history of the first.
    let goes_on = Hacker::line(&mut log, &key, "i go on");
    let mut fresh = Author::in_room(&mallory.key, "mallory", room);
    let begins = Hacker::line(&mut fresh, &key, "i begin anew");
    let mut old = Author::in_room(&mallory.key, "mallory", room);
    old.fix_clock(1_600_000_000_000);
    let dated = Hacker::line(&mut old, &key, "i was always here");
    let logs: BTreeMap<&str, Vec<proto::Signed>> =
        BTreeMap::from([("log", vec![goes_on]), ("fresh", vec![begins]), ("old", vec![dated])]);
    for events in logs.into_values() {
        mallory.link.send(batch(events)).unwrap();
    }
    mallory.link.send(have(vec![log.range(), fresh.range(), old.range()])).unwrap();
    mallory.say_private(Private { wanted: vec![room.to_vec()], ..Private::default() });
    let mut lobby = Author::new(&mallory.key, "mallory");
    mallory.link.say(&mut lobby, "good morning").unwrap();
    alice.wait_text("good morning");

    // A friend inside, who comes later, gets what counted and nothing else.
    let bob = invited(&mut alice, "bob", &ports);
    bob.wait_text("i am a member");
    passes(&mut alice, &bob, SECRET);
    for text in ["i go on", "i begin anew", "i was always here"] {
        assert!(!has_heard(&alice, text) && !has_heard(&bob, text), "{text}");
    }
    assert_eq!(id(&inside).len(), 32);
    let begun = std::time::Instant::now();
    while let Ok(body) = mallory.link.next_within(seconds(5)) {
        let has_decision = matches!(&body, Body::Private(private) if private.decision.is_some());
        let events = matches!(&body, Body::Batch(_)) && is_about(&body, &room);
        assert!(!has_decision && !events, "{body:?}");
        if begun.elapsed() > seconds(10) {
            break;
        }
    }
    alice.assert_clean();
}
