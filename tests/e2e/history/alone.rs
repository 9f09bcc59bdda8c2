//! People who talk while nobody is there.

use std::thread;

use super::{few, wait_history};
use crate::{
    attack::{Face, Key, Link, connect, hello},
    support::{Node, Ports, Setup, seconds},
};

#[test]
fn lines_said_alone_wait_for_the_next_peer() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    let ids = ["is", "anybody", "there"].map(|text| {
        alice.say(text);
        alice.wait_own(text)
    });
    let bob = Node::start(&Setup::new("bob", few(&ports)));
    for text in ["is", "anybody", "there"] {
        let heard = bob.wait_text(text);
        assert_eq!((&heard["from"], &heard["nick"]), (&alice.id().into(), &"alice".into()), "{heard}");
    }
    assert_eq!(bob.texts(), ["is", "anybody", "there"]);
    for id in ids {
        alice.wait_delivered(&id, 1, 1);
    }
    assert_eq!(alice.hash(), bob.hash());
}

/// However the run ended: with `/quit`, or without warning.
#[test]
fn lines_said_alone_survive_a_restart() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    let key = alice.id();
    alice.say("before the end");
    let first = alice.wait_own("before the end");
    alice.quit();
    let mut alice = alice.start_again();
    assert_eq!(alice.id(), key);
    alice.say("before the crash");
    let second = alice.wait_own("before the crash");
    alice.kill();
    let mut alice = alice.start_again();
    alice.say("after it");
    let third = alice.wait_own("after it");

    let bob = Node::start(&Setup::new("bob", few(&ports)));
    for text in ["before the end", "before the crash", "after it"] {
        bob.wait_text(text);
    }
    for id in [first, second, third] {
        alice.wait_delivered(&id, 1, 1);
    }
    wait_history(&bob, &["before the end", "before the crash", "after it"]);
    super::assert_same(&[&alice, &bob]);
    alice.assert_clean();
}

/// A peer that was there, left and comes back gets what was said meanwhile, once.
#[test]
fn a_returning_peer_gets_every_missed_line_once() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    let mut bob = Node::listening("bob", few(&ports));
    bob.wait_peer(&alice.id());
    alice.wait_peer(&bob.id());
    alice.say("while you are here");
    bob.wait_text("while you are here");
    bob.quit();
    alice.wait_peers(0);
    alice.say("while you are away");
    alice.wait_own("while you are away");
    let bob = bob.start_again();
    bob.wait_text("while you are away");
    alice.say("now you are back");
    bob.wait_text("now you are back");
    let again =
        bob.all(|e| (e["event"] == "message" && e["text"] == "while you are here").then(|| e["history"].clone()));
    assert!(again.len() <= 1 && again.iter().all(|history| history == true), "{again:?}");
    wait_history(&bob, &["while you are here", "while you are away", "now you are back"]);
    super::assert_same(&[&alice, &bob]);
}

/// The exit code tells programs that somebody present does not have what they said.
#[test]
fn leaving_before_a_peer_has_a_line_exits_with_three() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", ports.port(5)..=ports.port(5));
    let key = Key::random();
    let mut link = Link::dial(connect(alice.addr(), &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello(&key, "deaf")).unwrap();
    alice.wait_peer(&key.id());
    // Reads everything, and never acknowledges any of it.
    let deaf = thread::spawn(move || link.stay(seconds(60)));
    alice.say("do you hear me?");
    alice.wait_own("do you hear me?");
    alice.say("/quit");
    assert_eq!(alice.wait_exit(seconds(30)).code(), Some(3), "{:?}", alice.other());
    let _ = deaf.join().unwrap();
}
