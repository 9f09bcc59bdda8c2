//! What a room is about, found on disk.

use super::people::{Author, memory, open_in};
use crate::{
    core::log::storage::{Ignored, Reply, Request, Retain, TopicRequest},
    domain::model::{NodeId, RoomId, Timestamp},
    protocol::codec::event::Content,
    runtime::store::Database,
};

/// The topic of the lobby for a user who ignores these people.
fn topic(database: &mut Database, ignored: &[NodeId]) -> Option<String> {
    let ignored = Ignored { nodes: ignored.iter().copied().collect(), ..Ignored::default() };
    match database.handle(Request::Topic(TopicRequest { room: RoomId::LOBBY, ignored })) {
        Ok(Reply::Topic(line)) => line.map(|line| match line.content {
            Content::Topic { topic, .. } => topic.to_string(),
            other => panic!("{other:?}"),
        }),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_newest_topic_that_is_shown_counts() {
    let (mut bob, mut carol) = (Author::new(1, 5), Author::new(2, 6));
    let mut database = memory(NodeId::new([9; 32])).database;
    assert_eq!(topic(&mut database, &[]), None);
    database.commit(carol.set_topic(3_000, "from carol", None)).unwrap();
    database.commit(bob.set_topic(1_000, "from bob", None)).unwrap();
    database.commit(bob.write(4_000, "said since then", false)).unwrap();
    assert_eq!(topic(&mut database, &[]).as_deref(), Some("from carol"), "by their order, not by their arrival");
    assert_eq!(topic(&mut database, &[carol.node()]).as_deref(), Some("from bob"));
    assert_eq!(topic(&mut database, &[carol.node(), bob.node()]), None);
}

#[test]
fn a_topic_that_was_set_again_counts_once() {
    let mut bob = Author::new(1, 5);
    let mut database = memory(bob.node()).database;
    database.commit(bob.set_topic(1_000, "first", None)).unwrap();
    let first = bob.said[0].0.id;
    database.commit(bob.set_topic(2_000, "second", None)).unwrap();
    database.commit(bob.set_topic(3_000, "first", Some(first))).unwrap();
    assert_eq!(topic(&mut database, &[]).as_deref(), Some("first"));
}

#[test]
fn topics_belong_to_their_network_and_are_forgotten_like_lines() {
    let directory = tempfile::tempdir().unwrap();
    let mut bob = Author::new(1, 5);
    let me = NodeId::new([9; 32]);
    let mut database = open_in(directory.path(), "office", me).database;
    database.commit(bob.set_topic(1_000, "the office", None)).unwrap();
    drop(database);
    assert_eq!(topic(&mut open_in(directory.path(), "home", me).database, &[]), None);
    let mut database = open_in(directory.path(), "office", me).database;
    assert_eq!(topic(&mut database, &[]).as_deref(), Some("the office"), "after a restart");
    let day = Timestamp::from_millis(86_400_000 * 30);
    let retain = Retain { now: day, before: Some(day), keep: None, known: std::collections::BTreeSet::new() };
    database.handle(Request::Retain(retain)).unwrap();
    assert_eq!(topic(&mut database, &[]), None);
}
