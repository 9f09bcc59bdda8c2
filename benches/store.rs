//! What the log on disk costs: commits, ordered reads, searches, erasing, starting with a long history.
//!
//! `cargo bench --bench store`. Compare within one run only: machines and disks differ, ratios hardly do. Ends with failure if
//! a page or a search of a long history is beyond its limit.

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use proximity_chat::{
    convert::event::{Content, Draft, KIND_SAID},
    identity::Identity,
    log::storage::{Append, LogState, PageRequest, Read, Reply, Request, Retain, SearchRequest, Write},
    model::{EventId, Hlc, LogId, Network, Nick, Room, Seek, Text, Timestamp},
    store::{Database, Options, Place, open},
};

/// Lines of a long history (the number).
const LINES: u64 = 100_000;
/// Events in one commit while missed lines come in.
const BATCH: u64 = 64;
/// A search in all of them (the number).
const MAX_SEARCH: Duration = Duration::from_millis(50);
/// Opening it and reading the first page, so that the first frame is there in 150 ms.
const MAX_START: Duration = Duration::from_millis(100);
/// Events signed by somebody else cost their signature; that is not measured here.
const AUTHORS: u64 = 10;

const WORDS: [&str; 12] =
    ["the", "printer", "on", "second", "floor", "is", "out", "of", "paper", "again", "会议室", "tomorrow"];

struct Author {
    identity: Identity,
    state: LogState,
}

impl Author {
    fn new(seed: u8) -> Self {
        let identity = Identity::from_secret(&[seed; 32]);
        let id = LogId { room: Room::LOBBY.id(), author: identity.node(), epoch: 7 };
        let state =
            LogState { id, floor: 1, base: 1, head: 0, head_id: None, head_hlc: Hlc(0), older: None, forked: None };
        Self { identity, state }
    }

    fn say(&mut self, number: u64, own: bool) -> [Write; 2] {
        let words = (0..8).map(|at| WORDS[(number * 7 + at * at * 5 + number / 13) as usize % WORDS.len()]);
        let text = format!("{} n{number}", words.collect::<Vec<_>>().join(" "));
        let wall = Timestamp::from_millis(1_795_000_000_000 + number.cast_signed() * 1_000);
        let nick = Nick::new("alice").unwrap_or_else(|_| unreachable!("a valid name"));
        let text = Text::new(&text).unwrap_or_else(|_| unreachable!("a valid text"));
        let LogState { id: log, head, head_id: prev, .. } = self.state;
        let content = Content::said([7; 16], &nick, &text, false);
        let draft =
            Draft { log, seq: head + 1, prev, hlc: Hlc::at(wall), deps: Vec::new(), wall, kind: KIND_SAID, content };
        let signed = draft.sign(|message| self.identity.sign(message));
        let event = signed.read().unwrap_or_else(|_| unreachable!("a valid event"));
        let id: EventId = event.id;
        self.state = LogState { head: head + 1, head_id: Some(id), head_hlc: event.hlc, ..self.state.clone() };
        [Write::Event(Box::new(Append { event, signed, arrived: wall, own })), Write::Log(self.state.clone())]
    }
}

fn open_in(directory: &Path, me: &Author) -> Database {
    let place = Place::Directory(directory.to_owned());
    let options = Options { place, network: Network::loopback(), me: me.state.id.author };
    open(&options).unwrap_or_else(|error| unreachable!("{error}")).database
}

fn ask(database: &mut Database, request: Request) -> Reply {
    database.handle(request).unwrap_or_else(|error| unreachable!("{error}"))
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let result = work();
    (begin.elapsed(), result)
}

/// The time of each write in a new file.
fn commits(requests: Vec<Vec<Write>>, me: &Author) -> (Duration, Vec<Duration>) {
    let directory = tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"));
    let mut database = open_in(directory.path(), me);
    let (all, mut each) = timed(|| {
        let mut each = Vec::with_capacity(requests.len());
        for request in requests {
            each.push(timed(|| ask(&mut database, Request::Write(request))).0);
        }
        each
    });
    each.sort();
    (all, each)
}

/// Memory in use that is no file's, in MB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn main() -> ExitCode {
    let mut report = Vec::new();
    let mut say = |line: String| {
        println!("{line}");
        report.push(line);
    };
    let begin_memory = resident();

    let mut me = Author::new(200);
    let own: Vec<Vec<Write>> = (0..1_000).map(|number| me.say(number, true).into()).collect();
    let (one_by_one, each) = commits(own, &me);
    let at = |share: usize| each.get(each.len() * share / 100).copied().unwrap_or_default();
    say(format!("own events one by one, FULL: 1,000 in {one_by_one:.0?}, p50 {:.0?}, p99 {:.0?}", at(50), at(99)));

    let mut authors: Vec<Author> = (1..=AUTHORS as u8).map(Author::new).collect();
    let mut batches = |numbers: std::ops::Range<u64>| -> Vec<Vec<Write>> {
        let numbers: Vec<u64> = numbers.collect();
        let batch = |batch: &[u64]| {
            batch.iter().flat_map(|&n| authors[(n % AUTHORS) as usize].say(n, false)).collect::<Vec<_>>()
        };
        numbers.chunks(BATCH as usize).map(batch).collect()
    };
    let all = batches(0..LINES);
    let first = all.get(..(10_000 / BATCH) as usize).unwrap_or_default().to_vec();
    let count = first.len() as u64 * BATCH;
    let (grouped, each) = commits(first, &me);
    let p50 = each.get(each.len() / 2).copied().unwrap_or_default();
    let ratio = (one_by_one.as_secs_f64() / 1_000.0) / (grouped.as_secs_f64() / count as f64);
    say(format!(
        "others' events, {BATCH} a commit: {count} in {grouped:.0?}, p50 {p50:.0?} a commit; {ratio:.1} times as many a second"
    ));

    let directory = tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"));
    let logs: Vec<(LogId, u64)>;
    {
        let mut database = open_in(directory.path(), &me);
        let (filled, ()) = timed(|| all.into_iter().for_each(|batch| drop(ask(&mut database, Request::Write(batch)))));
        let Reply::Loaded(snapshot) = ask(&mut database, Request::Load) else { unreachable!("what was asked for") };
        logs = snapshot.logs.iter().map(|log| (log.id, 1)).collect();
        drop(database);
        let bytes = std::fs::metadata(directory.path().join("history.db")).map_or(0, |file| file.len());
        say(format!("{LINES} lines written in {filled:.0?}; the file has {:.1} MB", bytes as f64 / 1e6));
    }

    // As a copy that was killed leaves it: it is looked through.
    let wal = std::fs::write(directory.path().join("history.db-wal"), b"x");
    let (checked, _) = timed(|| open_in(directory.path(), &me));
    say(format!("open after a copy that was killed: {checked:.1?} ({wal:?})"));

    let room = Room::LOBBY.id();
    let before = resident();
    let (start, mut database) = timed(|| {
        let mut database = open_in(directory.path(), &me);
        ask(&mut database, Request::Page(PageRequest { room, seek: Seek::Newest, max: 200 }));
        database
    });
    say(format!(
        "open and the newest 200 of {LINES}: {start:.1?} [{MAX_START:?}]; memory {before:.1} to {:.1} MB (at the begin {begin_memory:.1})",
        resident()
    ));

    let page = |database: &mut Database, seek| {
        let (time, reply) = timed(|| ask(database, Request::Page(PageRequest { room, seek, max: 200 })));
        let Reply::Page(page) = reply else { unreachable!("what was asked for") };
        (time, page)
    };
    let (newest, found) = page(&mut database, Seek::Newest);
    let mut at = found.lines.first().map(|line| line.position);
    let (mut pages, mut slowest, mut total) = (0_u32, Duration::ZERO, Duration::ZERO);
    while let Some(position) = at {
        let (time, found) = page(&mut database, Seek::Before(position));
        (slowest, total, pages) = (slowest.max(time), total + time, pages + 1);
        at = found.lines.first().map(|line| line.position);
    }
    say(format!(
        "pages of 200: newest {newest:.1?}, back to the first line {:.1?} each, slowest {slowest:.1?}",
        total / pages.max(1)
    ));

    let (read, events) = timed(|| {
        let (mut from, mut events) = (logs.clone(), 0_u64);
        loop {
            let read = Read { from: from.clone(), events: 256, bytes: 128 * 1024 };
            let Reply::Events(held) = ask(&mut database, Request::Read(read)) else {
                unreachable!("what was asked for")
            };
            if held.is_empty() {
                return events;
            }
            events += held.len() as u64;
            for held in held {
                if let Some(log) = from.iter_mut().find(|(log, _)| *log == held.log) {
                    log.1 = held.seq + 1;
                }
            }
        }
    });
    say(format!("{events} events read in the order of {} logs, 256 at a time: {read:.0?}", logs.len()));

    let mut slow = Duration::ZERO;
    for query in ["n77777", "printer", "p", "会议", "会议室 printer tomorrow", "n7", "the floor pap", "nothing-like-it"]
    {
        let search = || SearchRequest { room, query: query.to_owned(), before: None, max: 50 };
        let (first, reply) = timed(|| ask(&mut database, Request::Search(search())));
        let (again, _) = timed(|| ask(&mut database, Request::Search(search())));
        let Reply::Found(found) = reply else { unreachable!("what was asked for") };
        slow = slow.max(first);
        say(format!(
            "search {query:?}: {first:.1?}, again {again:.1?}, {} lines, more: {}",
            found.lines.len(),
            found.more
        ));
    }
    let (scan, hits) = timed(|| {
        let (mut seek, mut hits) = (Seek::Newest, 0);
        loop {
            let (_, found) = page(&mut database, seek);
            let text =
                |content: &Content| matches!(content, Content::Said { text, .. } if text.as_str().contains("n77777"));
            hits += found.lines.iter().filter(|line| text(&line.content)).count();
            match found.lines.first() {
                Some(line) => seek = Seek::Before(line.position),
                None => return hits,
            }
        }
    });
    say(format!("all lines read for a word: {scan:.0?} ({hits}); memory {:.1} MB", resident()));

    let retain = Retain { now: Timestamp::from_millis(1_796_000_000_000), before: None, keep: Some(LINES / 2) };
    let (retained, reply) = timed(|| ask(&mut database, Request::Retain(retain)));
    let Reply::Raised { lines, .. } = reply else { unreachable!("what was asked for") };
    say(format!("{lines} lines forgotten in {retained:.0?}"));
    let (erase, _) = timed(|| ask(&mut database, Request::Erase(room)));
    let bytes = std::fs::metadata(directory.path().join("history.db")).map_or(0, |file| file.len());
    say(format!("{} lines erased in {erase:.0?}; the file has {:.1} KB", LINES / 2, bytes as f64 / 1e3));
    if slow > MAX_SEARCH || start > MAX_START {
        println!("FAILED: slowest search {slow:?} [{MAX_SEARCH:?}], start {start:?} [{MAX_START:?}]");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
