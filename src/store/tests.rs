//! Against real files, and against a model that keeps everything in memory.

mod ask;
mod people;

use people::{Author, memory, open_in};

use super::*;
use ask::texts;
use people::{append, position};
use crate::{
    convert::event::Dep,
    log::storage::{Ack, GuestLine, Proof, Write},
    model::{Hlc, MessageId, Nick, Position, Room, Seek, Text, Timestamp},
};

fn guest(at: i64, number: u8, text: &str) -> GuestLine {
    GuestLine {
        room: Room::LOBBY.id(),
        id: MessageId([number; 16]),
        hlc: Hlc::at(Timestamp::from_millis(at)),
        addr: "127.0.0.1:4321".parse().unwrap(),
        nick: Nick::clean("carol"),
        text: Text::new(text).unwrap(),
        action: false,
    }
}

#[test]
fn what_was_written_is_there_after_a_restart_and_another_networks_is_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, u64::MAX));
    let opened = open_in(directory.path(), "office", alice.node());
    assert_eq!((&opened.snapshot, &opened.recovered), (&crate::log::storage::Snapshot::default(), &None));
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
    assert_eq!((before.hlc, before.lines, before.own), (two.0.hlc, 3, Some(alice.log)));
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

    let opened = open_in(directory.path(), "café".trim_end_matches('é'), alice.node());
    let snapshot = &opened.snapshot;
    assert_eq!((snapshot.lines, snapshot.own, snapshot.logs.len()), (0, None, 0));
    assert_eq!(snapshot.elsewhere, [alice.log, bob.log]);
    let mut database = opened.database;
    assert!(database.seek(Seek::Newest, 10).lines.is_empty());
    assert!(database.find("two", None, 10).lines.is_empty());
    assert!(database.events(vec![(alice.log, 1)], 10, 10_000).is_empty());
}
