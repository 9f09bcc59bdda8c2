//! Random writes, queries and restarts in random order give the same result as a list in memory.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::people::{Author, append, guest, open_in, position};
use crate::{
    core::log::storage::{Ignored, Reply, Request, Retain, Snapshot, Write},
    domain::model::{Hlc, LogId, NodeId, Position, RoomId, Seek, Timestamp},
    runtime::store::Database,
};

const WORDS: [&str; 6] = ["alpha", "alphabet", "Ärger", "会议", "会议室", "x-y"];

#[derive(Debug, Clone, Copy)]
enum Act {
    Say { author: usize, at: i64, word: usize },
    Guest { at: i64, word: usize },
    Page { seek: usize, of: usize, max: usize, ignored: u8 },
    Search { word: usize, before: Option<usize>, max: usize, ignored: u8 },
    Read { from: [u64; 3], events: usize },
    Forget { keep: Option<u64>, before: Option<i64>, known: bool },
    Shrink { author: usize, keep: u64 },
    Drop { author: usize },
    Erase,
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    let word = || 0..WORDS.len();
    prop_oneof![
        10 => (0_usize..3, 0_i64..6, word()).prop_map(|(author, at, word)| Act::Say { author, at, word }),
        3 => (0_i64..6, word()).prop_map(|(at, word)| Act::Guest { at, word }),
        4 => (0_usize..4, 0_usize..40, 0_usize..12, 0_u8..8)
            .prop_map(|(seek, of, max, ignored)| Act::Page { seek, of, max, ignored }),
        4 => (word(), proptest::option::of(0_usize..40), 0_usize..12, 0_u8..8)
            .prop_map(|(word, before, max, ignored)| Act::Search { word, before, max, ignored }),
        3 => (proptest::array::uniform3(0_u64..12), 1_usize..12).prop_map(|(from, events)| Act::Read { from, events }),
        2 => (proptest::option::of(0_u64..20), proptest::option::of(0_i64..6), any::<bool>())
            .prop_map(|(keep, before, known)| Act::Forget { keep, before, known }),
        2 => (0_usize..3, 0_u64..2_000).prop_map(|(author, keep)| Act::Shrink { author, keep }),
        2 => (1_usize..3).prop_map(|author| Act::Drop { author }),
        1 => Just(Act::Erase),
        1 => Just(Act::Restart),
    ]
}

#[derive(Debug, Clone)]
struct Known {
    position: Position,
    word: usize,
    event: Option<(LogId, u64)>,
    bytes: u64,
}

/// How many bytes of each log are held.
fn bytes(known: &[Known]) -> BTreeMap<LogId, u64> {
    let mut bytes = BTreeMap::new();
    for known in known {
        if let Some((log, _)) = known.event {
            *bytes.entry(log).or_default() += known.bytes;
        }
    }
    bytes
}

/// What was there before and is not there now.
fn freed(before: &BTreeMap<LogId, u64>, now: &BTreeMap<LogId, u64>) -> Vec<(LogId, u64)> {
    let left = |log| now.get(log).copied().unwrap_or(0);
    before.iter().map(|(log, bytes)| (*log, bytes - left(log))).filter(|(_, bytes)| *bytes > 0).collect()
}

/// Whether a query finds a word, worked out by hand for the words of the list.
fn is_found(query: usize, word: usize) -> bool {
    query == word || matches!((query, word), (0, 1) | (3, 4))
}

fn positions(lines: &[crate::core::log::storage::StoredLine]) -> Vec<Position> {
    lines.iter().map(|line| line.position).collect()
}

/// The store, and what it ought to hold.
struct Model {
    directory: tempfile::TempDir,
    authors: [Author; 3],
    me: NodeId,
    database: Database,
    known: Vec<Known>,
    guests: u8,
    /// In the order in which they began.
    logs: Vec<LogId>,
}

impl Model {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let authors = [Author::new(1, 1 << 63), Author::new(2, 5), Author::new(1, 4)];
        let me = authors[0].node();
        let database = open_in(directory.path(), "office", me).database;
        Self { directory, authors, me, database, known: Vec::new(), guests: 0, logs: Vec::new() }
    }

    fn act(self, act: Act) -> Self {
        let mut model = self;
        model.known.sort_by_key(|known| known.position);
        match act {
            Act::Say { author, at, word } => model.say(author, at, word),
            Act::Guest { at, word } => model.guest(at, word),
            Act::Page { seek, of, max, ignored } => model.page(seek, of, max, ignored),
            Act::Search { word, before, max, ignored } => model.search(word, before, max, ignored),
            Act::Read { from, events } => model.read(from, events),
            Act::Forget { keep, before, known } => model.forget(keep, before, known),
            Act::Shrink { author, keep } => model.shrink(author, keep),
            Act::Drop { author } => model.drop_log(author),
            Act::Erase => model.erase(),
            Act::Restart => model = model.restart(),
        }
        let snapshot = model.database.load();
        assert_eq!(snapshot.logs.iter().map(|state| state.id).collect::<Vec<_>>(), model.logs);
        is_as_known(&snapshot, &model.known, &model.authors);
        model
    }

    fn at(&self, of: usize) -> Position {
        let there = self.known.get(of % self.known.len().max(1)).map(|known| known.position);
        there.unwrap_or(Position::unlogged(Hlc(1 << 18), crate::domain::model::MessageId([9; 16])))
    }

    fn is_held(&self, log: LogId) -> bool {
        self.known.iter().any(|known| known.event.is_some_and(|(of, _)| of == log))
    }

    fn say(&mut self, author: usize, at: i64, word: usize) {
        let said = self.authors[author].say(at, WORDS[word], Vec::new());
        let (log, seq) = (said.0.log, said.0.seq);
        let bytes = said.1.bytes() as u64;
        self.known.push(Known { position: position(&said.0), word, event: Some((log, seq)), bytes });
        if !self.logs.contains(&log) {
            self.logs.push(log);
        }
        let base = self.database.load().logs.iter().find(|state| state.id == log).map_or(seq, |state| state.base);
        let state = self.authors[author].state(base);
        self.database.commit(vec![append(said, author == 0), Write::Log(state)]).unwrap();
    }

    fn guest(&mut self, at: i64, word: usize) {
        self.guests += 1;
        let line = guest(at, self.guests, WORDS[word]);
        self.known.push(Known { position: Position::unlogged(line.hlc, line.id), word, event: None, bytes: 0 });
        self.database.commit(vec![Write::Guest(Box::new(line))]).unwrap();
    }

    fn page(&mut self, seek: usize, of: usize, max: usize, ignored: u8) {
        let all: Vec<Position> =
            self.known.iter().filter(|known| is_shown(known, ignored)).map(|known| known.position).collect();
        let (seek, expected) = expected_page(&all, seek, self.at(of), max);
        let page = self.database.seek_without(people(ignored), seek, max);
        assert_eq!(positions(&page.lines), expected, "{seek:?}");
        if let (Some(first), Some(last)) = (expected.first(), expected.last()) {
            assert_eq!((page.before, page.after), (all.first() != Some(first), all.last() != Some(last)));
        }
    }

    fn search(&mut self, word: usize, before: Option<usize>, max: usize, ignored: u8) {
        let before = before.map(|of| self.at(of));
        let all: Vec<Position> = self
            .known
            .iter()
            .rev()
            .filter(|known| is_found(word, known.word) && before.is_none_or(|before| known.position < before))
            .filter(|known| is_shown(known, ignored))
            .map(|known| known.position)
            .collect();
        let found = self.database.find_without(people(ignored), WORDS[word], before, max);
        assert_eq!((positions(&found.lines), found.more), (all[..max.min(all.len())].to_vec(), all.len() > max));
    }

    fn read(&mut self, from: [u64; 3], events: usize) {
        let from: Vec<(LogId, u64)> = self.authors.iter().map(|author| author.log).zip(from).collect();
        let wanted = |event: &(LogId, u64)| from.iter().any(|(log, seq)| *log == event.0 && *seq <= event.1);
        let expected: Vec<(LogId, u64)> =
            self.known.iter().filter_map(|known| known.event).filter(wanted).take(events).collect();
        let read = self.database.events(from.clone(), events, usize::MAX);
        assert_eq!(read.iter().map(|held| (held.log, held.seq)).collect::<Vec<_>>(), expected);
        for held in read {
            let author = self.authors.iter().find(|author| author.log == held.log).unwrap();
            assert_eq!(held.signed, author.said[held.seq as usize - 1].1);
        }
    }

    fn forget(&mut self, keep: Option<u64>, before: Option<i64>, bob_is_known: bool) {
        let (count, bytes_before) = (self.known.len(), bytes(&self.known));
        let before = before.map(Timestamp::from_millis);
        let cutoff = before.map_or(Hlc(0), Hlc::at);
        self.known.retain(|known| known.position.hlc >= cutoff);
        if let Some(keep) = keep {
            keep_only(
                &mut self.known,
                keep as usize,
                self.me,
                (!bob_is_known).then_some(self.authors[1].node()),
                &self.logs,
            );
        }
        let retain = Retain {
            now: Timestamp::from_millis(9),
            before,
            keep,
            known: bob_is_known.then_some(self.authors[1].node()).into_iter().collect(),
        };
        let reply = self.database.handle(Request::Retain(retain)).unwrap();
        let Reply::Raised { lines, freed: gone, .. } = reply else { panic!("{reply:?}") };
        assert_eq!((lines, gone), ((count - self.known.len()) as u64, freed(&bytes_before, &bytes(&self.known))));
    }

    fn shrink(&mut self, author: usize, keep: u64) {
        let log = self.authors[author].log;
        let (before, bytes_before) = (self.database.load(), bytes(&self.known));
        let mut beyond = bytes_before.get(&log).map_or(0, |bytes| bytes.saturating_sub(keep));
        let mut oldest: Vec<Known> =
            self.known.iter().filter(|known| known.event.is_some_and(|(of, _)| of == log)).cloned().collect();
        oldest.retain(|known| {
            let goes = beyond > 0;
            beyond = beyond.saturating_sub(known.bytes);
            goes
        });
        self.known.retain(|known| !oldest.iter().any(|gone| gone.position == known.position));
        let reply = self.database.handle(Request::Shrink(vec![(log, keep), (LogId { epoch: 77, ..log }, 0)])).unwrap();
        let bases = oldest.last().map(|newest| (log, newest.event.unwrap().1 + 1));
        let lines = oldest.len() as u64;
        let freed = freed(&bytes_before, &bytes(&self.known));
        assert_eq!(reply, Reply::Raised { lines, bases: bases.into_iter().collect(), freed });
        // Writes that were on their way meanwhile bring nothing back.
        for gone in oldest {
            let said = self.authors[author].said[gone.event.unwrap().1 as usize - 1].clone();
            let state = before.logs.iter().find(|state| state.id == log).unwrap().clone();
            self.database.commit(vec![append(said, false), Write::Log(state)]).unwrap();
        }
    }

    fn drop_log(&mut self, author: usize) {
        let log = self.authors[author].log;
        if !self.is_held(log) {
            self.logs.retain(|of| *of != log);
        }
        self.database.commit(vec![Write::Drop(log)]).unwrap();
    }

    fn erase(&mut self) {
        let reply = self.database.handle(Request::Erase(RoomId::LOBBY)).unwrap();
        let Reply::Raised { freed: mut gone, .. } = reply else { panic!("{reply:?}") };
        gone.sort();
        assert_eq!(gone, freed(&bytes(&self.known), &BTreeMap::new()));
        self.known.clear();
    }

    fn restart(self) -> Self {
        let Self { directory, me, mut database, .. } = self;
        let before = database.load();
        drop(database);
        let opened = open_in(directory.path(), "office", me);
        assert_eq!(opened.snapshot, before);
        Self { directory, database: opened.database, ..self }
    }
}

fn run(acts: Vec<Act>) {
    let Model { mut database, known, .. } = acts.into_iter().fold(Model::new(), Model::act);
    database.index_all();
    let count = |what: &str| {
        let sql = format!("SELECT count(*) FROM {what}");
        database.connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
    };
    let (lines, indexed) = (known.len() as u64, count("words_docsize WHERE id IN (SELECT spot FROM lines)"));
    assert_eq!((indexed, count("words_docsize"), count("unindexed")), (lines, lines, 0));
}

/// Whether the user does not ignore the speaker. `ignored` has bits for the first two people, and for guests.
fn is_shown(known: &Known, ignored: u8) -> bool {
    let people = [Author::new(1, 0).node(), Author::new(2, 0).node()];
    let by = known.event.map_or(2, |(log, _)| people.iter().position(|node| *node == log.author).unwrap());
    ignored & (1 << by) == 0
}

fn people(ignored: u8) -> Ignored {
    let people = [Author::new(1, 0).node(), Author::new(2, 0).node()].into_iter().enumerate();
    Ignored {
        nodes: people.filter(|(at, _)| ignored & (1 << at) != 0).map(|(_, node)| node).collect(),
        guests: (ignored & 4 != 0).then(|| guest(0, 0, "x").addr).into_iter().collect(),
    }
}

/// Removes one line after the other until few enough are left. Everyone except `me` and `stranger` is known. `logs` is
/// in the order in which they began.
fn keep_only(known: &mut Vec<Known>, keep: usize, me: NodeId, stranger: Option<NodeId>, logs: &[LogId]) {
    let author = |known: &Known| known.event.map(|(log, _)| log.author);
    let is_guest = |known: &Known| author(known).is_none();
    let is_strange = |known: &Known| author(known).is_some() && author(known) == stranger;
    let at_first = [known.iter().filter(|k| is_strange(k)).count(), known.iter().filter(|k| is_guest(k)).count()];
    let rank = |known: &Known| known.event.map(|(log, _)| logs.iter().position(|of| *of == log));
    known.sort_by_key(|known| (known.position.hlc, rank(known), known.position.seq));
    while known.len() > keep {
        let strange = known.iter().filter(|known| is_strange(known)).count();
        let guests = known.iter().filter(|known| is_guest(known)).count();
        let mine = known.iter().filter(|known| author(known) == Some(me)).count();
        let goes = if strange + guests > 0 {
            let stranger_gives = (strange, at_first[0]) >= (guests, at_first[1]);
            known.iter().position(|known| if stranger_gives { is_strange(known) } else { is_guest(known) })
        } else {
            known.iter().position(|known| author(known) != Some(me) || mine > keep / 2)
        };
        known.remove(goes.unwrap());
    }
}

/// The lines that a page should have, given all positions in their order.
fn expected_page(all: &[Position], seek: usize, of: Position, max: usize) -> (Seek, Vec<Position>) {
    let (before, from) = all.split_at(all.partition_point(|at| *at < of));
    let after = from.strip_prefix(&[of]).unwrap_or(from);
    let last = |list: &[Position], n: usize| list[list.len().saturating_sub(n)..].to_vec();
    let first = |list: &[Position], n: usize| list[..n.min(list.len())].to_vec();
    match seek {
        0 => (Seek::Newest, last(all, max)),
        1 => (Seek::Before(of), last(before, max)),
        2 => (Seek::After(of), first(after, max)),
        _ => {
            let mut lines = last(before, (max / 2).max(max.saturating_sub(from.len())));
            lines.extend(first(from, max - lines.len()));
            (Seek::Around(of), lines)
        }
    }
}

fn is_as_known(snapshot: &Snapshot, known: &[Known], authors: &[Author; 3]) {
    assert_eq!(snapshot.lines, known.len() as u64);
    assert_eq!(snapshot.bytes.iter().copied().collect::<BTreeMap<_, _>>(), bytes(known));
    assert_eq!(snapshot.own, Vec::from_iter((!authors[0].said.is_empty()).then_some(authors[0].log)));
    for state in &snapshot.logs {
        let author = authors.iter().find(|author| author.log == state.id).unwrap();
        let first = known.iter().filter_map(|known| known.event).filter(|(log, _)| *log == state.id).map(|e| e.1).min();
        assert_eq!(*state, author.state(first.unwrap_or(state.head + 1)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn the_store_behaves_like_a_list_in_memory(acts in prop::collection::vec(act(), 1..60)) {
        run(acts);
    }
}
