//! Whatever is written, asked and restarted in whatever order: the same as a list in memory.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::people::{Author, append, guest, open_in, position};
use crate::{
    core::log::storage::{Reply, Request, Retain, Snapshot, Write},
    domain::model::{Hlc, LogId, Position, Room, Seek, Timestamp},
};

const WORDS: [&str; 6] = ["alpha", "alphabet", "Ärger", "会议", "会议室", "x-y"];

#[derive(Debug, Clone)]
enum Act {
    Say { author: usize, at: i64, word: usize },
    Guest { at: i64, word: usize },
    Page { seek: usize, of: usize, max: usize },
    Search { word: usize, before: Option<usize>, max: usize },
    Read { from: [u64; 3], events: usize },
    Forget { keep: Option<u64>, before: Option<i64> },
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
        4 => (0_usize..4, 0_usize..40, 0_usize..12).prop_map(|(seek, of, max)| Act::Page { seek, of, max }),
        4 => (word(), proptest::option::of(0_usize..40), 0_usize..12)
            .prop_map(|(word, before, max)| Act::Search { word, before, max }),
        3 => (proptest::array::uniform3(0_u64..12), 1_usize..12).prop_map(|(from, events)| Act::Read { from, events }),
        1 => (proptest::option::of(0_u64..20), proptest::option::of(0_i64..6))
            .prop_map(|(keep, before)| Act::Forget { keep, before }),
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

/// What the words of the list are found by, thought out by hand.
fn is_found(query: usize, word: usize) -> bool {
    query == word || matches!((query, word), (0, 1) | (3, 4))
}

fn positions(lines: &[crate::core::log::storage::StoredLine]) -> Vec<Position> {
    lines.iter().map(|line| line.position).collect()
}

fn run(acts: Vec<Act>) {
    let directory = tempfile::tempdir().unwrap();
    let mut authors = [Author::new(1, 1 << 63), Author::new(2, 5), Author::new(1, 4)];
    let me = authors[0].node();
    let mut database = open_in(directory.path(), "office", me).database;
    let mut known: Vec<Known> = Vec::new();
    let mut guests = 0;
    let mut logs = BTreeSet::new();
    for act in acts {
        known.sort_by_key(|known| known.position);
        let at = |of: usize| {
            known
                .get(of % known.len().max(1))
                .map_or(Position::unlogged(Hlc(1 << 18), crate::domain::model::MessageId([9; 16])), |known| {
                    known.position
                })
        };
        match act {
            Act::Say { author, at, word } => {
                let said = authors[author].say(at, WORDS[word], Vec::new());
                let (log, seq) = (said.0.log, said.0.seq);
                let bytes = said.1.bytes() as u64;
                known.push(Known { position: position(&said.0), word, event: Some((log, seq)), bytes });
                logs.insert(log);
                let base = database.load().logs.iter().find(|state| state.id == log).map_or(seq, |state| state.base);
                let state = authors[author].state(base);
                database.commit(vec![append(said, author == 0), Write::Log(state)]).unwrap();
            }
            Act::Guest { at, word } => {
                guests += 1;
                let line = guest(at, guests, WORDS[word]);
                known.push(Known { position: Position::unlogged(line.hlc, line.id), word, event: None, bytes: 0 });
                database.commit(vec![Write::Guest(Box::new(line))]).unwrap();
            }
            Act::Page { seek, of, max } => {
                let all: Vec<Position> = known.iter().map(|known| known.position).collect();
                let (seek, expected) = expected_page(&all, seek, at(of), max);
                let page = database.seek(seek, max);
                assert_eq!(positions(&page.lines), expected, "{seek:?}");
                if let (Some(first), Some(last)) = (expected.first(), expected.last()) {
                    assert_eq!((page.before, page.after), (all.first() != Some(first), all.last() != Some(last)));
                }
            }
            Act::Search { word, before, max } => {
                let before = before.map(at);
                let all: Vec<Position> = known
                    .iter()
                    .rev()
                    .filter(|known| is_found(word, known.word) && before.is_none_or(|before| known.position < before))
                    .map(|known| known.position)
                    .collect();
                let found = database.find(WORDS[word], before, max);
                assert_eq!(
                    (positions(&found.lines), found.more),
                    (all[..max.min(all.len())].to_vec(), all.len() > max)
                );
            }
            Act::Read { from, events } => {
                let from: Vec<(LogId, u64)> = authors.iter().map(|author| author.log).zip(from).collect();
                let wanted = |event: &(LogId, u64)| from.iter().any(|(log, seq)| *log == event.0 && *seq <= event.1);
                let expected: Vec<(LogId, u64)> =
                    known.iter().filter_map(|known| known.event).filter(wanted).take(events).collect();
                let read = database.events(from.clone(), events, usize::MAX);
                assert_eq!(read.iter().map(|held| (held.log, held.seq)).collect::<Vec<_>>(), expected);
                for held in read {
                    let author = authors.iter().find(|author| author.log == held.log).unwrap();
                    assert_eq!(held.signed, author.said[held.seq as usize - 1].1);
                }
            }
            Act::Forget { keep, before } => {
                let (count, bytes_before) = (known.len(), bytes(&known));
                let by_count = keep.and_then(|keep| count.checked_sub(keep as usize));
                // Equal readings stay together.
                let by_count = by_count.map_or(Hlc(0), |at| known.get(at).map_or(Hlc(u64::MAX), |k| k.position.hlc));
                let before = before.map(Timestamp::from_millis);
                let cutoff = by_count.max(before.map_or(Hlc(0), Hlc::at));
                known.retain(|known| known.position.hlc >= cutoff);
                let reply =
                    database.handle(Request::Retain(Retain { now: Timestamp::from_millis(9), before, keep })).unwrap();
                let Reply::Raised { lines, freed: gone, .. } = reply else { panic!("{reply:?}") };
                assert_eq!((lines, gone), ((count - known.len()) as u64, freed(&bytes_before, &bytes(&known))));
            }
            Act::Shrink { author, keep } => {
                let log = authors[author].log;
                let (before, bytes_before) = (database.load(), bytes(&known));
                let mut beyond = bytes_before.get(&log).map_or(0, |bytes| bytes.saturating_sub(keep));
                let mut oldest: Vec<Known> =
                    known.iter().filter(|known| known.event.is_some_and(|(of, _)| of == log)).cloned().collect();
                oldest.retain(|known| {
                    let goes = beyond > 0;
                    beyond = beyond.saturating_sub(known.bytes);
                    goes
                });
                known.retain(|known| !oldest.iter().any(|gone| gone.position == known.position));
                let reply =
                    database.handle(Request::Shrink(vec![(log, keep), (LogId { epoch: 77, ..log }, 0)])).unwrap();
                let bases = oldest.last().map(|newest| (log, newest.event.unwrap().1 + 1));
                let lines = oldest.len() as u64;
                let freed = freed(&bytes_before, &bytes(&known));
                assert_eq!(reply, Reply::Raised { lines, bases: bases.into_iter().collect(), freed });
                // What was on its way meanwhile brings nothing back.
                for gone in oldest {
                    let said = authors[author].said[gone.event.unwrap().1 as usize - 1].clone();
                    let state = before.logs.iter().find(|state| state.id == log).unwrap().clone();
                    database.commit(vec![append(said, false), Write::Log(state)]).unwrap();
                }
            }
            Act::Drop { author } => {
                let log = authors[author].log;
                if known.iter().all(|known| known.event.is_none_or(|(of, _)| of != log)) {
                    logs.remove(&log);
                }
                database.commit(vec![Write::Drop(log)]).unwrap();
            }
            Act::Erase => {
                let reply = database.handle(Request::Erase(Room::LOBBY.id())).unwrap();
                let Reply::Raised { freed: mut gone, .. } = reply else { panic!("{reply:?}") };
                gone.sort();
                assert_eq!(gone, freed(&bytes(&known), &BTreeMap::new()));
                known.clear();
            }
            Act::Restart => {
                let before = database.load();
                drop(database);
                let opened = open_in(directory.path(), "office", me);
                assert_eq!(opened.snapshot, before);
                database = opened.database;
            }
        }
        let snapshot = database.load();
        assert_eq!(snapshot.logs.iter().map(|state| state.id).collect::<BTreeSet<_>>(), logs);
        is_as_known(&snapshot, &known, &authors);
    }
    database.index_all();
    let count = |what: &str| -> i64 {
        database.connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
    };
    let indexed = count("words_docsize WHERE id IN (SELECT spot FROM lines)");
    let lines = known.len() as i64;
    assert_eq!((indexed, count("words_docsize"), count("unindexed")), (lines, lines, 0));
}

/// What a page has, out of all positions in their order.
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
    assert_eq!(snapshot.own, (!authors[0].said.is_empty()).then_some(authors[0].log));
    for state in &snapshot.logs {
        let author = authors.iter().find(|author| author.log == state.id).unwrap();
        let first = known.iter().filter_map(|known| known.event).filter(|(log, _)| *log == state.id).map(|e| e.1).min();
        assert_eq!(*state, author.state(first.unwrap_or(state.head + 1)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn the_store_does_as_a_list_in_memory_does(acts in prop::collection::vec(act(), 1..60)) {
        run(acts);
    }
}
