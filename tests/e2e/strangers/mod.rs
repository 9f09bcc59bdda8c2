//! What strangers can take from others: places in tables, disk, processor, memory and time. Each test attacks real
//! nodes with many keys, which cost nothing, and checks what honest people still get.
//!
//! The promises are for two idle processors. A test prints its figures beside the promise, and allows more time.

#![cfg(target_os = "linux")]

mod dials;
mod disk;
mod guests;
mod idle;
mod index;
mod measure;
mod places;
mod poisoned;
mod receipts;
mod table;
mod timing;
mod trust;

use std::{fs::File, ops::RangeInclusive, time::Duration};

use crate::{
    attack::{End, Face, Key, Link, connect, hello},
    support::{Node, Ports, Setup, seconds, until},
};

/// How long a test waits for what is promised within two seconds.
const HEARD: Duration = seconds(20);

/// Memory that strangers may make a node take, in KiB, without the pages of its program.
const MEMORY_KIB: u64 = 64 * 1024;

/// A lock for one attack at a time, across processes: two would measure each other.
fn alone() -> File {
    let alone = File::create(std::env::temp_dir().join("pctest-siege")).unwrap();
    alone.lock().unwrap();
    alone
}

/// A node on the port at index `n` that sweeps no other port and knows the nodes at `peers`.
fn apart(nick: &str, ports: &Ports, n: u16, peers: &[u16]) -> Setup {
    let peers = peers.iter().flat_map(|peer| ["--peer".to_owned(), ports.addr(*peer).to_string()]);
    Setup { more: peers.collect(), ..Setup::new(nick, ports.port(n)..=ports.port(n)) }
}

/// Starts a node, and waits until it listens.
fn start(setup: &Setup) -> Node {
    let node = Node::start(setup);
    node.addr();
    node
}

/// Two linked nodes: the one that is attacked, and one that chats with it.
fn pair(ports: &Ports) -> (Node, Node) {
    let victor = start(&apart("victor", ports, 0, &[]));
    let bob = start(&apart("bob", ports, 1, &[0]));
    victor.wait_peer(&bob.id());
    bob.wait_peer(&victor.id());
    (victor, bob)
}

/// Waits until a node shows a line, its own or another's. Returns how long that took.
fn hears(node: &Node, text: &str) -> Duration {
    let what = format!("{text:?} within {HEARD:?}");
    node.wait(&what, HEARD, |events| events.iter().find(|e| e["event"] == "message" && e["text"] == text).map(drop)).1
}

/// The number that a query of the node's database returns.
fn count(node: &Node, query: &str) -> i64 {
    let history = node.home().path().join("proximity-chat/default/history.db");
    let read_only = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(history, read_only).expect("a history");
    connection.query_row(query, [], |row| row.get(0)).expect("a number")
}

/// Only the node's own port, so that it finds nobody by itself.
fn own_port(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(5)..=ports.port(5)
}

/// Dials `node` under `key`, and greets it.
fn link_as(node: &Node, key: &Key, nick: &str) -> Result<Link, End> {
    let mut link = Link::dial(connect(node.addr(), &Face::of(key))?)?;
    link.greet(hello(key, nick))?;
    Ok(link)
}

/// The file of a node's profile that lists known keys.
fn known_file(node: &Node) -> std::path::PathBuf {
    // It is written in the background, within a second.
    let file = node.home().path().join("proximity-chat/default/known.json");
    until("known.json", seconds(20), || file.is_file().then_some(()));
    file
}
