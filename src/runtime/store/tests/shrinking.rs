//! Logs that are cut to a number of bytes, and what is left of them.

use super::{
    ask::{texts, to_version_6},
    people::{Author, append, memory, open_in},
};
use crate::{
    core::log::storage::{Ack, LogState, Older, Proof, Read, Reply, Request, Retain, Write},
    domain::model::{LogId, Timestamp},
    runtime::store::{Database, schema, spawn},
};

type OfLogs = Vec<(LogId, u64)>;

/// Returns the lines, the bases and the bytes.
fn shrunk(database: &mut Database, logs: OfLogs) -> (u64, OfLogs, OfLogs) {
    match database.handle(Request::Shrink(logs)) {
        Ok(Reply::Raised { lines, bases, freed }) => (lines, bases, freed),
        other => panic!("{other:?}"),
    }
}

fn size(author: &Author, numbers: std::ops::RangeInclusive<usize>) -> u64 {
    numbers.map(|number| author.said[number - 1].1.bytes() as u64).sum()
}

#[test]
fn the_oldest_lines_go_and_the_head_stays() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    for number in 0..10 {
        database.commit(bob.write(number, &format!("bob {number}"), false)).unwrap();
        database.commit(alice.write(number, &format!("alice {number}"), true)).unwrap();
    }
    let proof = Proof {
        log: bob.log,
        seq: 2,
        one: bob.said[1].1.clone(),
        other: bob.sign(2, None, bob.said[0].0.hlc, "another", Vec::new()),
    };
    database.commit(vec![Write::Fork(Box::new(proof))]).unwrap();
    // First nothing exceeds the limit, then one byte does.
    let all = size(&bob, 1..=10);
    assert_eq!(shrunk(&mut database, vec![(bob.log, all)]), (0, vec![], vec![]));
    assert_eq!(shrunk(&mut database, vec![(bob.log, all - 1)]).0, 1);
    assert_eq!(database.load().forks.len(), 1, "what it proves is there");
    let reply = shrunk(&mut database, vec![(bob.log, size(&bob, 8..=10)), (Author::new(9, 9).log, 0)]);
    assert_eq!(reply, (6, vec![(bob.log, 8)], vec![(bob.log, size(&bob, 2..=7))]));
    let snapshot = database.load();
    assert_eq!((&snapshot.logs[..], snapshot.forks.len()), (&[bob.state(8), alice.state(1)][..], 0));
    assert_eq!(snapshot.bytes, [(bob.log, size(&bob, 8..=10)), (alice.log, size(&alice, 1..=10))]);
    assert_eq!(texts(&database.find("bob", None, 99).lines), ["bob 9", "bob 8", "bob 7"]);
    // If everything goes, others are still told of the head, and nothing below it is wanted.
    assert_eq!(shrunk(&mut database, vec![(bob.log, 0)]).1, [(bob.log, 11)]);
    let snapshot = database.load();
    assert_eq!((&snapshot.logs[0], snapshot.bytes.len(), snapshot.lines), (&bob.state(11), 1, 10));
    database.commit(bob.write(11, "it goes on", false)).unwrap();
    assert_eq!(database.load().logs[0], bob.state(11));
}

#[test]
fn an_older_range_shrinks_first() {
    let mut bob = Author::new(2, 5);
    let mut database = memory(bob.node()).database;
    for number in 0..10 {
        let said = bob.say(number, "x", Vec::new());
        // Numbers 5 and 6 are missing.
        if !(4..6).contains(&number) {
            database.commit(vec![append(said, false)]).unwrap();
        }
    }
    let id = Some(bob.said[3].0.id);
    let older = |base| Some(Older { base, head: 4, head_id: id });
    let state = LogState { floor: 1, older: older(1), ..bob.state(7) };
    database.commit(vec![Write::Log(state.clone())]).unwrap();
    let mut keep = |keep| (shrunk(&mut database, vec![(bob.log, keep)]).1, database.load().logs.pop().unwrap());
    let main = size(&bob, 7..=10);
    assert_eq!(keep(main + size(&bob, 3..=4)), (vec![], LogState { floor: 3, older: older(3), ..state.clone() }));
    assert_eq!(keep(main), (vec![], LogState { floor: 5, older: None, ..state }));
    assert_eq!(keep(main - 1), (vec![(bob.log, 8)], bob.state(8)));
}

#[test]
fn a_log_without_lines_can_be_dropped_completely() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    database.commit(bob.write(1, "x", false)).unwrap();
    database.commit(alice.write(1, "x", true)).unwrap();
    let proof = Proof {
        log: bob.log,
        seq: 9,
        one: bob.said[0].1.clone(),
        other: bob.sign(1, None, bob.said[0].0.hlc, "another", Vec::new()),
    };
    let ack = |author: &Author| Write::Ack(Ack { node: bob.node(), log: author.log, seq: 1 });
    database.commit(vec![Write::Fork(Box::new(proof)), ack(&alice), ack(&bob)]).unwrap();
    database.commit(vec![Write::Drop(bob.log), Write::Drop(alice.log), Write::Drop(Author::new(9, 9).log)]).unwrap();
    assert_eq!(database.load().logs, [bob.state(1), alice.state(1)], "lines of them are held");
    shrunk(&mut database, vec![(bob.log, 0), (alice.log, 0)]);
    database.commit(vec![Write::Drop(bob.log)]).unwrap();
    let snapshot = database.load();
    assert_eq!((&snapshot.logs[..], snapshot.forks.len(), snapshot.acks.len()), (&[alice.state(2)][..], 0, 1));
    let rows = "SELECT (SELECT count(*) FROM acks) + (SELECT count(*) FROM forks)";
    assert_eq!(database.connection.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    // Nothing is known of it any more: what comes of it later is a new log.
    database.commit(bob.write(2, "y", false)).unwrap();
    assert_eq!(database.load().logs.len(), 2);
}

#[test]
fn a_line_does_not_wait_until_logs_are_short() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    let text = "x".repeat(20_000);
    for number in 0..100 {
        database.commit((0..20).flat_map(|_| bob.write(number, "x", false)).collect()).unwrap();
        database.commit(bob.write(number, &text, false)).unwrap();
    }
    let line = Request::Write(alice.write(1_000, "live", true));
    let (store, mut answers) = spawn(database).unwrap();
    let mut next = || answers.blocking_recv().unwrap();
    store.ask(1, Request::Shrink(vec![(bob.log, 0)]));
    store.ask(2, Request::Shrink(vec![(bob.log, 0)]));
    store.ask(3, line);
    assert_eq!(next().ticket, 3);
    let answer = next();
    assert!(matches!(answer.reply, Ok(Reply::Raised { lines: 2_100, .. })), "{answer:?}");
    assert_eq!((answer.ticket, next().ticket), (1, 2), "one after the other");
    // If the store closes before the end, the caller is told.
    for ticket in 4..9 {
        store.ask(ticket, Request::Shrink(vec![(alice.log, 0)]));
    }
    assert!(store.close(std::time::Duration::from_secs(10)));
    assert!((4..9).all(|ticket| next().ticket == ticket));
}

/// A read sees one moment: lines that are deleted meanwhile do not count as damage.
#[test]
fn reading_while_lines_are_deleted_is_not_damage() {
    let directory = tempfile::tempdir().unwrap();
    let mut bob = Author::new(2, 5);
    let mut database = open_in(directory.path(), "office", bob.node()).database;
    database.commit((0..3_000).flat_map(|number| bob.write(number, "x", false)).collect()).unwrap();
    let (store, mut answers) = spawn(database).unwrap();
    for ticket in 0..100 {
        let read = Read { from: vec![(bob.log, 1)], events: 200, bytes: usize::MAX };
        store.ask(2 * ticket, Request::Read(read));
        store.ask(2 * ticket + 1, Request::Shrink(vec![(bob.log, size(&bob, 30 * ticket as usize + 1..=3_000))]));
    }
    for _ in 0..200 {
        let answer = answers.blocking_recv().unwrap();
        assert!(answer.reply.is_ok(), "{answer:?}");
    }
    assert!(!directory.path().join("history.db-damaged").exists());
}

#[test]
fn a_file_of_an_earlier_version_is_counted_once() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    for number in 0..10 {
        database.commit(bob.write(number, "x", false)).unwrap();
        database.commit(alice.write(number, "longer", true)).unwrap();
    }
    let now = Timestamp::from_millis(10_000);
    database
        .handle(Request::Retain(Retain {
            now,
            before: Some(Timestamp::from_millis(4)),
            keep: None,
            known: std::collections::BTreeSet::new(),
        }))
        .unwrap();
    let bytes = database.load().bytes;
    assert_eq!(bytes, [(bob.log, size(&bob, 5..=10)), (alice.log, size(&alice, 5..=10))]);
    database.index_all();
    to_version_6(&database);
    to_version_3(&database);
    drop(database);
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.recovered, None);
    let mut database = opened.database;
    assert_eq!((schema::version(&database.connection).unwrap(), database.load().bytes), (schema::VERSION, bytes));
    let lines = "SELECT min(lines), max(lines) FROM logs";
    let lines = database.connection.query_row(lines, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    assert_eq!(lines.unwrap(), (6, 6));
    let found = database.find_indexed("longer", None, 9);
    assert_eq!((found.lines.len(), found.behind), (6, 0), "what was indexed is");
}

/// Removes what the versions from 4 to 6 have added.
fn to_version_3(database: &Database) {
    let sql = "ALTER TABLE logs DROP COLUMN lines; ALTER TABLE logs DROP COLUMN bytes; DROP TABLE unindexed; DROP INDEX guests_in_order;
        DROP INDEX lines_in_order; CREATE INDEX lines_in_order ON lines (place, hlc);
        INSERT INTO words (words, rank) VALUES ('automerge', 4); PRAGMA user_version = 3";
    database.connection.execute_batch(sql).unwrap();
}

#[test]
fn a_recovered_file_is_counted_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut bob = Author::new(2, 5);
    let mut database = open_in(directory.path(), "office", bob.node()).database;
    for number in 0..10 {
        database.commit(bob.write(number, "x", false)).unwrap();
    }
    database.connection.execute("UPDATE logs SET bytes = 7, lines = 7", []).unwrap();
    drop(database);
    std::fs::write(directory.path().join("history.db-damaged"), b"").unwrap();
    let opened = open_in(directory.path(), "office", bob.node());
    assert!(opened.recovered.is_some());
    assert_eq!(opened.snapshot.bytes, [(bob.log, size(&bob, 1..=10))]);
}
