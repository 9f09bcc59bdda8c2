//! The first line of a direct conversation is shown, whenever the link or the program ends.

use super::*;
use crate::{
    domain::{
        bus::RoomUse,
        model::{EventId, Hlc, LogId, Room, RoomId, Seek, Text},
    },
    protocol::{
        codec::{
            event::{Content, Draft, HeldRange, KIND_SAID, SALT_BYTES, Signed},
            mesh::Have,
        },
        sealing::{self, Generation, KIND_SEALED, Opened, PairSecret, SaltSource, SealingKey, Slot},
    },
};

const US: &str = "10.0.0.5:4565";
const LINK: LinkId = LinkId::Accepted(1);

/// Somebody who writes to our user. Both have cards.
struct Writer {
    identity: Identity,
    room: RoomId,
    generation: Generation,
}

/// Our user.
fn own() -> Identity {
    Identity::from_secret(&[1; 32])
}

fn us(known: Vec<Known>, store: &FakeStore) -> Node {
    let mut me = Me { node: own().node(), known, ..me(US, 1) };
    me.history = history(store.snapshot(), own());
    Node::new(me)
}

fn bench() -> Harness {
    Harness { node: us(Vec::new(), &FakeStore::default()), ..Harness::new(US) }
}

impl Writer {
    fn new() -> Self {
        let identity = Identity::from_secret(&[2; 32]);
        let pair = PairSecret::new(&SealingKey::of(&identity), &Card::sign(&own(), 0)).unwrap();
        Self { identity, room: pair.room(), generation: pair.generation().clone() }
    }

    fn card(&self) -> Bytes {
        Card::sign(&self.identity, 0).encode().into()
    }

    fn arrives(&self) -> Input {
        let node = self.identity.node();
        let hello = Hello {
            card: Some(self.card()),
            min: 2,
            max: 2,
            caps: Caps::ours(),
            node,
            boot: 1,
            nick: Nick::clean("bob"),
            wall: None,
            port: None,
            version: "0".into(),
        };
        let secure = Secure { node, exporter: [7; 32] };
        Input::NodeArrived { link: LINK, source: at("10.1.0.1:50000"), secure, hello }
    }

    /// The line, and that it is held.
    fn says(&self, text: &str) -> Vec<Frame> {
        let log = LogId { room: self.room, author: self.identity.node(), epoch: 1 };
        let said = Content::said([7; SALT_BYTES], &Nick::clean("bob").unwrap(), &Text::new(text).unwrap(), false);
        let inside = Opened { kind: KIND_SAID, payload: said.slice(SALT_BYTES..), deps: Vec::new() };
        let slot = Slot { log, seq: 1, prev: None::<EventId> };
        let source = SaltSource { secret: &[5; 32], random: &[6; 32] };
        let draft = Draft {
            log,
            seq: 1,
            prev: None,
            hlc: Hlc(1 << 16),
            deps: Vec::new(),
            wall: Timestamp::from_millis(0),
            kind: KIND_SEALED,
            content: sealing::seal(&self.generation, &slot, &inside, source).unwrap(),
        };
        let event: Signed = draft.sign(|message| self.identity.sign(message));
        let range = HeldRange { name: None, log, seq: 1, head: Some(event.id()), base: 1 };
        vec![Frame::Have(Have { ranges: vec![range], ..Have::default() }), Frame::Batch(vec![event])]
    }

    fn room(&self) -> Room {
        Room::Direct(self.identity.node())
    }
}

/// Which of these say that our user is in the room, and which show the line: their places among all.
fn shown(outs: &[Output], room: &Room) -> (Option<usize>, Option<usize>) {
    let joined =
        |out: &Output| matches!(out, Output::Update(Update::RoomJoined { room: joined, .. }) if joined == room);
    let line = |out: &Output| matches!(out, Output::Update(Update::Message(message)) if message.room == *room);
    (outs.iter().position(joined), outs.iter().position(line))
}

#[test]
fn a_first_line_is_shown_though_the_link_ends() {
    let (bob, mut bench) = (Writer::new(), bench());
    bench.feed(bob.arrives());
    // The link ends while the disk is writing the line.
    let mut outs = Vec::new();
    bench.node.handle(Input::Frames { link: LINK, frames: bob.says("hello") }, bench.now, &mut outs);
    let write = outs.iter().position(|out| matches!(out, Output::Store { .. })).unwrap();
    let Output::Store { ticket, request } = outs.remove(write) else { panic!("no request") };
    assert_eq!(shown(&outs, &bob.room()), (None, None));
    bench.feed(Input::Closed { link: LINK, reason: CloseReason::Ended });
    let reply = bench.store.handle(request);
    let outs = bench.feed(Input::Stored { ticket, reply });
    let (joined, line) = shown(&outs, &bob.room());
    assert!(joined.is_some() && joined < line, "{outs:?}");
}

#[test]
fn only_looking_makes_a_room_of_a_stranger_wanted() {
    let (bob, mut bench) = (Writer::new(), bench());
    bench.feed(bob.arrives());
    bench.feed(Input::Frames { link: LINK, frames: bob.says("hello") });
    let page = Command::Page { room: bob.room(), seek: Seek::Newest, max: 100 };
    bench.feed(Input::Command(page));
    let used = |bench: &Harness| {
        let rooms = bench.node.rooms();
        rooms.iter().find(|kept| kept.room == bob.room()).map(|kept| kept.used)
    };
    assert_eq!(used(&bench), Some(RoomUse::Unused), "the screen counts what is unread");
    bench.feed(Input::Command(Command::Look(bob.room())));
    assert_eq!(used(&bench), Some(RoomUse::Used));
}

#[test]
fn a_first_line_is_shown_though_the_program_ends() {
    let (bob, mut bench) = (Writer::new(), bench());
    bench.feed(bob.arrives());
    bench.feed(Input::Frames { link: LINK, frames: bob.says("hello") });
    assert_eq!(bench.store.events.len(), 1);
    // The profile has the card, but not that our user is in the room.
    let known = Known { card: Some(bob.card().as_ref().into()), ..Known::new(bob.identity.node(), bench.now.wall) };
    bench.node = us(vec![known.clone()], &bench.store);
    let outs = bench.feed(Input::Timer);
    assert!(shown(&outs, &bob.room()).0.is_some(), "{outs:?}");
    // Once our user has left the room, it stays away.
    bench.feed(Input::Command(Command::Part(bob.room())));
    let rooms = KeptRooms { list: bench.node.rooms(), private: bench.node.private_rooms() };
    let mut me = Me { node: own().node(), known: vec![known.clone()], rooms, ..me(US, 1) };
    me.history = history(bench.store.snapshot(), own());
    bench.node = Node::new(me);
    let outs = bench.feed(Input::Timer);
    assert_eq!(shown(&outs, &bob.room()), (None, None));
    bench.node = us(vec![Known { ignored: true, ..known }], &bench.store);
    let outs = bench.feed(Input::Timer);
    assert_eq!(shown(&outs, &bob.room()), (None, None), "our user ignores them");
}
