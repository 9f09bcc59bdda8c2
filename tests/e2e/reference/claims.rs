//! Which claims a node believes, and what a claimed address can do to others.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::{Player, alone, guest, with_others};
use crate::support::{Node, Ports, Python, seconds, until};

#[test]
fn an_address_elsewhere_is_not_believed_and_never_dialled() {
    let Some(python) = Python::or_skip("an_address_elsewhere_is_not_believed_and_never_dialled") else { return };
    let ports = Ports::take();
    let mut liar = Player::dialling(&python);
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    // This loopback address exists only on Linux. Elsewhere nothing listens there, and the rest of the test still
    // holds.
    let elsewhere = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 9), ports.port(6)));
    let victim = TcpListener::bind(elsewhere).ok();
    if let Some(victim) = &victim {
        victim.set_nonblocking(true).unwrap();
    }

    liar.dial("d1", alice.addr(), elsewhere);
    assert_eq!(liar.wait_frames("d1", 1), ["ok"]);
    alice.wait_peers(1);
    let joined = alice.peer_changes();
    assert!(joined[0].starts_with("joined guest:127.0.0.1:"), "known by its source: {joined:?}");
    liar.send("d1", "eve: hi");
    assert!(alice.wait_text("hi")["from"].as_str().unwrap().starts_with("guest:127.0.0.1:"));
    alice.say("hello");
    assert_eq!(liar.wait_frames("d1", 2)[1], "alice: hello");
    liar.end("d1");
    alice.wait_peers(0);
    if let Some(victim) = victim {
        alice.never("a dial to where the liar pointed", seconds(4), |_| victim.accept().ok().map(|(_, from)| from));
    }
}

#[test]
fn a_repeated_claim_is_refused_and_the_first_link_stays() {
    let Some(python) = Python::or_skip("a_repeated_claim_is_refused_and_the_first_link_stays") else { return };
    let ports = Ports::take();
    let mut bob = Player::dialling(&python);
    let mut alice = Node::listening("alice", alone(&ports));

    bob.dial("d1", alice.addr(), ports.addr(20));
    bob.wait_frames("d1", 1);
    bob.dial("d2", alice.addr(), ports.addr(20));
    assert_eq!(bob.wait_end("d2"), "OK");
    assert_eq!(bob.frames("d2"), [""; 0], "known already: the end of the stream, without ok");
    alice.say("once");
    assert_eq!(bob.wait_frames("d1", 2), ["ok", "alice: once"]);
    assert_eq!(alice.peer_changes(), [format!("joined {}", guest(ports.addr(20)))]);
}

#[test]
fn several_guests_from_one_address_are_several_people() {
    let Some(python) = Python::or_skip("several_guests_from_one_address_are_several_people") else { return };
    let ports = Ports::take();
    let mut guests = Player::dialling(&python);
    let mut alice = Node::listening("alice", alone(&ports));
    for n in 0..5 {
        guests.dial(&format!("d{n}"), alice.addr(), ports.addr(20 + n));
    }
    alice.wait_peers(5);
    alice.say("all of you");
    for n in 0..5 {
        assert_eq!(guests.wait_frames(&format!("d{n}"), 2), ["ok", "alice: all of you"]);
    }
    guests.send("d3", "dave: me");
    assert_eq!(alice.wait_text("me")["from"], guest(ports.addr(23)));
    assert_eq!(guests.frames("d1"), ["ok", "alice: all of you"], "nothing is passed on from one guest to another");
}

/// An impostor claims the address of a node that is about to come. The node then comes, by its own dial.
#[test]
fn claiming_an_address_first_does_not_keep_its_owner_out() {
    let Some(python) = Python::or_skip("claiming_an_address_first_does_not_keep_its_owner_out") else { return };
    let ports = Ports::take();
    let mut impostor = Player::dialling(&python);
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    let owned = ports.addr(6);
    impostor.dial("d1", alice.addr(), owned);
    assert_eq!(impostor.wait_frames("d1", 1), ["ok"]);
    alice.wait_peers(1);

    let mut entitled = Player::listening(&python, owned);
    entitled.dial("d1", alice.addr(), owned);
    // Over whichever link the owner gets in, it hears what is said from then on.
    let ((), took) = until("the owner hears alice", seconds(60), || {
        alice.say("are you there");
        let heard = |e: &serde_json::Value| (e["text"] == "alice: are you there").then_some(());
        (!entitled.process().all(heard).is_empty()).then_some(())
    });
    println!("the owner was in after {took:?}");
    let link = entitled.wait_frame("alice: are you there", seconds(1));
    entitled.send(&link, "owner: it is me");
    assert_eq!(alice.wait_text("it is me")["from"], guest(owned), "the address is its owner's");
    impostor.send("d1", "eve: still here");
    assert_ne!(alice.wait_text("still here")["from"], guest(owned), "the impostor lost it, and nothing else");
    alice.assert_clean();
}

/// A guest that claims somebody else's address cannot get that node dropped.
#[test]
fn a_claim_does_not_displace_a_linked_node() {
    let Some(python) = Python::or_skip("a_claim_does_not_displace_a_linked_node") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    alice.wait_peer(&guest(ports.addr(6)));
    let mut eve = Player::dialling(&python);
    for n in 0..5 {
        let link = format!("d{n}");
        eve.dial(&link, alice.addr(), ports.addr(6));
        alice.say(&format!("round {n}"));
        bob.wait_frame(&format!("alice: round {n}"), seconds(30));
    }
    eve.send_times("d0", "eve: noise", 1);
    bob.send("s1", "bob: unmoved");
    assert_eq!(alice.wait_text("unmoved")["from"], guest(ports.addr(6)));
    let bobs = guest(ports.addr(6));
    let moved: Vec<_> = alice.peer_changes().into_iter().filter(|change| change.ends_with(&bobs)).collect();
    assert_eq!(moved, [format!("joined {bobs}")]);
}

/// A guest is known only by its address, which the next program may have. So that one is heard, and the user is told
/// why.
#[test]
fn ignoring_a_guest_ends_with_its_link() {
    let Some(python) = Python::or_skip("ignoring_a_guest_ends_with_its_link") else { return };
    let ports = Ports::take();
    let (mut eve, claimed) = (Player::dialling(&python), ports.addr(20));
    let mut alice = Node::listening("alice", alone(&ports));
    eve.dial("d1", alice.addr(), claimed);
    alice.wait_peer(&guest(claimed));
    alice.say(&format!("/ignore ?{claimed}"));
    let told = |text: &str| {
        let wanted = |event: &serde_json::Value| event["text"].as_str().is_some_and(|shown| shown.contains(text));
        alice.wait(text, seconds(30), |events| events.iter().any(wanted).then_some(()));
    };
    told("is ignored until it leaves");
    eve.send("d1", "eve: noise");
    eve.end("d1");
    told(&format!("The guest ?{claimed}, whom you ignored, has left."));
    eve.dial("d2", alice.addr(), claimed);
    eve.wait_frames("d2", 1);
    eve.send("d2", "carol: somebody else");
    assert_eq!(alice.wait_text("somebody else")["from"], guest(claimed));
    assert_eq!(alice.texts(), ["somebody else"], "the first one was ignored");
    alice.assert_clean();
}
