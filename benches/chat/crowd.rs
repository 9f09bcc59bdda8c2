//! Many peers of one node: how fast they get in when all come at once, and what each of them costs.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use crate::{
    attack::{Author, Face, Key, Link, connect, hello},
    child::Child,
    report::{self, Times},
    support::Ports,
};

const PEERS: usize = 50;
const ROUNDS: u32 = 10;

/// Lines each way on every link before its cost is measured.
const LINES: usize = 20;

pub(crate) fn measure() {
    let [mut greeted, mut joined] = [(); 2].map(|()| Times::default());
    for _ in 0..ROUNDS {
        let (last_greeted, last_joined) = round();
        greeted.add(last_greeted);
        joined.add(last_joined);
    }
    report::line(&format!("{PEERS} at once, last one greeted"), &greeted);
    report::line(&format!("{PEERS} at once, last one printed as joined"), format_args!("{joined} (target: 100 ms)"));
    memory();
}

/// The time from the first connect to the last Hello that came back, and to the last "joined".
fn round() -> (Duration, Duration) {
    let ports = Ports::take();
    let mut node = Child::node("node", ports.port(0)..=ports.port(0), true);
    node.wait_line("\"listening\"");
    let ready = Barrier::new(PEERS + 1);
    thread::scope(|scope| {
        let peers: Vec<_> = (0..PEERS)
            .map(|n| {
                let (ready, addr) = (&ready, ports.addr(0));
                scope.spawn(move || {
                    let key = Key::random();
                    let face = Face::of(&key);
                    ready.wait();
                    let mut link = Link::dial(connect(addr, &face).unwrap()).unwrap();
                    link.greet(hello(&key, &format!("peer{n}"))).unwrap();
                    (Instant::now(), link)
                })
            })
            .collect();
        ready.wait();
        let begun = Instant::now();
        for _ in 0..PEERS {
            node.wait_line("\"joined\"");
        }
        let joined = begun.elapsed();
        let last = peers.into_iter().map(|peer| peer.join().unwrap().0).max().unwrap();
        (last.saturating_duration_since(begun), joined)
    })
}

/// The memory cost of a link that has been used.
#[cfg(target_os = "linux")]
fn memory() {
    use crate::support::proc;
    let ports = Ports::take();
    let mut node = Child::node("node", ports.port(0)..=ports.port(0), true);
    node.wait_line("\"listening\"");
    // The first link's cost is counted as the node's own.
    let mut links = vec![used(&ports, &mut node, 0)];
    let before = proc::memory_kib(node.pid());
    for n in 1..=PEERS {
        links.push(used(&ports, &mut node, n));
    }
    let each = (proc::memory_kib(node.pid()).saturating_sub(before)) as f64 / PEERS as f64;
    report::line("memory of a used link", format_args!("{each:.0} KiB (target: below 130 KiB)"));
}

#[cfg(not(target_os = "linux"))]
fn memory() {
    report::line("memory of a used link", "measured on Linux only");
}

/// A link over which lines have gone both ways.
fn used(ports: &Ports, node: &mut Child, n: usize) -> Link {
    let key = Key::random();
    let mut link = Link::dial(connect(ports.addr(0), &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello(&key, &format!("peer{n}"))).unwrap();
    let mut author = Author::new(&key, "peer");
    for line in 0..LINES {
        let text = format!("{n} {line} a line of about the length that people write");
        link.say(&mut author, &text).unwrap();
        node.wait_line(&text);
        let text = format!("to {n} {line} a line of about the length that people write");
        node.say(&text);
        link.wait_line(&text).unwrap();
    }
    link
}
