//! People and nodes that talk to a user at the screen.

use super::{alice, chat, input_line};
use crate::support::{Node, Ports, seconds, until};

#[test]
fn two_people_find_each_other_talk_and_part() {
    let ports = Ports::reserve(3);
    let alice = alice(&ports);
    let bob = chat("bob", &ports).spawn();
    alice.wait_text("bob");
    bob.wait_text("alice");
    alice.send("hello bob\r");
    alice.wait_text("hello bob");
    bob.wait_text("hello bob");
    bob.send("hello alice\r");
    alice.wait_text("hello alice");
    bob.send("\x11");
    bob.wait_exit();
    alice.wait_for("bob left", |screen| screen.contents().contains("○ bob"));
    assert!(alice.runs());
}

#[test]
fn a_headless_node_is_an_ordinary_peer() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    let mut node = Node::listening("bob", ports.range());
    term.wait_text("bob");
    node.wait_nick("alice");
    node.say("from a pipe");
    term.wait_text("from a pipe");
    term.send("to a pipe\r");
    node.wait_said("alice", "to a pipe");
    node.kill();
    term.wait_text("bob left");
}

#[test]
fn escapes_from_a_peer_never_reach_the_terminal() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    let mut node = Node::listening("bob", ports.range());
    node.wait_nick("alice");
    node.say("\x1b]0;owned\x07\x1b[31mred\x1b[0m \u{9b}2J \u{202e}txet done");
    term.wait_text("done");
    let raw = String::from_utf8_lossy(&term.raw()).into_owned();
    for escape in ["\x1b]0;owned", "\x1b[31m", "\u{9b}", "\u{202e}"] {
        assert!(!raw.contains(escape), "{escape:?} reached the terminal");
    }
    assert!(!term.title().contains("owned"));
}

#[test]
fn tab_completes_a_nick_at_the_start() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    let node = Node::listening("bobby", ports.range());
    node.wait_nick("alice");
    term.wait_text("bobby");
    term.send("bo\t");
    term.wait_text("> bobby: ");
    term.send("hi\r");
    node.wait_said("alice", "bobby: hi");
}

#[test]
fn ctrl_r_looks_for_people() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    term.send("\x12");
    term.wait_text("Searched 127.0.0.1/32");
}

#[test]
fn an_unknown_command_is_never_sent_and_the_draft_stays() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    let node = Node::listening("bob", ports.range());
    node.wait_nick("alice");
    term.wait_text("bob");
    term.send("/jion\r");
    term.wait_text("Unknown command /jion");
    // The input is drawn after the messages of the same frame.
    until("the draft", seconds(10), || (input_line(&term) == "> /jion").then_some(()));
    term.send("\x15said\r");
    node.wait_said("alice", "said");
    assert_eq!(node.messages(), 1, "the command was sent as a message");
}
