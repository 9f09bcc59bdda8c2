//! A link under one throw-away key, with the program's own TLS and HTTP/2 but none of its manners.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use bytes::Bytes;
use proximity_chat::{
    core::node::{Input, Via},
    domain::model::{EventId, Guests, LinkId, LogId, MessageId, Nick, NodeId, Timestamp},
    protocol::{
        codec::{
            Protocol,
            event::HeldRange,
            mesh::{self, Caps, Frame, Hello, VERSIONS},
        },
        identity::Identity,
    },
    runtime::net::{self, Handle, LinkEvent, Shared, Tls},
};
use tokio::sync::Notify;

use crate::net::SimNet;

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
    pub(super) async fn dial(net: SimNet, key: &Identity, to: SocketAddr, wall: Timestamp) -> Option<Self> {
        let shared = Shared::new(Tls::new(key).unwrap(), Guests::None);
        let mut handle = net::dial(net, shared.clone(), LINK, None, to, Via::Secure { only: None });
        loop {
            let event = tokio::time::timeout(PATIENCE, shared.inbox.next(|_| true)).await.ok()?;
            match event {
                LinkEvent::Node(Input::DialConnected { .. }) => handle.offer(hello(key.node(), wall)),
                LinkEvent::Node(Input::DialAnswered { .. }) => break,
                _ => return None,
            }
        }
        shared.outbox.open(LINK, Protocol::Mesh, None);
        handle.open();
        let heard = Rc::new(Heard::default());
        tokio::task::spawn_local(listen(shared.clone(), heard.clone()));
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

async fn listen(shared: Shared, heard: Rc<Heard>) {
    loop {
        match shared.inbox.next(|_| true).await {
            LinkEvent::Read(Input::Frames { frames, .. }) => frames.into_iter().for_each(|frame| heard.frame(frame)),
            LinkEvent::Node(Input::Closed { .. } | Input::DialFailed { .. } | Input::DialRefused { .. }) => break,
            _ => {}
        }
    }
    heard.ended.set(true);
    heard.changed.notify_waiters();
    heard.changed.notify_one();
}

fn hello(node: NodeId, wall: Timestamp) -> Bytes {
    let (min, max) = VERSIONS;
    let nick = Nick::new("hostile").ok();
    // Without capabilities, the other side lists everything in full.
    let (caps, wall) = (Caps::default(), Some(wall));
    mesh::encode(&Frame::Hello(Hello { min, max, caps, node, boot: 1, nick, wall, port: None, version: "0".into() }))
}
