//! Networks that lose packets or block announcements.

use std::time::Duration;

use super::{NO_SWEEP, assert_all_meet, assert_promise, limit, shared_rate};
use crate::support::{Host, Lab, Node, rosters::wait_rosters, seconds, until};

/// However many packets are lost.
const LOSSY: Duration = seconds(5);

/// By a sweep of a /24.
const SWEPT: Duration = Duration::from_millis(2_500);

/// By announcements.
const HEARD: Duration = Duration::from_millis(50);

/// The addresses that announcements are sent to, in nftables syntax.
const MULTICAST: &str = "ip daddr 239.255.112.120";
const MULTICAST_V6: &str = "ip6 daddr ff12::7078:6368";
const BROADCAST: &str = "ip daddr 10.77.0.255";

/// Two nodes that announce themselves. The second starts once the first listens.
fn pair(first: &Host, second: &Host, options: &[&str]) -> [Node; 2] {
    let alice = Node::start(&first.lan("alice", options));
    alice.addr();
    [alice, Node::start(&second.lan("bob", options))]
}

/// Runs three nodes on a segment that loses `percent` percent of all packets, and passes them to `goes`.
fn lossy(test: &str, percent: u32, goes: impl FnOnce(&str, &[Node])) {
    let Some(mut lab) = Lab::with_filters_or_skip(test) else { return };
    let hosts = ["10.77.0.1/24", "10.77.0.99/24", "10.77.0.200/24"].map(|address| lab.host(address));
    lab.lose(percent);
    let options = shared_rate(hosts.len());
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let nodes: Vec<_> = (0..).zip(&hosts).map(|(n, host)| Node::start(&host.lan(&format!("n{n}"), &options))).collect();
    goes(&format!("{percent} % lost"), &nodes);
    // A few packets may all be lucky. The nodes keep running, so that more follow on the same network.
    let (lost, took) = until("a packet is lost", seconds(60), || Some(lab.lost()).filter(|lost| *lost > 0));
    println!("{percent} %: {lost} packets lost, seen {took:?} later");
}

#[test]
#[ignore = "long: what is lost is sent again after seconds"]
fn three_nodes_meet_despite_two_percent_packet_loss() {
    lossy("three_nodes_meet_despite_two_percent_packet_loss", 2, |what, nodes| assert_all_meet(what, nodes, LOSSY));
}

#[test]
#[ignore = "long: what is lost is sent again after seconds"]
fn three_nodes_meet_despite_twenty_percent_packet_loss() {
    lossy("three_nodes_meet_despite_twenty_percent_packet_loss", 20, |what, nodes| {
        let started = nodes.iter().map(Node::started).max().expect("there are three");
        // A link may lose so much that it hits a time limit and is made again. Only the final state counts.
        wait_rosters(nodes, limit(LOSSY));
        assert_promise(what, started.elapsed(), LOSSY);
        for node in nodes {
            node.assert_clean();
        }
    });
}

/// Two machines. Each drops the packets that match these rules in this direction: `input` or `output`.
fn filtered(test: &str, what: &str, direction: &str, rules: &[&str], options: &[&str], promised: Duration) {
    let Some(mut lab) = Lab::with_filters_or_skip(test) else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.200/24"));
    let drop = |rule: &&str| format!("{rule} udp dport 4565 counter name lost drop;");
    let drops = rules.iter().map(drop).collect::<Vec<_>>().join(" ");
    for host in [&first, &second] {
        let chain = format!("chain watch {{ type filter hook {direction} priority 0; policy accept; {drops} }}");
        host.filter(&format!("table inet test {{\ncounter lost {{ }}\n{chain}\n}}"));
    }
    let nodes = pair(&first, &second, options);
    assert_all_meet(what, &nodes, promised);
    assert!(first.counter("lost") + second.counter("lost") > 0, "the filter has met announcements");
}

#[test]
#[ignore = "long: several nodes, one after the other"]
fn either_kind_of_announcement_is_enough() {
    let test = "either_kind_of_announcement_is_enough";
    // Nobody sweeps, or they would meet anyway.
    let heard = |what, dropped: &[&str]| filtered(test, what, "input", dropped, &NO_SWEEP, HEARD);
    heard("multicast dropped, broadcast heard", &[MULTICAST, MULTICAST_V6]);
    heard("broadcast dropped, multicast heard", &[BROADCAST, MULTICAST_V6]);
    heard("only IPv6 multicast heard", &[BROADCAST, MULTICAST]);
}

#[test]
#[ignore = "long: a sweep of a /24, twice"]
fn the_sweep_finds_nodes_that_no_announcement_reaches() {
    let test = "the_sweep_finds_nodes_that_no_announcement_reaches";
    let options = shared_rate(2);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let swept = |what, direction| {
        filtered(test, what, direction, &[MULTICAST, MULTICAST_V6, BROADCAST], &options, SWEPT);
    };
    swept("all announcements dropped on the way in", "input");
    // On the way out the sender notices: sending fails.
    swept("all announcements refused on the way out", "output");
}

/// A datagram to a multicast group needs no route, because it leaves by the chosen interface. One to the broadcast
/// address does.
#[test]
#[ignore = "long: several nodes, one after the other"]
fn announcements_need_no_route() {
    let Some(mut lab) = Lab::quiet_or_skip("announcements_need_no_route") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.200/24"));
    for host in [&first, &second] {
        host.sysctl("ipv6/conf/all/disable_ipv6", "1");
        for group in ["239.0.0.0/8", "10.77.0.255/32"] {
            host.ip(&["rule", "add", "to", group, "pref", "1", "prohibit"]);
        }
        // By default, the kernel's rule for its own addresses comes before all others.
        host.ip(&["rule", "add", "from", "all", "lookup", "local", "pref", "2"]);
        host.ip(&["rule", "delete", "pref", "0"]);
    }
    let alice = Node::start(&first.lan("alice", &NO_SWEEP));
    alice.addr();
    let bob = Node::start(&second.lan("bob", &NO_SWEEP));
    assert_all_meet("no route for announcements", &[alice, bob], HEARD);
}

/// An access point isolates its clients. Two of them reach the third, which is wired, but not each other.
#[test]
#[ignore = "long: what leads nowhere is tried for seconds"]
fn isolated_clients_hear_each_other_through_a_wired_node() {
    let Some(mut lab) = Lab::quiet_or_skip("isolated_clients_hear_each_other_through_a_wired_node") else {
        return;
    };
    let hosts = ["10.77.0.1/24", "10.77.0.2/24", "10.77.0.3/24"].map(|address| lab.host(address));
    lab.isolate(&hosts[0], 0);
    lab.isolate(&hosts[1], 0);
    let start = |(n, host): (usize, &Host)| Node::start(&host.lan(&format!("n{n}"), &NO_SWEEP));
    let mut nodes: Vec<_> = hosts.iter().enumerate().map(start).collect();
    nodes[2].wait_peers(2);
    for n in [0, 1] {
        nodes[n].wait_peer(&nodes[2].id());
    }
    nodes[0].say("past the access point");
    nodes[1].wait_text("past the access point");
    assert_eq!([0, 1].map(|n| nodes[n].roster()), [0, 1].map(|_| vec![nodes[2].id()]));
}
