//! Many nodes at once: all agree on who is there, each pair has one link, and everybody sees who leaves.

#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{
    Node, Ports, Setup,
    rosters::{assert_changes, assert_rosters},
    seconds,
};

/// The promised time until everybody has met, and how many times longer the test waits, because it also runs beside
/// other tests and in builds that are less optimised.
const MEETING: Duration = seconds(10);
const SLACK: u32 = 3;

/// Starts `count` nodes at once, and waits until everybody sees everybody else.
fn crowd(ports: &Ports, count: u16) -> Vec<Node> {
    let range = ports.port(0)..=ports.port(count - 1);
    let begun = Instant::now();
    let nodes: Vec<_> = (0..count).map(|n| Node::start(&Setup::new(&format!("n{n}"), range.clone()))).collect();
    for node in &nodes {
        node.wait_peers(usize::from(count) - 1);
    }
    let took = begun.elapsed();
    println!("{count} nodes: identical rosters {took:?} after the first start (promised {MEETING:?})");
    assert!(took < MEETING * SLACK, "{took:?}");
    assert_rosters(&nodes);
    nodes
}

/// Kills some nodes, and waits until all others have seen it. Returns how long that took.
fn kill(mut killed: Vec<Node>, others: &[Node]) -> Duration {
    let begun = Instant::now();
    for node in &mut killed {
        node.kill();
    }
    for node in others {
        for gone in &killed {
            let (reason, _) = node.wait_left(&gone.id(), seconds(30));
            // One second is promised. The kernel has closed the connections, so that no time limit is needed to notice.
            assert_eq!(reason, "closed", "{}", node.nick);
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
    assert_rosters(&nodes);
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
    assert_rosters(&nodes);

    let frozen = nodes.pop().unwrap();
    frozen.signal(Signal::STOP);
    let begun = Instant::now();
    for node in &nodes {
        // Eleven seconds are promised.
        let (reason, _) = node.wait_left(&frozen.id(), seconds(110));
        assert_eq!(reason, "timeout", "{}", node.nick);
    }
    println!("one of 15 frozen: seen by all after {:?}", begun.elapsed());
    assert_rosters(&nodes);
    for node in &nodes {
        assert_changes(node, 19, KILLED + 1);
        node.assert_clean();
    }
}
