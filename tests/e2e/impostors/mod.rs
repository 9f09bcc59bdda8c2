//! Nodes that claim to be somebody else. Each must fail, for the right reason, in both directions.

mod clients;
mod greetings;
mod names;
mod plain;
mod servers;

use std::ops::RangeInclusive;

use crate::{
    attack::{End, Face, Key, Link, connect, hello},
    support::{Node, Ports},
};

/// Only the node's own port, so that it finds nobody by itself.
fn alone(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(5)..=ports.port(5)
}

/// The node's own port, which is the first one, and `others` more to sweep.
fn with_others(ports: &Ports, others: u16) -> RangeInclusive<u16> {
    ports.port(5)..=ports.port(5 + others)
}

/// Links to `node` under a new key, and expects to be let in.
fn honest(node: &Node, nick: &str) -> (Key, Link) {
    let key = Key::random();
    let link = link_as(node, &key, nick).unwrap_or_else(|end| panic!("{nick} was not let in: {end:?}"));
    node.wait_peer(&key.id());
    (key, link)
}

/// Dials `node` under `key`, and greets it.
fn link_as(node: &Node, key: &Key, nick: &str) -> Result<Link, End> {
    let mut link = Link::dial(connect(node.addr(), &Face::of(key))?)?;
    let theirs = link.greet(hello(key, nick))?;
    assert_eq!(crate::attack::hex(&theirs.node), node.id(), "a node says its own key");
    Ok(link)
}

/// Asserts that nobody but `present` has ever been in the room, and that honest nodes can still get in.
fn assert_unmoved(node: &Node, present: &[String]) {
    let (key, _link) = honest(node, "carol");
    let mut expected: Vec<_> = present.iter().cloned().chain([key.id()]).collect();
    expected.sort();
    assert_eq!(node.roster(), expected);
    assert_eq!(node.peer_changes().len(), expected.len(), "{:?}", node.peer_changes());
    node.assert_clean();
}
