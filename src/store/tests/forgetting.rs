//! What is erased or forgotten is gone, and the logs go on.

use std::{fs, path::Path};

use super::{
    ask::texts,
    people::{Author, append, guest, memory, open_in},
};
use crate::{
    log::storage::{LogState, Older, Proof, Reply, Request, Retain, Write},
    model::{LogId, Room, Seek, Timestamp},
    store::Database,
};

fn raised(database: &mut Database, request: Request) -> (u64, Vec<(LogId, u64)>) {
    match database.handle(request) {
        Ok(Reply::Raised { lines, bases }) => (lines, bases),
        other => panic!("{other:?}"),
    }
}

/// Whether any of the files has the text, or a word of it as the index has it.
fn is_on_disk(directory: &Path, text: &str) -> bool {
    directory.read_dir().unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    })
}

#[test]
fn what_is_erased_is_in_no_file_any_more_and_what_was_said_elsewhere_stays() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob, mut at_home) = (Author::new(1, 5), Author::new(2, 5), Author::new(1, 6));
    let mut database = open_in(directory.path(), "home", alice.node()).database;
    database.commit(at_home.write(1_000, "homework stays", true)).unwrap();
    drop(database);
    let opened = open_in(directory.path(), "office", alice.node());
    // A reader beside it, as the program has one.
    let (store, mut answers) = crate::store::spawn(opened.database).unwrap();
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
    let reply = ask(501, Request::Erase(Room::LOBBY.id()));
    assert_eq!(reply, Reply::Raised { lines: 301, bases: vec![(alice.log, 151), (bob.log, 151)] });
    for text in ["confidential", "figures"] {
        assert!(!is_on_disk(directory.path(), text), "{text} is still on disk while the program runs");
    }
    assert!(store.close(std::time::Duration::from_secs(10)));
    assert!(!is_on_disk(directory.path(), "confidential"));

    let mut database = open_in(directory.path(), "office", alice.node()).database;
    let snapshot = database.load();
    assert_eq!(snapshot.logs, [alice.state(151), bob.state(151)], "the logs go on where they stood");
    assert_eq!((snapshot.own, snapshot.lines), (Some(alice.log), 0));
    assert!(database.events(vec![(alice.log, 1), (bob.log, 1)], 99, usize::MAX).is_empty());
    assert!(database.find("confidential", None, 9).lines.is_empty());
    database.commit(alice.write(4_000, "after it", true)).unwrap();
    assert_eq!(texts(&database.seek(Seek::Newest, 9).lines), ["after it"]);
    drop(database);
    let mut database = open_in(directory.path(), "home", alice.node()).database;
    assert_eq!(texts(&database.find("homework", None, 9).lines), ["homework stays"]);
}

#[test]
fn the_last_of_all_is_erased_too() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    assert_eq!(raised(&mut database, Request::Erase(Room::LOBBY.id())), (0, vec![]), "nothing to erase");
    database.commit(alice.write(1_000, "confidential", true)).unwrap();
    assert_eq!(raised(&mut database, Request::Erase(Room::LOBBY.id())), (1, vec![(alice.log, 2)]));
    assert!(!is_on_disk(directory.path(), "confidential"));
}

#[test]
fn the_oldest_lines_go_by_age_and_by_count() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    for number in 0..1_000 {
        let author = if number % 4 == 0 { &mut bob } else { &mut alice };
        database.commit(author.write(number, &format!("line {number}"), false)).unwrap();
    }
    database.commit(vec![Write::Guest(Box::new(guest(50, 7, "a guest's")))]).unwrap();
    let before = Some(Timestamp::from_millis(600));
    let by_age = raised(&mut database, Request::Retain(Retain { before, keep: None }));
    let mut bases = vec![(alice.log, 451), (bob.log, 151)];
    bases.sort();
    assert_eq!(by_age, (601, bases));
    assert_eq!(database.load().logs.iter().map(|log| log.base).collect::<Vec<_>>(), [151, 451]);
    let by_count = raised(&mut database, Request::Retain(Retain { before, keep: Some(10) }));
    assert_eq!(by_count.0, 390);
    let page = database.seek(Seek::Newest, 99);
    assert_eq!((page.lines.len(), page.before), (10, false));
    assert_eq!(database.find("line", None, 99).lines.len(), 10);
    assert_eq!(database.events(vec![(alice.log, 1)], 1, 0)[0].seq, 743);
    assert_eq!(raised(&mut database, Request::Retain(Retain { before: None, keep: None })), (0, vec![]));
    raised(&mut database, Request::Retain(Retain { before: None, keep: Some(0) }));
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
    let state = LogState { older, ..bob.state(7) };
    database.commit(vec![Write::Log(state.clone())]).unwrap();
    let mut keep = |keep| {
        let raised = raised(&mut database, Request::Retain(Retain { before: None, keep: Some(keep) }));
        (raised, database.load().logs.pop().unwrap())
    };
    let older = Some(Older { base: 3, head: 4, head_id: id });
    assert_eq!(keep(6), ((2, vec![(bob.log, 3)]), LogState { older, ..state.clone() }));
    assert_eq!(keep(4), ((2, vec![(bob.log, 7)]), LogState { older: None, ..state.clone() }));
    assert_eq!(keep(3), ((1, vec![(bob.log, 8)]), LogState { older: None, base: 8, ..state }));
}
