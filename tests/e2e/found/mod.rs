//! Everyone is found: how long that takes, in each possible way, on networks that the tests make.
//!
//! The promises are for a machine that has nothing else to do. A test prints the time it took beside the promise, and
//! fails only at the [`limit`]. Several nodes that sweep together share what the kernel's neighbour table can bear:
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

/// Sweep only this machine: whoever is still found has announced itself, was named, or was passed on.
const NO_SWEEP: [&str; 2] = ["--cidr", "127.0.0.1/32"];

/// Announce nothing: whoever is still found was swept, named, or passed on.
const SILENT: &str = "--no-announce";

/// How many times longer than promised a test waits.
const SLACK: u32 = 10;

/// The shortest time that a test waits, however little is promised. A machine that runs tests may stall for seconds on
/// its disk, and every start of a node flushes a new key to it. It is less than 30 s, when the next quiet announcement
/// would make up for a burst that nobody heard.
const FLOOR: Duration = seconds(10);

/// New hosts per second that the kernel's neighbour table can bear.
const MAX_RATE: usize = 300;

/// The sweep rate of each node if `nodes` sweep at the same time.
fn shared_rate(nodes: usize) -> [String; 2] {
    ["--sweep-rate".to_owned(), (MAX_RATE / nodes).to_string()]
}

/// How long a test waits for what is promised.
fn limit(promised: Duration) -> Duration {
    (promised * SLACK).max(FLOOR)
}

/// Prints how long something took beside the promise, and fails at the limit.
fn assert_promise(what: &str, took: Duration, promised: Duration) {
    println!("{what}: {took:?} (promised {promised:?})");
    assert!(took < limit(promised), "{what}: {took:?}, promised {promised:?}, at most {:?}", limit(promised));
}

/// Waits until everybody has met everybody, each once and over one link. Returns when the last two met.
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

/// Waits until everybody has met everybody, and checks the time since the last start against the promise.
fn assert_all_meet(what: &str, nodes: &[Node], promised: Duration) {
    let met = meet(nodes, promised);
    let started = nodes.iter().map(Node::started).max().expect("there are two at least");
    let listened = nodes.iter().filter_map(|node| node.first_at(|event| event["event"] == "listening")).max();
    let since_listening = met.saturating_duration_since(listened.expect("all listen"));
    println!("{what}: {since_listening:?} after the last one listened");
    assert_promise(what, met.saturating_duration_since(started), promised);
}

/// Whether tests that take minutes are wanted; says so if not.
fn by_hand(test: &str) -> bool {
    let wanted = std::env::var_os("BY_HAND").is_some();
    if !wanted {
        println!("{test} is run by hand, with BY_HAND=1");
    }
    wanted
}
