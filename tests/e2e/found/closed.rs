//! What was closed stays closed.

use crate::support::{Host, Lab, Node, Place, Setup, seconds};

/// Interfaces are checked every two seconds, and another network is waited for during a few checks.
const SEEN: std::time::Duration = seconds(30);

fn wait_network(node: &Node, what: &str, is: impl Fn(&serde_json::Value) -> bool) {
    node.wait(what, SEEN, |events| {
        events.iter().rfind(|event| event["event"] == "network").filter(|event| is(event)).map(|_| ())
    });
}

fn unsaid(host: &Host) -> Setup {
    Setup { place: Place::Unsaid, ..host.lan("alice", &[]) }
}

/// The last command counts, even if it is given while there is no network.
#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_closed_node_stays_closed_when_the_network_returns() {
    let Some(mut lab) = Lab::or_skip("a_closed_node_stays_closed_when_the_network_returns") else {
        return;
    };
    let (here, there) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let bob = Node::start(&there.lan("bob", &[]));
    let mut alice = Node::start(&unsaid(&here));
    alice.addr();
    alice.say("/lan on");
    alice.wait_peer(&bob.id());
    lab.cable(&here, 0, false);
    wait_network(&alice, "that the network is gone", |event| event["lost"].is_string());
    alice.say("/lan off");
    wait_network(&alice, "that it is closed", |event| event["open"] == false);
    alice.say("/lan on");
    alice.wait("why it cannot be opened", SEEN, |events| {
        events.iter().find(|event| event["event"] == "error" && event["code"] == "no_network").map(|_| ())
    });
    alice.say("/lan off");
    lab.cable(&here, 0, true);
    // Whatever was asked for in between: with the cable back the chat could be opened, but it stays closed.
    wait_network(&alice, "that it could be opened", |event| event["open"] == false);
    alice.never("it is open", seconds(8), |events| {
        events.iter().rfind(|event| event["event"] == "network").filter(|event| event["open"] == true).cloned()
    });
    alice.say("/lan on");
    alice.wait_peers(1);
}
