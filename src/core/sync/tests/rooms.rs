//! Rooms beside the lobby: who may know of them, and what they get.

use super::row::*;
use crate::{
    core::sync::{Input, Output},
    domain::{
        bus::{Failure, RoomFailure, Update},
        model::{Delivery, LinkId, LogId, Mark, Room, RoomId, Text},
    },
    protocol::codec::{
        event::HeldRange,
        mesh::{Change, Have, RefusalReason, Refused},
    },
};

fn dev() -> Room {
    Room::named("dev").unwrap()
}

fn id() -> RoomId {
    dev().public_id().unwrap()
}

impl Row {
    fn open(&mut self, n: usize) {
        self.feed(n, Input::Open { seal: None, room: dev(), id: id() });
    }

    /// Both ends of a link may know of the room from now on.
    fn share(&mut self, link: LinkId) {
        for n in self.ends(link) {
            self.queue.push_back((n, Input::Admit { link, room: id() }));
        }
        self.run();
    }

    fn ends(&self, link: LinkId) -> [usize; 2] {
        let (one, other, _) = self.links.iter().find(|(.., of)| *of == link).copied().unwrap();
        [one, other]
    }

    fn say_there(&mut self, n: usize, text: &str) {
        self.feed(n, Input::Say { room: dev(), text: Text::new(text).unwrap(), action: false });
    }

    fn is_told(&self, n: usize) -> bool {
        self.told.contains(&(n, id()))
    }
}

/// Three machines in a row of links. The first two are in the room, and the third is not.
fn three() -> (Row, LinkId, LinkId) {
    let mut row = Row::new(3);
    let (near, far) = (row.link(0, 1), row.link(0, 2));
    row.open(0);
    row.open(1);
    row.share(near);
    (row, near, far)
}

#[test]
fn a_line_reaches_only_those_in_the_room() {
    let (mut row, ..) = three();
    row.say_there(0, "only here");
    row.wait(10);
    row.say_there(1, "me too");
    row.wait(10);
    row.say(0, "for everyone");
    row.wait(10_000);
    assert_eq!(row.texts(1), ["only here", "me too", "for everyone"]);
    assert_eq!(row.texts(0), row.texts(1));
    assert_eq!(row.texts(2), ["for everyone"]);
    assert!(row.is_told(1) && !row.is_told(2), "{:?}", row.told);
    assert!(row.peers[1].shown().iter().take(2).all(|message| message.room == dev()));
}

#[test]
fn delivery_counts_only_those_in_the_room() {
    let (mut row, ..) = three();
    row.say_there(0, "hello");
    row.wait(1_000);
    let message = row.peers[0].shown()[0].id;
    let told = |output: &Output| matches!(output, Output::Update(Update::Delivery { id, delivered: 1, of: 1 }) if *id == message);
    assert_eq!(row.peers[0].count(told), 1);
}

#[test]
fn a_line_said_alone_in_a_room_waits() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.open(0);
    row.say_there(0, "anybody?");
    row.wait(1_000);
    assert_eq!(row.peers[0].shown()[0].delivery, Delivery::Waiting);
    assert_eq!(row.peers[0].count(|output| matches!(output, Output::Update(Update::Delivery { .. }))), 0);
    assert!(row.peers[0].said.contains(&Output::Update(Update::Unsent { lines: 1 })));
    assert!(!row.is_told(1));
}

#[test]
fn who_joins_later_gets_what_was_said_before() {
    let mut row = Row::new(3);
    let links = [row.link(0, 1), row.link(1, 2), row.link(0, 2)];
    row.open(0);
    row.open(1);
    row.share(links[0]);
    row.say_there(0, "one");
    row.say_there(1, "two");
    row.wait(3_000);
    row.open(2);
    row.share(links[1]);
    row.share(links[2]);
    row.wait(10_000);
    assert_eq!(row.texts(2), ["one", "two"]);
    row.say_there(2, "three");
    row.wait(3_000);
    assert!((0..3).all(|n| row.texts(n) == ["one", "two", "three"]));
}

#[test]
fn who_has_left_hears_nothing_until_they_come_back() {
    let (mut row, near, _) = three();
    row.say_there(0, "before");
    row.wait(1_000);
    row.feed(1, Input::Close(id()));
    row.feed(0, Input::Exclude { link: near, room: id() });
    row.told.clear();
    row.say_there(0, "meanwhile");
    row.wait(10_000);
    assert!(!row.is_told(1) && row.texts(1) == ["before"]);
    row.open(1);
    row.share(near);
    row.wait(10_000);
    assert_eq!(row.texts(1), ["before", "meanwhile"]);
}

#[test]
fn a_room_cannot_be_asked_for_from_outside() {
    let (mut row, _, far) = three();
    row.say_there(0, "only here");
    row.wait(1_000);
    let log = *row.peers[0].store.logs.keys().find(|log| log.room == id()).unwrap();
    let range = HeldRange { name: Some(1.try_into().unwrap()), log, seq: 0, head: None, base: 1 };
    let refused = Refused { log, from: 1, until: None, reason: RefusalReason::NoRoom };
    for frame in [
        Input::Have { link: far, have: Have { ranges: vec![range], want: true, ..Have::default() } },
        Input::Have { link: far, have: Have { want: true, ..Have::default() } },
        Input::Refused { link: far, refused },
    ] {
        row.feed(0, frame);
        row.wait(70_000);
        assert!(!row.is_told(2), "{:?}", row.told);
    }
}

#[test]
fn what_comes_from_outside_a_room_is_ignored() {
    let mut row = Row::new(3);
    let (near, far) = (row.link(0, 1), row.link(0, 2));
    row.open(0);
    row.open(1);
    row.open(2);
    row.share(near);
    // The third is in the room, but the first does not know that.
    row.say_there(2, "let me in");
    let log = *row.peers[2].store.logs.keys().find(|log| log.room == id()).unwrap();
    let event = row.peers[2].store.events.values().find(|entry| entry.event.log == log).unwrap().signed.clone();
    row.feed(0, Input::Batch { link: far, events: vec![event] });
    row.wait(10_000);
    assert_eq!((row.texts(0).len(), row.texts(1).len()), (0, 0));
    assert!(!row.is_told(1));
}

#[test]
fn nothing_is_said_in_a_room_that_is_not_open() {
    let mut row = Row::new(1);
    row.say_there(0, "hello");
    let refused = Update::Failed(Failure::Room(RoomFailure::NotJoined(dev())));
    assert!(row.peers[0].said.contains(&Output::Update(refused)));
    assert!(row.texts(0).is_empty());
}

#[test]
fn each_room_has_a_log_of_its_own_that_continues() {
    let (mut row, ..) = three();
    row.say(0, "everyone");
    row.say_there(0, "dev");
    let logs: Vec<_> = row.peers[0].store.own.values().copied().collect();
    assert_eq!(logs.len(), 2);
    row.restart(0);
    row.open(0);
    row.say(0, "everyone again");
    row.say_there(0, "dev again");
    assert_eq!(row.peers[0].store.own.values().copied().collect::<Vec<_>>(), logs, "no new epoch");
    assert_eq!(row.peers[0].store.events.len(), 4);
}

#[test]
fn a_burst_in_a_room_arrives_without_waiting_for_repetitions() {
    let (mut row, near, _) = three();
    row.jammed = true;
    (0..500).for_each(|n| row.say_there(0, &format!("line {n}")));
    row.jammed = false;
    row.feed(0, Input::Taken(near));
    row.wait(1_000);
    assert_eq!(row.texts(1).len(), 500, "lagging links are served after 2 s only");
}

#[test]
fn a_clock_in_the_lobby_moves_no_room() {
    let (mut row, ..) = three();
    row.peers[2].ahead = 3_600_000;
    row.say(2, "an hour ahead");
    row.wait(1_000);
    row.say_there(0, "in time");
    let (lobby, room) = (row.peers[0].sync.logs.latest(&RoomId::LOBBY), row.peers[0].sync.logs.latest(&id()));
    assert!(room.wall() < lobby.wall());
}

#[test]
fn an_old_line_is_no_news_in_a_room() {
    let mut row = Row::new(2);
    row.open(0);
    row.say_there(0, "two days ago");
    row.wait(2 * 24 * 3_600_000);
    let link = row.link(0, 1);
    row.wait(1_000);
    row.open(1);
    row.share(link);
    row.wait(5_000);
    let mark = row.peers[1].shown().last().map(|message| message.mark);
    assert_ne!(mark, Some(Mark::Behind), "it stands where its date says");
    assert_eq!(row.texts(1), ["two days ago"]);
}

#[test]
fn a_name_in_an_unknown_room_still_counts() {
    let (mut row, _, far) = three();
    row.say(0, "for everyone");
    row.wait(1_000);
    let own = row.peers[0].store.own[&RoomId::LOBBY];
    let head = |row: &Row| row.peers[0].store.logs[&own].head_id;
    // From now on the test speaks for the third.
    row.lossy = Some(far);
    let unknown = LogId { room: RoomId([9; 32]), ..own };
    let range = |log, name: u32, seq, head| HeldRange { name: name.try_into().ok(), log, seq, head, base: 1 };
    let ranges = vec![range(unknown, 2, 0, None), range(own, 3, 1, head(&row))];
    row.feed(0, Input::Have { link: far, have: Have { ranges, ..Have::default() } });
    row.say(0, "more for everyone");
    row.wait(1_000);
    let has_all = |output: &Output| matches!(output, Output::Update(Update::Delivery { delivered: 2, of: 2, .. }));
    let before = row.peers[0].count(has_all);
    let begin = head(&row).unwrap().0[..8].try_into().unwrap();
    let change = Change { name: 3.try_into().unwrap(), seq: 2, head: begin };
    row.feed(0, Input::Have { link: far, have: Have { changes: vec![change], ..Have::default() } });
    row.wait(100);
    assert_eq!(row.peers[0].count(has_all), before + 1, "{:?}", row.peers[0].said);
}
