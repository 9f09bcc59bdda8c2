//! What a room is about.

use super::row::*;
use crate::{
    core::sync::{Input, Output},
    domain::{
        bus::Update,
        model::{Delivery, DiskTrouble, MessageKind, PeerId, Room, Topic},
    },
};

impl Row {
    fn set_topic(&mut self, n: usize, topic: &str) {
        let topic = Topic::new(topic).unwrap();
        self.feed(n, Input::SetTopic { room: Room::Lobby, topic });
    }

    /// What a machine has told of the topic of the lobby, in order; `-` for none.
    fn topics(&self, n: usize) -> Vec<String> {
        let topic = |output: &Output| match output {
            Output::Update(Update::RoomTopic { room: Room::Lobby, topic }) => {
                Some(topic.as_ref().map_or("-".to_owned(), |topic| topic.text.to_string()))
            }
            _ => None,
        };
        self.peers[n].said.iter().filter_map(topic).collect()
    }

    fn forget_said(&mut self) {
        self.peers.iter_mut().for_each(|peer| peer.said.clear());
    }
}

#[test]
fn the_newest_topic_counts_for_everybody() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.set_topic(0, "one");
    row.wait(100);
    row.set_topic(1, "two");
    row.wait(3_000);
    assert_eq!((row.topics(0), row.topics(1)), (vec!["one".into(), "two".into()], vec!["one".into(), "two".into()]));
    assert_eq!(row.texts(1), ["/topic one", "/topic two"], "they are lines of the log");
    let shown = row.peers[1].shown();
    assert!(shown.iter().all(|message| message.kind == MessageKind::Topic) && shown[0].text.as_str() == "one");
    let told = |output: &Output| matches!(output, Output::Update(Update::Delivery { delivered: 1, of: 1, .. }));
    assert_eq!(row.peers[0].count(told), 1, "they are delivered like lines");
}

#[test]
fn a_topic_that_comes_late_does_not_count() {
    let mut row = Row::new(2);
    row.set_topic(0, "older");
    row.wait(1_000);
    row.set_topic(1, "newer");
    row.link(0, 1);
    row.wait(5_000);
    assert_eq!((row.topics(0), row.topics(1)), (vec!["older".into(), "newer".into()], vec!["newer".into()]));
    assert_eq!(row.texts(0), row.texts(1));
}

#[test]
fn a_topic_survives_a_restart() {
    let mut row = Row::new(1);
    row.set_topic(0, "kept");
    row.say(0, "something else");
    row.forget_said();
    row.restart(0);
    assert_eq!(row.topics(0), ["kept"]);
}

#[test]
fn the_topic_of_an_ignored_author_gives_way() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.set_topic(0, "mine");
    row.wait(3_000);
    row.set_topic(1, "theirs");
    row.wait(3_000);
    let other = PeerId::Node(row.peers[1].identity.node());
    row.forget_said();
    row.peers[0].people.ignored.insert(other);
    row.feed(0, Input::IgnoredChanged);
    assert_eq!(row.topics(0), ["mine"]);
    row.set_topic(1, "more");
    row.wait(3_000);
    assert_eq!(row.topics(0), ["mine"], "further ones are not shown either");
    row.peers[0].people.ignored.clear();
    row.feed(0, Input::IgnoredChanged);
    assert_eq!(row.topics(0), ["mine", "more"]);
}

#[test]
fn erasing_removes_the_topic() {
    let mut row = Row::new(1);
    row.set_topic(0, "gone soon");
    row.feed(0, Input::Erase(Room::Lobby));
    assert_eq!(row.topics(0), ["gone soon", "-"]);
}

#[test]
fn leaving_a_room_takes_its_topic_back() {
    let mut row = Row::new(1);
    let dev = Room::named("dev").unwrap();
    let id = dev.public_id().unwrap();
    row.feed(0, Input::Open { seal: None, room: dev.clone(), id });
    row.feed(0, Input::SetTopic { room: dev.clone(), topic: Topic::new("code").unwrap() });
    row.feed(0, Input::Close(id));
    row.feed(0, Input::Open { seal: None, room: dev.clone(), id });
    let told = row.peers[0].said.iter().filter_map(|output| match output {
        Output::Update(Update::RoomTopic { room, topic }) if *room == dev => Some(topic.is_some()),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn a_topic_goes_back_while_the_disk_fails() {
    let mut row = Row::new(1);
    row.peers[0].store.fails = true;
    row.set_topic(0, "first");
    row.set_topic(0, "second");
    let back = row.peers[0].said.iter().filter_map(|output| match output {
        Output::Update(Update::Returned { text, topic: true, trouble: DiskTrouble::Full, shown, .. }) => {
            Some((text.to_string(), *shown))
        }
        _ => None,
    });
    assert_eq!(back.collect::<Vec<_>>(), [("first".to_owned(), true), ("second".to_owned(), false)]);
    assert!(row.peers[0].shown().iter().all(|message| message.delivery == Delivery::NotSent));
    assert_eq!(row.topics(0), [""; 0]);
}

#[test]
fn an_answer_from_before_a_newer_topic_is_not_used() {
    let mut row = Row::new(1);
    row.set_topic(0, "old");
    row.peers[0].stalled = true;
    row.feed(0, Input::IgnoredChanged);
    row.set_topic(0, "new");
    row.answer(0, true);
    row.answer(0, false);
    row.answer(0, false);
    assert_eq!(row.topics(0), ["old", "new"]);
}
