//! What a search finds: parts of words, phrases, people, several rooms.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    ask::{request, texts, to_version_6},
    people::{Author, guest, memory, open_in, position},
};
use crate::{
    core::log::storage::{Reply, Request, SearchRequest, Write},
    domain::model::{LogId, Nick, NodeId, Query, Room, RoomId, Timestamp},
    runtime::store::{Database, indexing::Indexing},
};

/// A history in which bob has said these texts, in this order.
fn said(lines: &[&str]) -> (Database, Author) {
    let mut bob = Author::new(2, 5);
    let mut database = memory(NodeId::new([1; 32])).database;
    for (at, text) in (1_000..).zip(lines) {
        database.commit(bob.write(at, text, false)).unwrap();
    }
    (database, bob)
}

fn found(database: &mut Database, query: &str) -> Vec<String> {
    texts(&database.find(query, None, 99).lines)
}

fn dev() -> RoomId {
    Room::named("dev").unwrap().public_id().unwrap()
}

fn words_of(database: &Database) -> Vec<String> {
    let mut select = database.connection.prepare("SELECT word FROM vocabulary ORDER BY word").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn words_are_found_by_any_part_of_three_letters() {
    let (mut database, _) = said(&[
        "the Connection is back",
        "see user.name@example.org",
        "我有办公室的钥匙",
        "กุญแจอยู่ชั้นสอง",
        "Früher war alles anders",
        "がんばれ",
    ]);
    for (query, line) in [
        ("nection", 0),
        ("CTION bac", 0),
        ("on", usize::MAX),
        ("ser.name", 1),
        ("ame@exa", 1),
        ("xample.org", 1),
        ("公", 2),
        ("办公室", 2),
        ("ชั้น", 3),
        ("ruh", 4),
        ("rüh", 4),
        ("ばれ", 5),
        ("ner.name", usize::MAX),
        ("onnectionx", usize::MAX),
    ] {
        let wanted: Vec<String> = texts(&database.seek(crate::domain::model::Seek::Newest, 99).lines);
        let wanted: Vec<String> = wanted.get(line).cloned().into_iter().collect();
        assert_eq!(found(&mut database, query), wanted, "{query}");
    }
}

#[test]
fn a_phrase_has_whole_words_in_this_order() {
    let (mut database, _) = said(&["the lab key is here", "key to the lab", "lab keys", "LAB-Key!"]);
    assert_eq!(found(&mut database, "\"lab key\""), ["LAB-Key!", "the lab key is here"]);
    assert_eq!(found(&mut database, "lab key").len(), 4);
    assert_eq!(found(&mut database, "\"keys"), ["lab keys"]);
    assert_eq!(found(&mut database, "\"lab\" \"the\" key"), ["key to the lab", "the lab key is here"]);
}

#[test]
fn people_are_found_by_present_and_former_names() {
    let (mut database, mut bob) = said(&["as bob"]);
    bob.nick = Nick::new("Zoë").unwrap();
    database.commit(bob.write(2_000, "as zoe", false)).unwrap();
    let mut eve = Author::new(3, 5);
    database.commit(eve.write(3_000, "as another bob", false)).unwrap();
    database.commit(vec![Write::Guest(Box::new(guest(4_000, 1, "as a guest")))]).unwrap();
    assert_eq!(found(&mut database, "from:BOB"), ["as another bob", "as bob"]);
    assert_eq!(found(&mut database, "from:zoe as"), ["as zoe"]);
    assert_eq!(found(&mut database, "from:Carol"), ["as a guest"]);
    assert_eq!(found(&mut database, "from:bo"), [""; 0]);
    assert_eq!(found(&mut database, "from:zoe from:carol gue"), ["as a guest"]);
    // The node knows who goes by that name now.
    let now = SearchRequest { authors: BTreeSet::from([bob.node()]), ..request("from:robert") };
    assert_eq!(texts(&database.ask_for(now).lines), ["as zoe", "as bob"]);
}

#[test]
fn lines_of_people_come_in_pages() {
    let (mut database, mut bob) = said(&[]);
    let mut eve = Author::new(3, 5);
    eve.nick = Nick::new("eve").unwrap();
    for number in 0..20 {
        database.commit(bob.write(1_000 + number / 4, &format!("line {number}"), false)).unwrap();
        database.commit(eve.write(1_000 + number / 4, "something else", false)).unwrap();
    }
    for query in ["from:bob", "from:bob ine"] {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = database.find(query, before, 3);
            all.extend(texts(&page.lines));
            before = page.lines.last().map(|line| line.position);
            if !page.more {
                break;
            }
        }
        assert_eq!(all.len(), 20, "{query}: {all:?}");
        assert_eq!((all.first().unwrap().as_str(), all.last().unwrap().as_str()), ("line 19", "line 0"));
    }
}

#[test]
fn several_rooms_are_searched_at_once() {
    let (mut database, _) = said(&["in the lobby"]);
    let mut eve = Author::new(3, 5);
    eve.log = LogId { room: dev(), ..eve.log };
    database.commit(eve.write(2_000, "in the room", false)).unwrap();
    database.index_all();
    let mut ask = |rooms: &[RoomId], query| {
        let search = SearchRequest { rooms: rooms.to_vec(), ..request(query) };
        let Ok(Reply::Found(found)) = database.handle(Request::Search(search)) else { panic!("not found") };
        found.lines.into_iter().map(|found| found.room).collect::<Vec<_>>()
    };
    for query in ["the", "from:bob"] {
        assert_eq!(ask(&[RoomId::LOBBY, dev()], query), [dev(), RoomId::LOBBY]);
        assert_eq!(ask(&[dev(), RoomId([9; 32])], query), [dev()]);
        assert_eq!(ask(&[RoomId([9; 32])], query), []);
        assert_eq!(ask(&[], query), []);
    }
}

#[test]
fn nothing_erased_is_found_by_a_part() {
    let (mut database, bob) = said(&["the confidential figures"]);
    let mut eve = Author::new(3, 5);
    eve.log = LogId { room: dev(), ..eve.log };
    database.commit(eve.write(2_000, "figures stay", false)).unwrap();
    database.index_all();
    assert_eq!(words_of(&database), ["confidential", "figures", "stay"]);
    database.handle(Request::Erase(RoomId::LOBBY)).unwrap();
    assert_eq!(words_of(&database), ["figures", "stay"]);
    let names: i64 = database.connection.query_row("SELECT count(*) FROM names", [], |row| row.get(0)).unwrap();
    assert_eq!(names, 1, "the name of {} is gone", bob.node());
    assert_eq!(found(&mut database, "idential"), [""; 0]);
    assert_eq!(found(&mut database, "from:bob"), [""; 0]);
}

#[test]
fn words_of_forgotten_lines_leave_the_vocabulary() {
    let (mut database, bob) = said(&["early words", "later words"]);
    database.index_all();
    assert_eq!(words_of(&database), ["early", "later", "words"]);
    let keep = bob.said[1].1.bytes() as u64;
    database.handle(Request::Shrink(vec![(bob.log, keep)])).unwrap();
    database.index_all();
    assert_eq!(words_of(&database), ["later", "words"]);
    assert_eq!(found(&mut database, "ord"), ["later words"]);
}

/// A hundred lines with eight words each that no other line has, and parts of one word of each.
fn many_words() -> (Vec<String>, Vec<String>) {
    let line = |line: u32| (0..8).map(|word| format!("n{line:02}w{word}ends")).collect::<Vec<_>>().join(" ");
    ((0..100).map(line).collect(), (0..100).map(|line| format!("{line:02}w{}end", line % 8)).collect())
}

#[test]
fn lines_that_are_indexed_together_share_no_limit() {
    let (lines, parts) = many_words();
    let (mut database, _) = said(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    for (line, part) in lines.iter().zip(&parts) {
        assert_eq!(&found(&mut database, part), &[line.as_str()], "{part}");
    }
    let earlier = "DELETE FROM vocabulary; INSERT INTO unlisted (spot) SELECT max(spot) FROM lines";
    database.connection.execute_batch(earlier).unwrap();
    assert_eq!(found(&mut database, &parts[99]).len(), 1);
    for (line, part) in lines.iter().zip(&parts) {
        assert_eq!(&found(&mut database, part), &[line.as_str()], "{part} in a file of an earlier version");
    }
}

#[test]
fn of_a_long_line_the_first_words_are_listed() {
    let line = (0..600).map(|word| format!("n{word:03}end")).collect::<Vec<_>>().join(" ");
    let (mut database, bob) = said(&["stays here", &line]);
    assert_eq!(found(&mut database, "511en").len(), 1);
    assert_eq!((found(&mut database, "512en").len(), found(&mut database, "n512en").len()), (0, 1));
    let keep = bob.said[1].1.bytes() as u64;
    database.handle(Request::Shrink(vec![(bob.log, keep)])).unwrap();
    database.index_all();
    assert_eq!(words_of(&database).len(), 512);
}

#[test]
fn an_earlier_file_is_listed_in_the_background() {
    let directory = tempfile::tempdir().unwrap();
    let mut bob = Author::new(2, 5);
    let mut database = open_in(directory.path(), "office", NodeId::new([1; 32])).database;
    for number in 0..600 {
        database.commit(bob.write(1_000 + number, &format!("connection{number}"), false)).unwrap();
    }
    database.index_all();
    to_version_6(&database);
    drop(database);
    let mut database = open_in(directory.path(), "office", NodeId::new([1; 32])).database;
    assert_eq!(database.find_indexed("connection7", None, 1).lines.len(), 1, "its beginning is found at once");
    assert!(database.find_indexed("nection7", None, 99).lines.is_empty());
    let mut indexing = Indexing::new();
    // The first slice is for lines that are not indexed at all.
    database.index_slice(&mut indexing);
    database.index_slice(&mut indexing);
    assert_eq!(database.find_indexed("nection599", None, 9).lines.len(), 1, "the newest come first");
    assert!(database.find_indexed("nection300", None, 9).lines.is_empty());
    database.commit(bob.write(9_000, "connectionnew", false)).unwrap();
    drop(database);
    // It goes on where it was.
    let mut database = open_in(directory.path(), "office", NodeId::new([1; 32])).database;
    assert_eq!(found(&mut database, "nection").len(), 99);
    assert_eq!(found(&mut database, "nection0"), ["connection0"]);
    assert_eq!((words_of(&database).len(), found(&mut database, "from:bob").len()), (601, 99));
}

#[test]
fn a_part_of_too_many_words_finds_the_shortest() {
    let lines: Vec<String> = (0..1_500).map(|number| format!("x{number:04}word{}", "y".repeat(number % 7))).collect();
    let (mut database, _) = said(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let lines = database.find("word", None, 9_999).lines;
    assert_eq!(lines.len(), 1_000);
    assert!(texts(&lines).iter().all(|text| !text.ends_with("yyyyyy")));
    let bob = lines[0].position;
    assert_eq!(database.find("x0007wor", None, 9).lines[0].position.author, bob.author);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_part_of_a_text_finds_it(
        text in "[a-zé]{1,9}( [a-zé]{1,9}|[.,-][a-z0-9]{1,5}|[我们在楼]{1,3}){0,8}",
        from in 0_usize..60,
        length in 1_usize..40,
        quoted in any::<bool>(),
    ) {
        let (mut database, bob) = said(&["noise", &text]);
        let chars: Vec<char> = text.chars().collect();
        let part: String = chars.iter().skip(from % chars.len()).take(length).collect();
        // A part that begins with fewer than three letters of a word's end is not looked for inside words.
        let words: Vec<&str> = part.split(' ').filter(|word| !word.is_empty()).collect();
        let query = words.iter().filter(|word| text.split(' ').any(|whole| whole.starts_with(**word))
            || word.split(|c: char| !c.is_alphabetic() || c > '\u{2E80}').next().unwrap().chars().count() >= 3);
        let query = if quoted { format!("\"{text}\"") } else { query.copied().collect::<Vec<_>>().join(" ") };
        prop_assume!(query.chars().any(char::is_alphanumeric));
        let lines = database.find(&query, None, 9).lines;
        let position = position(&bob.said[1].0);
        prop_assert!(lines.iter().any(|line| line.position == position), "{query:?} in {text:?}");
    }

    #[test]
    fn no_query_fails(typed in r#"([a-z_]|["*^()+:{}-]|from:|é|山| |NEAR|OR|\x00|%|'){0,20}"#) {
        let (mut database, _) = said(&["a line"]);
        if let Ok(query) = Query::new(&typed) {
            let search = SearchRequest { query: Box::new(query), ..request("") };
            database.ask_for(search);
        }
    }
}

#[test]
fn names_of_one_log_are_limited() {
    let (mut database, mut bob) = said(&[]);
    for number in 0..100 {
        bob.nick = Nick::new(&format!("bob{number}")).unwrap();
        database.commit(bob.write(Timestamp::from_millis(1_000 + number).as_millis(), "x", false)).unwrap();
    }
    database.index_all();
    let names: i64 = database.connection.query_row("SELECT count(*) FROM names", [], |row| row.get(0)).unwrap();
    assert_eq!(names, 64);
}
