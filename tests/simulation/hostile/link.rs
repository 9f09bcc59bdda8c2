//! A link under one throw-away key, with the program's own TLS and HTTP/2 but none of its manners.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use bytes::Bytes;
use proximity_chat::{
    core::node::{Input, Via},
    domain::model::{EventId, Guests, LinkId, LogId, MessageId, Nick, NodeId, RoomId},
    protocol::{
        codec::{
            Protocol,
            event::{HeldRange, Signed},
            mesh::{self, Caps, Frame, Hello, Private, VERSIONS},
        },
        identity::Identity,
        membership::{Leave, SignedDecision},
        sealing::Card,
    },
    runtime::net::{self, Handle, LinkEvent, Shared, Tls},
};
use tokio::sync::Notify;

use super::{elapsed, now};
use crate::{host, net::SimNet, world::World};

/// Every key has only one link.
const LINK: LinkId = LinkId::Dialled(1);

/// The longest that a step may take; the network may be slow.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came over the link.
#[derive(Default)]
pub(super) struct Heard {
    ended: Cell<bool>,
    changed: Notify,
    /// The ranges that the other side says it holds.
    ranges: RefCell<BTreeMap<LogId, HeldRange>>,
    /// How often it asked for everything.
    pub(super) wants: Cell<u32>,
    /// How often each event came.
    copies: RefCell<BTreeMap<EventId, u32>>,
    /// The rooms that it may be told of, beside the lobby and private ones.
    pub(super) rooms: RefCell<BTreeSet<RoomId>>,
    /// What came about private rooms.
    pub(super) private: RefCell<Vec<Private>>,
}

impl Heard {
    /// How much of a log the other side says it holds.
    pub(super) fn seq(&self, log: &LogId) -> u64 {
        self.ranges.borrow().get(log).map_or(0, |range| range.seq)
    }

    /// All ranges that it says it holds.
    pub(super) fn ranges(&self) -> Vec<HeldRange> {
        self.ranges.borrow().values().copied().collect()
    }

    /// How often the most frequent event came.
    pub(super) fn most_copies(&self) -> u32 {
        self.copies.borrow().values().copied().max().unwrap_or(0)
    }

    /// Whether this event came.
    pub(super) fn has(&self, id: &MessageId) -> bool {
        self.copies.borrow().keys().any(|event| MessageId::from(*event) == *id)
    }

    /// Whether nothing was said about a room that it may not be told of. `may_tell` knows which private ones it may be told
    /// of.
    fn may_be_told(&self, frame: &Frame, may_tell: impl Fn(&RoomId) -> bool) -> Result<(), String> {
        let room_of = |signed: &Signed| signed.read().unwrap().log.room;
        let rooms: Vec<RoomId> = match frame {
            Frame::Have(have) => have.ranges.iter().map(|range| range.log.room).collect(),
            Frame::Batch(events) => events.iter().map(room_of).collect(),
            Frame::Refused(refused) => vec![refused.log.room],
            // It may be asked for what it claims to know, and be told that it was removed.
            Frame::Private(private) => {
                let decision =
                    private.decision.iter().filter_map(|bytes| SignedDecision::decode(bytes).ok()?.open().ok());
                let standings = private.standings.iter().map(|standing| standing.room);
                let leaves = private.leaves.iter().filter_map(|bytes| Leave::decode(bytes).ok());
                let requests = private.requests.iter().map(|request| request.room);
                let (decision, leaves) = (decision.map(|one| one.room.id), leaves.map(|leave| leave.room));
                decision.chain(standings).chain(leaves).chain(requests).collect()
            }
            _ => Vec::new(),
        };
        let is_open = |room: &RoomId| *room == RoomId::LOBBY || self.rooms.borrow().contains(room) || may_tell(room);
        match rooms.iter().find(|room| !is_open(room)) {
            Some(room) => {
                Err(format!("who is not in a room hears nothing of it: a hostile member is told of {room:?}"))
            }
            None => Ok(()),
        }
    }

    fn frame(&self, frame: Frame) {
        match frame {
            Frame::Have(have) => {
                self.wants.set(self.wants.get() + u32::from(have.want));
                self.ranges.borrow_mut().extend(have.ranges.into_iter().map(|range| (range.log, range)));
            }
            Frame::Batch(events) => {
                let mut copies = self.copies.borrow_mut();
                for signed in &events {
                    *copies.entry(signed.id()).or_default() += 1;
                }
            }
            Frame::Private(private) => self.private.borrow_mut().push(*private),
            _ => {}
        }
    }
}

pub(super) struct Link {
    shared: Shared,
    handle: Option<Handle>,
    pub(super) heard: Rc<Heard>,
}

impl Link {
    /// Dials, and greets as `key`. `None` if that fails.
    pub(super) async fn dial(world: &Rc<World>, net: SimNet, key: &Identity, to: SocketAddr) -> Option<Self> {
        Self::dial_as(world, net, key, (None, Caps::NONE), to).await
    }

    /// The same for a key that has told its card, if it has one. Then there is a direct room with the other side.
    pub(super) async fn dial_as(
        world: &Rc<World>,
        net: SimNet,
        key: &Identity,
        (card, caps): (Option<(Card, RoomId)>, Caps),
        to: SocketAddr,
    ) -> Option<Self> {
        let shared = Shared::new(Tls::new(key).unwrap(), Guests::None);
        let mut handle = net::dial(net, shared.clone(), LINK, None, to, Via::Secure { only: None });
        loop {
            let event = tokio::time::timeout(PATIENCE, shared.inbox.next(|_| true)).await.ok()?;
            match event {
                LinkEvent::Node(Input::DialConnected { .. }) => {
                    handle.offer(hello(key, card.map(|(card, _)| card), caps));
                }
                LinkEvent::Node(Input::DialAnswered { .. }) => break,
                _ => return None,
            }
        }
        shared.outbox.open(LINK, Protocol::Mesh, None);
        handle.open();
        let heard = Rc::new(Heard::default());
        heard.rooms.borrow_mut().extend(card.map(|(_, room)| room));
        tokio::task::spawn_local(listen(world.clone(), shared.clone(), heard.clone(), (key.node(), to)));
        Some(Self { shared, handle: Some(handle), heard })
    }

    /// Sends a frame. Returns whether the link took it.
    pub(super) async fn send(&self, frame: &Frame) -> bool {
        self.send_encoded(mesh::encode(frame)).await
    }

    /// The same for an encoded frame.
    pub(super) async fn send_encoded(&self, frame: Bytes) -> bool {
        if self.heard.ended.get() {
            return false;
        }
        self.shared.outbox.batch(LINK, frame);
        let taken = async {
            tokio::select! {
                _ = self.shared.outbox.taken() => true,
                () = self.ended() => false,
            }
        };
        tokio::time::timeout(PATIENCE, taken).await.unwrap_or(false)
    }

    /// Waits for the end of the link, for at most `time`. Returns whether it still lasts.
    pub(super) async fn stays(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.ended()).await.is_err()
    }

    async fn ended(&self) {
        while !self.heard.ended.get() {
            self.heard.changed.notified().await;
        }
    }
}

impl Drop for Link {
    /// It ends without a goodbye.
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.cut();
        }
        self.shared.outbox.remove(LINK);
    }
}

async fn listen(world: Rc<World>, shared: Shared, heard: Rc<Heard>, (key, to): (NodeId, SocketAddr)) {
    let host = host::number(to.ip());
    let may_tell = |room: &RoomId| world.rules.borrow().rooms.private.may_tell(host, &key, room, elapsed());
    loop {
        match shared.inbox.next(|_| true).await {
            LinkEvent::Read(Input::Frames { frames, .. }) => frames.into_iter().for_each(|frame| {
                world.must(heard.may_be_told(&frame, may_tell));
                heard.frame(frame);
            }),
            LinkEvent::Node(Input::Closed { .. } | Input::DialFailed { .. } | Input::DialRefused { .. }) => break,
            _ => {}
        }
    }
    heard.ended.set(true);
    heard.changed.notify_waiters();
    heard.changed.notify_one();
}

fn hello(key: &Identity, card: Option<Card>, caps: Caps) -> Bytes {
    let (min, max) = VERSIONS;
    let nick = Nick::new("hostile").ok();
    let (wall, node) = (Some(now()), key.node());
    let (port, version, card) = (None, "0".into(), card.map(|card| card.encode().into()));
    mesh::encode(&Frame::Hello(Hello { min, max, caps, node, boot: 1, nick, wall, port, version, card }))
}
