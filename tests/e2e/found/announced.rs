//! Nodes find each other by announcements, where these get through.

use std::time::Duration;

use super::{NO_SWEEP, assert_all_meet};
use crate::support::{Lab, Node, Ports, Setup};

/// Counted from the start of the second node.
const PROMISED: Duration = Duration::from_millis(50);

/// For a room whose nodes all start at once.
const ROOM: Duration = Duration::from_millis(250);

#[test]
fn two_nodes_on_this_machine_hear_each_other() {
    let ports = Ports::take();
    // They sweep a loopback address where nobody is, so that no sweep helps.
    let setup = |nick| Setup { cidr: "127.7.7.7/32".to_owned(), ..Setup::new(nick, ports.port(0)..=ports.port(4)) };
    let alice = Node::start(&setup("alice"));
    alice.addr();
    let bob = Node::start(&setup("bob"));
    assert_all_meet("announced on loopback", &[alice, bob], PROMISED);
}

#[test]
fn two_nodes_on_a_segment_hear_each_other() {
    let Some(mut lab) = Lab::quiet_or_skip("two_nodes_on_a_segment_hear_each_other") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.200/24"));
    let alice = Node::start(&first.lan("alice", &NO_SWEEP));
    alice.addr();
    let bob = Node::start(&second.lan("bob", &NO_SWEEP));
    assert_all_meet("announced on one segment", &[alice, bob], PROMISED);
}

/// Each is heard four times, in two ways on each of two segments, and once more over IPv6. They still become one peer
/// with one link.
#[test]
fn two_nodes_sharing_two_segments_have_one_link() {
    let Some(mut lab) = Lab::quiet_or_skip("two_nodes_sharing_two_segments_have_one_link") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let other = lab.segment();
    lab.plug(&first, other, &["10.78.0.1/24"]);
    lab.plug(&second, other, &["10.78.0.2/24"]);
    let both = [&NO_SWEEP[..], &["--interface", "eth0", "--interface", "eth1"]].concat();
    let alice = Node::start(&first.lan("alice", &both));
    alice.addr();
    let bob = Node::start(&second.lan("bob", &both));
    assert_all_meet("announced on two segments", &[alice, bob], PROMISED);
}

/// These machines have only the addresses that IPv6 gives itself.
#[test]
fn two_nodes_with_only_link_local_addresses_hear_each_other() {
    let test = "two_nodes_with_only_link_local_addresses_hear_each_other";
    let Some(mut lab) = Lab::quiet_or_skip(test) else { return };
    let (first, second) = (lab.machine(), lab.machine());
    lab.plug(&first, 0, &[]);
    lab.plug(&second, 0, &[]);
    let alice = Node::start(&first.lan("alice", &[]));
    assert!(alice.addr().to_string().starts_with("[fe80::"), "{}", alice.addr());
    let bob = Node::start(&second.lan("bob", &[]));
    assert_all_meet("announced on IPv6 link-local", &[alice, bob], PROMISED);
}

#[test]
#[ignore = "long: ten nodes"]
fn ten_nodes_started_at_once_all_hear_each_other() {
    let Some(mut lab) = Lab::quiet_or_skip("ten_nodes_started_at_once_all_hear_each_other") else { return };
    let hosts: Vec<_> = (1..=10).map(|n| lab.host(&format!("10.77.0.{n}/24"))).collect();
    let setups = hosts.iter().enumerate().map(|(n, host)| host.lan(&format!("n{n}"), &NO_SWEEP));
    let nodes: Vec<_> = setups.map(|setup| Node::start(&setup)).collect();
    assert_all_meet("ten announced at once", &nodes, ROOM);
}
