//! Throw-away keys displace nobody's trust record.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{known_file, link_as, own_port};
use crate::{
    attack::{Author, Key},
    support::{Node, Ports, until},
};

/// Throw-away keys: more than are remembered.
const KEYS: usize = 4_500;

/// Keys in the file: those that were linked for moments, as far as they are written, and a few others.
const WRITTEN: usize = 256 + 10;

/// Changes the file so that bob was met on one day only, three days ago, for five hours.
fn long_ago(known: &str) -> String {
    let day = 24 * 60 * 60 * 1_000;
    let now = i64::try_from(crate::attack::now() >> 16).unwrap();
    let (first, last) = (now - 3 * day, now - 3 * day + 5 * 60 * 60 * 1_000);
    let line = |line: &str| {
        let (Some(begin), Some(end)) = (line.find("\"first_seen\""), line.find(",\"addrs\"")) else {
            return line.to_owned();
        };
        format!("{}\"first_seen\":{first},\"last_seen\":{last}{}", &line[..begin], &line[end..])
    };
    known.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "long: thousands of links"]
fn thousands_of_keys_displace_nobody_met_before() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", own_port(&ports));
    let bob = Key::random();
    let mut link = link_as(&alice, &bob, "bob").unwrap();
    link.say(&mut Author::new(&bob, "bob"), "hi").unwrap();
    alice.wait_text("hi");
    drop(link);
    alice.wait_peers(0);
    alice.quit();
    let file = known_file(&alice);
    let known = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, long_ago(&known)).unwrap();
    let mut alice = alice.start_again();
    alice.addr();
    let left = AtomicUsize::new(KEYS);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    drop(link_as(&alice, &Key::random(), "c"));
                }
            });
        }
    });
    let impostor = Key::random();
    let _link = link_as(&alice, &impostor, "bob").unwrap();
    alice.wait_peer(&impostor.id());
    let alarm =
        |e: &serde_json::Value| (e["event"] == "peer" && e["peer"] == impostor.id()).then(|| e["trust"].clone());
    let (trust, _) = until("it is listed", crate::support::seconds(10), || alice.all(alarm).into_iter().next());
    assert_eq!(trust, "suspect");
    alice.quit();
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains(&bob.id()), "bob is forgotten");
    assert!(written.lines().count() <= WRITTEN, "{} lines", written.lines().count());
}
