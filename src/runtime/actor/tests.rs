//! The whole node over in-memory pipes, on a paused clock: an hour passes in milliseconds.

mod guests;
mod moving;

use std::{collections::BTreeSet, net::SocketAddr};

use tokio::sync::watch;

use super::*;
use crate::{
    core::{discovery::listen_plan::ListenPlan, node::Retention},
    domain::{
        bus::{COMMAND_CAPACITY, KeptRooms, UPDATE_CAPACITY},
        model::{Author, Delivery, Guests, LeaveReason, Network, Nick, Peer, PeerId, PortRange, Room, Software, Text},
    },
    protocol::identity::Identity,
    runtime::{
        io::MemoryNet,
        net::CLOSE_TIMEOUT,
        profile::{self, Profile},
        store,
    },
};

pub(crate) struct TestNode {
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    leave: CancellationToken,
    pub(crate) addr: SocketAddr,
    pub(crate) node: NodeId,
    peers: Vec<Peer>,
    reasons: Vec<LeaveReason>,
    heard: Vec<(Author, String)>,
}

/// A profile that stores nothing.
fn profile() -> Profile {
    profile::open(&profile::Options { ephemeral: true, ..Default::default() }).unwrap()
}

/// This machine alone.
fn site() -> ListenPlan {
    ListenPlan::machine([127, 0, 0, 1].into(), &["127.0.0.1/32".parse().unwrap()], &[])
}

fn settings(nick: &str, seed: u64) -> Settings {
    let [min, max] = [4565, 4569].map(|port: u16| port.try_into().unwrap());
    let identity = Identity::from_secret(&[seed as u8 + 1; 32]);
    let place = store::Backend::Memory;
    let options = store::Options { place, network: Network::loopback(), joined: Vec::new(), me: identity.node() };
    let store::Opened { database, snapshot, .. } = store::open(&options).unwrap();
    let (store, answers) = Store::inline(database);
    Settings {
        desired: watch::channel(DesiredNetwork::fixed(site(), Network::loopback())).1,
        wishes: mpsc::channel(1).0,
        linked: watch::channel(BTreeSet::new()).0,
        port: None,
        announce: false,
        diagnose: false,
        ports: PortRange::new(min, max).unwrap(),
        peers: Vec::new(),
        sweep_rate: None,
        nick: Nick::new(nick).unwrap(),
        presence: Presence::Here,
        identity,
        known: Vec::new(),
        rooms: KeptRooms::default(),
        guests: Guests::Loopback,
        hold: false,
        saver: profile().saver(),
        random: Random { seed, boot: seed, secret: [0; 32] },
        clock: Clock::default(),
        snapshot,
        retention: Retention::default(),
        store,
        answers,
    }
}

pub(crate) async fn start(net: &MemoryNet, nick: &str, seed: u64) -> TestNode {
    let (commands, commands_out) = mpsc::channel(COMMAND_CAPACITY);
    let (updates_in, updates) = mpsc::channel(UPDATE_CAPACITY);
    let leave = CancellationToken::new();
    let actor = Actor::start(net.clone(), settings(nick, seed), commands_out, updates_in, leave.clone()).await.unwrap();
    let (addr, node) = (actor.addr(), actor.me);
    tokio::spawn(actor.run());
    TestNode { commands, updates, leave, addr, node, peers: Vec::new(), reasons: Vec::new(), heard: Vec::new() }
}

impl TestNode {
    /// Whether anybody has joined so far.
    pub(crate) fn was_joined(&mut self) -> bool {
        let mut updates = std::iter::from_fn(|| self.updates.try_recv().ok());
        updates.any(|update| matches!(update, Update::PeerJoined(_)))
    }

    async fn say(&self, text: &str) {
        let text = Text::new(text).unwrap();
        self.commands.send(Command::Say { room: Room::Lobby, text, action: false, network: None }).await.unwrap();
    }

    /// Takes updates until `done`.
    async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            let update = tokio::time::timeout(Duration::from_mins(2), self.updates.recv()).await;
            match update.expect("nothing happens").expect("the node ended") {
                Update::PeerJoined(peer) => self.peers.push(peer),
                Update::PeerLeft { peer, reason } => {
                    self.peers.retain(|p| p.id != peer);
                    self.reasons.push(reason);
                }
                Update::Message(message) => self.heard.push((message.author, message.text.to_string())),
                _ => {}
            }
        }
    }

    fn heard_from_others(&self) -> Vec<&str> {
        self.heard.iter().filter(|(who, _)| *who != Author::Own).map(|(_, text)| text.as_str()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn two_nodes_find_each_other_and_talk() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let mut bob = start(&net, "bob", 2).await;
    alice.until(|n| n.peers.len() == 1).await;
    bob.until(|n| n.peers.len() == 1).await;
    assert_eq!(bob.peers[0].id, PeerId::Node(alice.node));
    assert_eq!(bob.peers[0].addr, alice.addr);
    assert_eq!(bob.peers[0].nick.as_ref().map(Nick::as_str), Some("alice"));
    assert!(matches!(alice.peers[0].software, Software::Ours { .. }));
    alice.say("hello big world").await;
    alice.say("one\n\n  two").await;
    bob.until(|n| n.heard.len() == 2).await;
    assert!(bob.heard.iter().all(|(who, _)| *who == Author::Peer(PeerId::Node(alice.node))));
    assert_eq!(bob.heard_from_others(), ["hello big world", "one\n\n  two"]);
}

#[tokio::test(start_paused = true)]
async fn five_simultaneous_nodes_link_in_pairs_and_hear_everything_once() {
    for seed in 0..20 {
        let net = MemoryNet::default();
        let mut nodes = Vec::new();
        for n in 0..5 {
            nodes.push(start(&net, &format!("node{n}"), (seed * 10 + n) % 250).await);
        }
        for node in &mut nodes {
            node.until(|n| n.peers.len() == 4).await;
        }
        for node in &nodes {
            node.say(&format!("from {}", node.addr)).await;
        }
        for node in &mut nodes {
            node.until(|n| n.heard_from_others().len() == 4).await;
            assert_eq!(node.peers.len(), 4);
        }
        for node in &nodes {
            node.commands.send(Command::Quit).await.unwrap();
        }
        for node in &mut nodes {
            let end = async {
                while let Some(update) = node.updates.recv().await {
                    assert!(!matches!(update, Update::Message(_)), "a line came twice: {update:?}");
                }
            };
            tokio::time::timeout(Duration::from_secs(5), end).await.expect("the node does not end");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_link_lives_for_hours() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let mut bob = start(&net, "bob", 2).await;
    bob.until(|n| n.peers.len() == 1).await;
    tokio::time::sleep(Duration::from_hours(2)).await;
    alice.say("still there?").await;
    bob.until(|n| n.heard_from_others() == ["still there?"]).await;
    alice.until(|n| n.heard.len() == 1).await;
    assert_eq!((alice.peers.len(), bob.peers.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_line_to_nobody_says_so_and_quitting_flushes_lines() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    alice.say("anyone?").await;
    loop {
        if let Update::Message(message) = alice.updates.recv().await.unwrap() {
            assert_eq!(message.delivery, Delivery::Waiting);
            break;
        }
    }
    let mut bob = start(&net, "bob", 2).await;
    bob.until(|n| n.peers.len() == 1).await;
    bob.say("last words").await;
    bob.commands.send(Command::Quit).await.unwrap();
    alice.until(|n| n.heard_from_others() == ["last words"]).await;
    alice.until(|n| n.peers.is_empty()).await;
}

/// Leaves by `/quit`, and by the token that a signal cancels when the front end cannot be waited for.
#[tokio::test(start_paused = true)]
async fn a_node_that_leaves_tells_everybody_at_once() {
    for by_command in [true, false] {
        let net = MemoryNet::default();
        let mut alice = start(&net, "alice", 1).await;
        let mut carol = start(&net, "carol", 3).await;
        let mut bob = start(&net, "bob", 2).await;
        for node in [&mut alice, &mut bob, &mut carol] {
            node.until(|n| n.peers.len() == 2).await;
        }
        let before = Instant::now();
        if by_command {
            bob.commands.send(Command::Quit).await.unwrap();
        } else {
            bob.leave.cancel();
        }
        for node in [&mut alice, &mut carol] {
            node.until(|n| n.peers.len() == 1).await;
            assert_eq!(node.reasons, [LeaveReason::Closed]);
        }
        assert!(
            before.elapsed() < CLOSE_TIMEOUT,
            "{:?}: the connection was cut before they heard of it",
            before.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_does_not_delay_leaving() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let _silent = net.connect(None, alice.addr).await.unwrap();
    alice.commands.send(Command::Quit).await.unwrap();
    let end = async { while alice.updates.recv().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(1), end).await.expect("the node does not end");
}

#[tokio::test]
async fn a_full_port_range_says_what_to_do() {
    let net = MemoryNet::default();
    let mut nodes = Vec::new();
    for n in 0..5 {
        nodes.push(start(&net, "node", n).await);
    }
    let (_commands, commands_out) = mpsc::channel(1);
    let (updates_in, _updates) = mpsc::channel(1);
    let error =
        Actor::start(net, settings("late", 9), commands_out, updates_in, CancellationToken::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Ports 4565-4569 on 127.0.0.1 are all in use, perhaps by other copies. Start with --max-port 4579."
    );
}
