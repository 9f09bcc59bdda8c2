//! Everyone is found: how long it takes, by each way that there is, on networks that the tests make.
//!
//! What is promised is for a machine that has nothing else to do. A test prints what it took beside the promise, and fails
//! only at the [`limit`]. Several nodes that sweep together share what one kernel's table of neighbours can bear:
//! [`shared_rate`].

mod announced;
mod bystanders;
mod closed;
mod crowd;
mod forged;
mod idle;
mod lossy;
mod moves;
mod neighbours;
mod opened;
mod routed;
#[cfg(unix)]
mod screen;
mod swept;
mod traps;

use std::time::{Duration, Instant};

use crate::support::{
    Node,
    rosters::{assert_changes, assert_rosters},
    seconds,
};

/// A sweep of this machine alone: who is found all the same has announced itself, was named, or was passed on.
const NO_SWEEP: [&str; 2] = ["--cidr", "127.0.0.1/32"];

/// Nobody is heard: who is found all the same was swept, named, or passed on.
const SILENT: &str = "--no-announce";

/// How much longer than promised a test waits.
const SLACK: u32 = 10;

/// However little is promised, a test waits so long: a machine that tests may stall for seconds on its disk, and every start
/// of a node flushes a new key to it. Less than the 30 s after which the next quiet announcement would make up for a burst
/// that nobody heard.
const FLOOR: Duration = seconds(10);

/// New hosts per second that the kernel's table of neighbours can bear.
const MAX_RATE: usize = 300;

/// The sweep rate of each of so many nodes that sweep at the same time.
fn shared_rate(nodes: usize) -> [String; 2] {
    ["--sweep-rate".to_owned(), (MAX_RATE / nodes).to_string()]
}

/// How long a test waits for what is promised.
fn limit(promised: Duration) -> Duration {
    (promised * SLACK).max(FLOOR)
}

/// Prints what something took beside what is promised, and fails at the limit.
fn assert_promise(what: &str, took: Duration, promised: Duration) {
    println!("{what}: {took:?} (promised {promised:?})");
    assert!(took < limit(promised), "{what}: {took:?}, promised {promised:?}, at most {:?}", limit(promised));
}

/// Waits until everybody has met everybody, each once and by one link, and returns when the last of them had.
fn meet(nodes: &[Node], promised: Duration) -> Instant {
    for node in nodes {
        node.wait_peers_within(nodes.len() - 1, limit(promised));
    }
    assert_rosters(nodes);
    for node in nodes {
        assert_changes(node, nodes.len() - 1, 0);
        node.assert_clean();
    }
    nodes.iter().flat_map(|node| meetings(node, nodes)).max().expect("there are two at least")
}

/// When a node met each of the others.
fn meetings(node: &Node, nodes: &[Node]) -> Vec<Instant> {
    let others = nodes.iter().filter(|other| other.nick != node.nick);
    others.map(|other| node.joined_at(&other.id()).expect("they have met")).collect()
}

/// Waits until everybody has met everybody, and holds the time since the last one's start against the promise.
fn assert_all_meet(what: &str, nodes: &[Node], promised: Duration) {
    let met = meet(nodes, promised);
    let started = nodes.iter().map(Node::started).max().expect("there are two at least");
    let listened = nodes.iter().filter_map(|node| node.first_at(|event| event["event"] == "listening")).max();
    let since_listening = met.saturating_duration_since(listened.expect("all listen"));
    println!("{what}: {since_listening:?} after the last one listened");
    assert_promise(what, met.saturating_duration_since(started), promised);
}

/// Whether what takes minutes is wanted; says loudly if it is not.
fn by_hand(test: &str) -> bool {
    let wanted = std::env::var_os("BY_HAND").is_some();
    if !wanted {
        println!("{test} is run by hand, with BY_HAND=1");
    }
    wanted
}
