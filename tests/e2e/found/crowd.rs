//! Many nodes, several on each machine, each with two addresses, all started at once.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{MAX_RATE, assert_all_meet, by_hand, meet, neighbours::Neighbours, shared_rate};
use crate::support::{Lab, Node, seconds, until_passed};

/// On a machine that has nothing else to do.
const PROMISED: Duration = seconds(10);

/// Starts `each` nodes on each of `machines` machines, and checks that all meet.
fn crowd(test: &str, machines: usize, each: usize) {
    let Some(mut lab) = Lab::or_skip(test) else { return };
    let hosts: Vec<_> = (1..=machines)
        .map(|n| {
            let host = lab.host(&format!("10.77.0.{n}/24"));
            host.add_address("eth0", &format!("10.78.0.{n}/24"));
            host
        })
        .collect();
    let rate = shared_rate(machines * each);
    let rate = [rate[0].as_str(), rate[1].as_str()];
    let setups: Vec<_> = (0..machines * each).map(|n| hosts[n % machines].lan(&format!("n{n}"), &rate)).collect();
    let nodes: Vec<_> = setups.iter().map(Node::start).collect();
    assert_all_meet(&format!("{} nodes on {machines} machines", nodes.len()), &nodes, PROMISED);
}

#[test]
#[ignore = "long: sixteen nodes"]
fn sixteen_nodes_with_two_addresses_each_all_meet_once() {
    crowd("sixteen_nodes_with_two_addresses_each_all_meet_once", 4, 4);
}

/// How many probes a sweep that began after the first `mark` events has reported: a new sweep counts from one again.
fn probed_again(events: &[Value], mark: usize) -> Option<u64> {
    let told = events.iter().enumerate().filter_map(|(at, event)| Some((at, event["probed"].as_u64()?)));
    let told: Vec<(usize, u64)> = told.collect();
    let before = told.windows(2).position(|pair| pair[1].0 >= mark && pair[1].1 < pair[0].1)?;
    told[before + 1..].iter().map(|(_, probed)| *probed).max()
}

/// Each of them alone would sweep as fast as the kernel's neighbour table can bear.
#[test]
#[ignore = "long: a sweep of four thousand machines"]
fn copies_on_one_machine_share_its_neighbour_table() {
    const COPIES: usize = 4;
    /// Probes of each copy. All begin with the 254 machines of their own /24 and then probe different ones. If each
    /// copy went on as if it were alone, the table would be full in a second.
    const PROBES: u64 = 1_000;
    /// The kernel asks three times for a silent machine, a second apart, before it gives up.
    const GIVEN_UP: Duration = seconds(4);
    let Some(mut lab) = Lab::with_filters_or_skip("copies_on_one_machine_share_its_neighbour_table") else {
        return;
    };
    let host = lab.host("10.77.0.1/20");
    let mut nodes: Vec<Node> = Vec::new();
    for n in 0..COPIES {
        nodes.push(Node::start(&host.lan(&format!("n{n}"), &["--sweep-rate", "300"])));
        for node in &nodes {
            node.wait_peers(n);
        }
    }
    meet(&nodes, seconds(1));
    // Before it was linked, each knew of no other, and together they swept too fast. That is not counted.
    until_passed(GIVEN_UP);
    let (neighbours, begun) = (Neighbours::watch(&host), Instant::now());
    let again = |node: &mut Node| {
        let mark = node.mark();
        node.say("/rescan");
        mark
    };
    let marks: Vec<usize> = nodes.iter_mut().map(again).collect();
    for (node, mark) in nodes.iter().zip(marks) {
        node.wait("its share of the probes", seconds(120), |events| {
            probed_again(events, mark).filter(|probed| *probed >= PROBES)
        });
    }
    let took = begun.elapsed();
    println!("four copies: {PROBES} probes each in {took:?}, {MAX_RATE} a second together promised at most");
    neighbours.assert_never_full();
}

/// `BY_HAND=1 cargo test --test e2e -- --ignored --nocapture sixty_four`
#[test]
#[ignore = "by hand: sixty-four nodes are too many for a machine that does other things too"]
fn sixty_four_nodes_with_two_addresses_all_meet_once() {
    let test = "sixty_four_nodes_with_two_addresses_all_meet_once";
    if by_hand(test) {
        crowd(test, 16, 4);
    }
}
