//! Events that differ from what their authors said, or leave something out: never shown as theirs.

mod crowding;
mod forged;
mod forked;
mod replayed;

use std::time::Instant;

use crate::{
    attack::{Author, End, Face, Key, Link, batch, connect, have, hello, proto::Signed},
    support::{Node, Ports, seconds},
};

/// How many events of a forger a node may check before it cuts the link: far more than it should.
const PATIENCE: usize = 5_000;

/// Two linked nodes.
fn pair(ports: &Ports) -> (Node, Node) {
    let range = ports.port(0)..=ports.port(2);
    let alice = Node::listening("alice", range.clone());
    let bob = Node::listening("bob", range);
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    (alice, bob)
}

/// A link to a node under a new key, and a log of that key.
fn link(to: &Node, nick: &str) -> (Key, Author, Link) {
    let key = Key::random();
    let link = link_as(to, &key, nick);
    let author = Author::new(&key, nick);
    (key, author, link)
}

fn link_as(to: &Node, key: &Key, nick: &str) -> Link {
    let mut link = Link::dial(connect(to.addr(), &Face::of(key)).unwrap()).unwrap();
    link.greet(hello(key, nick)).unwrap();
    to.wait_peer(&key.id());
    link.send(have(Vec::new())).unwrap();
    link
}

/// Sends these events until the link is cut.
fn until_cut(mut link: Link, mut next: impl FnMut(usize) -> Signed) {
    let begun = Instant::now();
    let sent = (0..PATIENCE).take_while(|n| link.send(batch(vec![next(*n)])).is_ok()).count();
    let (reason, end) = link.end();
    assert_ne!(end, End::Silence, "not cut");
    println!("cut with {reason:?} after {:?} and at most {sent} events", begun.elapsed());
}

/// Asserts that nobody was shown a text with this part, and that it is on no disk.
fn assert_never_shown(nodes: &[&Node], part: &str) {
    for node in nodes {
        let shown = node.all(|e| e["text"].as_str().is_some_and(|text| text.contains(part)).then(|| e.clone()));
        assert!(shown.is_empty(), "{}: {shown:?}", node.nick);
        assert!(!node.history_texts().iter().any(|text| text.contains(part)), "{}: on disk", node.nick);
    }
}

/// Asserts that lines still reach the other node, over the old link.
fn assert_well(alice: &mut Node, bob: &Node) {
    alice.say("still well");
    bob.wait_text("still well");
    assert_eq!(alice.roster(), [bob.id()]);
    alice.wait_peer(&bob.id());
    let left = alice.all(|e| (e["change"] == "left" && e["peer"] == bob.id().as_str()).then_some(()));
    assert!(left.is_empty());
    bob.never("a sign of it", seconds(1), |events| events.iter().find(|e| e["code"] == "forked").cloned());
}
