//! Nodes find each other by sweeps alone, without announcements.

use std::time::{Duration, Instant};

use super::{NO_SWEEP, SILENT, assert_all_meet, assert_promise, by_hand, meet, meetings, neighbours::Neighbours};
use crate::support::{Host, Lab, Node, Setup, seconds};

/// For a /24 at the default rate: two nodes, or five among ten machines.
const SMALL: Duration = Duration::from_millis(2_500);

/// Counted from the first meeting, for those met through the addresses that it passed on. Where this is promised, the
/// nodes in question do not sweep: a sweep would also succeed within the [`limit`](super::limit).
const PASSED_ON: Duration = Duration::from_millis(50);

/// A node that waits to be found: it sweeps nothing, and listens on this port only.
fn waiting(host: &Host, nick: &str, port: u16, more: &[&str]) -> Node {
    let options = [&[SILENT], &NO_SWEEP[..], more].concat();
    let node = Node::start(&Setup { ports: port..=port, ..host.lan(nick, &options) });
    node.addr();
    node
}

/// Ten machines of a /24. Four of them run nodes that wait to be found, each on its own port. The fifth is returned and
/// is still free.
fn room(lab: &mut Lab, peers: impl Fn(u16) -> Vec<&'static str>) -> (Vec<Node>, Host) {
    let hosts: Vec<Host> = (1..=10).map(|n| lab.host(&format!("10.77.0.{}/24", n * 23))).collect();
    let nodes = (0..4).zip(&hosts).map(|(n, host)| waiting(host, &format!("n{n}"), 4_565 + n, &peers(n))).collect();
    (nodes, hosts[4].clone())
}

#[test]
#[ignore = "long: ten machines and five nodes"]
fn the_last_of_five_nodes_finds_the_others_by_sweep() {
    let Some(mut lab) = Lab::with_filters_or_skip("the_last_of_five_nodes_finds_the_others_by_sweep") else {
        return;
    };
    let (mut nodes, host) = room(&mut lab, |_| Vec::new());
    let neighbours = Neighbours::watch(&host);
    nodes.push(Node::start(&host.lan("last", &[SILENT])));
    assert_all_meet("/24, ten machines, five nodes, each on a port of its own", &nodes, SMALL);
    // Two nodes that both know the last one have learnt of each other by then.
    let last = &nodes[4];
    for (n, node) in nodes[..4].iter().enumerate() {
        for other in &nodes[n + 1..4] {
            let known = [node, other].map(|one| last.joined_at(&one.id()).unwrap()).into_iter().max().unwrap();
            let took = node.joined_at(&other.id()).unwrap().saturating_duration_since(known);
            assert_promise(&format!("{} and {}, passed on", node.nick, other.nick), took, PASSED_ON);
        }
    }
    neighbours.assert_never_full();
}

#[test]
#[ignore = "long: ten machines and five nodes"]
fn meeting_one_node_of_a_room_leads_to_all() {
    let Some(mut lab) = Lab::or_skip("meeting_one_node_of_a_room_leads_to_all") else { return };
    let by_the_first = ["--peer", "10.77.0.23:4565"];
    let (mut nodes, host) = room(&mut lab, |n| if n == 0 { Vec::new() } else { by_the_first.to_vec() });
    meet(&nodes, seconds(1));
    // The last node does not sweep either. It can meet the others only through what the first one passes on.
    nodes.push(Node::start(&host.lan("last", &[&[SILENT], &NO_SWEEP[..], &by_the_first].concat())));
    let met = meet(&nodes, PASSED_ON);
    let first = meetings(&nodes[4], &nodes).into_iter().min().unwrap();
    assert_promise("everybody after the first", met - first, PASSED_ON);
}

/// One node sweeps, and the other waits at the far end of the network.
fn ends(test: &str, networks: [&str; 2], more: &[&str], promised: Duration) {
    let Some(mut lab) = Lab::with_filters_or_skip(test) else { return };
    let [first, second] = networks.map(|address| lab.host(address));
    let bob = waiting(&second, "bob", 4_565, &[]);
    let neighbours = Neighbours::watch(&first);
    let alice = Node::start(&first.lan("alice", &[&[SILENT], more].concat()));
    assert_all_meet(&format!("{} {more:?}", networks[1]), &[alice, bob], promised);
    neighbours.assert_never_full();
}

#[test]
#[ignore = "long: a sweep of 1,022 machines"]
fn nodes_at_both_ends_of_a_22_find_each_other() {
    let test = "nodes_at_both_ends_of_a_22_find_each_other";
    ends(test, ["10.77.0.1/22", "10.77.3.254/22"], &[], seconds(11));
}

#[test]
#[ignore = "long: a sweep of 1,022 machines"]
fn the_highest_rate_finds_the_ends_of_a_22_sooner() {
    let test = "the_highest_rate_finds_the_ends_of_a_22_sooner";
    ends(test, ["10.77.0.1/22", "10.77.3.254/22"], &["--sweep-rate", "300"], Duration::from_millis(4_500));
}

/// Four minutes; `BY_HAND=1 cargo test --test e2e -- --ignored --nocapture first_pass_over_a_16`.
#[test]
#[ignore = "by hand: four minutes"]
fn a_first_pass_over_a_16_takes_under_four_minutes() {
    /// One port of every host but our own, and the other four ports of the one live host.
    const FIRST_PASS: u64 = 65_533 + 4;
    if !by_hand("a_first_pass_over_a_16_takes_under_four_minutes") {
        return;
    }
    let Some(mut lab) = Lab::with_filters_or_skip("a_first_pass_over_a_16_takes_under_four_minutes") else {
        return;
    };
    let (first, second) = (lab.host("10.77.0.1/16"), lab.host("10.77.255.254/16"));
    let bob = waiting(&second, "bob", 4_565, &[]);
    let neighbours = Neighbours::watch(&first);
    let begun = Instant::now();
    let alice = Node::start(&first.lan("alice", &[SILENT, "--sweep-rate", "300"]));
    let passed = |event: &&serde_json::Value| event["probed"].as_u64().is_some_and(|probed| probed >= FIRST_PASS);
    alice.wait("the end of the first pass", seconds(600), |events| events.iter().rev().find(passed).map(|_| ()));
    let took = begun.elapsed();
    println!("/16, bob found after {:?}", alice.joined_at(&bob.id()).map(|at| at - begun));
    println!("/16, first pass: {took:?} (promised 4 minutes)");
    assert!(took < seconds(240), "{took:?}");
    alice.wait_peer(&bob.id());
    neighbours.assert_never_full();
}
