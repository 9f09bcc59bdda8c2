//! Files of earlier versions that are only read.

use std::fs;

use super::{
    ask::{texts, to_version_6},
    people::{Author, guest, open_in, options},
};
use crate::{
    core::log::storage::{Request, Write},
    domain::model::{Network, RoomId, Seek},
    runtime::store::{Backend, Options, earlier, open_in_its_format, open_read_only, read_only::open_as_it_is},
};

const FILE: &str = "history.db";

/// A file of version 6 with a line of our user and one of a guest.
fn file_of_version_6(directory: &std::path::Path) -> (Options, Author) {
    let mut alice = Author::new(1, 5);
    let mut database = open_in(directory, "office", alice.node()).database;
    database.commit(alice.write(1_000, "said before", true)).unwrap();
    database.commit(vec![Write::Guest(Box::new(guest(2_000, 1, "said by a guest")))]).unwrap();
    database.index_all();
    to_version_6(&database);
    (options(Backend::Directory(directory.to_owned()), "office", alice.node()), alice)
}

#[test]
fn everything_is_shown_and_nothing_on_disk_changes() {
    let directory = tempfile::tempdir().unwrap();
    let (options, alice) = file_of_version_6(directory.path());
    let before = fs::read(directory.path().join(FILE)).unwrap();
    for _ in 0..2 {
        let mut reader = open_read_only(&options).unwrap().unwrap();
        assert_eq!(texts(&reader.seek(Seek::Newest, 9).lines), ["said before", "said by a guest"]);
        assert_eq!(texts(&reader.find_indexed("guest", None, 9).lines), ["said by a guest"]);
        assert_eq!((reader.load().lines, reader.load().own), (2, vec![alice.log]));
        assert_eq!(reader.events(vec![(alice.log, 1)], 9, 1_000).len(), 1);
        assert!(reader.handle(Request::Erase(RoomId::LOBBY)).is_err(), "nobody would see that it was erased");
    }
    assert_eq!(fs::read(directory.path().join(FILE)).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left beside it");
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!((opened.recovered, opened.snapshot.lines), (None, 2));
}

#[test]
fn networks_are_known_without_a_copy() {
    let directory = tempfile::tempdir().unwrap();
    let (options, alice) = file_of_version_6(directory.path());
    let networks = open_in_its_format(&options).unwrap().unwrap().networks().unwrap();
    assert_eq!(networks.len(), 1);
    assert_eq!((&networks[0].network, &networks[0].authors), (&Network::new("office").unwrap(), &vec![alice.node()]));
}

#[test]
fn a_file_that_is_too_large_is_not_copied() {
    let directory = tempfile::tempdir().unwrap();
    let (options, _) = file_of_version_6(directory.path());
    let found = open_in_its_format(&options).unwrap().unwrap();
    let bytes = fs::metadata(directory.path().join(FILE)).unwrap().len().cast_signed();
    assert!(earlier::up_to_date(&found.connection, bytes).unwrap().is_some());
    assert!(earlier::up_to_date(&found.connection, bytes - 1).unwrap().is_none());
}

#[test]
fn a_file_without_its_tables_is_called_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let (options, alice) = file_of_version_6(directory.path());
    let found = open_in_its_format(&options).unwrap().unwrap().connection;
    found.execute_batch("PRAGMA query_only = OFF; DROP TABLE lines").unwrap();
    drop(found);
    let error = open_read_only(&options).unwrap_err().to_string();
    assert!(error.contains("history.db is damaged. Start the chat"), "{error}");
    assert!(open_in(directory.path(), "office", alice.node()).recovered.is_some());
}

#[test]
fn an_earlier_file_is_read_where_nothing_can_be_written() {
    let directory = tempfile::tempdir().unwrap();
    file_of_version_6(directory.path());
    let file = open_as_it_is(&directory.path().join(FILE)).unwrap();
    let copy = earlier::up_to_date(&file, earlier::MAX_BYTES).unwrap().unwrap();
    let lines = copy.query_row("SELECT count(*) FROM lines WHERE again IS NULL AND dating = 0", [], |row| row.get(0));
    assert_eq!(lines, Ok(2));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was made beside it");
}
