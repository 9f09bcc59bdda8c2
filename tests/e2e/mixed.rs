//! Our nodes and reference nodes in one room.

use std::net::SocketAddr;

use crate::{
    reference::{Player, guest},
    support::{Node, Ports, Python, Setup, seconds},
};

/// A node with more options that finds the nodes at `ports`.
fn node(nick: &str, ports: std::ops::RangeInclusive<u16>, more: &[&str]) -> Node {
    let more = more.iter().map(ToString::to_string).collect();
    Node::start(&Setup { more, ..Setup::new(nick, ports) })
}

/// The event that reported that `peer` joined.
fn joined(node: &Node, peer: &str) -> serde_json::Value {
    node.wait_peer(peer);
    node.all(|e| (e["change"] == "joined" && e["peer"] == peer).then(|| e.clone())).remove(0)
}

#[test]
fn a_reference_node_among_ours_hears_everything_as_a_guest() {
    let Some(python) = Python::or_skip("a_reference_node_among_ours_hears_everything_as_a_guest") else { return };
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(2);
    let mut carol = Player::listening(&python, ports.addr(0));
    let mut alice = node("alice", range.clone(), &[]);
    let mut bob = node("bob", range, &[]);
    let carols = guest(ports.addr(0));
    for (node, other) in [(&alice, &bob), (&bob, &alice)] {
        let seen = joined(node, &carols);
        assert_eq!((&seen["protocol"], &seen["verified"]), (&"reference".into(), &false.into()), "{seen}");
        let seen = joined(node, &other.id());
        assert_eq!((&seen["protocol"], &seen["verified"]), (&"mesh".into(), &false.into()), "{seen}");
    }

    alice.say("by alice");
    bob.say("by bob");
    let links = ["alice: by alice", "bob: by bob"].map(|line| carol.wait_frame(line, seconds(30)));
    for link in &links {
        carol.send(link, "carol: by carol");
    }
    for (node, from, text) in [(&alice, &bob.id(), "by bob"), (&bob, &alice.id(), "by alice")] {
        let heard = node.wait_text(text);
        assert_eq!((&heard["from"], &heard["protocol"]), (&from.as_str().into(), &"mesh".into()), "{heard}");
        let heard = node.wait_text("by carol");
        assert_eq!((&heard["from"], &heard["protocol"]), (&carols.as_str().into(), &"reference".into()), "{heard}");
        assert_eq!(heard["nick"], "carol");
    }
    // Each line once: nobody passes on a line.
    assert_eq!((alice.texts().len(), bob.texts().len()), (2, 2));
    for link in &links {
        assert_eq!(carol.frames(link).len(), 2, "where we listen, and one line: {:?}", carol.frames(link));
    }
    for node in [&mut alice, &mut bob] {
        node.quit();
        node.assert_clean();
    }
}

#[test]
fn without_guests_our_nodes_meet_and_reference_nodes_stay_out() {
    let Some(python) = Python::or_skip("without_guests_our_nodes_meet_and_reference_nodes_stay_out") else { return };
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(2);
    let mut carol = Player::listening(&python, ports.addr(0));
    let mut alice = node("alice", range.clone(), &["--guests", "none"]);
    let bob = node("bob", range, &["--guests", "none"]);
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    carol.dial("d1", alice.addr(), ports.addr(0));
    let end = carol.wait_end("d1");
    assert_eq!(carol.frames("d1"), [""; 0], "no ok but {end}");
    alice.say("among ourselves");
    bob.wait_text("among ourselves");
    alice.never("a guest", seconds(3), |events| events.iter().find(|e| e["protocol"] == "reference").cloned());
    assert_eq!(carol.process().all(|e| (e["event"] == "open").then(|| e.clone())), [] as [serde_json::Value; 0]);
    assert_eq!((alice.roster(), bob.roster()), (vec![bob.id()], vec![alice.id()]));
}

/// By default, guests may come from this machine only; `network` lets them in from elsewhere.
#[test]
#[cfg(target_os = "linux")]
fn guests_from_the_network_need_the_users_permission() {
    use crate::support::Lab;
    let test = "guests_from_the_network_need_the_users_permission";
    let Some(python) = Python::or_skip(test) else { return };
    let Some(mut lab) = Lab::quiet_or_skip(test) else { return };
    let (here, there) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let [strict, open]: [SocketAddr; 2] = ["10.77.0.1:4565", "10.77.0.1:4566"].map(|addr| addr.parse().unwrap());
    let start = |nick: &str, port: u16, more: &[&str]| {
        let setup = Setup { ip: strict.ip(), cidr: "10.77.0.2/32".to_owned(), ..Setup::new(nick, port..=port) };
        let more = more.iter().map(ToString::to_string).collect();
        Node::start(&Setup { netns: Some(here.name().to_owned()), more, ..setup })
    };
    let alice = start("alice", 4_565, &[]);
    let mut bob = start("bob", 4_566, &["--guests", "network"]);
    assert_eq!([alice.addr(), bob.addr()], [strict, open]);
    let mut carol = Player::in_namespace(&python, there.name());
    carol.dial("d1", strict, "10.77.0.2:4567");
    carol.dial("d2", open, "10.77.0.2:4567");
    assert_eq!(carol.wait_frames("d2", 1), ["ok"]);
    let end = carol.wait_end("d1");
    assert_eq!(carol.frames("d1"), [""; 0], "no ok but {end}");
    bob.wait_peer(&guest("10.77.0.2:4567"));
    bob.say("in clear");
    assert_eq!(carol.wait_frames("d2", 2)[1], "bob: in clear");
    assert_eq!(alice.roster(), [""; 0]);
    alice.assert_clean();
    bob.assert_clean();
}
