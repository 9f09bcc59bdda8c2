//! What was accepted is kept, exactly once, and nothing else is.

use super::{
    ask::{texts, to_version_6},
    people::{Author, append, guest, memory, open_in, options, position},
};
use crate::{
    core::log::storage::{Ack, LogState, Older, Proof, Snapshot, Write},
    domain::model::{Hlc, Seek, StoreFault},
    protocol::codec::event::Dep,
    runtime::store::{Backend, OpenError, open, schema},
};

#[test]
fn lines_survive_a_restart_and_stay_on_their_network() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, u64::MAX));
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!((&opened.snapshot, &opened.recovered), (&Snapshot::default(), &None));
    let mut database = opened.database;
    database.commit(alice.write(1_000, "one", true)).unwrap();
    let after = Dep { log: alice.log, seq: 1 };
    let two = bob.say(2_000, "two", vec![after]);
    let ack = Ack { node: bob.node(), log: alice.log, seq: 1 };
    database
        .commit(vec![
            append(two.clone(), false),
            Write::Log(bob.state(1)),
            Write::Ack(ack),
            Write::Guest(Box::new(guest(1_500, 9, "a guest's"))),
        ])
        .unwrap();
    let before = database.load();
    drop(database);

    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.snapshot, before);
    assert_eq!(before.logs, [alice.state(1), bob.state(1)]);
    assert_eq!(before.frontier, [Dep { log: bob.log, seq: 1 }]);
    assert_eq!((before.lines, before.own), (3, vec![alice.log]));
    assert_eq!(before.acks, [ack]);
    let mut database = opened.database;
    let page = database.seek(Seek::Newest, 10);
    assert_eq!(texts(&page.lines), ["one", "a guest's", "two"]);
    assert_eq!((page.before, page.after), (false, false));
    assert_eq!(page.lines[1].guest, Some("127.0.0.1:4321".parse().unwrap()));
    assert_eq!(page.lines[2].position, position(&two.0));
    assert_eq!(texts(&database.find("TW", None, 10).lines), ["two"]);
    let events = database.events(vec![(bob.log, 1), (alice.log, 1)], 10, 10_000);
    assert_eq!(events.iter().map(|held| held.signed.clone()).collect::<Vec<_>>(), [alice.said[0].1.clone(), two.1]);
    drop(database);

    let opened = open_in(directory.path(), "home", alice.node());
    let snapshot = &opened.snapshot;
    assert_eq!((snapshot.lines, snapshot.own.len(), snapshot.logs.len()), (0, 0, 0));
    assert_eq!(snapshot.foreign, [alice.log, bob.log]);
    let mut database = opened.database;
    assert!(database.seek(Seek::Newest, 10).lines.is_empty());
    assert!(database.find("two", None, 10).lines.is_empty());
    assert!(database.events(vec![(alice.log, 1)], 10, 10_000).is_empty());
}

#[test]
fn an_event_is_written_once_and_keeps_its_number() {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    let first = alice.write(1_000, "one", true);
    database.commit(first.clone()).unwrap();
    database.commit(first).unwrap();
    assert_eq!(database.load().lines, 1);
    assert_eq!(texts(&database.find("one", None, 9).lines), ["one"]);

    let other = alice.sign(1, None, Hlc(1 << 40), "other", Vec::new());
    let other = append((other.read().unwrap(), other), false);
    let mut bob = Author::new(2, 1);
    let failure = database.commit([bob.write(1_000, "from bob", false), vec![other]].concat()).unwrap_err();
    assert!(matches!(failure.fault, StoreFault::Conflict { seq: 1, .. }), "{failure}");
    let snapshot = database.load();
    assert_eq!((snapshot.lines, snapshot.logs), (1, vec![alice.state(1)]), "nothing of it is written");
    assert!(database.find("bob", None, 9).lines.is_empty());
    // Nor does it affect others that share its commit.
    let writes = [vec![append(alice.said[0].clone(), true)], bob.write(2_000, "again", false)];
    let replies = database.write(writes.into());
    assert!(replies.iter().all(Result::is_ok), "{replies:?}");
}

#[test]
fn a_log_keeps_its_state_and_its_network() {
    let directory = tempfile::tempdir().unwrap();
    let mut bob = Author::new(2, 1);
    let me = Author::new(1, 1).node();
    let mut database = open_in(directory.path(), "office", me).database;
    for text in ["one", "two", "three"] {
        database.commit(bob.write(1_000, text, false)).unwrap();
    }
    let id = bob.said[0].0.id;
    let older = Some(Older { base: 1, head: 1, head_id: Some(id) });
    let state = LogState { base: 3, older, forked: Some(2), ..bob.state(1) };
    let one = bob.said[1].1.clone();
    let other = bob.sign(2, Some(id), bob.said[1].0.hlc, "another two", Vec::new());
    let proof = Proof { log: bob.log, seq: 2, one, other };
    database.commit(vec![Write::Log(state.clone()), Write::Fork(Box::new(proof.clone()))]).unwrap();
    let snapshot = database.load();
    assert_eq!((&snapshot.logs[..], &snapshot.forks[..]), (&[state.clone()][..], &[proof][..]));
    drop(database);

    let mut database = open_in(directory.path(), "home", me).database;
    database.commit(vec![Write::Log(LogState { older: None, ..state })]).unwrap();
    let snapshot = database.load();
    assert_eq!((snapshot.logs.len(), snapshot.foreign, snapshot.forks.len()), (0, vec![bob.log], 0));
}

#[test]
fn only_a_log_written_entirely_here_is_continued() {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    database.commit(alice.write(1_000, "one", true)).unwrap();
    database.commit(alice.write(1_000, "two", true)).unwrap();
    assert_eq!(database.load().own, [alice.log]);
    // A log of an earlier run, from somebody who has it.
    let mut earlier = Author::new(1, 4);
    database.commit(earlier.write(9_000, "before", false)).unwrap();
    assert_eq!(database.load().own, [alice.log]);
    database.commit(alice.write(2_000, "what this file did not know", false)).unwrap();
    assert_eq!(database.load().own, []);
    database.commit(alice.write(2_000, "too late", true)).unwrap();
    assert_eq!(database.load().own, []);
    let mut next = Author::new(1, 6);
    database.commit(next.write(500, "a new one", true)).unwrap();
    assert_eq!(database.load().own, [next.log]);
    // An abandoned log stays abandoned.
    database.commit(vec![Write::Abandon(next.log), Write::Abandon(Author::new(1, 99).log)]).unwrap();
    assert_eq!(database.load().own, []);
    database.commit(next.write(600, "too late too", true)).unwrap();
    assert_eq!(database.load().own, []);
    let mut forked = Author::new(1, 7);
    database.commit(forked.write(700, "another new one", true)).unwrap();
    assert_eq!(database.load().own, [forked.log]);
    database.commit(vec![Write::Log(LogState { forked: Some(1), ..forked.state(1) })]).unwrap();
    assert_eq!(database.load().own, []);
}

#[test]
fn a_file_of_the_first_version_is_migrated() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    database.commit(alice.write(1_000, "früher gesagt", true)).unwrap();
    database.commit(vec![Write::Guest(Box::new(guest(2_000, 1, "früher auch")))]).unwrap();
    to_version_6(&database);
    database
        .connection
        .execute_batch(
            "DROP TABLE words; ALTER TABLE logs DROP COLUMN floor; ALTER TABLE logs DROP COLUMN lines;
             ALTER TABLE logs DROP COLUMN bytes; DROP TABLE unindexed; DROP INDEX guests_in_order;
             PRAGMA user_version = 1",
        )
        .unwrap();
    drop(database);
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.recovered, None);
    let mut database = opened.database;
    assert_eq!(texts(&database.find("fruh", None, 9).lines), ["früher auch", "früher gesagt"]);
    assert_eq!(schema::version(&database.connection).unwrap(), schema::VERSION);
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let me = Author::new(1, 5).node();
    let database = open_in(directory.path(), "office", me).database;
    database.connection.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(database);
    let error = open(&options(Backend::Directory(directory.path().to_owned()), "office", me)).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error:?}");
    assert!(error.to_string().contains("Update this copy, or move that file away"), "{error}");
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    database.commit(alice.write(1_000, "one", true)).unwrap();
    let mut files = 0;
    for file in directory.path().read_dir().unwrap() {
        let metadata = file.unwrap().metadata().unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        files += 1;
    }
    assert_eq!(files, 3, "with the write-ahead log and its index");
}

#[test]
fn in_memory_nothing_touches_a_disk() {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    database.commit(alice.write(1_000, "one", true)).unwrap();
    assert_eq!((database.place(), texts(&database.seek(Seek::Newest, 9).lines)), (Backend::Memory, vec!["one".into()]));
    let file: String = database.connection.query_row("PRAGMA database_list", [], |row| row.get(2)).unwrap();
    let temp: i64 = database.connection.query_row("PRAGMA temp_store", [], |row| row.get(0)).unwrap();
    assert_eq!((file.as_str(), temp), ("", 2));
}

#[test]
fn events_for_others_follow_their_clocks_within_the_limits() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    let mut expected = Vec::new();
    for number in 0..200 {
        let author = if number % 3 == 0 { &mut bob } else { &mut alice };
        database.commit(author.write(1_000 + number, &format!("line {number}"), false)).unwrap();
        let (event, signed) = author.said.last().unwrap();
        expected.push((event.log, event.seq, signed.clone()));
    }
    let from = vec![(bob.log, 1), (alice.log, 1), (Author::new(9, 9).log, 1)];
    let read = |events: Vec<crate::core::log::storage::StoredEvent>| -> Vec<_> {
        events.into_iter().map(|held| (held.log, held.seq, held.signed)).collect()
    };
    assert_eq!(read(database.events(from.clone(), 1_000, usize::MAX)), expected);
    assert_eq!(read(database.events(from.clone(), 7, usize::MAX)), expected[..7]);
    assert_eq!(database.events(from.clone(), 7, 0).len(), 1, "at least one");
    assert_eq!(database.events(from, 1_000, 1_000).len(), 1_000_usize.div_ceil(expected[0].2.bytes()));
    let late: Vec<_> = expected.iter().filter(|(log, seq, _)| *log == bob.log && *seq >= 60).cloned().collect();
    assert_eq!(read(database.events(vec![(bob.log, 60), (alice.log, 999)], 1_000, usize::MAX)), late);
}
