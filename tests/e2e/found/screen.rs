//! The screen, opened to the network and closed with one key.

use crate::support::{Builder, Lab, Node, program, seconds};

const F2: &str = "\x1bOQ";

/// Contains more than an interface and a network, so that it is not mistaken for the title bar.
const OPENED: &str = "The chat is now open to your network: eth0, 10.77.0.0/24.";

#[test]
fn f2_opens_the_chat_to_the_network_and_closes_it() {
    let Some(mut lab) = Lab::or_skip("f2_opens_the_chat_to_the_network_and_closes_it") else { return };
    let (here, there) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let mut bob = Node::start(&there.lan("bob", &[]));
    bob.addr();
    let screen = Builder::new(&program()).args(["--nick", "alice"]).size(110, 24);
    let alice = here.inside(|| screen.spawn());
    alice.wait_text("F2 opens the chat to your network (eth0, 10.77.0.0/24)");

    alice.send(F2);
    alice.wait_text(OPENED);
    alice.wait_text("bob joined");
    bob.wait_peers(1);
    alice.send("hello from the screen\r");
    let key = bob.wait_text("hello from the screen")["from"].as_str().unwrap().to_owned();

    alice.send(F2);
    alice.wait_text("The chat is now on this machine only.");
    // Lines from the network are not shown here.
    alice.wait_no_text("hello from the screen");
    // Bob was told. He did not have to wait for the time limit, although the test would allow that.
    assert_eq!(bob.wait_left(&key, seconds(30)).0, "closed");
    bob.say("while you were away");

    alice.send(F2);
    alice.wait_text(OPENED);
    alice.wait_text("hello from the screen");
    alice.wait_text("while you were away");
    bob.wait_peers(1);
    alice.send("/quit\r");
    assert_eq!(alice.wait_exit().exit_code(), 0);
}

/// A line typed alone, before the chat is opened: one Enter says it to the people there.
#[test]
fn one_enter_delivers_lines_typed_alone_to_the_network() {
    let Some(mut lab) = Lab::or_skip("one_enter_delivers_lines_typed_alone_to_the_network") else { return };
    let (here, there) = (lab.host("10.77.0.1/24"), lab.host("10.77.0.2/24"));
    let bob = Node::start(&there.lan("bob", &[]));
    bob.addr();
    let screen = Builder::new(&program()).args(["--nick", "alice"]).size(110, 24);
    let alice = here.inside(|| screen.spawn());
    alice.wait_text("F2 opens the chat to your network (eth0, 10.77.0.0/24)");
    alice.send("hello everyone\r");
    alice.wait_text("hello everyone");

    alice.send(F2);
    alice.wait_text(OPENED);
    alice.wait_text("1 line you wrote while the chat was limited");
    bob.wait_peers(1);
    alice.send("\r");
    bob.wait_text("hello everyone");
    alice.send("/quit\r");
    assert_eq!(alice.wait_exit().exit_code(), 0);
}
