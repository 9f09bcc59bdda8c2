//! What a node costs once it has found everybody.

use std::time::Instant;

use crate::support::{Host, Lab, Node, proc, rosters::assert_rosters, seconds, until, until_passed};

/// Long enough for at least two announcements.
const WATCHED: std::time::Duration = seconds(65);

/// Seconds between two announcements. Each is one datagram per interface.
const ANNOUNCED_EVERY: u64 = 30;

/// Ten times the promised tenth of a percent.
const MAX_BUSY: f64 = 0.01;

/// Counts everything that a machine sends in order to find others.
const COUNTED: &str = "table inet test {
    counter multicast { }
    counter broadcast { }
    counter multicast6 { }
    set probes { type ipv4_addr . inet_service . inet_service; flags dynamic; size 65535; }
    chain watch {
        type filter hook output priority 0; policy accept;
        oifname eth0 ip daddr 239.255.112.120 udp dport 4565 counter name multicast
        oifname eth0 ip daddr 10.77.0.255 udp dport 4565 counter name broadcast
        oifname eth0 ip6 daddr ff12::7078:6368 udp dport 4565 counter name multicast6
        oifname eth0 tcp flags & (syn | ack) == syn add @probes { ip daddr . tcp sport . tcp dport }
    }
}";

/// What a machine has sent so far: announcements of each kind, and probes.
fn counted(host: &Host) -> ([u64; 3], usize) {
    (["multicast", "broadcast", "multicast6"].map(|name| host.counter(name)), host.elements("probes"))
}

/// Whether a node has finished its first sweep.
fn has_swept(node: &Node) -> bool {
    node.first_at(|event| event["event"] == "sweep" && event["state"] == "done").is_some()
}

#[test]
#[ignore = "long: a minute of silence"]
fn a_node_that_found_everybody_is_quiet() {
    let Some(mut lab) = Lab::quiet_with_filters_or_skip("a_node_that_found_everybody_is_quiet") else { return };
    let hosts = ["10.77.0.1/24", "10.77.0.2/24", "10.77.0.3/24"].map(|address| lab.host(address));
    for host in &hosts {
        host.filter(COUNTED);
    }
    // A small part of the network, so that the first sweep ends soon. What follows is as slow as anywhere else.
    let start = |(n, host): (usize, &Host)| Node::start(&host.lan(&format!("n{n}"), &["--cidr", "10.77.0.0/28"]));
    let nodes: Vec<_> = hosts.iter().enumerate().map(start).collect();
    for node in &nodes {
        node.wait_peers(2);
    }
    assert_rosters(&nodes);
    until("all sweeps are over", seconds(60), || nodes.iter().all(has_swept).then_some(()));
    // The last of the first announcements are sent two seconds after the last change.
    until_passed(seconds(5));

    let begun = Instant::now();
    let before: Vec<_> = hosts.iter().map(counted).collect();
    let busy: Vec<_> = nodes.iter().map(|node| proc::busy(node.pid())).collect();
    until_passed(WATCHED);
    for (n, node) in nodes.iter().enumerate() {
        let share = proc::busy(node.pid()).saturating_sub(busy[n]).as_secs_f64() / WATCHED.as_secs_f64();
        let ((ways, probes), (ways_before, looked_before)) = (counted(&hosts[n]), before[n]);
        // Counting takes time too, and packets are counted meanwhile.
        let watched = begun.elapsed().as_secs();
        let announced: Vec<u64> = ways.iter().zip(ways_before).map(|(now, before)| now - before).collect();
        let looked = u64::try_from(probes - looked_before).unwrap();
        println!(
            "{}: in {WATCHED:?} {announced:?} announcements by multicast, broadcast and IPv6, {looked} probes, {:.3} % \
             of a processor (promised 0.1 %)",
            node.nick,
            share * 100.0
        );
        // One more of each may fall on the edge of the interval.
        assert!((1..=watched / ANNOUNCED_EVERY + 1).contains(&announced.iter().sum()), "{announced:?} in {watched} s");
        assert!(looked <= watched + 1, "{looked} probes in {watched} s");
        assert!(share < MAX_BUSY, "{share}");
    }
    for node in &nodes {
        node.assert_clean();
    }
}
