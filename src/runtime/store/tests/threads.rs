//! The handle and the threads behind it.

use std::time::{Duration, Instant};

use super::{
    ask::request,
    people::{Author, memory, open_in},
};
use crate::{
    core::log::storage::{Ignored, MAX_REQUESTS, PageRequest, Read, Reply, Request, Retain, SearchRequest},
    domain::model::{RoomId, Seek, Timestamp},
    runtime::store::{Answer, Database, Store, spawn},
};

const LIMIT: Duration = Duration::from_secs(20);

fn page() -> Request {
    Request::Page(PageRequest { room: RoomId::LOBBY, seek: Seek::Newest, max: 9, ignored: Ignored::default() })
}

/// Every request is answered, writes in their order, and what was written is seen.
fn everything_is_answered(database: Database, alice: &mut Author) {
    let (store, mut answers) = spawn(database).unwrap();
    let mut next = || {
        let Answer { ticket, reply } = answers.blocking_recv().unwrap();
        (ticket, reply.unwrap())
    };
    for ticket in 0..MAX_REQUESTS as u64 {
        store.ask(ticket, Request::Write(alice.write(1_000, "word", ticket % 100 == 0)));
    }
    for ticket in 0..MAX_REQUESTS as u64 {
        assert_eq!(next(), (ticket, Reply::Written));
    }
    store.ask(1, page());
    assert!(matches!(next(), (1, Reply::Page(page)) if page.lines.len() == 9));
    // The index follows the commits.
    let end = Instant::now() + LIMIT;
    let found = loop {
        store.ask(2, Request::Search(SearchRequest { max: 5, ..request("wor") }));
        match next() {
            (2, Reply::Found(found)) if found.behind == 0 => break found,
            other => assert!(other.0 == 2 && Instant::now() < end, "{other:?}"),
        }
    };
    assert!(found.lines.len() == 5 && found.more);
    store.ask(3, Request::Read(Read { from: vec![(alice.log, 1)], events: 3, bytes: 9_999 }));
    assert!(matches!(next(), (3, Reply::Events(events)) if events.len() == 3));
    store.ask(4, Request::Load);
    assert!(matches!(next(), (4, Reply::Loaded(loaded)) if loaded.lines == MAX_REQUESTS as u64));
    store.ask(
        5,
        Request::Retain(Retain {
            now: Timestamp::from_millis(9_999),
            before: None,
            keep: Some(10),
            known: std::collections::BTreeSet::new(),
        }),
    );
    assert!(matches!(next(), (5, Reply::Raised { lines, .. }) if lines == MAX_REQUESTS as u64 - 10));
    store.ask(6, Request::Erase(RoomId::LOBBY));
    assert!(matches!(next(), (6, Reply::Raised { lines: 10, .. })));
    // What was asked before closing is done, and what is asked after it is refused.
    store.ask(7, Request::Write(alice.write(1_000, "last", true)));
    assert!(store.clone().close(LIMIT));
    assert_eq!(next(), (7, Reply::Written));
    store.ask(8, page());
    assert!(matches!(answers.blocking_recv(), Some(Answer { ticket: 8, reply: Err(_) })));
    assert!(store.close(LIMIT), "closed already");
}

#[test]
fn everything_is_answered_from_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    everything_is_answered(open_in(directory.path(), "office", alice.node()).database, &mut alice);
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!((opened.snapshot.lines, &opened.recovered), (1, &None));
    drop(opened);
    let files: Vec<_> = directory.path().read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["history.db"], "closed as it should be");
}

#[test]
fn everything_is_answered_from_memory() {
    let mut alice = Author::new(1, 5);
    everything_is_answered(memory(alice.node()).database, &mut alice);
}

#[test]
fn threads_finish_their_queue_after_the_last_handle_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let (store, mut answers) = spawn(open_in(directory.path(), "office", alice.node()).database).unwrap();
    for ticket in 0..50 {
        store.ask(ticket, Request::Write(alice.write(1_000, "word", false)));
    }
    drop(store);
    let mut answered = 0;
    while answers.blocking_recv().is_some() {
        answered += 1;
    }
    assert_eq!(answered, 50, "then the channel is closed");
    assert_eq!(open_in(directory.path(), "office", alice.node()).snapshot.lines, 50);
}

#[test]
fn a_line_does_not_wait_for_long_retention() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", alice.node()).database;
    for _ in 0..20 {
        let lines = (0..200).flat_map(|_| alice.write(1_000, "word", false)).collect();
        database.commit(lines).unwrap();
    }
    let (store, mut answers) = spawn(database).unwrap();
    store.ask(
        1,
        Request::Retain(Retain {
            now: Timestamp::from_millis(9_999),
            before: None,
            keep: Some(1),
            known: std::collections::BTreeSet::new(),
        }),
    );
    store.ask(2, Request::Write(alice.write(1_000, "live", true)));
    assert_eq!(answers.blocking_recv().unwrap().ticket, 2);
    assert_eq!(answers.blocking_recv().unwrap().ticket, 1);
}

#[test]
fn an_inline_store_answers_at_once() {
    let mut alice = Author::new(1, 5);
    let (store, mut answers) = Store::inline(memory(alice.node()).database);
    store.ask(1, Request::Write(alice.write(1_000, "word", true)));
    assert!(matches!(answers.try_recv(), Ok(Answer { ticket: 1, reply: Ok(Reply::Written) })));
    store.ask(2, page());
    assert!(matches!(answers.try_recv(), Ok(Answer { ticket: 2, reply: Ok(Reply::Page(_)) })));
    assert!(store.close(LIMIT));
    store.ask(3, page());
    assert!(matches!(answers.try_recv(), Ok(Answer { ticket: 3, reply: Err(_) })));
}
