//! Many nodes at once: who is there is the same for all, each pair has one link, and who is gone is seen to be.

#![cfg(target_os = "linux")]

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::support::{Node, Ports, Setup, proc, seconds, until};

/// Promised until everybody has met.
const MEETING: Duration = seconds(10);

/// Starts `count` nodes in one moment, and waits until everybody sees everybody else.
fn crowd(ports: &Ports, count: u16) -> Vec<Node> {
    let range = ports.port(0)..=ports.port(count - 1);
    let begun = Instant::now();
    let nodes: Vec<_> = (0..count).map(|n| Node::start(&Setup::new(&format!("n{n}"), range.clone()))).collect();
    for node in &nodes {
        node.wait_peers(usize::from(count) - 1);
    }
    let took = begun.elapsed();
    println!("{count} nodes: identical rosters {took:?} after the first start");
    assert!(took < MEETING, "{took:?}");
    assert_rosters(&nodes.iter().collect::<Vec<_>>());
    nodes
}

/// Each sees all others and nobody else, by keys, and each pair has one connection.
fn assert_rosters(nodes: &[&Node]) {
    let keys: HashSet<String> = nodes.iter().map(|node| node.id()).collect();
    assert_eq!(keys.len(), nodes.len(), "each has a key of its own");
    for node in nodes {
        let others: HashSet<String> = keys.iter().filter(|key| **key != node.id()).cloned().collect();
        assert_eq!(node.roster().into_iter().collect::<HashSet<_>>(), others, "{}", node.nick);
        // Both of two dials may be there for a moment; in the end each pair has one connection.
        until(&format!("one connection per peer of {}", node.nick), seconds(30), || {
            (proc::connections(node.pid()) == others.len()).then_some(())
        });
    }
}

/// Nobody came twice or left, beside those who are named.
fn assert_changes(node: &Node, peers: usize, left: usize) {
    let changes = node.peer_changes();
    let count = |change: &str| changes.iter().filter(|c| c.starts_with(change)).count();
    assert_eq!((count("joined"), count("left")), (peers, left), "{}: {changes:#?}", node.nick);
}

/// Kills some, and waits until all others have seen it: how long that took.
fn kill(mut killed: Vec<Node>, others: &[Node]) -> Duration {
    let begun = Instant::now();
    for node in &mut killed {
        node.kill();
    }
    for node in others {
        for gone in &killed {
            // Promised is one second.
            node.wait_left(&gone.id(), seconds(10));
        }
    }
    begun.elapsed()
}

#[test]
fn six_started_at_once_agree_on_who_is_there() {
    let ports = Ports::take();
    let mut nodes = crowd(&ports, 6);
    for node in &nodes {
        assert_changes(node, 5, 0);
    }
    let killed = nodes.split_off(4);
    println!("two of six killed: seen by all after {:?}", kill(killed, &nodes));
    assert_rosters(&nodes.iter().collect::<Vec<_>>());
}

#[test]
#[ignore = "long: twenty nodes and the time limit for a silent peer"]
fn twenty_started_at_once_agree_on_who_is_there() {
    const KILLED: usize = 5;
    let ports = Ports::take();
    let mut nodes = crowd(&ports, 20);
    for node in &nodes {
        assert_changes(node, 19, 0);
    }

    let killed = nodes.split_off(nodes.len() - KILLED);
    println!("{KILLED} of 20 killed: seen by all after {:?}", kill(killed, &nodes));
    assert_rosters(&nodes.iter().collect::<Vec<_>>());

    let frozen = nodes.pop().unwrap();
    frozen.signal(Signal::STOP);
    let begun = Instant::now();
    for node in &nodes {
        // Promised are eleven seconds.
        let (reason, _) = node.wait_left(&frozen.id(), seconds(110));
        assert_eq!(reason, "timeout", "{}", node.nick);
    }
    println!("one of 15 frozen: seen by all after {:?}", begun.elapsed());
    assert_rosters(&nodes.iter().collect::<Vec<_>>());
    for node in &nodes {
        assert_changes(node, 19, KILLED + 1);
        node.assert_clean();
    }
}
