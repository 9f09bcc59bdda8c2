//! Networks that turn out to be the same.

use super::{
    ask::texts,
    people::{Author, guest, open_in, options},
};
use crate::{
    core::log::storage::{Reply, Request, Write},
    domain::model::{Network, Seek},
    runtime::store::{Backend, Database, open},
};

/// What a network shows, and how many lines a search finds there.
fn shown(directory: &std::path::Path, network: &str, author: &Author) -> (Vec<String>, usize) {
    let mut database = open_in(directory, network, author.node()).database;
    (texts(&database.seek(Seek::Newest, 99).lines), database.find("line", None, 99).lines.len())
}

fn join(database: &mut Database, into: &str) -> crate::core::log::storage::Snapshot {
    match database.handle(Request::Join(Network::new(into).unwrap())) {
        Ok(Reply::Loaded(snapshot)) => *snapshot,
        other => panic!("{other:?}"),
    }
}

#[test]
fn joined_networks_are_shown_together_and_the_log_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let (mut before, mut now) = (Author::new(1, 5), Author::new(1, 6));
    let mut database = open_in(directory.path(), "office", before.node()).database;
    database.commit(before.write(1_000, "line of yesterday", true)).unwrap();
    drop(database);
    let mut database = open_in(directory.path(), "provisional", now.node()).database;
    database.commit(now.write(500, "line of a clock that is behind", true)).unwrap();
    database.commit(vec![Write::Guest(Box::new(guest(2_000, 1, "line of a guest")))]).unwrap();
    database.index_all();
    let snapshot = join(&mut database, "office");
    assert_eq!((snapshot.logs.len(), snapshot.foreign.len(), snapshot.lines), (2, 0, 3));
    database.commit(now.write(3_000, "line of today", true)).unwrap();
    drop(database);
    let all = ["line of a clock that is behind", "line of yesterday", "line of a guest", "line of today"];
    assert_eq!(shown(directory.path(), "office", &now), (all.map(str::to_owned).to_vec(), 4));
    assert_eq!(shown(directory.path(), "provisional", &now), (Vec::new(), 0));
}

#[test]
fn lines_under_an_earlier_name_are_moved_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory.path(), "10.0.0.0/24", alice.node()).database;
    database.commit(alice.write(1_000, "stranded line", true)).unwrap();
    drop(database);
    let mut options = options(Backend::Directory(directory.path().to_owned()), "office", alice.node());
    options.joined = ["10.0.0.0/24", "never seen", "office"].map(|name| Network::new(name).unwrap()).to_vec();
    for _ in 0..2 {
        let opened = open(&options).unwrap();
        assert_eq!((opened.snapshot.logs.len(), opened.snapshot.own), (1, vec![alice.log]));
        let mut database = opened.database;
        assert_eq!(texts(&database.seek(Seek::Newest, 9).lines), ["stranded line"]);
    }
}

#[test]
fn only_own_lines_said_without_a_network_join_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let (mut me, mut other) = (Author::new(1, 5), Author::new(2, 6));
    let mut database = open_in(directory.path(), Network::awaited().as_str(), me.node()).database;
    database.commit(me.write(1_000, "my line", true)).unwrap();
    database.commit(other.write(1_001, "line of somebody on this machine", false)).unwrap();
    database.commit(vec![Write::Guest(Box::new(guest(1_002, 1, "line of a guest")))]).unwrap();
    join(&mut database, "office");
    drop(database);
    assert_eq!(shown(directory.path(), "office", &me), (vec!["my line".to_owned()], 1));
    let stayed = ["line of somebody on this machine", "line of a guest"].map(str::to_owned).to_vec();
    assert_eq!(shown(directory.path(), "loopback", &me), (stayed, 2));
}

#[test]
fn a_log_moves_to_where_its_author_offers_it() {
    let directory = tempfile::tempdir().unwrap();
    let (mut bob, mut carol) = (Author::new(2, 5), Author::new(3, 6));
    let mut database = open_in(directory.path(), "office", bob.node()).database;
    database.commit(bob.write(1_000, "line of bob", false)).unwrap();
    database.commit(carol.write(1_001, "line of carol", false)).unwrap();
    drop(database);
    let mut database = open_in(directory.path(), "home", bob.node()).database;
    let Ok(Reply::Loaded(snapshot)) = database.handle(Request::Adopt(bob.log)) else { panic!("not adopted") };
    assert_eq!((snapshot.logs[0].id, snapshot.foreign), (bob.log, vec![carol.log]));
    drop(database);
    assert_eq!(shown(directory.path(), "home", &bob), (vec!["line of bob".to_owned()], 1));
    assert_eq!(shown(directory.path(), "office", &bob), (vec!["line of carol".to_owned()], 1));
}
