//! Sealed events: kept as they came, shown and found by what is inside, on whatever network the user is.

use super::{
    ask::{request, texts},
    people::{Author, open_in},
};
use crate::{
    core::log::storage::{
        Clear, Ignored, LogEntry, PageRequest, Place, Reply, Request, SearchRequest, StoredLine, Write,
    },
    domain::model::{Nick, RoomId, Seek, Text},
    protocol::codec::event::{Content, KIND_SAID, SALT_BYTES},
    runtime::store::Database,
};

/// The room of two people.
const PAIR: RoomId = RoomId([0x77; 32]);

/// The next event of the author, whose content is `outside` and says `inside`.
fn sealed(author: &mut Author, at: i64, outside: &str, inside: &str) -> Vec<Write> {
    author.log.room = PAIR;
    let (event, signed) = author.say(at, outside, Vec::new());
    let said = Content::said([0; SALT_BYTES], &Nick::new("bob").unwrap(), &Text::new(inside).unwrap(), false);
    let opened = Some(Clear { kind: KIND_SAID, payload: said.slice(SALT_BYTES..) });
    let (place, arrived) = (Place::by_clock(&event), event.wall);
    let entry = LogEntry { event, signed, arrived, own: true, place, opened };
    vec![Write::Event(Box::new(entry)), Write::Log(author.state(1))]
}

fn page(database: &mut Database) -> Vec<StoredLine> {
    let request = PageRequest { room: PAIR, seek: Seek::Newest, max: 10, ignored: Ignored::default() };
    match database.handle(Request::Page(request)) {
        Ok(Reply::Page(page)) => page.lines,
        other => panic!("{other:?}"),
    }
}

fn found(database: &mut Database, query: &str) -> Vec<String> {
    database.index_all();
    texts(&database.ask_for(SearchRequest { rooms: vec![PAIR], ..request(query) }).lines)
}

#[test]
fn what_is_inside_is_shown_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let mut author = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", author.node()).database;
    database.commit(sealed(&mut author, 1_000, "ciphertext", "under the stone")).unwrap();
    assert_eq!(texts(&page(&mut database)), ["under the stone"]);
    assert_eq!(
        (found(&mut database, "stone"), found(&mut database, "ciphertext")),
        (vec!["under the stone".into()], vec![])
    );
}

#[test]
fn other_nodes_get_what_was_signed() {
    let directory = tempfile::tempdir().unwrap();
    let mut author = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", author.node()).database;
    database.commit(sealed(&mut author, 1_000, "ciphertext", "under the stone")).unwrap();
    let events = database.events(vec![(author.log, 1)], 10, 10_000);
    assert_eq!(events[0].signed, author.said[0].1);
    assert_eq!(database.load().bytes, [(author.log, author.said[0].1.bytes() as u64)]);
}

#[test]
fn it_is_there_on_every_network_and_waits_on_none() {
    let directory = tempfile::tempdir().unwrap();
    let mut author = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", author.node()).database;
    database.commit(sealed(&mut author, 1_000, "ciphertext", "said in the office")).unwrap();
    drop(database);
    let mut database = open_in(directory.path(), "home", author.node()).database;
    database.commit(sealed(&mut author, 2_000, "ciphertext", "said at home")).unwrap();
    assert_eq!(texts(&page(&mut database)), ["said in the office", "said at home"]);
    let snapshot = database.load();
    assert_eq!((snapshot.own, snapshot.foreign.len(), snapshot.undelivered.len()), (vec![author.log], 0, 0));
    assert!(database.networks().unwrap().is_empty(), "a direct room is no network");
}

#[test]
fn erasing_takes_both_off_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let mut author = Author::new(1, 5);
    let mut database = open_in(directory.path(), "office", author.node()).database;
    database.commit(sealed(&mut author, 1_000, "ciphertext", "under the stone")).unwrap();
    assert!(found(&mut database, "stone").len() == 1);
    database.handle(Request::Erase(PAIR)).unwrap();
    drop(database);
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for text in ["ciphertext", "under the stone"] {
            assert!(!bytes.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
        }
    }
}
