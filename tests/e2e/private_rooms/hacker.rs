//! Somebody who speaks the protocol as they like, with keys of their own.

use std::time::Instant;

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

use super::{owner, wait_members, wait_room};
use crate::{
    attack::{
        Author, Face, Key, Link, batch, connect, have, hello, proto,
        proto::{HeldRange, Private, Standing, frame::Body},
        unhex,
    },
    support::{Node, PATIENCE, Ports, seconds},
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
        let card = Card::sign(&Identity::from_secret(&secret), 0).encode();
        Self::meet_with(node, nick, &secret, card)
    }

    /// The same with this key, and this card, which may be false.
    pub(super) fn meet_with(node: &Node, nick: &str, secret: &[u8; 32], card: Vec<u8>) -> Self {
        let key = Key::of(secret);
        let mut link = Link::dial(connect(node.addr(), &Face::of(&key)).unwrap()).unwrap();
        let caps = ["private", "rooms", "peers"].map(str::to_owned).to_vec();
        let theirs = link.greet(proto::Hello { card, caps, ..hello(&key, nick) }).unwrap();
        Self { secret: *secret, key, link, card: theirs.card }
    }

    /// The member meets another node, or the same one again, and says that they are still in the room.
    pub(super) fn go_on_at(&mut self, node: &Node, nick: &str, room: &[u8; 32]) {
        let card = Card::sign(&self.identity(), 0).encode();
        *self = Self::meet_with(node, nick, &self.secret, card);
        self.say_joined(room, 1);
        node.wait(&format!("{nick} in the room"), PATIENCE, |events| {
            let mut joined = events.iter().filter(|e| e["event"] == "member" && e["change"] == "joined");
            joined.find(|e| e["from"] == self.key.id() && e["private"] == true).map(drop)
        });
        // Nothing is sent there before this list has come.
        self.link.send(have(Vec::new())).unwrap();
    }

    fn say_joined(&mut self, room: &[u8; 32], version: u64) {
        let standing = Standing { room: room.to_vec(), version, digest: vec![0; 8], joined: true };
        self.say_private(Private { standings: vec![standing], ..Private::default() });
    }

    /// Hands over these events of a log.
    pub(super) fn hand(&mut self, log: &Author, events: Vec<proto::Signed>) {
        self.link.send(batch(events)).unwrap();
        self.link.send(have(vec![log.range()])).unwrap();
    }

    /// Mallory is a member of a room of alice's: both of them, the id of the room, and what alice has decided.
    pub(super) fn inside(ports: &Ports) -> (Node, Self, [u8; 32], Decision) {
        let mut alice = owner(ports);
        let room = unhex(&wait_room(&alice, "joined"));
        let mut mallory = Self::join(&mut alice, &room);
        let decision = mallory.decision(&room);
        (alice, mallory, room, decision)
    }

    fn join(owner: &mut Node, room: &[u8; 32]) -> Self {
        let mut mallory = Self::meet(owner, "mallory");
        owner.wait_nick("mallory");
        owner.say("/invite mallory");
        let told = |body: &Body| matches!(body, Body::Private(private) if !private.standings.is_empty()).then_some(());
        mallory.link.wait(told).unwrap();
        let version = mallory.decision(room).version;
        mallory.say_joined(room, version);
        wait_members(owner, 1);
        // Nothing is sent there before this list has come.
        mallory.link.send(have(Vec::new())).unwrap();
        mallory
    }

    /// Waits until they are told that they were removed.
    pub(super) fn wait_removal(&mut self) {
        let told = |body: &Body| matches!(body, Body::Private(private) if !private.removals.is_empty()).then_some(());
        self.link.wait(told).unwrap();
    }

    /// Reads what has come and comes within a moment: nothing of it may be about the room.
    pub(super) fn hears_nothing_of(&mut self, room: &[u8; 32]) {
        let begun = Instant::now();
        while begun.elapsed() < seconds(10)
            && let Ok(body) = self.link.next_within(seconds(1))
        {
            assert!(!is_about(&body, room), "{body:?}");
        }
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
    pub(super) fn room_key(&self, decision: &Decision) -> Generation {
        let (owner, me) = (&decision.members[&decision.owner].card, self.identity().node());
        let pair = PairSecret::new(&SealingKey::of(&self.identity()), owner).unwrap();
        let context = grant_context(&decision.room.id, &decision.owner, &me, &decision.newest().unwrap().id);
        let key = pair.grant_key().open_key(&decision.members[&me].grant, &context).unwrap();
        Generation::new(&decision.room.id, key)
    }

    /// The next line of a log in the room, sealed.
    pub(super) fn line(author: &mut Author, key: &Generation, text: &str) -> proto::Signed {
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
pub(super) fn is_about(body: &Body, room: &[u8; 32]) -> bool {
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
