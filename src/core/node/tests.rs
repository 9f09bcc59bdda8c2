//! The whole node: its rules one by one, and then all of them against random timing.

mod direct;
mod log;
mod nodes;
mod pairs;
mod people;
mod place;
mod rules;

use std::net::SocketAddr;

use crate::core::log::fake_store::FakeStore;

use super::{peers::Link, views::Directory, *};
use crate::{
    core::{
        log::storage::{Reply, Snapshot},
        networks::Standing,
    },
    domain::{
        bus::{Command, Update},
        model::{LinkId, Timestamp},
    },
    protocol::{
        codec::mesh::{self, Caps, Frame, Hello},
        identity::Identity,
    },
};

fn at(addr: &str) -> SocketAddr {
    addr.parse().unwrap()
}

/// The key of the node at `addr`. A smaller address gives a smaller key.
fn key(addr: SocketAddr) -> NodeId {
    let std::net::IpAddr::V4(ip) = addr.ip() else { panic!("tests use IPv4") };
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&ip.octets());
    bytes[4..6].copy_from_slice(&addr.port().to_be_bytes());
    NodeId::new(bytes)
}

fn me(addr: &str, seed: u64) -> Me {
    let [min, max] = [4565, 4569].map(|port: u16| port.try_into().unwrap());
    let addr = at(addr);
    Me {
        location: LocalAddrs::at(addr, vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.0/8".parse().unwrap()]),
        nick: Nick::new("me").unwrap(),
        node: key(addr),
        boot: 1,
        ports: PortRange::new(min, max).unwrap(),
        guests: Guests::Network,
        known: Vec::new(),
        seed,
        secret: [0; 32],
        history: history(FakeStore::default().snapshot(), Identity::from_secret(&[1; 32])),
        rooms: KeptRooms::default(),
    }
}

fn history(snapshot: Snapshot, identity: Identity) -> History {
    History {
        snapshot,
        retention: Retention::default(),
        identity,
        started: Timestamp::from_millis(0),
        standing: Standing::default(),
    }
}

fn node(addr: &str, seed: u64) -> Node {
    Node::new(me(addr, seed))
}

fn arrived(n: u32, source: &str, claim: Option<&str>) -> Input {
    Input::GuestArrived { link: LinkId::Accepted(n), source: at(source), claim: claim.map(at) }
}

/// Somebody whom the user has compared codes with, long ago.
fn verified(node: NodeId, nick: &str) -> Known {
    Known { nick: Nick::new(nick).ok(), verified: true, ..Known::new(node, Timestamp::from_millis(0)) }
}

/// A node and the clock that its inputs are stamped with.
struct Harness {
    node: Node,
    store: FakeStore,
    now: Now,
}

impl Harness {
    fn new(addr: &str) -> Self {
        Self {
            node: node(addr, 1),
            store: FakeStore::default(),
            now: Now { mono: Instant::now(), wall: Timestamp::from_millis(0) },
        }
    }

    fn feed(&mut self, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        self.node.handle(input, self.now, &mut out);
        // The store answers at once.
        let mut at = 0;
        while at < out.len() {
            if !matches!(out[at], Output::Store { .. }) {
                at += 1;
                continue;
            }
            let Output::Store { ticket, request } = out.remove(at) else { continue };
            let reply = self.store.handle(request);
            self.node.handle(Input::Stored { ticket, reply }, self.now, &mut out);
        }
        out
    }

    fn wait(&mut self, ms: u64) -> Vec<Output> {
        self.now.mono += std::time::Duration::from_millis(ms);
        self.feed(Input::Timer)
    }

    /// Nobody at `link` speaks TLS. Returns the dial in plain text that follows.
    fn plain(&mut self, link: LinkId) -> LinkId {
        dials(&self.feed(Input::DialFailed { link, failure: DialFailure::NotTls }))[0].0
    }
}

/// The addresses dialled, with their links.
fn dials(outs: &[Output]) -> Vec<(LinkId, SocketAddr)> {
    outs.iter()
        .filter_map(|out| if let Output::Dial { link, addr, .. } = out { Some((*link, *addr)) } else { None })
        .collect()
}

fn opens(outs: &[Output], link: LinkId) -> bool {
    outs.iter().any(|out| matches!(out, Output::Open { link: opened, .. } if *opened == link))
}

fn closes(outs: &[Output], link: LinkId) -> bool {
    outs.iter().any(|out| matches!(out, Output::Close { link: closed, .. } if *closed == link))
}
