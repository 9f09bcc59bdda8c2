//! How long a key takes until it is on the screen, both in quiet and while 10,000 lines a second arrive, and how long
//! the first frame takes. It runs the real program in a pseudo-terminal and measures from the write of the key to a
//! screen (parsed by vt100) that shows it: what the user of an infinitely fast terminal would see.
//!
//! `cargo bench --bench keys` builds everything in the same profile and prints the figures.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and stops where it cannot go on")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    env,
    io::Write as _,
    process::{Child, ChildStdin, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use support::{Builder, Ports, Setup, Term, arguments, program};

/// The number of measured starts.
const STARTS: usize = 20;

/// The number of measured keys, in quiet and under load.
const KEYS: usize = 500;

/// The time between two keys, as in fast typing. Under load, the flood lasts as long as the keys do, 10 s.
const KEY_INTERVAL: Duration = Duration::from_millis(20);

/// Lines that arrive per second.
const RATE: u32 = 10_000;

/// Lines in each write.
const BATCH: u32 = 20;

/// The flood ends after this time in any case.
const FLOOD_LIMIT: Duration = Duration::from_secs(30);

/// The draft is cleared at this length, so that it stays on one row.
const DRAFT: u16 = 60;

/// Columns before the draft: `> `.
const PROMPT: u16 = 2;

const SIZE: (u16, u16) = (200, 50);

/// The promised times.
const FIRST_FRAME_TARGET: Duration = Duration::from_millis(100);
const KEY_TARGET: Duration = Duration::from_millis(5);

fn main() {
    // `cargo test --all-targets` runs benchmarks without this flag, to check that they start.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut starts: Vec<Duration> = (0..STARTS).map(|_| first_frame()).collect();
    report("first frame", &mut starts, FIRST_FRAME_TARGET);

    let ports = Ports::reserve(2);
    let term = start("alice", &ports);
    let mut bob = Bob::start(&ports);
    term.wait_text("PEOPLE  1 here");
    report("key to screen, quiet", &mut keys(&term), KEY_TARGET);

    let stop = Arc::new(AtomicBool::new(false));
    // The thread only gets the input, so that the node ends if a measurement fails.
    let flood = thread::spawn({
        let (input, stop) = (bob.take_input(), Arc::clone(&stop));
        move || flood(input, &stop)
    });
    term.wait_text("flood");
    let mut times = keys(&term);
    stop.store(true, Ordering::Relaxed);
    let rate = flood.join().expect("the flood ends");
    report(&format!("key to screen, {rate:.0} lines/s arriving"), &mut times, KEY_TARGET);
}

/// The other side: a node whose output nobody reads, so that only it and the screen take time.
struct Bob {
    child: Child,
    _home: tempfile::TempDir,
}

impl Bob {
    fn start(ports: &Ports) -> Self {
        let home = tempfile::tempdir().expect("a home directory");
        let mut command = Setup::new("bob", ports.range()).command(&home);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the node starts");
        Self { child, _home: home }
    }

    fn take_input(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("it was not taken before")
    }
}

impl Drop for Bob {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(nick: &str, ports: &Ports) -> Term {
    let term = Builder::new(&program()).args(arguments(nick, ports)).size(SIZE.0, SIZE.1).spawn();
    term.wait_text("> Message #lobby");
    term
}

fn first_frame() -> Duration {
    let ports = Ports::reserve(2);
    start("alice", &ports).age()
}

/// Types keys, and measures each.
fn keys(term: &Term) -> Vec<Duration> {
    let mut times = Vec::with_capacity(KEYS);
    let mut begin = Instant::now();
    let mut column = PROMPT;
    while times.len() < KEYS {
        if column - PROMPT == DRAFT {
            term.send("\x15");
            column = PROMPT;
        } else {
            term.send("x");
            column += 1;
        }
        let (_, rows) = SIZE;
        times.push(term.time_until("the key", |screen| {
            let (row, at) = screen.cursor_position();
            // The cursor is in the input, above the footer. It is hidden or elsewhere only while a frame is drawn.
            row == rows - 2 && at == column && !screen.hide_cursor()
        }));
        begin += KEY_INTERVAL;
        thread::park_timeout(begin.saturating_duration_since(Instant::now()));
    }
    term.send("\x15");
    term.wait_for("an empty draft", |screen| screen.cursor_position().1 == PROMPT);
    times
}

/// Lets a node say lines at [`RATE`] until told to stop or until it ends. Returns the rate at which it really took
/// them.
fn flood(mut input: ChildStdin, stop: &AtomicBool) -> f64 {
    let interval = Duration::from_secs(1) * BATCH / RATE;
    let lines = "flood: a line of chat as long as lines usually are, give or take\n".repeat(BATCH as usize);
    let begin = Instant::now();
    let mut batches: u32 = 0;
    while !stop.load(Ordering::Relaxed) && begin.elapsed() < FLOOD_LIMIT {
        if input.write_all(lines.as_bytes()).is_err() {
            break;
        }
        batches += 1;
        thread::park_timeout((begin + interval * batches).saturating_duration_since(Instant::now()));
    }
    f64::from(batches * BATCH) / begin.elapsed().as_secs_f64()
}

fn report(what: &str, times: &mut [Duration], target: Duration) {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
    let verdict = if at(99) <= target { "within" } else { "OVER" };
    println!(
        "{what}: p50 {:.2?}, p99 {:.2?}, max {:.2?} of {}; {verdict} the target of {target:?}",
        at(50),
        at(99),
        at(100),
        times.len()
    );
}
