//! Lines that were said again.

use super::{
    ask::texts,
    people::{Author, append, memory, open_in, position},
};
use crate::{
    core::log::storage::{Read, Repeated, Reply, Request, Write},
    domain::model::{EventId, Seek},
    runtime::store::Database,
};

fn pages(database: &mut Database) -> Vec<String> {
    let page = database.seek(Seek::Newest, 10);
    let found = database.find("word", None, 10);
    let mut searched = texts(&found.lines);
    searched.reverse();
    assert_eq!(texts(&page.lines), searched);
    texts(&page.lines)
}

/// The writes of a line that repeats another event.
fn repeat(author: &mut Author, at: i64, text: &str, again: EventId) -> Vec<Write> {
    let said = author.say_again(at, text, again);
    vec![append(said, true), Write::Log(author.state(1))]
}

#[test]
fn only_the_last_repetition_is_shown_while_it_is_held() {
    let (mut alice, mut bob, mut later) = (Author::new(1, 5), Author::new(2, 5), Author::new(1, 6));
    let mut database = memory(alice.node()).database;
    for n in 1..=3 {
        database.commit(alice.write(n, &format!("word {n}"), true)).unwrap();
    }
    let second = alice.said[1].0.id;
    database.commit(repeat(&mut bob, 10, "word of bob", second)).unwrap();
    assert_eq!(pages(&mut database), ["word 1", "word 2", "word 3", "word of bob"], "bob repeats nobody else");
    database.commit(repeat(&mut later, 20, "word 2 again", second)).unwrap();
    assert_eq!(pages(&mut database), ["word 1", "word 3", "word of bob", "word 2 again"]);
    database.commit(repeat(&mut later, 30, "word 2 once more", second)).unwrap();
    assert_eq!(pages(&mut database), ["word 1", "word 3", "word of bob", "word 2 once more"]);
    let around = database.seek(Seek::Around(position(&alice.said[1].0)), 10);
    assert_eq!(around.lines.len(), 4, "a place that is not shown can be asked for");
    let last = later.said.last().unwrap();
    assert_eq!(database.load().said_again, [Repeated { first: second, last: last.0.id, hlc: last.0.hlc }]);
    database.handle(Request::Shrink(vec![(later.log, 0)])).unwrap();
    assert_eq!(pages(&mut database), ["word 1", "word 2", "word 3", "word of bob"], "the repetitions are gone");
}

#[test]
fn a_repetition_on_one_network_hides_nothing_on_another() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob, mut later) = (Author::new(1, 5), Author::new(2, 5), Author::new(1, 6));
    let mut office = open_in(directory.path(), "office", alice.node()).database;
    office.commit(alice.write(1, "word", true)).unwrap();
    office.commit(bob.write(2, "word of bob", false)).unwrap();
    drop(office);
    let mut home = open_in(directory.path(), "home", alice.node()).database;
    let read = Read { from: vec![(alice.log, 1), (bob.log, 1)], events: 10, bytes: 1_000 };
    let Ok(Reply::Events(events)) = home.handle(Request::ReadOwn(read)) else { panic!("no events") };
    assert_eq!(events.iter().map(|held| held.signed.clone()).collect::<Vec<_>>(), [alice.said[0].1.clone()]);
    home.commit(repeat(&mut later, 10, "word again", alice.said[0].0.id)).unwrap();
    assert_eq!(pages(&mut home), ["word again"]);
    drop(home);
    let mut office = open_in(directory.path(), "office", alice.node()).database;
    assert_eq!(pages(&mut office), ["word", "word of bob"]);
    assert!(office.load().said_again.is_empty());
}
