//! What the keyboard, the wheel and the terminal send.

use super::{FOOTER, alice, chat, input_line};
use crate::support::{Node, Ports};

#[test]
fn a_paste_fills_the_draft_and_never_sends() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    let node = Node::listening("bob", ports.range());
    node.wait_nick("alice");
    term.wait_text("bob");
    term.send("\x1b[200~one\ntwo\r\nthree\x1b[201~");
    term.wait_text("three");
    assert_eq!(node.messages(), 0);
    term.send("\r");
    node.wait_said("alice", "one\ntwo\nthree");
}

#[test]
fn a_page_typed_at_once_arrives_whole() {
    // Terminals without bracketed paste send a paste as keys, in more than one read.
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send(format!("{}END", "word ".repeat(600)));
    term.wait_text("END");
}

#[test]
fn alt_keys_are_alt_keys() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("one two");
    term.wait_text("> one two");
    term.send("\x1bb");
    term.send("X");
    term.wait_text("> one Xtwo");
}

#[test]
fn a_lone_alt_bracket_does_not_freeze_the_screen() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    let mut node = Node::listening("bob", ports.range());
    node.wait_nick("alice");
    term.send("\x1b[");
    node.say("still here");
    term.wait_text("still here");
}

#[test]
fn the_wheel_scrolls_and_a_single_arrow_is_history() {
    let ports = Ports::reserve(2);
    let term = alice(&ports);
    // Somebody to talk to. Without a peer, the advice for a lone user takes up rows.
    let node = Node::listening("bob", ports.range());
    node.wait_nick("alice");
    term.wait_text("PEOPLE  1 here");
    for line in 0..30 {
        term.send(format!("line {line}\r"));
        term.wait_text(&format!("│ line {line} "));
    }
    term.send("\x1b[A\x1b[A\x1b[A");
    term.wait_text("messages below");
    term.send("\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B");
    term.wait_no_text("messages below");
    // An arrow right after a notch of the wheel still belongs to it. Once the line is sent, the notch is long over.
    term.send("the end\r");
    term.wait_text("│ the end ");
    std::thread::park_timeout(std::time::Duration::from_millis(150));
    term.send("\x1b[A");
    term.wait_text("> the end");
}

#[test]
fn the_background_answer_is_never_typed() {
    for answer in ["\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"] {
        let ports = Ports::reserve(1);
        let term = chat("alice", &ports).background(answer).spawn();
        term.wait_text(FOOTER);
        term.send("x");
        term.wait_text("> x");
        assert!(term.asked_background());
        assert_eq!(input_line(&term), "> x");
    }
}

#[test]
fn a_mute_terminal_is_asked_nothing_and_works_immediately() {
    let ports = Ports::reserve(1);
    let term = chat("alice", &ports).env("TERM", "linux").spawn();
    term.wait_text(FOOTER);
    term.send("x");
    term.wait_text("> x");
    assert!(!term.asked_background());
}
