//! A wrong clock never decides what is forgotten.
//!
//! A node looks for lines that are too old half a minute after its start.

use std::time::Duration;

use super::{few, off, says};
use crate::{
    history::wait_history,
    support::{Node, Ports, Setup, Wrong, seconds, until_passed},
};

/// By then a node has certainly looked for lines that are too old.
const LOOKED: Duration = seconds(40);

#[test]
#[ignore = "long: a node looks half a minute after its start for what is too old"]
fn starting_with_a_clock_a_year_ahead_deletes_nothing() {
    let test = "starting_with_a_clock_a_year_ahead_deletes_nothing";
    let Some(clock) = Wrong::or_skip(test, "+1y") else { return };
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    let mut bob = Node::listening("bob", few(&ports));
    bob.wait_peer(&alice.id());
    let lines = ["a 0", "a 1", "a 2", "a 3", "a 4", "b 0", "b 1"];
    says(&mut alice, &lines[..5]);
    bob.wait_text("a 4");
    says(&mut bob, &lines[5..]);
    alice.wait_text("b 1");
    for node in [&mut alice, &mut bob] {
        node.quit();
    }

    let mut alice = Node::start_at(&alice.home(), &off("alice", &ports, &clock));
    until_passed(LOOKED.saturating_sub(alice.started().elapsed()));
    let told = alice.wait_notice("nothing_forgotten");
    assert!(told.contains("Your clock has jumped"), "{told}");
    alice.quit();
    assert_eq!(alice.history_texts(), lines);

    let mut alice = Node::start_at(&alice.home(), &Setup::new("alice", few(&ports)));
    let bob = bob.start_again();
    bob.wait_peer(&alice.id());
    says(&mut alice, &["clock right again"]);
    bob.wait_text("clock right again");
    until_passed(LOOKED.saturating_sub(alice.started().elapsed()));
    let all = [&lines[..], &["clock right again"]].concat();
    wait_history(&alice, &all);
    wait_history(&bob, &all);
    assert_eq!(alice.hash(), bob.hash());
    for node in [&alice, &bob] {
        node.assert_clean();
    }
}

#[test]
#[ignore = "long: a node looks half a minute after its start for what is too old"]
fn lines_from_a_slow_clock_are_kept_everywhere() {
    let test = "lines_from_a_slow_clock_are_kept_everywhere";
    let Some(clock) = Wrong::or_skip(test, "-200d") else { return };
    let ports = Ports::take();
    let bob = Node::listening("bob", few(&ports));
    let mut alice = Node::start(&off("alice", &ports, &clock));
    bob.wait_nick("alice");
    alice.wait_peers(1);
    let lines = ["line 0", "line 1", "line 2"];
    says(&mut alice, &lines);
    bob.wait_text("line 2");
    until_passed(LOOKED.saturating_sub(alice.started().elapsed()));
    assert_eq!(bob.history_texts(), lines);
    alice.quit();

    let alice = Node::start_at(&alice.home(), &Setup::new("alice", few(&ports)));
    until_passed(LOOKED.saturating_sub(alice.started().elapsed()));
    assert_eq!(alice.history_texts(), lines);
    assert_eq!(bob.history_texts(), lines);
    for node in [&alice, &bob] {
        node.assert_clean();
    }
}
