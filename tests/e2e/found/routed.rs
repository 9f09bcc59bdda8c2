//! Two networks joined by a router that forwards neither multicast nor broadcast.

use std::time::Duration;

use super::{SILENT, assert_all_meet, shared_rate};
use crate::support::{Host, Lab, Node, seconds};

const HERE: &str = "10.77.1.0/24";
const THERE: &str = "10.77.2.0/24";

/// 508 machines, at the shared rate.
const SWEPT: Duration = seconds(11);

/// By way of addresses that peers pass on.
const PASSED_ON: Duration = seconds(5);

/// Makes `each` machines on each side, with the router as their gateway.
fn sides(lab: &mut Lab, each: usize) -> (Vec<Host>, Vec<Host>) {
    let other = lab.segment();
    lab.router(&[(0, "10.77.1.254/24"), (other, "10.77.2.254/24")]);
    let mut side = |segment: usize| -> Vec<Host> {
        let machine = |n| {
            let (host, net) = (lab.machine(), segment + 1);
            lab.plug(&host, segment, &[&format!("10.77.{net}.{}/24", n * 40 + 1)]);
            host.ip(&["route", "add", "default", "via", &format!("10.77.{net}.254")]);
            host
        };
        (0..each).map(machine).collect()
    };
    (side(0), side(other))
}

#[test]
#[ignore = "long: a sweep of two /24"]
fn a_sweep_of_both_networks_crosses_the_router() {
    let Some(mut lab) = Lab::or_skip("a_sweep_of_both_networks_crosses_the_router") else { return };
    let (here, there) = sides(&mut lab, 1);
    let rate = shared_rate(2);
    let options = [SILENT, "--cidr", HERE, "--cidr", THERE, &rate[0], &rate[1]];
    let nodes = [Node::start(&here[0].lan("alice", &options)), Node::start(&there[0].lan("bob", &options))];
    assert_all_meet("two routed networks, swept", &nodes, SWEPT);
}

/// On each side they hear each other, and one node knows one on the other side. The sweeps are too slow to help.
#[test]
#[ignore = "long: six nodes"]
fn one_contact_across_the_router_brings_everybody_together() {
    let Some(mut lab) = Lab::or_skip("one_contact_across_the_router_brings_everybody_together") else { return };
    let (here, there) = sides(&mut lab, 3);
    let options = ["--cidr", HERE, "--cidr", THERE, "--sweep-rate", "1"];
    let bridge = [&options[..], &["--peer", "10.77.2.1"]].concat();
    let start = |(n, host): (usize, &Host)| {
        let options = if n == 0 { &bridge[..] } else { &options[..] };
        Node::start(&host.lan(&format!("n{n}"), options))
    };
    let nodes: Vec<_> = there.iter().chain(&here).rev().enumerate().map(start).collect();
    assert_all_meet("two routed networks, one --peer", &nodes, PASSED_ON);
}
