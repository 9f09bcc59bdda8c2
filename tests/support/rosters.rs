//! Which nodes see each other.

use std::{collections::HashSet, time::Duration};

use super::{Node, proc, seconds, until};

/// Asserts that each node sees all others by key and nobody else, and that each pair has one connection.
pub(crate) fn assert_rosters(nodes: &[Node]) {
    let keys: HashSet<String> = nodes.iter().map(Node::id).collect();
    assert_eq!(keys.len(), nodes.len(), "each has a key of its own");
    for node in nodes {
        let others: HashSet<String> = keys.iter().filter(|key| **key != node.id()).cloned().collect();
        assert_eq!(node.roster().into_iter().collect::<HashSet<_>>(), others, "{}", node.nick);
        // For a moment both of two dials may be there. In the end each pair has one connection.
        until(&format!("one connection per peer of {}", node.nick), seconds(30), || {
            (proc::connections(node.pid()) == others.len()).then_some(())
        });
    }
}

/// Waits until each node sees all others and nobody else, and each pair has one connection. Meanwhile nodes may leave
/// and come back. Returns how long that took.
pub(crate) fn wait_rosters(nodes: &[Node], deadline: Duration) -> Duration {
    let keys: HashSet<String> = nodes.iter().map(Node::id).collect();
    assert_eq!(keys.len(), nodes.len(), "each has a key of its own");
    let is_complete = |node: &Node| {
        let mut seen: HashSet<String> = node.roster().into_iter().collect();
        seen.insert(node.id());
        seen == keys && proc::connections(node.pid()) == keys.len() - 1
    };
    until("all see all others by one connection each", deadline, || nodes.iter().all(is_complete).then_some(())).1
}

/// Asserts how many peers came and left in total, so that nobody came twice or left unexpectedly.
pub(crate) fn assert_changes(node: &Node, peers: usize, left: usize) {
    let changes = node.peer_changes();
    let count = |change: &str| changes.iter().filter(|c| c.starts_with(change)).count();
    assert_eq!((count("joined"), count("left")), (peers, left), "{}: {changes:#?}\n{:#?}", node.nick, reasons(node));
}

/// The events of peers that left, for the report of a failed test.
fn reasons(node: &Node) -> Vec<String> {
    node.all(|event| (event["change"] == "left").then(|| event.to_string()))
}
