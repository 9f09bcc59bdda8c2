//! Three nodes in a line: those at the ends cannot reach each other.

use std::net::Ipv4Addr;

use super::{assert_same, wait_history};
use crate::support::{Node, Ports, Setup, proc};

const ALICE: u8 = 2;
const BOB: u8 = 3;
const CAROL: u8 = 4;

/// A node on its own loopback address that sweeps these others and nothing else. What peers pass on is dialled only
/// where the user wants to find people.
fn at(nick: &str, ports: &Ports, own: u8, looks_at: &[u8]) -> Setup {
    let mut cidrs = looks_at.iter().map(|last| format!("127.0.0.{last}/32"));
    let (cidr, port) = (cidrs.next().unwrap(), ports.port(0));
    let more = cidrs.flat_map(|cidr| ["--cidr".to_owned(), cidr]).collect();
    Setup { ip: Ipv4Addr::new(127, 0, 0, own).into(), cidr, more, ..Setup::new(nick, port..=port) }
}

/// Each end has one neighbour, bob, according to its roster and to the kernel's connections.
fn assert_ends(ends: [&Node; 2], bob: &Node) {
    for end in ends {
        assert_eq!(end.roster(), [bob.id()], "{}", end.nick);
        assert_eq!(proc::connections(end.pid()), 1, "{}", end.nick);
        let met = end.peer_changes().into_iter().filter(|change| !change.ends_with(&bob.id())).collect::<Vec<_>>();
        assert_eq!(met, [""; 0], "{} met somebody else", end.nick);
    }
}

#[test]
fn lines_from_one_end_reach_the_other() {
    let ports = Ports::take();
    let mut alice = Node::start(&at("alice", &ports, ALICE, &[BOB]));
    let mut bob = Node::start(&at("bob", &ports, BOB, &[ALICE, CAROL]));
    let mut carol = Node::start(&at("carol", &ports, CAROL, &[BOB]));
    bob.wait_peers(2);
    alice.wait_peers(1);
    carol.wait_peers(1);
    alice.say("from one end");
    let heard = carol.wait_text("from one end");
    assert_eq!((&heard["from"], &heard["nick"]), (&alice.id().into(), &"alice".into()), "{heard}");
    carol.say("from the other");
    alice.wait_text("from the other");
    bob.say("from the middle");
    alice.wait_text("from the middle");
    carol.wait_text("from the middle");
    assert_ends([&alice, &carol], &bob);
    assert_same(&[&alice, &bob, &carol]);
    for node in [&alice, &bob, &carol] {
        assert_eq!(node.history().len(), 3, "{}", node.nick);
    }
}

#[test]
fn a_departed_authors_lines_come_from_those_who_heard() {
    let ports = Ports::take();
    let mut alice = Node::start(&at("alice", &ports, ALICE, &[BOB]));
    let mut bob = Node::start(&at("bob", &ports, BOB, &[ALICE, CAROL]));
    bob.wait_peer(&alice.id());
    alice.wait_peers(1);
    alice.say("tell the others");
    bob.wait_text("tell the others");
    let author = alice.id();
    alice.quit();
    bob.wait_peers(0);
    let carol = Node::start(&at("carol", &ports, CAROL, &[BOB]));
    let heard = carol.wait_text("tell the others");
    assert_eq!((&heard["from"], &heard["nick"]), (&author.as_str().into(), &"alice".into()), "{heard}");
    assert_eq!(carol.roster(), [bob.id()]);
    bob.say("so I did");
    carol.wait_text("so I did");
    wait_history(&carol, &["tell the others", "so I did"]);
    assert_same(&[&bob, &carol]);
}
