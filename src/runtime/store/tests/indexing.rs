//! The search index follows the commits, and loses nothing.

use std::time::{Duration, Instant};

use super::{
    ask::{Shown, request, texts},
    people::{Author, guest, memory, open_in},
};
use crate::{
    core::log::storage::{Reply, Request, Retain, Write},
    domain::model::{RoomId, Timestamp},
    runtime::store::{Answer, Database, Store, indexing::Indexing, spawn},
};

/// This many words that were never used before.
fn new_words(seed: u64, count: u64) -> String {
    let words = (1..=count).map(|number| (seed * count + number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    words.map(|word| format!("{word:x}")).collect::<Vec<_>>().join(" ")
}

fn count(database: &Database, what: &str) -> i64 {
    database.connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
}

/// Whether the index has every line, once, and nothing else.
fn is_whole(database: &Database) -> bool {
    count(database, "words_docsize") == count(database, "lines")
        && count(database, "words_docsize WHERE id NOT IN (SELECT spot FROM lines)") == 0
        && count(database, "unindexed") == 0
}

fn search(query: &str) -> Request {
    Request::Search(request(query))
}

/// What is found once the index has caught up.
fn find_at_last(store: &Store, mut next: impl FnMut() -> Answer, query: &str) -> Shown {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        store.ask(999, search(query));
        match next() {
            Answer { ticket: 999, reply: Ok(Reply::Found(found)) } if found.behind == 0 => return found.into(),
            Answer { ticket: 999, reply: Ok(_) } => assert!(Instant::now() < end, "the index does not come after"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn unindexed_lines_are_counted_and_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    database.commit(bob.write(1_000, "said by bob", false)).unwrap();
    database.commit(vec![Write::Guest(Box::new(guest(2_000, 1, "said by a guest")))]).unwrap();
    database.commit(alice.write(3_000, "said by alice", true)).unwrap();
    let found = database.find_indexed("said", None, 9);
    assert_eq!((found.lines.len(), found.behind), (0, 3));
    drop(database);
    let mut database = open_in(directory.path(), "home", alice.node()).database;
    assert_eq!(database.find_indexed("said", None, 9).behind, 0, "nothing of this network waits");
    drop(database);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    assert_eq!(database.find_indexed("said", None, 9).behind, 3);
    let found = database.find("said", None, 9);
    assert_eq!((found.lines.len(), found.behind), (3, 0));
    assert!(is_whole(&database));
}

#[test]
fn own_and_newest_lines_are_indexed_first_in_bounded_slices() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    database.commit(alice.write(1, "own line", true)).unwrap();
    for number in 0..40 {
        database
            .commit(bob.write(1_000 + number, &format!("strange {}", new_words(number.cast_unsigned(), 2_000)), false))
            .unwrap();
    }
    let mut indexing = Indexing::new();
    database.index_slice(&mut indexing);
    let found = database.find_indexed("own", None, 9);
    assert_eq!((found.lines.len(), found.behind), (1, 38), "one long line and no more");
    let found = database.find_indexed("strange", None, 99);
    assert_eq!(found.lines.iter().map(|line| line.position.seq).collect::<Vec<_>>(), [40, 39]);
    // Merging comes to an end, and so do the slices.
    let mut slices = 0;
    while indexing.is_due() {
        database.index_slice(&mut indexing);
        slices += 1;
        assert!(slices < 1_000);
    }
    assert!(is_whole(&database));
}

#[test]
fn the_index_does_not_fall_into_many_parts() {
    let mut bob = Author::new(2, 5);
    let mut database = memory(bob.node()).database;
    let mut indexing = Indexing::new();
    let mut most = 0;
    for number in 0..300 {
        let text = if number % 3 == 0 { new_words(number, 500) } else { "a line like many".to_owned() };
        database.commit(bob.write(1_000 + number.cast_signed(), &text, false)).unwrap();
        indexing.written();
        // As it is while lines come in all the time.
        database.index_slice(&mut indexing);
        let parts = "(SELECT DISTINCT segid FROM words_idx)";
        most = most.max(count(&database, parts));
    }
    assert!(most < 400, "{most} parts");
    database.index_all();
    let parts = count(&database, "(SELECT DISTINCT segid FROM words_idx)");
    assert!(parts <= 20, "{parts} parts");
    assert!(is_whole(&database));
}

#[test]
fn lines_deleted_before_indexing_leave_nothing_behind() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    let say = |database: &mut Database, alice: &mut Author, bob: &mut Author| {
        for number in 0..10 {
            database.commit(bob.write(number, "x", false)).unwrap();
            database.commit(alice.write(number, "x", true)).unwrap();
        }
    };
    say(&mut database, &mut alice, &mut bob);
    database.handle(Request::Shrink(vec![(bob.log, 0)])).unwrap();
    assert_eq!(count(&database, "unindexed"), 10);
    let before = Some(Timestamp::from_millis(5));
    database
        .handle(Request::Retain(Retain {
            now: Timestamp::from_millis(99),
            before,
            keep: None,
            known: std::collections::BTreeSet::new(),
        }))
        .unwrap();
    assert_eq!(count(&database, "unindexed"), 5);
    assert_eq!(database.find("x", None, 99).lines.len(), 5);
    say(&mut database, &mut alice, &mut bob);
    database.handle(Request::Erase(RoomId::LOBBY)).unwrap();
    assert_eq!(count(&database, "unindexed"), 0);
    assert_eq!(database.find("x", None, 99).lines.len(), 0);
    database.commit(bob.write(99, "x", false)).unwrap();
    assert_eq!(database.find("x", None, 99).lines.len(), 1);
    assert!(is_whole(&database));
}

#[test]
fn own_lines_do_not_wait_for_the_index() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    for number in 0..40 {
        database.commit(bob.write(1_000 + number, &new_words(number.cast_unsigned(), 3_000), false)).unwrap();
    }
    let line = Request::Write(alice.write(2_000, "own line", true));
    let (store, mut answers) = spawn(database).unwrap();
    let mut next = || answers.blocking_recv().unwrap();
    store.ask(1, line);
    assert!(matches!(next(), Answer { ticket: 1, reply: Ok(Reply::Written) }));
    store.ask(2, search("own"));
    let answer = next();
    assert!(matches!(&answer.reply, Ok(Reply::Found(found)) if found.behind > 0), "{answer:?}");
    let found = find_at_last(&store, &mut next, "own");
    assert_eq!(texts(&found.lines), ["own line"]);
    // What was said last is indexed before the file is closed.
    store.ask(3, Request::Write(alice.write(3_000, "last own line", true)));
    assert!(store.close(Duration::from_secs(10)));
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    assert_eq!(database.find_indexed("last", None, 9).lines.len(), 1);
    assert!(is_whole(&database));
}

#[test]
fn a_failing_index_stops_no_commit_and_is_retried() {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    let stop = "CREATE TEMP TRIGGER stop BEFORE DELETE ON unindexed BEGIN SELECT raise(ABORT, 'no more'); END";
    database.connection.execute_batch(stop).unwrap();
    let mut indexing = Indexing::new();
    database.commit(alice.write(1, "one", true)).unwrap();
    database.index_slice(&mut indexing);
    assert!(!indexing.is_due(), "it does not try for ever");
    assert_eq!(database.find_indexed("one", None, 9).behind, 1);
    database.connection.execute_batch("DROP TRIGGER stop").unwrap();
    database.commit(alice.write(2, "two", true)).unwrap();
    indexing.written();
    database.index_slice(&mut indexing);
    assert_eq!(database.find_indexed("one", None, 9).lines.len(), 1);
    assert!(is_whole(&database));
}
