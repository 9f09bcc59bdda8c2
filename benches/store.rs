//! What the log on disk costs: commits, ordered reads, searches, erasing, starting with a long history, recovering a
//! damaged one.
//!
//! `cargo bench --bench store`. Compare within one run only: machines and disks differ, but ratios hardly do. It fails
//! if a search of a long history or the start with it exceeds its limit.

#[path = "store/crowd.rs"]
mod crowd;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use proximity_chat::{
    core::log::storage::{
        Ignored, LogEntry, LogState, PageRequest, Place, Read, Reply, Request, Retain, SearchRequest, StoredPage, Write,
    },
    domain::model::{EventId, Hlc, LogId, Network, Nick, NodeId, Query, RoomId, Seek, Text, Timestamp},
    protocol::{
        codec::event::{Content, Draft, KIND_SAID},
        identity::Identity,
    },
    runtime::store::{Backend, Database, Options, open},
};
use tempfile::TempDir;

/// Lines of a long history (the number).
const LINES: u64 = 100_000;
/// The variable that has another number of lines. Recovery, which takes minutes for a million, is left out then.
const LINES_VARIABLE: &str = "STORE_BENCH_LINES";
/// Own lines that are committed one by one.
const OWN: u64 = 1_000;
/// Events in each commit while missed lines come in.
const BATCH: usize = 64;
/// Commits of others' events: ten thousand events in all.
const GROUPS: usize = 156;
/// Lines in a page.
const PAGE: usize = 200;
/// The limit for a search in all lines (the number).
const MAX_SEARCH: Duration = Duration::from_millis(50);
/// The limit for opening the history and reading the first page, so that the first frame is there within 150 ms.
const MAX_START: Duration = Duration::from_millis(100);
/// Authors of the history. Checking the signatures of others' events is not measured here.
const AUTHORS: u8 = 10;
/// When the first line is said, in milliseconds since 1970. One line follows each second.
const BEGIN: i64 = 1_795_000_000_000;
const FILE: &str = "history.db";
/// The variable that tells a second copy of this program in which directory to start.
const START_IN: &str = "STORE_BENCH_START_IN";

const WORDS: [&str; 12] =
    ["the", "printer", "on", "second", "floor", "is", "out", "of", "paper", "again", "会议室", "tomorrow"];

struct Author {
    identity: Identity,
    state: LogState,
}

impl Author {
    fn new(seed: u8) -> Self {
        let identity = Identity::from_secret(&[seed; 32]);
        let id = LogId { room: room(), author: identity.node(), epoch: 7 };
        let (floor, base, head, head_id, head_hlc) = (1, 1, 0, None, Hlc(0));
        Self {
            identity,
            state: LogState {
                id,
                floor,
                base,
                head,
                head_id,
                head_hlc,
                head_place: head_hlc,
                older: None,
                forked: None,
            },
        }
    }

    fn say(&mut self, number: u64, own: bool) -> [Write; 2] {
        let at = |at: u64| usize::try_from(number * 7 + at * at * 5 + number / 13).unwrap_or(0) % WORDS.len();
        let words: Vec<&str> = (0..8).filter_map(|word| WORDS.get(at(word)).copied()).collect();
        self.say_text(number, &format!("{} n{number}", words.join(" ")), own)
    }

    fn say_text(&mut self, number: u64, text: &str, own: bool) -> [Write; 2] {
        let wall = Timestamp::from_millis(BEGIN + number.cast_signed() * 1_000);
        let nick = Nick::new("alice").unwrap_or_else(|_| unreachable!("a valid name"));
        let text = Text::new(text).unwrap_or_else(|_| unreachable!("a valid text"));
        let LogState { id: log, head, head_id: prev, .. } = self.state;
        let content = Content::said([7; 16], &nick, &text, false);
        let draft =
            Draft { log, seq: head + 1, prev, hlc: Hlc::at(wall), deps: Vec::new(), wall, kind: KIND_SAID, content };
        let signed = draft.sign(|message| self.identity.sign(message));
        let event = signed.read().unwrap_or_else(|_| unreachable!("a valid event"));
        let id: EventId = event.id;
        self.state = LogState {
            head: head + 1,
            head_id: Some(id),
            head_hlc: event.hlc,
            head_place: event.hlc,
            ..self.state.clone()
        };
        [
            Write::Event(Box::new(LogEntry {
                opened: None,
                place: Place::by_clock(&event),
                event,
                signed,
                arrived: wall,
                own,
            })),
            Write::Log(self.state.clone()),
        ]
    }
}

fn open_in(directory: &Path) -> Database {
    let place = Backend::Directory(directory.to_owned());
    let options = Options { place, network: Network::loopback(), joined: Vec::new(), me: NodeId::new([1; 32]) };
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

/// The total time of all writes to a new file, and the time of each, fastest first.
fn commits(requests: Vec<Vec<Write>>) -> (Duration, Vec<Duration>) {
    let directory = temporary();
    let mut database = open_in(directory.path());
    let (all, mut each) = timed(|| {
        let each = requests.into_iter().map(|request| timed(|| ask(&mut database, Request::Write(request))).0);
        each.collect::<Vec<_>>()
    });
    each.sort();
    (all, each)
}

/// Memory that the program uses in MB, including mapped files.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

/// Lines of the history.
fn lines() -> u64 {
    std::env::var(LINES_VARIABLE).ok().and_then(|lines| lines.parse().ok()).unwrap_or(LINES)
}

/// Lines of the report, printed as they come.
#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn say(line: &str) {
    println!("{line}");
}

fn main() -> ExitCode {
    // The memory that a start takes is measured in a program that has done nothing else.
    if let Some(directory) = std::env::var_os(START_IN) {
        say(&start(Path::new(&directory)).1);
        return ExitCode::SUCCESS;
    }
    let mut me = Author::new(200);
    let mut authors: Vec<Author> = (1..=AUTHORS).map(Author::new).collect();
    let all = batches(&mut authors);
    committing(&mut me, &all);
    crowd::report();
    let directory = temporary();
    let logs = filling(directory.path(), all);
    if lines() == LINES {
        damage(directory.path());
    }
    let (start, _) = start(directory.path());
    say(&memory(directory.path()).unwrap_or_else(|error| format!("memory is not known: {error}")));
    let mut database = open_in(directory.path());
    paging(&mut database);
    reading(&mut database, logs);
    let slowest = searching(&mut database);
    forgetting(&mut database, &directory.path().join(FILE));
    if slowest > MAX_SEARCH || start > MAX_START {
        say(&format!("FAILED: slowest search {slowest:?} [{MAX_SEARCH:?}], start {start:?} [{MAX_START:?}]"));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Lines of others, grouped into the commits in which they arrive.
fn batches(authors: &mut [Author]) -> Vec<Vec<Write>> {
    let mut said = (0..lines()).zip((0..authors.len()).cycle());
    let mut batches = Vec::new();
    loop {
        let batch: Vec<Write> = said
            .by_ref()
            .take(BATCH)
            .filter_map(|(number, at)| Some(authors.get_mut(at)?.say(number, false)))
            .flatten()
            .collect();
        if batch.is_empty() {
            return batches;
        }
        batches.push(batch);
    }
}

fn committing(me: &mut Author, others: &[Vec<Write>]) {
    let own: Vec<Vec<Write>> = (0..OWN).map(|number| me.say(number, true).into()).collect();
    let (one_by_one, each) = commits(own);
    let at = |share: usize| each.get(each.len() * share / 100).copied().unwrap_or_default();
    say(&format!("own events one by one, FULL: {OWN} in {one_by_one:.0?}, p50 {:.0?}, p99 {:.0?}", at(50), at(99)));

    let first: Vec<Vec<Write>> = others.iter().take(GROUPS).cloned().collect();
    let count = GROUPS * BATCH;
    let (grouped, each) = commits(first);
    let p50 = each.get(each.len() / 2).copied().unwrap_or_default();
    let one = |time: Duration, count: usize| time / u32::try_from(count).unwrap_or(u32::MAX);
    let ratio = one(one_by_one, OWN as usize).as_secs_f64() / one(grouped, count).as_secs_f64();
    say(&format!(
        "others' events, {BATCH} a commit: {count} in {grouped:.0?}, p50 {p50:.0?} a commit; {ratio:.1} times as many a second"
    ));
}

/// Writes a long history. Returns its logs, each with its first number.
fn filling(directory: &Path, all: Vec<Vec<Write>>) -> Vec<(LogId, u64)> {
    let mut database = open_in(directory);
    let (filled, ()) = timed(|| all.into_iter().for_each(|batch| drop(ask(&mut database, Request::Write(batch)))));
    let (indexed, ()) = timed(|| database.index_all());
    let Reply::Loaded(snapshot) = ask(&mut database, Request::Load) else { unreachable!("what was asked for") };
    drop(database);
    say(&format!(
        "{} lines written in {filled:.0?} and indexed in {indexed:.0?}; the file has {}",
        lines(),
        size(&directory.join(FILE))
    ));
    snapshot.logs.iter().map(|log| (log.id, 1)).collect()
}

fn damage(directory: &Path) {
    // What a killed copy leaves behind.
    let wal = fs::write(directory.join("history.db-wal"), b"x");
    let (opened, _) = timed(|| open_in(directory));
    say(&format!("open after a copy that was killed: {opened:.1?} ({wal:?})"));

    let damaged = temporary();
    let copied = fs::copy(directory.join(FILE), damaged.path().join(FILE))
        .and_then(|_| fs::write(damaged.path().join("history.db-damaged"), b""));
    let (recovery, _) = timed(|| open_in(damaged.path()));
    say(&format!("recovery of all {LINES}: {recovery:.1?} ({copied:?})"));
}

/// Opens the history and reads the newest page, until there is something to see.
fn start(directory: &Path) -> (Duration, String) {
    let before = resident();
    let (time, database) = timed(|| {
        let mut database = open_in(directory);
        ask(
            &mut database,
            Request::Page(PageRequest { room: room(), seek: Seek::Newest, max: PAGE, ignored: Ignored::default() }),
        );
        database
    });
    let after = resident();
    drop(database);
    (
        time,
        format!(
            "open and the newest {PAGE} of {}: {time:.1?} [{MAX_START:?}]; memory {before:.1} to {after:.1} MB",
            lines()
        ),
    )
}

fn memory(directory: &Path) -> std::io::Result<String> {
    let output = Command::new(std::env::current_exe()?).env(START_IN, directory).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn page(database: &mut Database, seek: Seek) -> (Duration, StoredPage) {
    let (time, reply) = timed(|| {
        ask(database, Request::Page(PageRequest { room: room(), seek, max: PAGE, ignored: Ignored::default() }))
    });
    let Reply::Page(page) = reply else { unreachable!("what was asked for") };
    (time, page)
}

fn paging(database: &mut Database) {
    let (newest, found) = page(database, Seek::Newest);
    let mut at = found.lines.first().map(|line| line.position);
    let (mut pages, mut slowest, mut total) = (0_u32, Duration::ZERO, Duration::ZERO);
    while let Some(position) = at {
        let (time, found) = page(database, Seek::Before(position));
        (slowest, total, pages) = (slowest.max(time), total + time, pages + 1);
        at = found.lines.first().map(|line| line.position);
    }
    say(&format!(
        "pages of {PAGE}: newest {newest:.1?}, back to the first line {:.1?} each, slowest {slowest:.1?}",
        total / pages.max(1)
    ));
}

fn reading(database: &mut Database, mut from: Vec<(LogId, u64)>) {
    let (time, events) = timed(|| {
        let mut events = 0;
        loop {
            let read = Read { from: from.clone(), events: 256, bytes: 128 * 1024 };
            let Reply::Events(held) = ask(database, Request::Read(read)) else { unreachable!("what was asked for") };
            if held.is_empty() {
                return events;
            }
            events += held.len();
            for held in held {
                if let Some(log) = from.iter_mut().find(|(log, _)| *log == held.log) {
                    log.1 = held.seq + 1;
                }
            }
        }
    });
    say(&format!("{events} events read in the order of {} logs, 256 at a time: {time:.0?}", from.len()));
}

/// Returns the time of the slowest search.
fn searching(database: &mut Database) -> Duration {
    let mut slowest = Duration::ZERO;
    let begins =
        ["n77777", "printer", "p", "会议", "会议室 printer tomorrow", "n7", "the floor pap", "nothing-like-it"];
    let inside =
        ["rinte", "7777", "777", "rinte omorro 777", "\"second floor\"", "from:alice", "from:alice rinte 7777"];
    let nobody = ["from:carol", "from:carol printer"];
    for query in begins.into_iter().chain(inside).chain(nobody) {
        let (first, reply) = timed(|| ask(database, Request::Search(search_for(query))));
        let (again, _) = timed(|| ask(database, Request::Search(search_for(query))));
        let Reply::Found(found) = reply else { unreachable!("what was asked for") };
        slowest = slowest.max(first);
        let (lines, more) = (found.lines.len(), found.more);
        say(&format!("search {query:?}: {first:.1?}, again {again:.1?}, {lines} lines, more: {more}"));
    }
    slowest
}

fn search_for(query: &str) -> SearchRequest {
    let query = Box::new(Query::new(query).unwrap_or_default());
    let (rooms, ignored) = (vec![room()], Ignored::default());
    SearchRequest { rooms, query, authors: BTreeSet::new(), before: None, max: 50, ignored }
}

fn forgetting(database: &mut Database, file: &Path) {
    let half = lines() / 2;
    let now = Timestamp::from_millis(BEGIN + 1_000 * i64::try_from(lines()).unwrap_or(i64::MAX));
    let retain = Retain { now, before: None, keep: Some(half), known: BTreeSet::new() };
    let (retained, reply) = timed(|| ask(database, Request::Retain(retain)));
    let Reply::Raised { lines, .. } = reply else { unreachable!("what was asked for") };
    say(&format!("{lines} lines forgotten in {retained:.0?}"));
    let (erase, _) = timed(|| ask(database, Request::Erase(room())));
    say(&format!("{} lines erased in {erase:.0?}; the file has {}", half, size(file)));
}

fn size(file: &Path) -> String {
    fs::metadata(file).map_or_else(|error| error.to_string(), |file| format!("{} KiB", file.len() / 1_024))
}

fn room() -> RoomId {
    RoomId::LOBBY
}

fn temporary() -> TempDir {
    tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"))
}
