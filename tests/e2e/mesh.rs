//! Several of our own nodes on loopback.

use std::collections::HashMap;

use crate::support::{Node, Ports, Setup, seconds};

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// Starts three processes at the same moment, in `rounds` rounds.
fn three_at_once(rounds: u32) {
    /// Lines that each of them says, besides one of several words and the last one.
    const LINES: usize = 20;
    for round in 0..rounds {
        let ports = Ports::take();
        let mut nodes = NAMES.map(|name| Node::start(&Setup::new(name, ports.port(0)..=ports.port(4))));
        let took: Vec<_> = nodes.iter().map(|node| node.wait_peers(2)).collect();
        #[cfg(target_os = "linux")]
        for node in &nodes {
            use crate::support::{proc, until};
            // For a moment both of two dials may be there. In the end each pair has one connection.
            until("one connection per pair", seconds(30), || (proc::connections(node.pid()) == 2).then_some(()));
        }
        for node in &mut nodes {
            node.say("hello big world");
            for n in 0..LINES {
                node.say(&format!("{} {n}", NAMES[n % 3]));
            }
            node.say("the end");
        }
        for node in &nodes {
            node.wait("the last line of both others", seconds(60), |events| {
                let ends = events.iter().filter(|e| e["own"] == false && e["text"] == "the end").count();
                (ends == 2).then_some(())
            });
        }
        let changes: Vec<_> = nodes.iter().map(Node::peer_changes).collect();
        let keys: HashMap<_, _> = nodes.iter().map(|node| (node.id(), node.nick.clone())).collect();
        for node in &mut nodes {
            node.quit();
        }
        for (node, changes) in nodes.iter().zip(changes) {
            let place = format!("round {round}, {}", node.nick);
            assert_eq!(changes.len(), 2, "{place}: one link per other node, from the beginning on: {changes:?}");
            // They have ended, so what was printed is all there ever was.
            let heard = node.all(|e| {
                let from = keys.get(e["from"].as_str()?)?.clone();
                (e["own"] == false)
                    .then(|| (from, e["nick"].as_str().unwrap().to_owned(), e["text"].as_str().unwrap().to_owned()))
            });
            for other in NAMES.into_iter().filter(|name| *name != node.nick) {
                let texts: Vec<_> =
                    heard.iter().filter(|(from, ..)| from == other).map(|(.., text)| text.clone()).collect();
                let mut said = vec!["hello big world".to_owned()];
                said.extend((0..LINES).map(|n| format!("{} {n}", NAMES[n % 3])));
                said.push("the end".to_owned());
                assert_eq!(texts, said, "{place}: every line of {other} once, whole and in order");
                assert!(heard.iter().all(|(from, nick, _)| from == nick), "{place}: under their names: {heard:?}");
            }
            node.assert_clean();
        }
        println!("round {round}: both others there after {took:?}");
    }
}

#[test]
fn three_started_together_link_once_and_hear_lines_once() {
    three_at_once(5);
}

#[test]
#[ignore = "long: thirty rounds"]
fn three_started_together_link_once_thirty_times_over() {
    three_at_once(30);
}

#[test]
fn a_killed_node_is_gone_and_may_come_back() {
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(2);
    let mut alice = Node::listening("alice", range.clone());
    let mut bob = Node::listening("bob", range.clone());
    let bobs = bob.id();
    alice.wait_peer(&bobs);
    bob.kill();
    let (reason, took) = alice.wait_left(&bobs, seconds(30));
    println!("gone after {took:?}");
    assert_eq!(reason, "closed");
    // Nothing was kept of it, so it comes back under a new key.
    let bob = Node::listening("bob", range);
    assert_ne!(bobs, bob.id());
    alice.wait_peer(&bob.id());
    alice.say("welcome back");
    bob.wait_text("welcome back");
}

#[test]
fn a_node_that_quits_is_seen_as_leaving_at_once() {
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(2);
    let alice = Node::listening("alice", range.clone());
    let mut bob = Node::listening("bob", range);
    let bobs = bob.id();
    alice.wait_peer(&bobs);
    bob.wait_peers(1);
    bob.say("bye");
    bob.quit();
    alice.wait_text("bye");
    let (reason, _) = alice.wait_left(&bobs, seconds(30));
    assert_eq!(reason, "closed");
}

#[test]
fn the_end_of_input_leaves_a_node_running() {
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(2);
    let mut alice = Node::listening("alice", range.clone());
    let mut bob = Node::listening("bob", range);
    alice.wait_peers(1);
    bob.wait_peers(1);
    bob.say("my last line");
    bob.end_input();
    alice.wait_text("my last line");
    alice.say("still there?");
    bob.wait_text("still there?");
    let since = alice.mark();
    alice.never("anything said by a node without input", seconds(2), |events| {
        events.iter().skip(since).find(|e| e["own"] == false || e["change"] == "left").cloned()
    });
    assert!(bob.runs());
}

#[test]
fn two_nodes_meet_on_ipv6() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return crate::support::skip("two_nodes_meet_on_ipv6", "this machine has no IPv6 loopback");
    }
    let ports = Ports::take();
    let mut nodes = ["alice", "bob"].map(|name| {
        let ip = std::net::Ipv6Addr::LOCALHOST.into();
        let cidr = "::1/128".to_owned();
        Node::start(&Setup { ip, cidr, ..Setup::new(name, ports.port(0)..=ports.port(2)) })
    });
    for node in &nodes {
        node.wait_peers(1);
    }
    nodes[0].say("hello big world");
    let heard = nodes[1].wait_text("hello big world");
    assert_eq!(heard["from"], nodes[0].id());
}

/// A burst that fits into no buffer arrives whole, even if the reader starts late.
#[test]
fn a_burst_arrives_whole() {
    const LINES: usize = 20_000;
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(2);
    let mut alice = Node::listening("alice", range.clone());
    let bob = Node::listening("bob", range);
    alice.wait_peers(1);
    let burst: Vec<_> = (0..LINES).map(|n| format!("{n} of a burst of many lines that go on and on\n")).collect();
    alice.write(burst.concat().as_bytes());
    alice.say("over");
    bob.wait("the end of the burst", seconds(120), |events| {
        events.iter().rev().find(|e| e["text"] == "over").map(|_| ())
    });
    let texts = bob.texts();
    assert_eq!(texts.len(), LINES + 1);
    assert!(texts.iter().take(LINES).enumerate().all(|(n, text)| text.starts_with(&format!("{n} of"))), "in order");
}

/// One of three nodes is stopped, as with Ctrl-Z. The others see it leave, and meanwhile chat as if it were not there.
#[test]
#[cfg(unix)]
#[ignore = "long: the time limit for a silent peer"]
fn a_frozen_node_is_dropped_within_eleven_seconds_delaying_nobody() {
    use std::time::{Duration, Instant};

    use crate::support::until_passed;
    /// Lines that are said at once, so that one commit of a slow disk can serve them all.
    const VOLLEY: usize = 10;
    /// The time between two volleys. It makes 4 MB in all, because a peer that is 16 MiB behind is dropped before its
    /// time is up.
    const PAUSE: Duration = Duration::from_millis(50);
    let ports = Ports::take();
    let mut nodes = NAMES.map(|name| Node::start(&Setup::new(name, ports.port(0)..=ports.port(4))));
    for node in &nodes {
        node.wait_peers(2);
    }
    let [alice, bob, carol] = &mut nodes;
    let carols = carol.id();
    carol.signal(rustix::process::Signal::STOP);
    let frozen = Instant::now();
    let mut slowest = seconds(0);
    let mut n = 0;
    while alice.peer_changes().len() < 3 {
        assert!(frozen.elapsed() < seconds(110), "{:?}", alice.peer_changes());
        // More than 300 kB in all, so that the frozen node's window fills up.
        let texts: Vec<_> = (n..n + VOLLEY).map(|n| format!("{n} {}", "z".repeat(2_000))).collect();
        let said = Instant::now();
        for text in &texts {
            alice.say(text);
        }
        bob.wait_text(&texts[VOLLEY - 1]);
        slowest = slowest.max(said.elapsed());
        n += VOLLEY;
        until_passed(PAUSE);
    }
    let (reason, _) = alice.wait_left(&carols, seconds(1));
    assert_eq!(reason, "timeout");
    println!("gone after {:?} ({reason}); slowest of {n} lines to the other one {slowest:?}", frozen.elapsed());
    bob.wait_left(&carols, seconds(110));
    assert!(n > 200, "only {n} lines in that time");
    // A node that waited for the frozen one would wait for the whole time limit. The margin is for a disk that stalls.
    assert!(slowest < seconds(5), "a line took {slowest:?} while a third node was frozen");

    carol.signal(rustix::process::Signal::CONT);
    for node in [&*alice, bob, carol] {
        node.wait_peers(2);
    }
    carol.say("what did I miss");
    alice.wait_text("what did I miss");
    bob.wait_text("what did I miss");
}

/// Nobody reads the output of one node. That costs neither its memory nor the others' time.
#[test]
#[cfg(target_os = "linux")]
fn an_unread_output_holds_up_nobody_else() {
    use std::process::Stdio;

    use crate::support::proc;
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(3);
    let mut alice = Node::listening("alice", range.clone());
    let bob = Node::listening("bob", range.clone());
    let home = tempfile::TempDir::new().unwrap();
    let mut unread =
        Setup::new("unread", range).command(&home).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    alice.wait_peers(2);
    bob.wait_peers(2);
    let line = "w".repeat(1_000);
    for n in 0..20_000 {
        alice.say(&format!("{n} {line}"));
    }
    alice.say("after the burst");
    bob.wait("the end of the burst", seconds(120), |events| {
        events.iter().rev().find(|e| e["text"] == "after the burst").map(|_| ())
    });
    let memory = [unread.id(), alice.pid(), bob.pid()].map(proc::memory_kib);
    println!("{memory:?} KiB");
    // Twenty megabytes were said, of which the ring for guests may hold 16 MiB.
    assert!(memory.iter().all(|&kib| kib < 100 * 1024), "{memory:?} KiB");
    assert_eq!(bob.texts().len(), 20_001);
    unread.kill().unwrap();
    unread.wait().unwrap();
}

/// Reference nodes get the page line by line, but among our nodes it stays one message.
#[test]
#[cfg(unix)]
fn a_pasted_page_is_one_message_between_our_nodes() {
    use crate::support::{Builder, program};
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(1);
    let bob = Node::listening("bob", range.clone());
    let alice = Builder::new(&program()).args(Setup::new("alice", range).arguments()).spawn();
    bob.wait_peers(1);
    // Bob lists alice a moment before she lists him.
    alice.wait_text("1 here");
    let page: Vec<_> = (1..=25).map(|n| format!("line {n}")).collect();
    alice.send(format!("\x1b[200~{}\x1b[201~", page.join("\r")));
    alice.wait_text("line 25");
    alice.send("\r");
    alice.wait_text("Press Enter again to send it");
    alice.send("\r");
    alice.wait_text("> Message #lobby");
    let heard = bob.wait_text(&page.join("\n"));
    assert_eq!(heard["nick"], "alice");
    assert_eq!(bob.texts().len(), 1);
}
