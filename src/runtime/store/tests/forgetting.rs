//! What is erased or forgotten is gone, and the logs go on.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    ask::{texts, to_version_6},
    people::{Author, append, guest, memory, open_in},
};
use crate::{
    core::log::storage::{Dating, LogEntry, LogState, Older, Place, Proof, Reply, Request, Retain, Write},
    domain::model::{Hlc, LogId, NodeId, RoomId, Seek, StoreTask, Timestamp},
    runtime::store::Database,
};

fn raised(database: &mut Database, request: Request) -> (u64, Vec<(LogId, u64)>) {
    match database.handle(request) {
        Ok(Reply::Raised { lines, bases, .. }) => (lines, bases),
        other => panic!("{other:?}"),
    }
}

/// The time in these tests. Everything is said in the first seconds of 1970.
const NOW: Timestamp = Timestamp::from_millis(10_000);

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Alice and Bob.
fn known() -> BTreeSet<NodeId> {
    [Author::new(1, 5).node(), Author::new(2, 5).node()].into()
}

/// Somebody who says nothing.
fn silent() -> NodeId {
    Author::new(99, 5).node()
}

fn retain(before: Option<Timestamp>, keep: Option<u64>) -> Request {
    Request::Retain(Retain { now: NOW, before, keep, known: known() })
}

/// Whether any of the files has the text, or a word of it as the index has it.
fn is_on_disk(directory: &Path, text: &str) -> bool {
    directory.read_dir().unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    })
}

#[test]
fn erased_lines_leave_all_files_and_other_networks_stay() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob, mut at_home) = (Author::new(1, 5), Author::new(2, 5), Author::new(1, 6));
    let mut database = open_in(directory.path(), "home", alice.node()).database;
    database.commit(at_home.write(1_000, "homework stays", true)).unwrap();
    drop(database);
    let opened = open_in(directory.path(), "office", alice.node());
    // With another reader, as in the program.
    let (store, mut answers) = crate::runtime::store::spawn(opened.database).unwrap();
    let mut ask = |ticket, request| {
        store.ask(ticket, request);
        let answer = answers.blocking_recv().unwrap();
        assert_eq!(answer.ticket, ticket);
        answer.reply.unwrap()
    };
    for number in 0..300 {
        let author = if number % 2 == 0 { &mut alice } else { &mut bob };
        let text = format!("confidential{number} {}", "figures ".repeat(number * 7 % 500));
        ask(number as u64, Request::Write(author.write(2_000, &text, number % 2 == 0)));
    }
    let proof = Proof {
        log: bob.log,
        seq: 2,
        one: bob.said[1].1.clone(),
        other: bob.sign(2, None, bob.said[0].0.hlc, "confidential fork", Vec::new()),
    };
    let line = guest(3_000, 7, "confidential guest");
    ask(500, Request::Write(vec![Write::Fork(Box::new(proof)), Write::Guest(Box::new(line))]));
    assert!(is_on_disk(directory.path(), "confidential299") && is_on_disk(directory.path(), "homework"));
    let reply = ask(501, Request::Erase(RoomId::LOBBY));
    let Reply::Raised { lines, bases, .. } = reply else { panic!("{reply:?}") };
    assert_eq!((lines, bases), (301, vec![(alice.log, 151), (bob.log, 151)]));
    for text in ["confidential", "figures"] {
        assert!(!is_on_disk(directory.path(), text), "{text} is still on disk while the program runs");
    }
    assert!(store.close(std::time::Duration::from_secs(10)));
    assert!(!is_on_disk(directory.path(), "confidential"));

    let mut database = open_in(directory.path(), "office", alice.node()).database;
    let snapshot = database.load();
    assert_eq!(snapshot.logs, [alice.state(151), bob.state(151)], "the logs go on where they stood");
    assert_eq!((snapshot.own, snapshot.lines), (vec![alice.log], 0));
    assert!(database.events(vec![(alice.log, 1), (bob.log, 1)], 99, usize::MAX).is_empty());
    assert!(database.find("confidential", None, 9).lines.is_empty());
    database.commit(alice.write(4_000, "after it", true)).unwrap();
    assert_eq!(texts(&database.seek(Seek::Newest, 9).lines), ["after it"]);
    drop(database);
    let mut database = open_in(directory.path(), "home", alice.node()).database;
    assert_eq!(texts(&database.find("homework", None, 9).lines), ["homework stays"]);
}

#[test]
fn the_last_line_is_erased_too() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    assert_eq!(raised(&mut database, Request::Erase(RoomId::LOBBY)), (0, vec![]), "nothing to erase");
    database.commit(alice.write(1_000, "confidential", true)).unwrap();
    assert_eq!(raised(&mut database, Request::Erase(RoomId::LOBBY)), (1, vec![(alice.log, 2)]));
    assert!(!is_on_disk(directory.path(), "confidential"));
}

#[test]
fn the_oldest_lines_go_by_age_and_by_count() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(silent()).database;
    for number in 0..1_000 {
        let author = if number % 4 == 0 { &mut bob } else { &mut alice };
        database.commit(author.write(number, &format!("line {number}"), false)).unwrap();
    }
    database.commit(vec![Write::Guest(Box::new(guest(50, 7, "a guest's")))]).unwrap();
    let before = Some(Timestamp::from_millis(600));
    let by_age = raised(&mut database, retain(before, None));
    let mut bases = vec![(alice.log, 451), (bob.log, 151)];
    bases.sort();
    assert_eq!(by_age, (601, bases));
    assert_eq!(database.load().logs.iter().map(|log| log.base).collect::<Vec<_>>(), [151, 451]);
    let by_count = raised(&mut database, retain(before, Some(10)));
    assert_eq!(by_count.0, 390);
    let page = database.seek(Seek::Newest, 99);
    assert_eq!((page.lines.len(), page.before), (10, false));
    assert_eq!(database.find("line", None, 99).lines.len(), 10);
    assert_eq!(database.events(vec![(alice.log, 1)], 1, 0)[0].seq, 743);
    assert_eq!(raised(&mut database, retain(None, None)), (0, vec![]));
    raised(&mut database, retain(None, Some(0)));
    let snapshot = database.load();
    let states = [bob.state(251), alice.state(751)];
    assert_eq!((snapshot.logs, snapshot.lines), (states.to_vec(), 0), "heads are kept");
}

#[test]
fn an_older_range_goes_first() {
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
    let older = Some(Older { base: 1, head: 4, head_id: id });
    let state = LogState { floor: 1, older, ..bob.state(7) };
    database.commit(vec![Write::Log(state.clone())]).unwrap();
    let mut keep = |keep| {
        let raised = raised(&mut database, retain(None, Some(keep)));
        (raised, database.load().logs.pop().unwrap())
    };
    let older = Some(Older { base: 3, head: 4, head_id: id });
    assert_eq!(keep(6), ((2, vec![]), LogState { floor: 3, older, ..state.clone() }));
    assert_eq!(keep(4), ((2, vec![]), LogState { floor: 5, older: None, ..state.clone() }));
    assert_eq!(keep(3), ((1, vec![(bob.log, 8)]), LogState { floor: 8, older: None, base: 8, ..state }));
}

#[test]
fn no_write_restores_forgotten_lines() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(silent()).database;
    for number in 0..10 {
        database.commit(bob.write(number, "x", false)).unwrap();
        database.commit(alice.write(number, "x", true)).unwrap();
    }
    assert_eq!(raised(&mut database, retain(None, Some(4))), (16, vec![(bob.log, 9), (alice.log, 9)]));
    // Writes that were on their way meanwhile: one that knows nothing of this, and an event of an older range.
    database.commit(bob.write(11, "x", false)).unwrap();
    database.commit(vec![append(bob.said[3].clone(), false)]).unwrap();
    let logs = |database: &mut Database| database.load().logs;
    assert_eq!(logs(&mut database), [bob.state(9), alice.state(9)]);
    assert_eq!(database.load().lines, 5);
    database.handle(Request::Erase(RoomId::LOBBY)).unwrap();
    let older = Some(Older { base: 1, head: 4, head_id: None });
    database.commit(vec![Write::Log(LogState { older, ..bob.state(1) }), Write::Log(alice.state(3))]).unwrap();
    assert_eq!(logs(&mut database), [bob.state(12), alice.state(11)]);
    database.commit(bob.write(12, "x", false)).unwrap();
    assert_eq!(logs(&mut database), [bob.state(12), alice.state(11)], "it goes on");
    assert_eq!(database.events(vec![(bob.log, 1)], 9, usize::MAX).len(), 1);
}

#[test]
fn no_sum_exceeds_the_greatest_number() {
    let mut bob = Author::new(2, 5);
    let mut database = memory(bob.node()).database;
    database.commit(bob.write(1, "x", false)).unwrap();
    let head = i64::MAX.cast_unsigned();
    database.commit(vec![Write::Log(LogState { head, ..bob.state(1) })]).unwrap();
    database.connection.execute("UPDATE lines SET seq = ?", [i64::MAX]).unwrap();
    raised(&mut database, retain(None, Some(0)));
    assert_eq!(database.load().logs[0].base, head);
    database.handle(Request::Erase(RoomId::LOBBY)).unwrap();
    assert_eq!(database.load().logs[0].base, head);
    let reals = "SELECT count(*) FROM logs WHERE 'real' IN (typeof(base), typeof(head), typeof(floor))";
    assert_eq!(database.connection.query_row(reals, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

/// Says something at `at` that arrives at `came`. If it is dated ahead, it stands at its arrival.
fn write_late(author: &mut Author, at: i64, came: i64, text: &str) -> Vec<Write> {
    let (event, signed) = author.say(at, text, Vec::new());
    let arrived = Timestamp::from_millis(came);
    let place = if at > came {
        Place { hlc: Hlc::at(arrived), dating: Dating::Ahead, shown: arrived }
    } else {
        Place::by_clock(&event)
    };
    let state = LogState { head_place: place.hlc, ..author.state(1) };
    vec![
        Write::Event(Box::new(LogEntry { opened: None, event, signed, arrived, own: false, place })),
        Write::Log(state),
    ]
}

#[test]
fn lines_dated_ahead_go_with_those_that_arrived_with_them() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(silent()).database;
    for number in 0..10 {
        database.commit(alice.write(number * 2, &format!("today {number}"), false)).unwrap();
        let ahead = NOW.as_millis() + DAY + 1 + number;
        database.commit(write_late(&mut bob, ahead, number * 2 + 1, &format!("ahead {number}"))).unwrap();
    }
    assert_eq!(raised(&mut database, retain(None, Some(4))), (16, vec![(bob.log, 9), (alice.log, 9)]));
    let left = texts(&database.seek(Seek::Newest, 99).lines);
    assert_eq!(left, ["today 8", "ahead 8", "today 9", "ahead 9"]);
}

#[test]
fn lines_go_by_arrival_or_after_a_week_by_date() {
    let mut people = [Author::new(1, 5), Author::new(2, 5), Author::new(3, 5)];
    let [alice, bob, carol] = [people[0].log, people[1].log, people[2].log];
    let mut database = memory(silent()).database;
    // Alice's clock is a year slow, Carol's was a year ahead, and Bob has brought old lines of his own today.
    for (who, at, arrives) in [(0, 0, 365), (0, 0, 366), (1, 0, 350), (1, 0, 366), (2, 700, 270), (2, 701, 366)] {
        let text = format!("{at} {arrives}");
        database.commit(write_late(&mut people[who], at * DAY, arrives * DAY, &text)).unwrap();
    }
    let retain = |now: i64, age: i64| {
        let (now, before) = (Timestamp::from_millis(now * DAY), Timestamp::from_millis((now - age) * DAY));
        Request::Retain(Retain { now, before: Some(before), keep: None, known: known() })
    };
    assert_eq!(raised(&mut database, retain(367, 90)), (2, vec![(bob, 2), (carol, 2)]));
    assert_eq!(raised(&mut database, retain(374, 90)), (3, vec![(bob, 3), (alice, 3)]));
    assert_eq!(raised(&mut database, retain(456, 90)).0, 0);
    assert_eq!(raised(&mut database, retain(457, 90)).0, 1, "90 days after it came");
}

#[test]
fn lines_too_far_ahead_move_back_and_stay_searchable() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    database.commit(bob.write(1_000, "a question", false)).unwrap();
    for number in 0..3 {
        database.commit(alice.write(3 * DAY + number, &format!("wrong {number}"), true)).unwrap();
    }
    database.commit(bob.write(2_000, "an answer", false)).unwrap();
    let (after, wall) = (Hlc::at(Timestamp::from_millis(DAY + 5_000)), Timestamp::from_millis(5_000));
    let mut settle = |all| match database.handle(Request::Settle { after, wall, all }) {
        Ok(Reply::Loaded(snapshot)) => snapshot,
        other => panic!("{other:?}"),
    };
    let snapshot = settle(false);
    assert_eq!(snapshot.latest[&RoomId::LOBBY].wall(), wall);
    let lines = database.seek(Seek::Newest, 9).lines;
    assert_eq!(texts(&lines), ["a question", "an answer", "wrong 0", "wrong 1", "wrong 2"]);
    let datings: Vec<Dating> = lines.iter().map(|line| line.dating).collect();
    assert_eq!(datings, [Dating::Believed, Dating::Believed, Dating::Ahead, Dating::Ahead, Dating::Ahead]);
    let found = texts(&database.find("wrong", None, 9).lines);
    assert_eq!(found, ["wrong 2", "wrong 1", "wrong 0"]);
}

/// The second slice fails.
#[test]
fn the_answer_reports_finished_slices_even_if_others_failed() {
    let mut bob = Author::new(2, 5);
    let mut database = memory(bob.node()).database;
    for number in 0..600 {
        database.commit(bob.write(number, "x", false)).unwrap();
    }
    let stop = "CREATE TEMP TRIGGER stop BEFORE DELETE ON lines WHEN old.seq = 400
                BEGIN SELECT raise(ABORT, 'no more'); END";
    database.connection.execute_batch(stop).unwrap();
    assert_eq!(raised(&mut database, retain(None, Some(0))), (256, vec![(bob.log, 257)]));
    assert!(database.handle(retain(None, Some(0))).is_err(), "nothing was done");
    assert_eq!(database.load().logs, [bob.state(257)]);
}

#[test]
fn erasing_removes_damaged_files_that_were_set_aside() {
    let directory = tempfile::tempdir().unwrap();
    let alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    for end in [".db", ".db-wal", ".db-shm", ".txt"] {
        let file = directory.path().join(format!("history.damaged-20260101T000000Z{end}"));
        fs::write(file, if end == ".txt" { "the user's own" } else { "confidential" }).unwrap();
    }
    assert_eq!(raised(&mut database, Request::Erase(RoomId::LOBBY)), (0, vec![]));
    assert!(!is_on_disk(directory.path(), "confidential"));
    assert!(is_on_disk(directory.path(), "the user's own"));
}

#[test]
fn incomplete_erasing_is_reported_and_finished_at_the_next_attempt() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    database.commit(alice.write(1_000, "confidential", true)).unwrap();
    let reader = rusqlite::Connection::open(directory.path().join("history.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM lines").unwrap();
    database.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    let failure = database.handle(Request::Erase(RoomId::LOBBY)).unwrap_err();
    assert!(failure.task == StoreTask::Wipe && failure.to_string().contains("locked"), "{failure}");
    assert_eq!((database.load().logs, database.load().lines), (vec![alice.state(2)], 0), "it is true all the same");
    drop(reader);
    assert_eq!(raised(&mut database, Request::Erase(RoomId::LOBBY)), (0, vec![(alice.log, 2)]));
    assert!(!is_on_disk(directory.path(), "confidential"));
}

#[test]
fn a_file_of_version_6_is_put_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob, mut carol) = (Author::new(1, 5), Author::new(2, 5), Author::new(3, 5));
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    let at = |ms: i64| Place { hlc: Hlc::at(Timestamp::from_millis(ms)), dating: Dating::Believed, shown: NOW };
    let mut write = |author: &mut Author, dated: i64, arrived: i64, text: &str| {
        let (event, signed) = author.say(dated, text, Vec::new());
        let arrived = Timestamp::from_millis(arrived);
        let entry = LogEntry { opened: None, event, signed, arrived, own: false, place: at(dated) };
        database.commit(vec![Write::Event(Box::new(entry)), Write::Log(author.state(1))]).unwrap();
    };
    let year = 365 * DAY;
    write(&mut alice, 1_000, 1_000, "before");
    write(&mut bob, 200 * year, 2_000, "from 2170");
    write(&mut bob, 201 * year, 2_500, "from 2171");
    write(&mut carol, 3_000, 4 * year, "an old line that came late");
    write(&mut alice, 4_000, 4_000, "after");
    database.index_all();
    to_version_6(&database);
    drop(database);
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!(opened.recovered, None);
    let mut database = opened.database;
    let lines = database.seek(Seek::Newest, 9).lines;
    assert_eq!(texts(&lines), ["before", "from 2170", "from 2171", "an old line that came late", "after"]);
    let dated: Vec<(Dating, i64)> = lines.iter().map(|line| (line.dating, line.shown.as_millis())).collect();
    let (believed, ahead) = (Dating::Believed, Dating::Ahead);
    assert_eq!(dated, [(believed, 1_000), (ahead, 2_000), (ahead, 2_500), (believed, 3_000), (believed, 4_000)]);
    assert_eq!(texts(&database.find("from", None, 9).lines), ["from 2171", "from 2170"]);
    let snapshot = database.load();
    assert_eq!(snapshot.latest[&RoomId::LOBBY].wall().as_millis(), 4_000);
    assert!(snapshot.frontier.iter().all(|dep| dep.log != bob.log), "what stands where it came is no cause");
    assert_eq!(
        numbers(&database.events(vec![(bob.log, 1), (alice.log, 1)], 9, usize::MAX)),
        [(alice.log, 1), (alice.log, 2), (bob.log, 1), (bob.log, 2)]
    );
}

/// The logs and numbers of these events.
fn numbers(events: &[crate::core::log::storage::StoredEvent]) -> Vec<(LogId, u64)> {
    events.iter().map(|event| (event.log, event.seq)).collect()
}
