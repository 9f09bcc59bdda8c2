//! The history is there tomorrow, whatever the kernel has forgotten about the network meanwhile.

use std::sync::Arc;

use super::{OFFICE, OTHER, VRRP, certain, leads_through, router, set_hardware, wait_network};
use crate::support::{Host, Lab, Node};

/// Starts a node this many times in a row, each time with an empty neighbour table and one more line. Returns the
/// history at the end.
fn restart(host: &Host, times: usize, settle: impl Fn(&mut Node)) -> Vec<String> {
    let mut home = None;
    for round in 0..times {
        host.ip(&["neigh", "flush", "all"]);
        let setup = host.lan("alice", &["--profile", "default", "--no-announce"]);
        let mut node = match &home {
            None => Node::start(&setup),
            Some(home) => Node::start_at(&Arc::clone(home), &setup),
        };
        settle(&mut node);
        let before: Vec<String> = (0..round).map(|n| format!("round {n}")).collect();
        let said = format!("round {round}");
        node.say(&said);
        node.wait_own(&said);
        let shown = node.history_texts();
        assert_eq!(shown, [before, vec![said]].concat(), "start {}", round + 1);
        home = Some(node.home());
        node.quit();
        if round + 1 == times {
            return shown;
        }
    }
    Vec::new()
}

#[test]
#[ignore = "long: ten starts"]
fn ten_restarts_behind_a_router_show_the_same_history() {
    let Some(mut lab) = Lab::or_skip("ten_restarts_behind_a_router_show_the_same_history") else { return };
    let host = lab.host("10.77.0.1/24");
    router(&mut lab, OFFICE);
    leads_through(&host, "10.77.0.254");
    assert_eq!(restart(&host, 10, |node| drop(certain(node))).len(), 10);
}

/// Nothing here identifies the network.
#[test]
#[ignore = "long: several starts"]
fn without_clues_one_command_brings_the_history_back() {
    let Some(mut lab) = Lab::or_skip("without_clues_one_command_brings_the_history_back") else {
        return;
    };
    let host = lab.host("10.77.0.1/24");
    router(&mut lab, VRRP);
    leads_through(&host, "10.77.0.254");
    let settle = |node: &mut Node| {
        let event = wait_network(node, "an open network", |event| event["open"] == true);
        if event["may_be"].is_array() {
            node.say("/lan same");
            certain(node);
        } else {
            assert_eq!(event["certain"], false, "{event}");
        }
    };
    restart(&host, 3, settle);
}

/// A switch without a router, or a router whose address identifies nothing: a colleague is enough.
#[test]
#[ignore = "long: several starts"]
fn a_colleague_identifies_the_network_where_no_router_does() {
    for hardware in [None, Some(VRRP), Some("02:00:00:00:00:01")] {
        let Some(mut lab) = Lab::or_skip("a_colleague_identifies_the_network_where_no_router_does") else { return };
        let (host, desk) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
        if let Some(hardware) = hardware {
            router(&mut lab, hardware);
            leads_through(&host, "10.77.0.254");
        }
        let bob = Node::start(&desk.lan("bob", &[]));
        let first = std::cell::Cell::new(true);
        let settle = |node: &mut Node| {
            node.wait_peer(&bob.id());
            // At the first start, the network is new.
            if !first.replace(false) {
                certain(node);
            }
        };
        restart(&host, 4, settle);
        bob.wait_text("round 3");
    }
}

#[test]
#[ignore = "long: several starts"]
fn a_router_that_answers_late_makes_no_other_network() {
    let Some(mut lab) = Lab::with_filters_or_skip("a_router_that_answers_late_makes_no_other_network") else { return };
    let host = lab.host("10.77.0.1/24");
    let first = router(&mut lab, OFFICE);
    leads_through(&host, "10.77.0.254");
    let round = std::cell::Cell::new(0);
    let settle = |node: &mut Node| {
        if round.replace(round.get() + 1) == 1 {
            // Nothing has answered within the second that a start waits.
            let event = wait_network(node, "an open network", |event| event["open"] == true);
            assert_eq!((&event["certain"], event["may_be"].as_array().unwrap().len()), (&false.into(), 1), "{event}");
            first.ip(&["link", "set", "eth0", "up"]);
        }
        certain(node);
        if round.get() == 1 {
            first.ip(&["link", "set", "eth0", "down"]);
        }
    };
    restart(&host, 3, settle);
}

#[test]
#[ignore = "long: several starts"]
fn either_of_two_routers_identifies_the_network() {
    let Some(mut lab) = Lab::or_skip("either_of_two_routers_identifies_the_network") else { return };
    let host = lab.host("10.77.0.1/24");
    router(&mut lab, OFFICE);
    let second = lab.router(&[(0, "10.77.0.253/24")]);
    set_hardware(&second, OTHER);
    leads_through(&host, "10.77.0.254");
    host.ip(&["route", "add", "default", "via", "10.77.0.253", "metric", "200"]);
    let round = std::cell::Cell::new(0);
    let settle = |node: &mut Node| {
        certain(node);
        // From the second start on, only the other router is there.
        if round.replace(1) == 0 {
            host.ip(&["route", "delete", "default", "via", "10.77.0.254"]);
        }
    };
    restart(&host, 3, settle);
}

#[test]
#[ignore = "long: several starts"]
fn a_router_of_ipv6_alone_identifies_the_network() {
    let Some(mut lab) = Lab::or_skip("a_router_of_ipv6_alone_identifies_the_network") else { return };
    let host = lab.machine();
    lab.plug(&host, 0, &[]);
    let router = lab.machine();
    lab.plug(&router, 0, &["fe80::1/64"]);
    set_hardware(&router, OFFICE);
    host.ip(&["-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0"]);
    restart(&host, 3, |node| drop(certain(node)));
}
