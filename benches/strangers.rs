//! What links cost a node: the processor time of each honest line and of each idle link, at 8 to 256 links and with an
//! empty and a full table of logs, and the bytes of `Have` that each link is sent. It takes one and a half minutes.
//!
//! Compare within one run only: each figure stands beside its ratio to the one at 8 links. The idle links say they hold
//! nothing, and acknowledge nothing, like a stranger that wants to be expensive. A node keeps places for known people,
//! so that not all of the last links may be let in. The number shows how many were.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark reports on standard output and ends at the first thing that is wrong"
)]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../tests/e2e/attack/mod.rs"]
mod attack;
#[allow(dead_code, reason = "shared with another benchmark, which uses more of it")]
#[path = "chat/child.rs"]
mod child;
#[allow(dead_code, reason = "shared with another benchmark, which uses more of it")]
#[path = "chat/report.rs"]
mod report;
#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("Nothing is measured outside `cargo bench`.");
        return;
    }
    #[cfg(target_os = "linux")]
    linux::measure();
    #[cfg(not(target_os = "linux"))]
    report::line("links", "measured on Linux only");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs,
        net::SocketAddr,
        sync::Mutex,
        thread,
        time::{Duration, Instant},
    };

    use prost::Message;

    use crate::{
        attack::{
            Author, Key, Link, batch,
            crowd::{Idle, ManyLogs, meet_in_time},
            have,
            proto::{HeldRange, frame::Body},
        },
        child::Child,
        report,
        support::{Ports, proc},
    };

    /// The numbers of idle links to measure.
    const LINKS: [usize; 4] = [8, 32, 128, 256];

    /// How long a node gets to settle, and how long it is watched.
    const SETTLES: Duration = Duration::from_millis(1_500);
    const WATCHED: Duration = Duration::from_secs(3);

    /// The time between two honest lines.
    const PAUSE: Duration = Duration::from_millis(20);

    /// Nodes that all talk, the time between two lines of each, how often each says what it holds, and for how long.
    const TALKERS: usize = 32;
    const TALK_PAUSE: Duration = Duration::from_millis(200);
    const TELLS: Duration = Duration::from_secs(1);
    const TALK: Duration = Duration::from_secs(8);

    pub(super) fn measure() {
        for (what, is_full) in [("an empty table", false), ("a full table", true)] {
            println!("\nlinks beside {what}");
            links(is_full);
        }
        println!("\n{TALKERS} nodes, five lines a second each");
        told();
    }

    /// Starts a node that is alone and listens. Also returns its address.
    fn node(ports: &Ports) -> (Child, SocketAddr) {
        let mut node = Child::node("node", ports.port(0)..=ports.port(0), true);
        node.wait_line("\"listening\"");
        node.discard_output();
        (node, ports.addr(0))
    }

    fn links(is_full: bool) {
        let ports = Ports::take();
        let (node, to) = node(&ports);
        let key = Key::random();
        let mut bob = (meet_in_time(to, &key, "bob").expect("a link"), Author::new(&key, "bob"));
        if is_full {
            report::line("logs that were taken", ManyLogs::FULL_TABLE.pour(to));
        }
        let (mut idle, mut first): (Vec<Idle>, Option<(f64, f64)>) = (Vec::new(), None);
        for count in LINKS {
            let wanted = count - idle.iter().map(Idle::up).sum::<usize>();
            idle.push(open_beside(&mut bob.0, to, wanted));
            let up: usize = idle.iter().map(Idle::up).sum();
            // This waits for no condition: the passing of time is what is measured.
            bob.0.stay(SETTLES).expect("the link stays");
            let rest = share(node.pid(), || bob.0.stay(WATCHED).expect("the link stays"));
            let mut lines = 0_u32;
            let busy = share(node.pid(), || lines = talk(&mut bob));
            let line_cost = (busy - rest).max(0.0) * WATCHED.as_secs_f64() / f64::from(lines.max(1)) * 1e6;
            let idle_cost = rest / up as f64 * 1e6;
            let (first_line, first_idle) = *first.get_or_insert((line_cost, idle_cost));
            report::line(
                &format!("{up} links, each honest line"),
                format_args!("{line_cost:>8.0} µs   {:>6.2} times that at {}", line_cost / first_line, LINKS[0]),
            );
            report::line(
                &format!("{up} links, each idle link and second"),
                format_args!("{idle_cost:>8.0} µs   {:>6.2} times", idle_cost / first_idle),
            );
            report::line(
                &format!("{up} links, all of them"),
                format_args!("{:>8.1} % of a processor, {} MB", rest * 100.0, proc::own_memory_kib(node.pid()) / 1_024),
            );
        }
    }

    /// Opens idle links, while an honest one reads and answers as it should.
    fn open_beside(honest: &mut Link, to: SocketAddr, count: usize) -> Idle {
        thread::scope(|scope| {
            let opening = scope.spawn(move || Idle::open(to, count));
            while !opening.is_finished() {
                honest.stay(PAUSE).expect("the link stays");
            }
            opening.join().unwrap()
        })
    }

    /// Says a line now and then. Returns how many.
    fn talk((link, author): &mut (Link, Author)) -> u32 {
        let (begun, mut lines) = (Instant::now(), 0);
        while begun.elapsed() < WATCHED {
            link.say(author, "a line of about the length that people write").expect("the link stays");
            lines += 1;
            let _ = link.stay(PAUSE.min(WATCHED.saturating_sub(begun.elapsed())));
        }
        lines
    }

    /// The share of one processor that a process uses while `run` runs.
    fn share(pid: u32, run: impl FnOnce()) -> f64 {
        let (before, begun) = (nanos(pid), Instant::now());
        run();
        (nanos(pid) - before) as f64 / begun.elapsed().as_nanos() as f64
    }

    /// Processor time of all threads so far, in nanoseconds.
    fn nanos(pid: u32) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
        tasks
            .filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
            .filter_map(|stat| stat.split_whitespace().next()?.parse::<u64>().ok())
            .sum()
    }

    /// Measures what a node tells each link about what it holds, while all talk and say the same of each other.
    fn told() {
        let ports = Ports::take();
        let (_node, to) = node(&ports);
        let held: Mutex<Vec<HeldRange>> = Mutex::new(vec![HeldRange::default(); TALKERS]);
        let bytes: Vec<u64> = thread::scope(|scope| {
            let talkers: Vec<_> = (0..TALKERS)
                .map(|n| {
                    scope.spawn({
                        let held = &held;
                        move || talker(to, n, held)
                    })
                })
                .collect();
            talkers.into_iter().map(|talker| talker.join().unwrap()).collect()
        });
        let each = |bytes: u64| bytes as f64 / TALK.as_secs_f64() / 1_000.0;
        let (all, most) = (bytes.iter().sum::<u64>() / TALKERS as u64, bytes.iter().copied().max().unwrap_or(0));
        report::line(
            "Have for each link",
            format_args!("mean {:.2} kB/s   most {:.2} kB/s   (target: 1 kB/s)", each(all), each(most)),
        );
    }

    /// Runs one of the talking nodes. Returns how many bytes of `Have` it got.
    fn talker(to: SocketAddr, n: usize, held: &Mutex<Vec<HeldRange>>) -> u64 {
        let (key, nick) = (Key::random(), format!("talker{n}"));
        let (mut link, mut author) = (meet_in_time(to, &key, &nick).expect("a link"), Author::new(&key, &nick));
        let (begun, mut told_at, mut bytes) = (Instant::now(), Instant::now(), 0);
        while begun.elapsed() < TALK {
            let said = author.line("a line of about the length that people write");
            held.lock().unwrap()[n] = author.range();
            link.send(batch(vec![said])).expect("the link stays");
            if told_at.elapsed() >= TELLS {
                told_at = Instant::now();
                let all = held.lock().unwrap().iter().filter(|range| range.log.is_some()).cloned().collect();
                link.send(have(all)).expect("the link stays");
            }
            let said = Instant::now();
            while let Ok(body) = link.next_within(TALK_PAUSE.saturating_sub(said.elapsed())) {
                if let Body::Have(have) = &body {
                    bytes += have.encoded_len() as u64;
                }
            }
        }
        bytes
    }
}
