//! The faults, each made in its own namespace.

use std::net::{SocketAddr, TcpListener};

use super::{future::Future, through, tool, two};
use crate::support::{Lab, Node};

/// Rules that drop the packets that nftables calls `what`, on their way in or out.
fn dropping(hook: &str, what: &str) -> String {
    format!("table inet wall {{\nchain door {{\ntype filter hook {hook} priority 0\n{what} drop\n}}\n}}\n")
}

#[test]
fn a_healthy_network_has_no_faults() {
    let Some(mut lab) = Lab::or_skip("a_healthy_network_has_no_faults") else { return };
    let (here, _there, _bob) = two(&mut lab);
    let printed = tool(&here, &["doctor"]);
    assert_eq!((printed.verdict(), printed.success), (None, true), "{:#?}", printed.lines);
    assert!(printed.text("inbound_blocked").contains("bob (10.77.0.30:4565) can connect to you"));
    assert_eq!(printed.text("multicast_blocked"), "Announcements get through in both directions.");
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_missing_network_is_named() {
    let Some(mut lab) = Lab::or_skip("a_missing_network_is_named") else { return };
    let (here, _there, _bob) = two(&mut lab);
    lab.cable(&here, 0, false);
    let printed = tool(&here, &["doctor"]);
    assert_eq!((printed.verdict(), printed.success), (Some("no_network"), false));
    assert!(printed.text("no_network").contains("eth0 is not connected"));
    let printed = tool(&lab.machine(), &["doctor"]);
    assert_eq!(printed.verdict(), Some("no_network"));
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_wrong_mask_is_named_on_either_side() {
    let Some(mut lab) = Lab::or_skip("a_wrong_mask_is_named_on_either_side") else { return };
    let (_, _there, _bob) = two(&mut lab);
    let narrow = lab.host("10.77.0.200/25");
    let printed = tool(&narrow, &["doctor"]);
    assert_eq!(printed.verdict(), Some("wrong_mask"), "{:#?}", printed.lines);
    assert!(printed.text("wrong_mask").contains("10.77.0.30"), "{}", printed.text("wrong_mask"));
    let alone = lab.host("10.77.0.201/32");
    assert_eq!(tool(&alone, &["doctor"]).verdict(), Some("wrong_mask"));
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn taken_ports_are_named() {
    let Some(mut lab) = Lab::or_skip("taken_ports_are_named") else { return };
    let (here, _there, _bob) = two(&mut lab);
    let taken: Vec<TcpListener> = here.inside(|| {
        (4_565..=4_569).map(|port| TcpListener::bind(SocketAddr::from(([10, 77, 0, 1], port))).unwrap()).collect()
    });
    let printed = tool(&here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("port_taken"), "{:#?}", printed.lines);
    drop(taken);
    assert_eq!(tool(&here, &["doctor"]).verdict(), None);
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_firewall_that_lets_nobody_in_is_named() {
    let Some(mut lab) = Lab::with_filters_or_skip("a_firewall_that_lets_nobody_in_is_named") else { return };
    let (here, _there, _bob) = two(&mut lab);
    here.filter(&dropping("input", "tcp flags & (syn | ack) == syn"));
    let printed = tool(&here, &["doctor"]);
    assert_eq!((printed.verdict(), printed.success), (Some("inbound_blocked"), false), "{:#?}", printed.lines);
    assert!(printed.text("inbound_blocked").starts_with("bob (10.77.0.30:4565) tried to connect to you on TCP 4565"));
}

/// Bob is heard, but cannot be reached.
#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_peers_firewall_is_named() {
    let Some(mut lab) = Lab::with_filters_or_skip("a_peers_firewall_is_named") else { return };
    let (here, there, _bob) = two(&mut lab);
    there.filter(&dropping("input", "tcp flags & (syn | ack) == syn"));
    let printed = tool(&here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("peer_blocked"), "{:#?}", printed.lines);
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn blocked_announcements_are_named() {
    let Some(mut lab) = Lab::with_filters_or_skip("blocked_announcements_are_named") else { return };
    let (here, _there, _bob) = two(&mut lab);
    here.filter(&dropping("input", "meta l4proto udp"));
    let printed = tool(&here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("multicast_blocked"), "{:#?}", printed.lines);
    assert!(printed.text("multicast_blocked").contains("do not reach you"));
    let other = lab.host("10.77.0.2/24");
    other.filter(&dropping("output", "meta l4proto udp"));
    assert_eq!(tool(&other, &["doctor"]).verdict(), Some("multicast_blocked"));
}

/// Both reach the router, but not each other.
#[test]
#[ignore = "long: one of the doctor's faults"]
fn client_isolation_is_named() {
    let Some(mut lab) = Lab::or_skip("client_isolation_is_named") else { return };
    let _router = lab.router(&[(0, "10.77.0.254/24")]);
    let (here, there, _bob) = two(&mut lab);
    for host in [&here, &there] {
        host.ip(&["route", "add", "default", "via", "10.77.0.254"]);
        lab.isolate(host, 0);
    }
    // A machine that was heard earlier and has gone silent does not count as answering.
    here.ip(&["neigh", "replace", "10.77.0.2", "lladdr", "02:00:00:00:00:02", "nud", "stale", "dev", "eth0"]);
    let printed = tool(&here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("clients_isolated"), "{:#?}", printed.lines);
    assert!(printed.text("clients_isolated").contains("only the router (10.77.0.254) answers"));
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_route_into_a_tunnel_is_named() {
    let Some(mut lab) = Lab::or_skip("a_route_into_a_tunnel_is_named") else { return };
    let (here, _there, _bob) = two(&mut lab);
    // What a VPN does: a tunnel, and a route for the home network that is more specific than the real one.
    here.ip(&["link", "add", "tun0", "type", "veth", "peer", "name", "far"]);
    for (name, state) in [("tun0", "up"), ("far", "up")] {
        here.ip(&["link", "set", name, state]);
    }
    here.ip(&["address", "add", "10.8.0.2/24", "dev", "tun0"]);
    here.ip(&["route", "add", "10.77.0.0/25", "dev", "tun0"]);
    let printed = tool(&here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("route_captured"), "{:#?}", printed.lines);
    assert!(printed.text("route_captured").contains("to tun0, not to eth0"));
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_clock_that_is_far_off_is_named() {
    let Some(mut lab) = Lab::or_skip("a_clock_that_is_far_off_is_named") else { return };
    let (here, _there, _bob) = two(&mut lab);
    // Only the time of day is wrong: waiting uses the other clock.
    let starters = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", "-3h"];
    let printed = through(&starters, &here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("clock_off"), "{:#?}", printed.lines);
    assert!(printed.text("clock_off").contains("is 3 hours ahead of yours"), "{}", printed.text("clock_off"));
}

#[test]
#[ignore = "long: one of the doctor's faults"]
fn a_peers_other_version_is_named() {
    let Some(mut lab) = Lab::or_skip("a_peers_other_version_is_named") else { return };
    let (here, there) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.30/24"));
    let _later = Future::start(&there, ([10, 77, 0, 30], 4_565).into());
    let printed = tool(&here, &["doctor"]);
    assert_eq!(printed.verdict(), Some("version_mismatch"), "{:#?}", printed.lines);
    assert!(
        printed.text("version_mismatch").contains("zed (10.77.0.30:4565) runs release 9.0.0"),
        "{}",
        printed.text("version_mismatch")
    );
}

/// The chat itself gives the same diagnosis while nobody is there.
#[test]
#[ignore = "long: one of the doctor's faults"]
fn the_chat_gives_the_same_diagnosis_while_nobody_is_there() {
    let Some(mut lab) = Lab::or_skip("the_chat_gives_the_same_diagnosis_while_nobody_is_there") else { return };
    let _router = lab.router(&[(0, "10.77.0.254/24")]);
    let here = lab.host("10.77.0.1/24");
    here.ip(&["route", "add", "default", "via", "10.77.0.254"]);
    // The network has this name everywhere, so that it is one network all the time.
    let mut alice = Node::start(&here.lan("alice", &["--network", "office"]));
    let codes = |event: &serde_json::Value| {
        let findings = event["findings"].as_array()?;
        Some(findings.iter().map(|finding| finding["code"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>())
    };
    let (found, took) = alice.wait("a diagnosis", super::PROMISED * super::SLACK, |events| {
        events.iter().filter(|event| event["event"] == "diagnosis").find_map(codes)
    });
    println!("said after {took:?}: {found:?}");
    assert_eq!(found, ["clients_isolated"]);
    let wait_well = |alice: &Node| {
        alice.wait("that all is well", super::PROMISED * super::SLACK, |events| {
            let last = events.iter().rfind(|event| event["event"] == "diagnosis")?;
            last["findings"].as_array()?.is_empty().then_some(())
        });
    };
    // A closed chat expects nobody.
    alice.say("/lan off");
    wait_well(&alice);
    alice.say("/lan on");
    alice.wait("the same diagnosis", super::PROMISED * super::SLACK, |events| {
        events.iter().rfind(|event| event["event"] == "diagnosis").and_then(codes).filter(|again| *again == found)
    });
    let there = lab.host("10.77.0.30/24");
    let _bob = Node::start(&there.lan("bob", &["--network", "office"]));
    alice.wait_peers(1);
    wait_well(&alice);
}
