//! What rooms cost while nobody says anything.

use std::time::{Duration, Instant};

use super::seconds;
use crate::support::{Lab, Node, Setup, proc, until_passed};

/// Open rooms that both nodes are in: nearly as many as a node may be in.
const OPEN: usize = 50;

/// How long the pairs are watched.
const WATCHED: Duration = seconds(42);

/// The part of that time which is compared: the quietest one. How many pings fall into a part is chance, except for the
/// fewest.
const PART: Duration = seconds(20);

/// How often to look.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Pings in each part and their answers: at least two of the mesh and two of HTTP/2 by each of two nodes.
const EXCHANGES: u64 = 8;

/// Two machines that only have each other.
struct Pair {
    nodes: [Node; 2],
    /// What they had sent together at each look.
    looks: Vec<(Instant, u64)>,
}

impl Pair {
    fn start(lab: &mut Lab, segment: usize) -> Self {
        let hosts = [1, 2].map(|number| {
            let host = lab.machine();
            lab.plug(&host, segment, &[&format!("10.77.{segment}.{number}/24")]);
            host
        });
        let start = |n: usize, nick: &str| {
            Node::start(&Setup {
                ip: format!("10.77.{segment}.{}", n + 1).parse().unwrap(),
                cidr: format!("10.77.{segment}.0/29"),
                netns: Some(hosts[n].name().to_owned()),
                more: vec!["--no-announce".to_owned()],
                ..Setup::new(nick, 4_565..=4_565)
            })
        };
        let nodes = [start(0, "alice"), start(1, "bob")];
        for node in &nodes {
            node.wait_peers(1);
        }
        Self { nodes, looks: Vec::new() }
    }

    /// Both join all rooms, and know that the other one is in them.
    fn share_rooms(&mut self) {
        let [alice, bob] = &mut self.nodes;
        for n in 0..OPEN {
            for node in [&mut *alice, &mut *bob] {
                node.say(&format!("/join room-number-{n}"));
            }
        }
        for node in [alice, bob] {
            node.wait("everybody in all rooms", seconds(30), |events| {
                let joined = events.iter().filter(|e| e["event"] == "member" && e["change"] == "joined");
                (joined.count() == OPEN).then_some(())
            });
        }
    }

    fn look(&mut self) {
        let sent = self.nodes.iter().map(|node| proc::ipv4_bytes_sent(node.pid())).sum();
        self.looks.push((Instant::now(), sent));
    }

    /// The fewest bytes that both have sent in any [`PART`] of the time.
    fn fewest(&self) -> u64 {
        let parts = self.looks.iter().filter_map(|(begun, before)| {
            let (_, after) = self.looks.iter().find(|(at, _)| *at >= *begun + PART)?;
            Some(after - before)
        });
        parts.min().unwrap()
    }
}

#[test]
#[ignore = "long: rooms that are silent for most of a minute"]
fn silent_rooms_send_nothing() {
    let Some(mut lab) = Lab::quiet_or_skip("silent_rooms_send_nothing") else { return };
    lab.segment();
    let (mut without, mut with) = (Pair::start(&mut lab, 0), Pair::start(&mut lab, 1));
    with.share_rooms();
    let begun = Instant::now();
    while begun.elapsed() < WATCHED {
        without.look();
        with.look();
        until_passed(LOOK_EVERY);
    }
    let (none, rooms) = (without.fewest(), with.fewest());
    let exchange = none / EXCHANGES;
    println!(
        "in {PART:?} two idle nodes send {none} bytes without rooms, and {rooms} with {OPEN} rooms; a ping \
         and its answer take {exchange}"
    );
    assert!(none > 0, "they ping each other");
    assert!(rooms <= none + exchange, "{rooms} bytes with rooms, {none} without");
    for node in without.nodes.iter().chain(&with.nodes) {
        node.assert_clean();
    }
}
