//! A network that splits in two and becomes one again.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::assert_same;
use crate::support::{Host, Lab, Node, Setup, seconds, until};

/// How long the cable is unplugged.
const CUT: Duration = seconds(20);

/// The time between two lines of one node.
const PAUSE: Duration = Duration::from_millis(200);

/// The promised time from the healed cable until both have the same lines, and how many times longer the test waits.
const HEALED: Duration = seconds(5);
const SLACK: u32 = 10;

/// The network on which both are and which both sweep: small, so that they find each other again at once.
const PREFIX: &str = "10.77.0.0/29";

fn start(nick: &str, host: &Host, ip: &str) -> Node {
    let setup = Setup {
        ip: ip.parse().unwrap(),
        cidr: PREFIX.to_owned(),
        netns: Some(host.name().to_owned()),
        more: vec!["--network".to_owned(), "the segment".to_owned()],
        ..Setup::new(nick, 4_565..=4_569)
    };
    Node::start(&setup)
}

fn own_lines(node: &Node) -> usize {
    node.all(|e| (e["event"] == "message" && e["own"] == true).then_some(())).len()
}

#[test]
#[ignore = "long: a cable is out for twenty seconds"]
fn both_sides_of_a_healed_split_show_the_same_history() {
    let Some(mut lab) = Lab::or_skip("both_sides_of_a_healed_split_show_the_same_history") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let mut nodes = [start("alice", &first, "10.77.0.1"), start("bob", &second, "10.77.0.2")];
    for node in &nodes {
        node.wait_peers(1);
    }
    lab.cable(&second, 0, false);
    let begun = Instant::now();
    let mut said = 0;
    while begun.elapsed() < CUT {
        for node in &mut nodes {
            let line = format!("{} {said} in the dark", node.nick);
            node.say(&line);
        }
        said += 1;
        thread::park_timeout(PAUSE);
    }
    for node in &nodes {
        until("its own lines", seconds(30), || (own_lines(node) == said).then_some(()));
        assert_eq!(node.texts(), [""; 0], "{}", node.nick);
        node.wait_peers(0);
    }
    lab.cable(&second, 0, true);
    let healed = Instant::now();
    // Nodes on a network do not sweep for ever by themselves: a user who is alone presses Ctrl-R.
    nodes[0].say("/rescan");
    for node in &nodes {
        node.wait_peers(1);
    }
    let linked = healed.elapsed();
    for node in &nodes {
        until(&format!("all lines at {}", node.nick), HEALED * SLACK, || (node.texts().len() == said).then_some(()));
    }
    let shown = healed.elapsed();
    until("the same hash", HEALED * SLACK, || (nodes[0].hash() == nodes[1].hash()).then_some(()));
    println!("{said} lines on each side; linked {linked:?}, all shown {shown:?} after the cable was back");
    assert!(shown < HEALED * SLACK, "{shown:?}");
    let [alice, bob] = &nodes;
    assert_eq!(alice.history().len(), 2 * said);
    assert_same(&[alice, bob]);
    // Each node's own lines keep the order in which they were said.
    let texts = alice.history_texts();
    for node in &nodes {
        let own: Vec<_> = texts.iter().filter(|text| text.starts_with(&node.nick)).cloned().collect();
        let expected: Vec<_> = (0..said).map(|n| format!("{} {n} in the dark", node.nick)).collect();
        assert_eq!(own, expected);
        node.assert_clean();
    }
}
