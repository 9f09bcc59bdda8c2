//! Nodes that sweep a network of their own without announcements: real interfaces, and real silence where nothing
//! answers.

#![cfg(target_os = "linux")]

use std::net::IpAddr;

use crate::support::{Host, Lab, Node, Setup, seconds};

/// The segment that most tests sweep.
const WHOLE: &str = "10.77.0.0/24";

/// A part of it that is swept within seconds, even where nobody answers.
const PART: &str = "10.77.0.0/27";

/// A node on a machine that sweeps `cidr` at the program's default ports and announces nothing.
fn start(nick: &str, host: &Host, ip: &str, cidr: &str) -> Node {
    let setup = Setup {
        ip: ip.parse::<IpAddr>().unwrap(),
        cidr: cidr.to_owned(),
        netns: Some(host.name().to_owned()),
        more: vec!["--no-announce".to_owned()],
        ..Setup::new(nick, 4_565..=4_569)
    };
    let node = Node::start(&setup);
    assert_eq!(node.addr(), (setup.ip, 4_565).into());
    node
}

/// Two nodes far apart on a /24 where nothing else answers.
fn pair(first: &Host, second: &Host) -> (Node, Node) {
    (start("alice", first, "10.77.0.1", WHOLE), start("bob", second, "10.77.0.200", WHOLE))
}

#[test]
fn nodes_on_a_silent_network_find_each_other_by_sweep() {
    let Some(mut lab) = Lab::or_skip("nodes_on_a_silent_network_find_each_other_by_sweep") else {
        return;
    };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.200/24"));
    let (mut alice, mut bob) = pair(&first, &second);
    let took = [alice.wait_peer(&bob.id()), bob.wait_peer(&alice.id())];
    println!("found after {took:?}");
    alice.say("hello across the wire");
    bob.wait_text("hello across the wire");
    bob.say("and back");
    alice.wait_text("and back");
    alice.quit();
    bob.wait_peers(0);
    alice.assert_clean();
}

/// Nobody answers the first sweep. A node that comes later finds the waiting one.
#[test]
fn a_node_started_after_the_sweep_finds_the_waiting_one() {
    let Some(mut lab) = Lab::or_skip("a_node_started_after_the_sweep_finds_the_waiting_one") else {
        return;
    };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.30/24"));
    let mut alice = start("alice", &first, "10.77.0.1", PART);
    let ((), took) = alice.wait("the end of the first sweep", seconds(120), |events| {
        events.iter().find(|e| e["event"] == "sweep" && e["state"] == "done").map(|_| ())
    });
    println!("swept after {took:?}");
    let bob = start("bob", &second, "10.77.0.30", PART);
    println!("found after {:?}", bob.wait_peer(&alice.id()));
    alice.wait_peer(&bob.id());
    alice.say("there you are");
    bob.wait_text("there you are");
}

/// A cable is pulled while lines are on their way. Eleven seconds are promised; the test waits ten times as long.
#[test]
#[ignore = "long: the time limit for a silent peer"]
fn pulling_a_cable_is_noticed_and_replugging_it_links_again() {
    let Some(mut lab) = Lab::or_skip("pulling_a_cable_is_noticed_and_replugging_it_links_again") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.200/24"));
    let (mut alice, mut bob) = pair(&first, &second);
    alice.wait_peers(1);
    bob.wait_peers(1);
    lab.cable(&second, 0, false);
    alice.say("into the void");
    let (reason, took) = alice.wait_left(&bob.id(), seconds(110));
    println!("noticed by who spoke after {took:?}: {reason}");
    assert_eq!(reason, "timeout");
    let (reason, took) = bob.wait_left(&alice.id(), seconds(110));
    println!("noticed by who was silent {took:?} later: {reason}");

    lab.cable(&second, 0, true);
    // Nodes on a network do not sweep for ever by themselves: a user who is alone presses Ctrl-R.
    alice.say("/rescan");
    let took = alice.wait_peers(1);
    println!("linked again after {took:?}");
    bob.wait_peers(1);
    bob.say("back on the wire");
    alice.wait_text("back on the wire");
}

/// Several people on one segment, all started at once: everyone meets everyone. They sweep only a /27, because here
/// they all share the kernel's neighbour table, which real machines have to themselves.
#[test]
fn five_nodes_on_one_segment_all_meet() {
    let Some(mut lab) = Lab::or_skip("five_nodes_on_one_segment_all_meet") else { return };
    let addresses = ["10.77.0.2", "10.77.0.7", "10.77.0.16", "10.77.0.23", "10.77.0.30"];
    let hosts: Vec<_> = addresses.iter().map(|ip| lab.host(&format!("{ip}/24"))).collect();
    let mut nodes: Vec<_> = addresses
        .iter()
        .zip(hosts)
        .map(|(ip, host)| start(&format!("n{}", ip.replace('.', "-")), &host, ip, PART))
        .collect();
    for node in &nodes {
        println!("{} met all after {:?}", node.nick, node.wait_peers(4));
    }
    nodes[0].say("all of you");
    for node in &nodes[1..] {
        node.wait_text("all of you");
    }
}
