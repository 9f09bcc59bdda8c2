//! What many strangers do together, or one stranger under many keys. Each attack ends by itself, in bounded time.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use super::{Author, End, Face, Key, Link, batch, connect, have, hello, proto::frame::Body};

/// Keys that attack at the same time. Two processors can handle no more.
const AT_ONCE: u64 = 4;

/// How long a stranger tries to get in: a node admits only so many links of one host at once.
const TRIES_FOR: Duration = Duration::from_secs(10);

/// The wait between two tries.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// How long all idle links together may take to get in. A node without free places answers some of them late.
const OPENED: Duration = Duration::from_secs(15);

/// Events in a frame: below the limit, and below what a node sends.
const EVENTS: usize = 60;

/// Ranges in a frame: below the limit.
const RANGES: usize = 500;

/// Milliseconds in a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A link under `key`, past the greeting.
pub(crate) fn meet(to: SocketAddr, key: &Key, nick: &str) -> Result<Link, End> {
    let mut link = Link::dial(connect(to, &Face::of(key))?)?;
    let caps = ["peers", "sas", "presence"].map(str::to_owned).to_vec();
    link.greet(super::proto::Hello { caps, ..hello(key, nick) })?;
    Ok(link)
}

/// The same, retried for [`TRIES_FOR`]. `None` if that fails.
pub(crate) fn meet_in_time(to: SocketAddr, key: &Key, nick: &str) -> Option<Link> {
    let begun = Instant::now();
    while begun.elapsed() < TRIES_FOR {
        match meet(to, key, nick) {
            Ok(link) => return Some(link),
            Err(_) => thread::park_timeout(TRY_AGAIN),
        }
    }
    None
}

/// Runs `each` for 0 to `count`, `at_once` at a time.
fn side_by_side(count: u64, at_once: u64, each: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    match next.fetch_add(1, Ordering::Relaxed) {
                        n if n < count => each(n),
                        _ => break,
                    }
                }
            });
        }
    });
}

/// Many keys, each with several logs of one line.
pub(crate) struct ManyLogs {
    pub(crate) keys: u64,
    /// Logs of each key.
    pub(crate) logs: u64,
    /// How old their lines are, in days.
    pub(crate) age_days: u64,
    /// How long each key waits for the node to say that it holds them.
    pub(crate) wait: Duration,
}

impl ManyLogs {
    /// As many logs as a node holds. Each key waits until the node holds its logs, so that the table fills up.
    pub(crate) const FULL_TABLE: Self = Self { keys: 64, logs: 64, age_days: 0, wait: Duration::from_secs(2) };

    /// Sends them all. Returns how many logs the node said it holds.
    pub(crate) fn pour(&self, to: SocketAddr) -> u64 {
        let held = AtomicU64::new(0);
        side_by_side(self.keys, AT_ONCE, |n| {
            let (key, nick) = (Key::random(), format!("m{n}"));
            let Some(mut link) = meet_in_time(to, &key, &nick) else { return };
            let (mut events, mut ranges) = (Vec::new(), Vec::new());
            for _ in 0..self.logs {
                let mut author = Author::new(&key, &nick);
                if self.age_days > 0 {
                    author.fix_clock((super::now() >> 16) - self.age_days * DAY_MS + n);
                }
                events.push(author.line(&format!("x {n}")));
                ranges.push(author.range());
            }
            // A node that has had enough may cut the link at any moment.
            let sent = events.chunks(EVENTS).all(|events| link.send(batch(events.to_vec())).is_ok())
                && ranges.chunks(RANGES).all(|ranges| link.send(have(ranges.to_vec())).is_ok());
            let (begun, mut own) = (Instant::now(), 0);
            while sent && own < self.logs && begun.elapsed() < self.wait {
                if let Ok(Body::Have(have)) = link.next_within(Duration::from_millis(200)) {
                    let of_key = |log: &super::proto::LogId| log.author == key.bytes();
                    let confirmed =
                        have.ranges.iter().filter(|range| range.seq > 0 && range.log.as_ref().is_some_and(of_key));
                    own += confirmed.count() as u64;
                }
            }
            held.fetch_add(own, Ordering::Relaxed);
        });
        held.into_inner()
    }
}

/// The text of a flood's lines.
#[derive(Clone, Copy)]
pub(crate) enum Filler {
    /// One letter, repeated.
    Same,
    /// Words that were never said before: each must be added to the index.
    NewWords,
}

impl Filler {
    /// A text of `size` bytes.
    pub(crate) fn text(self, size: usize) -> String {
        const LETTERS: usize = 4;
        match self {
            Self::Same => "z".repeat(size),
            Self::NewWords => {
                let letter = |at: usize| if at % (LETTERS + 1) == LETTERS { ' ' } else { fastrand::lowercase() };
                (0..size).map(letter).collect()
            }
        }
    }
}

/// Links that send as much as they can for `time`, in lines of `size` bytes. Returns how many bytes of text they sent.
pub(crate) fn fill(to: SocketAddr, links: u64, time: Duration, size: usize, filler: Filler) -> u64 {
    let sent = AtomicU64::new(0);
    side_by_side(links, links, |n| {
        let (key, nick) = (Key::random(), format!("f{n}"));
        let Some(mut link) = meet_in_time(to, &key, &nick) else { return };
        let mut author = Author::new(&key, &nick);
        let at_once = if size > 20_000 { 2 } else { EVENTS };
        let (begun, mut frames) = (Instant::now(), 0_u32);
        while begun.elapsed() < time {
            let text = filler.text(size);
            let events = (0..at_once).map(|_| author.line(&text)).collect();
            if link.send(batch(events)).is_err() {
                return;
            }
            sent.fetch_add((size * at_once) as u64, Ordering::Relaxed);
            frames += 1;
            if frames.is_multiple_of(8) {
                let _ = link.next_within(Duration::from_millis(1));
            }
        }
        let _ = link.send(have(vec![author.range()]));
        let _ = link.stay(Duration::from_millis(500));
    });
    sent.into_inner()
}

/// Says one stranger's lines.
pub(crate) fn say(to: SocketAddr, nick: &str, texts: impl IntoIterator<Item = String>) {
    let key = Key::random();
    let Some(mut link) = meet_in_time(to, &key, nick) else { return };
    let mut author = Author::new(&key, nick);
    for events in author.lines(texts).chunks(EVENTS) {
        if link.send(batch(events.to_vec())).is_err() {
            return;
        }
    }
    let _ = link.send(have(vec![author.range()]));
    let _ = link.stay(Duration::from_millis(1_500));
}

/// Links that say they hold nothing, and acknowledge nothing.
pub(crate) struct Idle {
    stop: Arc<AtomicBool>,
    links: Vec<thread::JoinHandle<()>>,
    /// How many were let in so far.
    up: Arc<AtomicUsize>,
}

impl Idle {
    /// Opens `count` of them, or as many as are let in within [`OPENED`].
    pub(crate) fn open(to: SocketAddr, count: usize) -> Self {
        /// Bytes that the thread of a link needs for its stack.
        const STACK: usize = 256 * 1024;
        let (stop, up) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (opened, answers) = mpsc::sync_channel(count);
        let open = |n: usize| {
            let (stop, up, opened) = (stop.clone(), up.clone(), opened.clone());
            let idle = move || {
                let link = meet_in_time(to, &Key::random(), &format!("s{n}"));
                up.fetch_add(usize::from(link.is_some()), Ordering::Relaxed);
                let _ = opened.send(());
                let Some(mut link) = link else { return };
                let _ = link.send(have(Vec::new()));
                while !stop.load(Ordering::Relaxed) && link.stay(Duration::from_millis(200)).is_ok() {}
            };
            thread::Builder::new().stack_size(STACK).spawn(idle).expect("a thread")
        };
        // A few at a time, so that the processors keep up.
        let links = (0..count)
            .map(|n| {
                thread::park_timeout(Duration::from_millis(5));
                open(n)
            })
            .collect();
        let begun = Instant::now();
        for _ in 0..count {
            if answers.recv_timeout(OPENED.saturating_sub(begun.elapsed())).is_err() {
                break;
            }
        }
        Self { stop, links, up }
    }

    /// How many were let in so far.
    pub(crate) fn up(&self) -> usize {
        self.up.load(Ordering::Relaxed)
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for link in self.links.drain(..) {
            let _ = link.join();
        }
    }
}

/// Keys that connect, claim to hold all that `victim` has said, and leave. Returns how many claimed it.
pub(crate) fn confirm(to: SocketAddr, victim: &[u8; 32], keys: u64) -> u64 {
    let confirmed = AtomicU64::new(0);
    side_by_side(keys, AT_ONCE + 2, |_| {
        let Some(mut link) = meet_in_time(to, &Key::random(), "acker") else { return };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            let Ok(Body::Have(told)) = link.next_within(Duration::from_millis(200)) else { continue };
            let theirs = |log: &super::proto::LogId| log.author == victim;
            let mut ranges = told.ranges;
            ranges.retain(|range| range.log.as_ref().is_some_and(theirs));
            if !ranges.is_empty() {
                let said = link.send(have(ranges)).is_ok() && link.stay(Duration::from_millis(20)).is_ok();
                confirmed.fetch_add(u64::from(said), Ordering::Relaxed);
                return;
            }
        }
    });
    confirmed.into_inner()
}

/// While lines of new words keep the disk busy, each of `links` sends `others` further events under the number of one
/// that is being written. These contradictions can be decided only once that event is on disk.
pub(crate) fn compare(to: SocketAddr, links: usize, others: usize, size: usize) {
    /// Lines of new words, and how long the node has been writing them when the other events arrive.
    const SLOW: usize = 120;
    const UNDER_WAY: Duration = Duration::from_millis(350);
    let filler = "z".repeat(size);
    let prepared = Mutex::new(Vec::new());
    side_by_side(links as u64, AT_ONCE, |_| {
        let key = Key::random();
        let author = Author::new(&key, "c");
        let first = author.try_line("first");
        let others: Vec<_> = (0..others).map(|_| author.try_line(&filler)).collect();
        prepared.lock().unwrap().push((key, first, others));
    });
    let slow_key = Key::random();
    let slow = Author::new(&slow_key, "slow").lines((0..SLOW).map(|_| Filler::NewWords.text(size)));
    let ready = Barrier::new(links + 1);
    thread::scope(|scope| {
        for (key, first, others) in prepared.into_inner().unwrap() {
            let ready = &ready;
            scope.spawn(move || {
                let link = meet_in_time(to, &key, "c");
                ready.wait();
                let Some(mut link) = link else { return };
                thread::park_timeout(UNDER_WAY);
                for event in std::iter::once(first).chain(others) {
                    if link.send(batch(vec![event])).is_err() {
                        return;
                    }
                }
                let _ = link.stay(Duration::from_secs(4));
            });
        }
        let link = meet_in_time(to, &slow_key, "slow");
        ready.wait();
        let Some(mut link) = link else { return };
        for events in slow.chunks(2) {
            if link.send(batch(events.to_vec())).is_err() {
                return;
            }
        }
        let _ = link.stay(Duration::from_secs(2));
    });
}

/// Handshakes and greetings for `time`, as fast as possible, each under a new key. Returns how many were let in.
pub(crate) fn churn(to: SocketAddr, time: Duration) -> u64 {
    let let_in = AtomicU64::new(0);
    let begun = Instant::now();
    side_by_side(AT_ONCE, AT_ONCE, |_| {
        while begun.elapsed() < time {
            let_in.fetch_add(u64::from(meet(to, &Key::random(), "churn").is_ok()), Ordering::Relaxed);
        }
    });
    let_in.into_inner()
}
