//! The real program in a pseudo-terminal: keys in, screen out.

#![cfg(unix)]
#![expect(clippy::expect_used, reason = "that is how a test fails, also outside of its function")]

mod chatting;
mod identity;
mod job_control;
mod looks;
mod panics;
mod private_rooms;
mod restarts;
mod start_and_end;
#[path = "../support/mod.rs"]
mod support;
mod typing;

use support::{Builder, Ports, Term, arguments, program};

/// The footer of an 80x24 screen. Once it is there, the first frame is complete.
const FOOTER: &str = "Ctrl-R search again";

/// What the input line shows while it is empty.
const EMPTY_INPUT: &str = "> Message #lobby";

fn chat(nick: &str, ports: &Ports) -> Builder {
    Builder::new(&program()).args(arguments(nick, ports))
}

/// A screen that is up, and whose node listens.
fn alice(ports: &Ports) -> Term {
    let term = chat("alice", ports).spawn();
    term.wait_text(FOOTER);
    term.wait_text(&format!("127.0.0.1:{}", ports.first()));
    term
}

fn input_line(term: &Term) -> String {
    term.text().lines().rev().find(|line| line.starts_with('>')).unwrap_or_default().trim_end().to_owned()
}

#[track_caller]
fn assert_given_back(term: &Term) {
    assert_eq!(term.damage(), "", "{}", term.text());
}
