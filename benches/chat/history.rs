//! What a long history costs: fetching all of it, fetching what was missed, starting with it, and holding it.

use std::{
    ops::RangeInclusive,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    bare::{self, Role},
    child::Child,
    report::{self, Times},
    support::{Ports, Setup},
};

/// The sizes of histories that a late joiner fetches.
const SIZES: [usize; 2] = [10_000, 100_000];

/// Lines that somebody misses while away.
const MISSED: usize = 1_000;

/// How often each start is measured, in turns.
const STARTS: u32 = 10;

/// How long a node gets to settle before its memory is measured.
#[cfg(target_os = "linux")]
const REST: Duration = Duration::from_secs(3);

/// What the screen shows once its first frame is complete.
#[cfg(unix)]
const FOOTER: &str = "Ctrl-R search again";

fn text(n: usize) -> String {
    format!("line {n:06} as long as lines are in a chat")
}

fn range(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(0)..=ports.port(3)
}

pub(crate) fn measure() {
    for size in SIZES {
        let home = late_joiner(size);
        if size == SIZES[SIZES.len() - 1] {
            memory(&home, size);
            starts(&home, size);
        }
    }
    away();
}

/// Writes this many lines to disk. Returns the node and its home directory, and reports the rate.
fn author(ports: &Ports, lines: usize) -> (Child, Arc<TempDir>) {
    let home = Arc::new(TempDir::new().unwrap());
    let mut node = Child::at(&home, &Setup::new("author", range(ports)));
    node.wait_line("\"listening\"");
    node.wait_line("\"done\"");
    let all = (0..lines).fold(String::with_capacity(lines * 48), |all, n| all + &text(n) + "\n");
    let begun = Instant::now();
    let stdin = node.take_input();
    let writer = thread::spawn(move || {
        let mut stdin = stdin;
        std::io::Write::write_all(&mut stdin, all.as_bytes()).map(|()| stdin)
    });
    node.wait_line(&text(lines - 1));
    let rate = lines as f64 / begun.elapsed().as_secs_f64();
    report::line(&format!("{lines} own lines on disk, lines/s"), format_args!("{rate:>9.0}"));
    node.give_input(writer.join().unwrap().unwrap());
    (node, home)
}

/// The time from the start of a new peer to the last line on its output, beside a bare stream of as many lines.
fn late_joiner(lines: usize) -> Arc<TempDir> {
    let ports = Ports::take();
    let (author, home) = author(&ports, lines);
    let begun = Instant::now();
    let mut late = Child::node("late", range(&ports), true);
    let output = late.read_to(&text(lines - 1));
    let took = begun.elapsed();
    let output = String::from_utf8_lossy(&output);
    let mut shown = output.lines().filter(|line| line.contains("\"message\""));
    for n in 0..lines {
        let line = shown.next().unwrap_or_default();
        assert!(line.contains(&text(n)), "line {n} expected, got {line:?}");
    }
    let bare = bare_stream(lines);
    let target = if lines == SIZES[0] { " (target: 2 s)" } else { "" };
    report::line(&format!("{lines} lines fetched after a start"), format_args!("{took:>9.1?}{target}"));
    report::line("a bare stream of as many lines", format_args!("{bare:>9.1?}"));
    report::line("fetched / bare stream", format_args!("{:.1}", took.as_secs_f64() / bare.as_secs_f64()));
    drop(author);
    home
}

fn bare_stream(lines: usize) -> Duration {
    let ports = Ports::take();
    let mut server = bare::listening(&Role::Server(ports.addr(0)));
    let mut client = bare::start(&Role::Client(ports.addr(0)));
    client.wait_line("joined");
    server.discard_output();
    let all = (0..lines).fold(String::with_capacity(lines * 48), |all, n| all + &text(n) + "\n");
    let begun = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| client.read_to(&text(lines - 1)));
        server.write(all.as_bytes());
    });
    begun.elapsed()
}

/// The time from the start of a peer that was away to the last line that was said meanwhile.
fn away() {
    let ports = Ports::take();
    let (mut author, _home) = author(&ports, SIZES[0]);
    let home = Arc::new(TempDir::new().unwrap());
    let setup = Setup::new("away", range(&ports));
    let mut reader = Child::at(&home, &setup);
    reader.read_to(&text(SIZES[0] - 1));
    let mut times = Times::default();
    for turn in 0..STARTS {
        reader.end();
        author.wait_line("\"left\"");
        let missed = |n: usize| format!("missed {turn} {n:04} as long as lines are in a chat");
        author.write((0..MISSED).fold(String::new(), |all, n| all + &missed(n) + "\n").as_bytes());
        author.wait_line(&missed(MISSED - 1));
        let begun = Instant::now();
        reader = Child::at(&home, &setup);
        reader.read_to(&missed(MISSED - 1));
        times.add(begun.elapsed());
        author.wait_line("\"joined\"");
    }
    report::line(&format!("{MISSED} missed lines, from the start"), format_args!("{times} (target: 5 s)"));
}

#[cfg(target_os = "linux")]
fn memory(home: &Arc<TempDir>, lines: usize) {
    let ports = Ports::take();
    let of = |home: &Arc<TempDir>| {
        let mut node = Child::at(home, &Setup::new("author", range(&ports)));
        node.wait_line("\"done\"");
        node.discard_output();
        #[expect(clippy::disallowed_methods, reason = "memory is measured when the work of the start is over")]
        thread::sleep(REST);
        crate::support::proc::memory_kib(node.pid()) as f64 / 1_024.0
    };
    let (full, empty) = (of(home), of(&Arc::new(TempDir::new().unwrap())));
    let what = format!("memory with {lines} lines on disk, MB");
    report::line(&what, format_args!("{full:>9.1} (target: 40; with none {empty:.1})"));
}

#[cfg(not(target_os = "linux"))]
fn memory(_: &Arc<TempDir>, _: usize) {
    report::line("memory with many lines on disk", "measured on Linux only");
}

/// The times from the start of the program to its first complete frame and to its newest line, in turns with starts
/// without a history.
#[cfg(unix)]
fn starts(home: &Arc<TempDir>, lines: usize) {
    use crate::support::{Builder, Term, program};
    let ports = Ports::take();
    let arguments = Setup::new("author", range(&ports)).arguments();
    let start = |home: &TempDir| -> Term {
        let at = home.path().to_str().unwrap();
        let mut builder = Builder::new(&program()).args(&arguments);
        for directory in crate::support::DIRECTORIES {
            builder = builder.env(directory, at);
        }
        builder.spawn()
    };
    let [mut full, mut newest, mut empty] = [(); 3].map(|()| Times::default());
    for _ in 0..STARTS {
        let begun = Instant::now();
        let term = start(home);
        term.wait_text(FOOTER);
        full.add(begun.elapsed());
        term.wait_text(&text(lines - 1)[..11]);
        newest.add(begun.elapsed());
        drop(term);
        let fresh = TempDir::new().unwrap();
        let begun = Instant::now();
        let term = start(&fresh);
        term.wait_text(FOOTER);
        empty.add(begun.elapsed());
        drop(term);
    }
    report::line(&format!("{lines} lines on disk, first frame"), format_args!("{full} (target: 150 ms)"));
    report::line("the same, newest line on the screen", &newest);
    report::line("no line on disk, first frame", &empty);
    report::ratio("with / without a history", &full, &empty);
}

#[cfg(not(unix))]
fn starts(_: &Arc<TempDir>, _: usize) {
    report::line("start with many lines on disk", "measured in a pseudo-terminal only");
}
