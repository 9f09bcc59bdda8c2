//! How long the user's own lines wait while strangers pour in new words all the time.

use std::time::Duration;

use proximity_chat::{
    core::log::storage::{Found, Reply, Request, SearchRequest, Write},
    runtime::store::{Answer, Store, spawn},
};
use tokio::sync::mpsc::Receiver;

use super::{Author, open_in, say, search_for, temporary, timed};

/// Commits of strangers' lines of the largest size: this many events, or this many bytes.
const CROWDED: u64 = 8;
const EVENTS: u64 = 1_024;
const LONG: u64 = 16;
/// Words of a long line: 64 KiB with the spaces.
const WORDS: u64 = 9_300;
/// Own lines, one after the other. Each meets a slice of index work that has just begun.
const OWN: u64 = 60;

/// Measures commits with and without a backlog of lines that are not yet indexed.
pub(super) fn report() {
    let directory = temporary();
    let (store, mut answers) =
        spawn(open_in(directory.path())).unwrap_or_else(|error| unreachable!("the system gives threads: {error}"));
    let (mut me, mut stranger) = (Author::new(200), Author::new(1));
    let mut disk = Disk { store: &store, answers: &mut answers };
    let idle = own_lines(&mut disk, &mut me, 0);
    let long = |number| new_words(number * WORDS, WORDS);
    for (what, events) in [("lines", EVENTS), ("long texts", LONG)] {
        let mut times = Vec::new();
        for commit in 0..CROWDED {
            let numbers = commit * events..(commit + 1) * events;
            let text = |number| if events == LONG { long(number) } else { new_words(number * 20, 20) };
            let writes = numbers.flat_map(|number| stranger.say_text(1_000_000 + number, &text(number), false));
            let writes: Vec<Write> = writes.collect();
            times.push(timed(|| disk.ask(Request::Write(writes))).0);
        }
        times.sort();
        let (p50, most) = (at(&times, 50), at(&times, 100));
        say(&format!("a commit of {events} strangers' {what} of new words: p50 {p50:.1?}, slowest {most:.1?}"));
    }
    let behind = disk.behind();
    let crowded = own_lines(&mut disk, &mut me, OWN);
    let still = disk.behind();
    let (indexed, ()) = timed(|| while disk.behind() > 0 {});
    let ratio = |share| at(&crowded, share).as_secs_f64() / at(&idle, share).as_secs_f64();
    say(&format!(
        "own lines, idle: p50 {:.1?}, slowest {:.1?}; while {behind} to {still} lines wait for the index: p50 {:.1?}, slowest {:.1?} ({:.1} and {:.1} times); the rest is indexed in {indexed:.1?}",
        at(&idle, 50),
        at(&idle, 100),
        at(&crowded, 50),
        at(&crowded, 100),
        ratio(50),
        ratio(100)
    ));
    store.close(Duration::from_secs(10));
}

struct Disk<'a> {
    store: &'a Store,
    answers: &'a mut Receiver<Answer>,
}

impl Disk<'_> {
    fn ask(&mut self, request: Request) -> Reply {
        self.store.ask(0, request);
        match self.answers.blocking_recv() {
            Some(Answer { reply: Ok(reply), .. }) => reply,
            other => unreachable!("{other:?}"),
        }
    }

    fn behind(&mut self) -> u64 {
        match self.ask(Request::Search(SearchRequest { max: 1, ..search_for("x") })) {
            Reply::Found(Found { behind, .. }) => behind,
            other => unreachable!("{other:?}"),
        }
    }
}

/// How long each own line waited, shortest first.
fn own_lines(disk: &mut Disk<'_>, me: &mut Author, from: u64) -> Vec<Duration> {
    let mut times: Vec<Duration> = (from..from + OWN)
        .map(|number| {
            let writes: Vec<Write> = me.say(number, true).into();
            timed(|| disk.ask(Request::Write(writes))).0
        })
        .collect();
    times.sort();
    times
}

fn at(times: &[Duration], share: usize) -> Duration {
    let last = times.len().saturating_sub(1);
    times.get(last * share / 100).copied().unwrap_or_default()
}

/// New words of six letters and digits.
fn new_words(from: u64, count: u64) -> String {
    let word = |number: u64| format!("{:06x} ", number.wrapping_mul(0x9e_3779) & 0xff_ffff);
    (from..from + count).map(word).collect()
}
