//! A plain-text link to compare with.

use std::ops::RangeInclusive;

use crate::{
    bare::{self, Role},
    child::Child,
    support::{Ports, Setup},
};

/// What kind of link the plain link is in this run.
pub(crate) fn name() -> &'static str {
    if binary().is_some() { "plain link of two nodes" } else { "plain link to a reference node" }
}

/// The program whose own nodes talk in plain text, if one was named.
fn binary() -> Option<String> {
    std::env::var("PLAIN_BINARY").ok()
}

/// A node that says lines and `peers` that print them, linked in plain text, on `ports` from index `first` on.
pub(crate) fn link(ports: &Ports, first: u16, peers: u16) -> (Child, Vec<Child>) {
    let range = ports.port(first)..=ports.port(first + peers);
    let Some(program) = binary() else { return reference(ports, range, first, peers) };
    let of = |nick: &str, json: bool| {
        Child::of(&Setup { program: program.clone(), json, ..Setup::new(nick, range.clone()) })
    };
    let mut from = of("first", true);
    from.wait_line("\"listening\"");
    let to = (0..peers).map(|n| of(&format!("peer{n}"), false)).collect();
    for _ in 0..peers {
        from.wait_line("\"joined\"");
    }
    (from, to)
}

/// A node of this program, and servers that speak only the reference protocol.
fn reference(ports: &Ports, range: RangeInclusive<u16>, first: u16, peers: u16) -> (Child, Vec<Child>) {
    let to = (0..peers).map(|n| bare::listening(&Role::Server(ports.addr(first + n)))).collect();
    let mut from = Child::node("first", range, true);
    for _ in 0..peers {
        from.wait_line("\"joined\"");
    }
    (from, to)
}
