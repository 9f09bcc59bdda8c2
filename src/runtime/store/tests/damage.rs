//! Files that are not what they should be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    ask::texts,
    people::{Author, guest, open_in, options},
};
use crate::{
    core::log::storage::{Ack, LogState, Request, Retain, Write},
    domain::model::{RoomId, Seek, StoreAdvice, StoreFault, Timestamp},
    protocol::codec::event::Dep,
    runtime::store::{Backend, OpenError, open},
};

/// Lines of two people at the office and one at home.
fn history(directory: &Path) -> [Author; 3] {
    let (mut alice, mut bob, mut at_home) = (Author::new(1, 5), Author::new(2, 5), Author::new(1, 6));
    let mut database = open_in(directory, "home", alice.node()).database;
    database.commit(at_home.write(1_000, "homework", true)).unwrap();
    drop(database);
    let mut database = open_in(directory, "office", alice.node()).database;
    for number in 0..400 {
        let author = if number % 2 == 0 { &mut alice } else { &mut bob };
        database.commit(author.write(2_000 + number, &format!("line {number}"), number % 2 == 0)).unwrap();
    }
    let ack = Write::Ack(Ack { node: bob.node(), log: alice.log, seq: 200 });
    database.commit(vec![Write::Guest(Box::new(guest(1_999, 7, "a guest's"))), ack]).unwrap();
    [alice, bob, at_home]
}

fn file(directory: &Path) -> PathBuf {
    directory.join("history.db")
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        directory.read_dir().unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Replaces the file by garbage, overwrites parts of it, and cuts it.
#[test]
fn the_program_starts_with_any_damaged_file_and_says_so() {
    let whole = tempfile::tempdir().unwrap();
    let [alice, bob, _] = history(whole.path());
    let bytes = fs::read(file(whole.path())).unwrap();
    let overwritten = |from: usize, to: usize| {
        let mut bytes = bytes.clone();
        bytes[from..to].fill(0x5a);
        bytes
    };
    let third = bytes.len() / 3;
    for (what, bytes, least) in [
        ("garbage", vec![0xa5; 9_000], 0),
        ("no header", overwritten(0, 16), 0),
        ("the first page", overwritten(0, 4_096), 0),
        ("half", bytes[..bytes.len() / 2].to_vec(), 1),
        ("short of one page", bytes[..bytes.len() - 4_096].to_vec(), 100),
        ("a page in the middle", overwritten(third / 4_096 * 4_096, third / 4_096 * 4_096 + 4_096), 100),
        ("a third of it", overwritten(third, 2 * third), 1),
    ] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(file(directory.path()), &bytes).unwrap();
        // As a killed copy leaves it, so that the file is checked.
        fs::write(directory.path().join("history.db-wal"), b"x").unwrap();
        let opened = open_in(directory.path(), "office", alice.node());
        let recovered = opened.recovered.unwrap_or_else(|| panic!("{what}"));
        assert!(recovered.lines >= least, "{what}: {} lines", recovered.lines);
        assert_eq!(fs::read(&recovered.aside).unwrap(), bytes, "{what}: it is kept as it was");
        let aside = recovered.aside.file_name().unwrap().to_str().unwrap();
        assert!(aside.starts_with("history.damaged-2") && aside.ends_with("Z.db"), "{aside}");
        assert_eq!(opened.snapshot.own, [], "{what}");
        let mut database = opened.database;
        let mut held = 0;
        for state in &opened.snapshot.logs {
            let author = [&alice, &bob].into_iter().find(|author| author.log == state.id).unwrap();
            let events = database.events(vec![(state.id, 1)], 999, usize::MAX);
            assert!(events.iter().map(|held| held.seq).eq(state.base..=state.head), "{what}: a gap");
            for held in &events {
                assert_eq!(held.signed, author.said[held.seq as usize - 1].1, "{what}");
            }
            held += events.len();
        }
        let page = database.seek(Seek::Newest, 999);
        let guests = page.lines.iter().filter(|line| line.guest.is_some()).count();
        assert_eq!((page.lines.len(), opened.snapshot.lines), (held + guests, (held + guests) as u64), "{what}");
        assert_eq!(database.find("line", None, 999).lines.len(), held, "{what}");
        // It is as good as new.
        let mut fresh = Author::new(1, 99);
        database.commit(fresh.write(9_000, "on we go", true)).unwrap();
        drop(database);
        let opened = open_in(directory.path(), "office", alice.node());
        assert_eq!((opened.recovered, opened.snapshot.own), (None, vec![fresh.log]), "{what}");
        assert!(names(directory.path()).iter().all(|name| !name.contains("recovering")), "{what}");
    }
}

#[test]
fn recovering_a_readable_file_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let [alice, bob, at_home] = history(directory.path());
    let before = open_in(directory.path(), "office", alice.node()).snapshot;
    fs::write(directory.path().join("history.db-damaged"), b"").unwrap();
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.recovered.map(|recovered| recovered.lines), Some(402));
    let mut after = opened.snapshot;
    assert_eq!(after.own, []);
    after.own.clone_from(&before.own);
    after.logs.sort_by_key(|log| log.id != alice.log);
    after.bytes.sort_by_key(|(log, _)| *log != alice.log);
    after.frontier.sort_by_key(|dep| dep.log != alice.log);
    assert_eq!(after, before);
    assert_eq!(after.frontier, [alice.log, bob.log].map(|log| Dep { log, seq: 200 }));
    drop(opened.database);
    let home = open_in(directory.path(), "home", alice.node());
    assert_eq!((home.recovered, &home.snapshot.logs[..]), (None, &[at_home.state(1)][..]));
}

#[test]
fn erased_lines_do_not_come_back_with_a_recovery() {
    let directory = tempfile::tempdir().unwrap();
    let [alice, bob, _] = history(directory.path());
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    database.handle(Request::Erase(RoomId::LOBBY)).unwrap();
    drop(database);
    fs::write(directory.path().join("history.db-damaged"), b"").unwrap();
    let mut logs = open_in(directory.path(), "office", alice.node()).snapshot.logs;
    logs.sort_by_key(|log| log.id != alice.log);
    assert_eq!(logs, [alice.state(201), bob.state(201)]);
}

#[test]
fn forged_lines_are_not_sent_and_are_removed_at_restart() {
    let directory = tempfile::tempdir().unwrap();
    let [alice, bob, _] = history(directory.path());
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    let forged = bob.sign(150, Some(bob.said[148].0.id), bob.said[149].0.hlc, "forged", Vec::new());
    let forge = "UPDATE lines SET content = ? WHERE id = ?";
    database.connection.execute(forge, (&forged.content[..], bob.said[149].0.id.0)).unwrap();
    // Bob's log ends before the forged line. Alice's goes on.
    let events = database.events(vec![(bob.log, 100), (alice.log, 1)], 999, usize::MAX);
    let of = |log| events.iter().filter(|held| held.log == log).map(|held| held.seq).collect::<Vec<_>>();
    assert_eq!((of(bob.log), of(alice.log)), ((100..150).collect(), (1..=200).collect()));
    let read = crate::core::log::storage::Read { from: vec![(bob.log, 150)], events: 999, bytes: usize::MAX };
    let failure = database.handle(Request::Read(read)).unwrap_err();
    assert!(matches!(failure.fault, StoreFault::Error { advice: StoreAdvice::Restart, .. }), "{failure}");
    drop(database);
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.recovered.unwrap().lines, 402 - 150);
    let mut database = opened.database;
    let state = opened.snapshot.logs.iter().find(|log| log.id == bob.log).unwrap();
    assert_eq!((state.floor, state.base, state.head), (1, 151, 200), "what is newer is whole, the rest wanted");
    assert!(!texts(&database.seek(Seek::Newest, 999).lines).contains(&"forged".to_owned()));
}

#[test]
fn an_empty_file_is_a_new_history() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(file(directory.path()), b"").unwrap();
    let mut alice = Author::new(1, 5);
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.recovered, None);
    let mut database = opened.database;
    database.commit(alice.write(1_000, "one", true)).unwrap();
}

#[test]
fn an_interrupted_recovery_is_finished_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let [alice, ..] = history(directory.path());
    // Before the damaged file was set aside: the new one may be incomplete.
    fs::write(directory.path().join("history.recovering.db"), b"half").unwrap();
    assert_eq!(open_in(directory.path(), "office", alice.node()).snapshot.lines, 401);
    assert_eq!(names(directory.path()), ["history.db"]);
    // After that: the new one is complete.
    fs::rename(file(directory.path()), directory.path().join("history.recovering.db")).unwrap();
    assert_eq!(open_in(directory.path(), "office", alice.node()).snapshot.lines, 401);
    assert_eq!(names(directory.path()), ["history.db"]);
}

#[test]
fn a_locked_file_is_not_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let [alice, ..] = history(directory.path());
    let other = rusqlite::Connection::open(file(directory.path())).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let options = options(Backend::Directory(directory.path().to_owned()), "office", alice.node());
    let error = open(&options).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    drop(other);
    assert_eq!(open(&options).unwrap().snapshot.lines, 401);
}

#[test]
fn the_error_names_a_missing_directory() {
    let options = options(Backend::Directory("/nowhere/at/all".into()), "office", Author::new(1, 5).node());
    let error = open(&options).unwrap_err().to_string();
    assert!(error.starts_with("Cannot use /nowhere/at/all/history.db: "), "{error}");
    assert!(error.ends_with(", or add --ephemeral to store nothing."), "{error}");
}

#[test]
fn forgotten_lines_are_not_wanted_after_a_recovery() {
    let directory = tempfile::tempdir().unwrap();
    let [alice, bob, _] = history(directory.path());
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    let now = Timestamp::from_millis(10_000);
    let before = Some(Timestamp::from_millis(2_100));
    database
        .handle(Request::Retain(Retain { now, before, keep: None, known: std::collections::BTreeSet::new() }))
        .unwrap();
    database.connection.execute("UPDATE lines SET body = x'00' WHERE id = ?", [bob.said[149].0.id.0]).unwrap();
    drop(database);
    fs::write(directory.path().join("history.db-damaged"), b"").unwrap();
    let mut logs = open_in(directory.path(), "office", alice.node()).snapshot.logs;
    logs.sort_by_key(|log| log.id != alice.log);
    assert_eq!(logs, [alice.state(51), LogState { floor: 51, ..bob.state(151) }]);
}

/// After a clean end, nothing checks the whole file.
#[test]
fn damage_found_while_loading_is_recovered_too() {
    for harm in ["UPDATE logs SET head_id = 'x'", "UPDATE logs SET author = x'00' WHERE key = 1", "DROP TABLE acks"] {
        let directory = tempfile::tempdir().unwrap();
        let [alice, ..] = history(directory.path());
        let database = open_in(directory.path(), "office", alice.node()).database;
        database.connection.execute_batch(harm).unwrap();
        drop(database);
        assert_eq!(names(directory.path()), ["history.db"]);
        let opened = open_in(directory.path(), "office", alice.node());
        assert_eq!(opened.recovered.map(|recovered| recovered.lines), Some(402), "{harm}");
        assert_eq!(opened.snapshot.logs.len(), 2, "{harm}");
    }
}

/// Fills a directory as a kill leaves it: what was written last is only in the write-ahead log.
fn killed(directory: &Path) -> Author {
    let living = tempfile::tempdir().unwrap();
    let [mut alice, ..] = history(living.path());
    let mut database = open_in(living.path(), "office", alice.node()).database;
    database.commit(alice.write(9_000, "the last", true)).unwrap();
    for name in names(living.path()) {
        fs::copy(living.path().join(&name), directory.join(&name)).unwrap();
    }
    alice
}

#[test]
fn killing_a_recovery_loses_nothing_and_reuses_no_number() {
    let recovered = tempfile::tempdir().unwrap();
    let alice = killed(recovered.path());
    fs::write(recovered.path().join("history.db-damaged"), b"").unwrap();
    assert_eq!(open_in(recovered.path(), "office", alice.node()).snapshot.lines, 402);
    let new = fs::read(file(recovered.path())).unwrap();
    for step in 0..6 {
        let directory = tempfile::tempdir().unwrap();
        let alice = killed(directory.path());
        let at = |name: &str| directory.path().join(name);
        fs::write(at("history.db-damaged"), b"").unwrap();
        if step > 0 {
            fs::write(at("history.recovering.db"), if step == 1 { &new[..5_000] } else { &new[..] }).unwrap();
        }
        for (done, name) in ["", "-wal", "-shm"].into_iter().enumerate() {
            if step > done + 2 {
                let aside = at(&format!("history.damaged-20260101T000000Z.db{name}"));
                fs::rename(at(&format!("history.db{name}")), aside).unwrap();
            }
        }
        if step == 5 {
            fs::rename(at("history.recovering.db"), at("history.db")).unwrap();
        }
        let opened = open_in(directory.path(), "office", alice.node());
        assert_eq!(opened.snapshot.lines, 402, "{step}");
        assert_eq!(opened.snapshot.own, [], "{step}");
        drop(opened);
        let again = open_in(directory.path(), "office", alice.node());
        assert_eq!((&again.recovered, again.snapshot.lines), (&None, 402), "{step}");
        drop(again);
        let left = names(directory.path());
        let left: Vec<&String> = left.iter().filter(|name| !name.starts_with("history.damaged-2")).collect();
        assert_eq!(left, ["history.db"], "{step}");
    }
}
