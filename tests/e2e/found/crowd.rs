//! Many nodes, several to a machine, each at two addresses, all started at once.

use std::time::Duration;

use super::{assert_all_meet, assert_never_full, by_hand, meet, shared_rate};
use crate::support::{Lab, Node, proc, seconds};

/// When the machine has nothing else to do.
const PROMISED: Duration = seconds(10);

/// So many machines with so many nodes each.
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
fn sixteen_with_two_addresses_each_all_meet_once() {
    crowd("sixteen_with_two_addresses_each_all_meet_once", 4, 4);
}

/// Each alone would sweep as fast as the kernel's table of neighbours can bear.
#[test]
#[ignore = "long: a sweep of two thousand machines"]
fn copies_on_one_machine_share_what_its_table_of_neighbours_can_bear() {
    const PROBES: u32 = 2_000;
    let Some(mut lab) = Lab::or_skip("copies_on_one_machine_share_what_its_table_of_neighbours_can_bear") else {
        return;
    };
    let host = lab.host("10.77.0.1/20");
    let fulls = proc::neighbour_table_fulls();
    let setup = |n| host.lan(&format!("n{n}"), &["--sweep-rate", "300"]);
    let nodes: Vec<_> = (0..4).map(|n| Node::start(&setup(n))).collect();
    let met = meet(&nodes, seconds(1));
    for node in &nodes {
        node.wait("its share of the probes", seconds(120), |events| {
            events
                .iter()
                .any(|event| event["probed"].as_u64().is_some_and(|probed| probed >= u64::from(PROBES / 4)))
                .then_some(())
        });
    }
    println!("four copies: {:.0} probes a second together", f64::from(PROBES) / met.elapsed().as_secs_f64());
    assert_never_full(fulls);
}

/// `BY_HAND=1 cargo test --release --test e2e -- --ignored --nocapture sixty_four`
#[test]
#[ignore = "by hand: sixty-four nodes are too many for a machine that does other things too"]
fn sixty_four_with_two_addresses_each_all_meet_once() {
    let test = "sixty_four_with_two_addresses_each_all_meet_once";
    if by_hand(test) {
        crowd(test, 16, 4);
    }
}
