//! Opening and closing a running node, and what its profile remembers of that.

use std::{
    fs, io,
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;

use crate::support::{Host, Lab, Node, Place, Setup, rosters::assert_rosters, seconds, until};

/// How long a test waits until a node is where it was told to be. For that it says goodbye to everybody, closes one
/// history and opens another, on a disk that other tests use too.
const SETTLED: Duration = seconds(30);

/// A node started without options that say where it is.
fn unsaid(host: &Host, nick: &str) -> Setup {
    Setup { place: Place::Unsaid, ..host.lan(nick, &["--profile", "default"]) }
}

/// Waits until the last network event says that the node is open, or that it is not.
fn wait_open(node: &Node, open: bool) -> Value {
    let what = if open { "open" } else { "closed" };
    node.wait(what, SETTLED, |events| {
        events.iter().rev().find(|event| event["event"] == "network").filter(|event| event["open"] == open).cloned()
    })
    .0
}

/// Whether a machine on the network can connect there.
fn answers(from: &Host, to: &str) -> bool {
    let to: SocketAddr = to.parse().unwrap();
    match from.inside(|| TcpStream::connect_timeout(&to, seconds(5))) {
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => false,
        Err(error) => panic!("{to}: {error}"),
    }
}

#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn a_node_opens_closes_and_reopens_without_a_restart() {
    let Some(mut lab) = Lab::or_skip("a_node_opens_closes_and_reopens_without_a_restart") else { return };
    let (first, second) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let alice = Node::start(&first.lan("alice", &[]));
    let mut bob = Node::start(&unsaid(&second, "bob"));
    // The node that starts first gets the first port.
    bob.addr();
    let neighbour = Node::start(&unsaid(&second, "neighbour"));
    bob.wait_peer(&neighbour.id());
    assert_eq!(wait_open(&bob, false)["network"], "loopback");
    assert!(!answers(&first, "10.77.0.2:4565"), "out of the box nothing is open");

    for _ in 0..2 {
        bob.say("/lan on");
        let event = wait_open(&bob, true);
        assert_eq!(event["interfaces"][0]["ip"], "10.77.0.2", "{event}");
        println!("found after {:?}", bob.wait_peer(&alice.id()));
        alice.wait_peer(&bob.id());
        assert!(answers(&first, "10.77.0.2:4565"));

        bob.say("/lan off");
        wait_open(&bob, false);
        let (reason, took) = bob.wait_left(&alice.id(), SETTLED);
        println!("gone after {took:?}: {reason}");
        // The other side was told. It did not have to wait for the time limit, although the test would allow that.
        assert_eq!(alice.wait_left(&bob.id(), SETTLED).0, "closed");
        until("nothing is open any more", SETTLED, || (!answers(&first, "10.77.0.2:4565")).then_some(()));
        // Peers on the same machine stay.
        bob.wait_peer(&neighbour.id());
        bob.never("alice is found", seconds(3), |events| {
            let change = events.iter().rev().find(|event| event["peer"] == alice.id().as_str())?;
            (change["change"] == "joined").then(|| change.clone())
        });
    }
    bob.say("/lan on");
    bob.wait_peer(&alice.id());
    alice.wait_peer(&bob.id());
    drop(neighbour);
    bob.wait_peers(1);
    assert_rosters(&[alice, bob]);
}

#[test]
#[ignore = "long: several starts"]
fn a_profile_remembers_the_network_it_was_opened_on() {
    let Some(mut lab) = Lab::or_skip("a_profile_remembers_the_network_it_was_opened_on") else { return };
    let other = lab.segment();
    let (home, elsewhere) = (lab.host("10.77.0.1/24"), lab.machine());
    lab.plug(&elsewhere, other, &["10.78.0.1/24"]);
    let router = lab.router(&[(0, "10.77.0.254/24")]);
    router.ip(&["link", "set", "eth0", "address", "00:1b:21:00:00:01"]);
    home.ip(&["route", "add", "default", "via", "10.77.0.254"]);
    let mut node = Node::start(&unsaid(&home, "alice"));
    wait_open(&node, false);
    node.say("/lan on");
    wait_open(&node, true);
    let kept = node.home();
    // It is written while the node moves, and a program that ends does not wait for a slow disk.
    until("it is remembered", SETTLED, || {
        let networks = fs::read_to_string(kept.path().join("proximity-chat/default/networks.json")).ok()?;
        networks.contains("\"open\": true").then_some(())
    });
    node.quit();
    drop(node);
    let again = |host: &Host, open: bool| {
        let mut node = Node::start_at(&Arc::clone(&kept), &unsaid(host, "alice"));
        // The first event counts: nothing may be open even for a moment.
        let (first, _) = node
            .wait("the network", SETTLED, |events| events.iter().find(|event| event["event"] == "network").cloned());
        assert_eq!(first["open"], open, "{first}");
        node.quit();
    };
    again(&home, true);
    // An empty neighbour table does not make another network.
    home.ip(&["neigh", "flush", "all"]);
    again(&home, true);
    again(&elsewhere, false);
    // The same addresses behind another router are another network.
    router.ip(&["link", "set", "eth0", "address", "00:1b:21:00:00:02"]);
    home.ip(&["neigh", "flush", "all"]);
    again(&home, false);
    // A router whose address many routers share does not identify a network.
    router.ip(&["link", "set", "eth0", "address", "00:00:5e:00:01:01"]);
    home.ip(&["neigh", "flush", "all"]);
    again(&home, false);
    router.ip(&["link", "set", "eth0", "address", "00:1b:21:00:00:01"]);
    home.ip(&["neigh", "flush", "all"]);
    again(&home, true);
}

/// A machine that is carried from one network to another while the node is open.
#[test]
#[ignore = "long: interfaces are looked at every two seconds"]
fn opening_one_network_does_not_open_another() {
    let Some(mut lab) = Lab::or_skip("opening_one_network_does_not_open_another") else { return };
    let other = lab.segment();
    let (home, stranger) = (lab.host("10.77.0.1/24"), lab.machine());
    lab.plug(&stranger, other, &["10.78.0.1/24"]);
    let stranger = Node::start(&stranger.lan("stranger", &[]));
    let mut node = Node::start(&unsaid(&home, "alice"));
    wait_open(&node, false);
    node.say("/lan on");
    wait_open(&node, true);
    let mark = node.mark();
    home.ip(&["link", "delete", "eth0"]);
    lab.plug(&home, other, &["10.78.0.2/24"]);
    let (event, took) = node.wait("closed", SETTLED, |events| {
        events.iter().skip(mark).rev().find(|event| event["event"] == "network" && event["open"] == false).cloned()
    });
    println!("closed after {took:?}: {event}");
    node.never("a stranger is met", seconds(3), |events| {
        events.iter().find(|event| event["peer"] == stranger.id().as_str()).cloned()
    });
    assert_eq!(stranger.roster(), [""; 0]);
    node.assert_clean();
}
