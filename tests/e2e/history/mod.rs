//! Lines are kept, and reach everyone in the end: across restarts, crashes, absences and split networks.

mod alone;
#[cfg(unix)]
mod copies;
#[cfg(unix)]
mod damaged;
#[cfg(target_os = "linux")]
mod disks;
mod guests;
#[cfg(unix)]
mod killed;
mod late;
#[cfg(target_os = "linux")]
mod line;
mod networks;
#[cfg(target_os = "linux")]
mod split;

use std::ops::RangeInclusive;

use crate::support::{Node, Ports, Setup, seconds};

/// The ports of a few nodes that find each other.
fn few(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(0)..=ports.port(3)
}

/// A node with more options that finds the nodes at `ports`.
fn with_options(nick: &str, ports: RangeInclusive<u16>, more: &[&str]) -> Setup {
    Setup { more: more.iter().map(ToString::to_string).collect(), ..Setup::new(nick, ports) }
}

/// Waits until a node's history has these lines, in this order, and no others.
pub(crate) fn wait_history(node: &Node, texts: &[&str]) {
    crate::support::until(&format!("the history of {}: {texts:?}", node.nick), seconds(30), || {
        (node.history_texts() == texts).then_some(())
    });
}

/// All nodes have the same lines in the same order, and report the same hash.
fn assert_same(nodes: &[&Node]) {
    let texts = nodes[0].history_texts();
    for node in &nodes[1..] {
        assert_eq!(node.history_texts(), texts, "{} and {}", node.nick, nodes[0].nick);
        assert_eq!(node.hash(), nodes[0].hash(), "{} and {}", node.nick, nodes[0].nick);
    }
}
