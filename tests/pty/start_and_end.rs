//! How the screen starts, and how it restores the terminal.

use rustix::process::Signal;

use super::{EMPTY_INPUT, FOOTER, alice, assert_given_back, chat};
use crate::support::{Node, Ports, Term};

#[test]
fn the_first_frame_says_who_and_where_we_are() {
    let ports = Ports::reserve(3);
    let term = alice(&ports);
    term.wait_text("alice");
    term.wait_text(EMPTY_INPUT);
    assert!(term.screen(vt100::Screen::alternate_screen));
    term.wait_title("a title", |title| !title.is_empty());
}

#[test]
fn ctrl_c_clears_a_draft_then_quits_when_pressed_twice() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("a draft");
    term.wait_text("> a draft");
    term.send("\x03");
    term.wait_text(EMPTY_INPUT);
    term.send("\x19");
    term.wait_text("> a draft");
    term.send("\x03");
    term.wait_text(EMPTY_INPUT);
    term.send("\x03");
    term.wait_text("Press Ctrl-C again to quit");
    assert!(term.runs());
    term.send("\x03");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_given_back(&term);
}

#[test]
fn the_quit_command_quits() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("/quit\r");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_given_back(&term);
}

#[test]
fn ctrl_q_quits_at_once_even_with_a_draft() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("a draft\x11");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_given_back(&term);
}

#[test]
fn signals_give_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 0), (Signal::HUP, 0), (Signal::INT, 130)] {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.signal(signal);
        assert_eq!(term.wait_exit().exit_code(), code, "{signal:?}");
        assert_given_back(&term);
    }
}

/// A screen with this config file.
fn configured(ports: &Ports, json: &str) -> Term {
    let builder = chat("alice", ports);
    let path = builder.home().join("c.json");
    std::fs::write(&path, json).expect("the home directory is ours");
    builder.args(["--config", path.to_str().expect("a path in UTF-8")]).spawn()
}

#[test]
fn a_bad_configuration_is_reported_on_the_main_screen() {
    let ports = Ports::reserve(1);
    let term = configured(&ports, "{\n  \"cidr\": \"127.0.0.1/99\"\n}\n");
    assert_eq!(term.wait_exit().exit_code(), 2);
    assert!(!String::from_utf8_lossy(&term.raw()).contains("\x1b[?1049h"), "the screen was up");
    assert_given_back(&term);
    assert!(term.text().contains("c.json:2:11:"), "{}", term.text());
}

#[test]
fn a_doubtful_configuration_is_reported_on_the_screen() {
    let ports = Ports::reserve(1);
    let term = configured(&ports, "{\n  \"prot\": 1\n}\n");
    term.wait_text("c.json:2:3: \"prot\" is not a");
    term.wait_text("Did you mean");
    term.wait_text(FOOTER);
}

#[test]
fn taken_ports_are_reported_on_the_main_screen() {
    let ports = Ports::reserve(1);
    let _there = Node::listening("bob", ports.range());
    let term = chat("alice", &ports).spawn();
    assert_eq!(term.wait_exit().exit_code(), 1);
    assert_given_back(&term);
    assert!(term.text().contains("in use"), "{}", term.text());
}
