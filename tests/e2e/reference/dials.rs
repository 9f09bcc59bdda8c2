//! Two dials at once, and servers that never let us in.

use std::{
    net::{TcpListener, TcpStream},
    thread,
};

use super::{Player, guest, with_others};
use crate::support::{Node, Ports, Python, seconds};

/// Bob dials us while our dial to him waits for an answer, and his address is smaller: his dial stays.
#[test]
fn their_dial_stays_if_their_address_is_smaller() {
    let Some(python) = Python::or_skip("their_dial_stays_if_their_address_is_smaller") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(4));
    bob.answer("hold");
    // Alice listens on the second port of her range, because the first is taken.
    let mut alice = Node::listening("alice", ports.port(4)..=ports.port(5));
    assert_eq!(alice.addr(), ports.addr(5));
    assert_eq!(bob.wait_frames("s1", 1), [ports.addr(5).to_string()]);
    bob.dial("d1", alice.addr(), ports.addr(4));
    assert_eq!(bob.wait_frames("d1", 1), ["ok"]);
    // As a reference node does, bob now ends the other one before "ok".
    bob.end("s1");
    alice.wait_peer(&guest(ports.addr(4)));
    alice.say("one link");
    assert_eq!(bob.wait_frames("d1", 2)[1], "alice: one link");
    bob.send("d1", "bob: one link");
    alice.wait_text("one link");
    assert_eq!(bob.frames("s1"), [ports.addr(5).to_string()], "lines travel only after ok");
    assert_eq!(alice.peer_changes(), [format!("joined {}", guest(ports.addr(4)))]);
}

/// The same with our address as the smaller one: our dial stays, and his ends without "ok".
#[test]
fn our_dial_stays_if_our_address_is_smaller() {
    let Some(python) = Python::or_skip("our_dial_stays_if_our_address_is_smaller") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    bob.answer("hold");
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    assert_eq!(bob.wait_frames("s1", 1), [ports.addr(5).to_string()]);
    bob.dial("d1", alice.addr(), ports.addr(6));
    assert_eq!(bob.wait_end("d1"), "OK");
    assert_eq!(bob.frames("d1"), [""; 0], "the other dial ends before ok");
    bob.accept("s1");
    alice.wait_peer(&guest(ports.addr(6)));
    alice.say("one link");
    assert_eq!(bob.wait_frames("s1", 2)[1], "alice: one link");
    assert_eq!(alice.peer_changes(), [format!("joined {}", guest(ports.addr(6)))]);
}

#[test]
fn a_server_that_refuses_us_is_asked_again_later() {
    let Some(python) = Python::or_skip("a_server_that_refuses_us_is_asked_again_later") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    bob.answer("refuse");
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    bob.wait_end("s1");
    bob.wait_open("s2");
    assert_eq!(alice.peer_changes(), [""; 0], "nobody is here before ok");
    let told = alice.wait_notice("turned_away");
    assert!(told.contains("believes you are already connected"), "{told}");
    bob.answer("ok");
    alice.wait_peer(&guest(ports.addr(6)));
    alice.say("let in at last");
    bob.wait_frame("alice: let in at last", seconds(30));
    // Asking again must not become a flood.
    let dials = bob.process().all(|e| (e["event"] == "open").then_some(())).len();
    assert!(dials < 60, "{dials} dials until let in");
}

/// The server already has our address in its map, whose keys are strings: somebody else has named it, or a link of an
/// earlier run is stuck. We get in with another spelling of the address.
#[test]
fn a_server_that_has_our_address_gets_another_spelling() {
    let Some(python) = Python::or_skip("a_server_that_has_our_address_gets_another_spelling") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    bob.answer("map");
    let mut other = Player::dialling(&python);
    other.dial("d1", ports.addr(6), ports.addr(5));
    assert_eq!(other.wait_frames("d1", 1), ["ok"], "it names our address");
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    alice.wait_peer(&guest(ports.addr(6)));
    alice.say("let in at last");
    let link = bob.wait_frame("alice: let in at last", seconds(30));
    let own = ports.addr(5);
    assert_eq!(bob.frames(&link)[0], format!("[::ffff:{}]:{}", own.ip(), own.port()));
    bob.send(&link, "hello");
    alice.wait_text("hello");
    alice.assert_clean();
}

/// One server never answers, one resets every stream, one resets every connection, and one accepts connections and
/// stays silent. An honest one beside them is still found.
#[test]
fn servers_that_never_let_us_in_do_not_stop_discovery() {
    let Some(python) = Python::or_skip("servers_that_never_let_us_in_do_not_stop_discovery") else { return };
    let ports = Ports::take();
    let mut holding = Player::listening(&python, ports.addr(6));
    holding.answer("hold");
    let mut aborting = Player::listening(&python, ports.addr(7));
    aborting.answer("abort");
    let resetting = TcpListener::bind(ports.addr(8)).unwrap();
    let _silent = TcpListener::bind(ports.addr(9)).unwrap();
    thread::spawn(move || {
        for stream in resetting.incoming().map_while(Result::ok) {
            reset(&stream);
        }
    });
    let mut alice = Node::listening("alice", with_others(&ports, 6));
    holding.wait_frames("s1", 1);
    aborting.wait_end("s1");

    let mut late = Player::listening(&python, ports.addr(11));
    let took = alice.wait_peer(&guest(ports.addr(11)));
    println!("found after {took:?}");
    alice.say("found you");
    late.wait_frame("alice: found you", seconds(30));
    late.send("s1", "bob: you did");
    alice.wait_text("you did");
    assert_eq!(alice.peer_changes(), [format!("joined {}", guest(ports.addr(11)))]);
    assert_eq!(holding.frames("s1").len(), 1, "lines travel only after ok");
    alice.assert_clean();
}

/// A server that lets us in and then resets the stream counts as gone, and may come back.
#[test]
fn a_reset_link_is_a_peer_that_left() {
    let Some(python) = Python::or_skip("a_reset_link_is_a_peer_that_left") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    let alice = Node::listening("alice", with_others(&ports, 1));
    alice.wait_peer(&guest(ports.addr(6)));
    bob.cancel("s1");
    alice.wait_left(&guest(ports.addr(6)), seconds(30));
    alice.wait_peer(&guest(ports.addr(6)));
    alice.assert_clean();
}

/// A stopped program keeps its connections, and its kernel acknowledges everything. Only its silence gives it away.
#[cfg(unix)]
#[test]
fn a_frozen_server_is_a_peer_that_stopped_answering() {
    use rustix::process::Signal;
    let Some(python) = Python::or_skip("a_frozen_server_is_a_peer_that_stopped_answering") else { return };
    let ports = Ports::take();
    let bob = Player::listening(&python, ports.addr(6));
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    alice.wait_peer(&guest(ports.addr(6)));
    assert_eq!(bob.wait_frames("s1", 1), [ports.addr(5).to_string()], "we dialled");
    bob.process().signal(Signal::STOP);
    let (reason, took) = alice.wait_left(&guest(ports.addr(6)), seconds(60));
    println!("noticed after {took:?}");
    assert_eq!(reason, "timeout");
    bob.process().signal(Signal::CONT);
    alice.wait_peer(&guest(ports.addr(6)));
    alice.say("back again");
    bob.wait_frame("alice: back again", seconds(30));
    alice.assert_clean();
}

/// Ends a connection with a reset instead of an orderly close.
fn reset(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(seconds(0)));
}
