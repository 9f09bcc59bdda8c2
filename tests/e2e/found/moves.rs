//! Interfaces that change while a node is open to their networks.

use serde_json::Value;

use super::{NO_SWEEP, SILENT};
use crate::support::{Host, Lab, Node, rosters::assert_rosters, seconds};

/// How long a test waits until the node sees a change of the machine's interfaces. They are checked every two seconds,
/// and another network is waited for during up to three more checks. The rest is for a machine that is busy with other
/// tests.
const SEEN: std::time::Duration = seconds(30);

/// Two nodes that have met by announcements alone.
fn pair(first: &Host, second: &Host) -> (Node, Node) {
    let (alice, bob) = (Node::start(&first.lan("alice", &NO_SWEEP)), Node::start(&second.lan("bob", &NO_SWEEP)));
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    (alice, bob)
}

/// Waits for a wanted `network` event after the first `mark` events.
fn wait_network(node: &Node, mark: usize, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let (event, took) = node.wait(what, SEEN, |events| {
        events.iter().skip(mark).filter(|event| event["event"] == "network").find(|event| wanted(event)).cloned()
    });
    println!("{}: {what} after {took:?}", node.nick);
    event
}

fn has_address(event: &Value, ip: &str) -> bool {
    event["addrs"].as_array().unwrap().iter().any(|addr| addr.as_str().unwrap().starts_with(ip))
}

#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_changed_address_is_followed() {
    let Some(mut lab) = Lab::quiet_or_skip("a_changed_address_is_followed") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let (mut alice, bob) = pair(&first, &second);
    let mark = bob.mark();
    second.remove_address("eth0", "10.77.0.2/24");
    second.add_address("eth0", "10.77.0.99/24");
    wait_network(&bob, mark, "the new address", |event| {
        has_address(event, "10.77.0.99:") && !has_address(event, "10.77.0.2:")
    });
    // The old link may die or be replaced first. In the end there is one, and it carries lines.
    alice.say("where are you now?");
    bob.wait_text("where are you now?");
    alice.wait_peer(&bob.id());
    assert_rosters(&[alice, bob]);
}

#[test]
#[ignore = "long: the time limit for a silent peer"]
fn a_downed_interface_is_reported_lost_and_comes_back() {
    let Some(mut lab) = Lab::quiet_or_skip("a_downed_interface_is_reported_lost_and_comes_back") else {
        return;
    };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let (alice, bob) = pair(&first, &second);
    let mark = bob.mark();
    second.ip(&["link", "set", "eth0", "down"]);
    let lost = wait_network(&bob, mark, "lost", |event| event["lost"].is_string());
    println!("{}", lost["lost"]);
    assert_eq!(lost["open"], true, "a network that is gone for a while is still the one that we are in");
    bob.wait_left(&alice.id(), seconds(110));
    alice.wait_left(&bob.id(), seconds(110));
    let mark = bob.mark();
    second.ip(&["link", "set", "eth0", "up"]);
    wait_network(&bob, mark, "back", |event| event["lost"].is_null());
    println!("found again after {:?}", bob.wait_peer(&alice.id()));
    alice.wait_peer(&bob.id());
    assert_rosters(&[alice, bob]);
}

/// The interface stays up, but nothing is at the other end any more.
#[test]
#[ignore = "long: the time limit for a silent peer"]
fn a_pulled_cable_is_reported_lost_and_comes_back() {
    let Some(mut lab) = Lab::quiet_or_skip("a_pulled_cable_is_reported_lost_and_comes_back") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let (alice, bob) = pair(&first, &second);
    let mark = bob.mark();
    lab.cable(&second, 0, false);
    let lost = wait_network(&bob, mark, "lost", |event| event["lost"].is_string());
    assert!(lost["lost"].as_str().unwrap().contains("eth0 is not connected"), "{lost}");
    bob.wait_left(&alice.id(), seconds(110));
    alice.wait_left(&bob.id(), seconds(110));
    let mark = bob.mark();
    lab.cable(&second, 0, true);
    wait_network(&bob, mark, "back", |event| event["lost"].is_null());
    println!("found again after {:?}", bob.wait_peer(&alice.id()));
    assert_rosters(&[alice, bob]);
}

#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_new_interface_leads_to_the_people_there() {
    let Some(mut lab) = Lab::quiet_or_skip("a_new_interface_leads_to_the_people_there") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let other = lab.segment();
    let third = lab.machine();
    lab.plug(&third, other, &["10.78.0.3/24"]);
    let alice = Node::start(&first.lan("alice", &NO_SWEEP));
    // Both are named, because otherwise only one network is open at a time.
    let bob =
        Node::start(&second.lan("bob", &[&NO_SWEEP[..], &["--interface", "eth0", "--interface", "eth1"]].concat()));
    alice.wait_peer(&bob.id());
    let carol = Node::start(&third.lan("carol", &NO_SWEEP));
    carol.addr();
    let mark = bob.mark();
    lab.plug(&second, other, &["10.78.0.2/24"]);
    wait_network(&bob, mark, "the second address", |event| {
        has_address(event, "10.77.0.2:") && has_address(event, "10.78.0.2:")
    });
    println!("found on the new network after {:?}", bob.wait_peer(&carol.id()));
    carol.wait_peer(&bob.id());
    // Those who were there before noticed nothing.
    assert_eq!(alice.peer_changes(), [format!("joined {}", bob.id())]);
    assert_eq!(bob.roster().len(), 2);
}

/// A machine without a cable that gets its address while the program runs.
#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_network_that_appears_is_opened() {
    let Some(mut lab) = Lab::or_skip("a_network_that_appears_is_opened") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.machine());
    let alice = Node::start(&first.lan("alice", &[SILENT]));
    let bob = Node::start(&second.lan("bob", &[SILENT]));
    wait_network(&bob, 0, "no network", |event| event["lost"].is_string());
    let mark = bob.mark();
    lab.plug(&second, 0, &["10.77.0.2/24"]);
    wait_network(&bob, mark, "a network", |event| event["open"] == true && event["lost"].is_null());
    println!("found by sweep after {:?}", bob.wait_peer(&alice.id()));
    alice.wait_peer(&bob.id());
    assert_rosters(&[alice, bob]);
}
