//! What happens while the disk takes nothing.

use super::*;
use crate::{
    core::{
        budgets::Space,
        log::storage::{Snapshot, Undelivered},
    },
    domain::{
        bus::{DiskState, NoticeCode},
        model::{DiskTrouble, Hlc, Mark, Message, Network, Nick, RoomId, Text},
    },
    protocol::codec::event::{Content, Dep, KIND_SAID, Signed},
};

/// Two machines that are linked; the first one's disk takes nothing.
fn outage() -> Row {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.say(1, "before");
    row.peers[0].store.fails = true;
    row
}

fn shown(row: &Row, n: usize) -> Vec<(String, Mark)> {
    let told = row.peers[n].shown().into_iter();
    told.map(|Message { text, mark, .. }| (text.to_string(), *mark)).collect()
}

fn updates(row: &Row, n: usize, wanted: impl Fn(&Update) -> bool) -> usize {
    row.peers[n].count(|output| matches!(output, Output::Update(update) if wanted(update)))
}

fn kept(row: &Row) -> usize {
    updates(row, 0, |update| matches!(update, Update::Kept { mark: Mark::None, .. }))
}

fn delivered(row: &Row) -> usize {
    updates(row, 1, |update| matches!(update, Update::Delivery { delivered: 1, of: 1, .. }))
}

fn again(row: &Row) -> usize {
    updates(row, 0, |update| matches!(update, Update::Notice(notice) if notice.code() == NoticeCode::DiskAgain))
}

/// Found by the simulation: the line was mistaken for one of our own user, which would be tried again later.
#[test]
fn repeated_lines_of_others_are_shown_too() {
    let mut row = outage();
    row.wait(100);
    let (network, log) = (Network::loopback(), row.peers[1].sync.logs.own(&RoomId::LOBBY).unwrap());
    row.peers[1].sync.undelivered = vec![Undelivered { network, log, from: 1, until: 1, lines: 1 }];
    row.feed(1, Input::SayHere(None));
    row.wait(1_000);
    assert_eq!(shown(&row, 0).last(), Some(&("before".to_owned(), Mark::NotKept)));
}

#[test]
fn lines_of_others_are_shown_and_written_after_an_outage() {
    let mut row = outage();
    row.wait(100);
    assert_eq!(delivered(&row), 1);
    for n in 0..50 {
        row.say(1, &format!("line {n}"));
        row.wait(100);
    }
    row.wait(10_000);
    let lines = shown(&row, 0);
    assert_eq!(lines.len(), 51, "each once");
    assert_eq!((&lines[0], &lines[50]), (&("before".to_owned(), Mark::None), &("line 49".to_owned(), Mark::NotKept)));
    assert_eq!((row.texts(0).len(), delivered(&row)), (1, 1), "nobody was told that they are here");
    row.peers[0].store.fails = false;
    row.wait(1_100);
    assert_eq!((row.texts(0), kept(&row), again(&row)), (row.texts(1), 50, 1));
    assert_eq!(shown(&row, 0).len(), 51, "the marks go, and nothing is shown twice");
    assert_eq!(delivered(&row), 51);
}

#[test]
fn an_outage_causes_one_error_and_one_final_notice() {
    let mut row = outage();
    row.say(0, "lost");
    assert!(row.peers[0].sync.is_broken());
    assert_eq!(row.peers[0].shown()[1].delivery, Delivery::NotSent);
    let returned = |row: &Row, was_shown| {
        updates(
            row,
            0,
            |update| matches!(update, Update::Returned { trouble: DiskTrouble::Full, shown, .. } if *shown == was_shown),
        )
    };
    row.say(0, "refused");
    assert_eq!((returned(&row, true), returned(&row, false)), (1, 1), "the user gets both back");
    row.say(1, "from the other");
    row.wait(30_000);
    let errors = row.peers[0].count(|output| matches!(output, Output::NotDone(_)));
    assert_eq!((errors, again(&row)), (1, 0));
    let full = DiskState { trouble: Some(DiskTrouble::Full), held_back: false };
    assert_eq!(updates(&row, 0, |update| *update == Update::Disk(full)), 1);
    row.peers[0].store.fails = false;
    row.wait(1_100);
    assert!(!row.peers[0].sync.is_broken());
    assert_eq!((row.texts(0), again(&row)), (vec!["before".to_owned(), "from the other".to_owned()], 1));
    assert_eq!(updates(&row, 0, |update| *update == Update::Disk(DiskState::default())), 1);
    row.say(0, "after");
    assert_eq!(row.texts(1), ["before", "from the other", "after"]);
    // The same trouble once more: only the status line shows it.
    row.peers[0].store.fails = true;
    row.say(1, "again");
    row.peers[0].store.fails = false;
    row.wait(1_100);
    let errors = row.peers[0].count(|output| matches!(output, Output::NotDone(_)));
    assert_eq!((errors, again(&row), row.texts(0)), (1, 1, row.texts(1)));
}

#[test]
fn a_line_typed_after_an_outage_is_sent_at_once() {
    let mut row = outage();
    row.say(1, "shown");
    row.wait(1_500);
    row.peers[0].store.fails = false;
    row.say(0, "mine");
    assert_eq!((row.texts(0), row.texts(1).len()), (row.texts(1), 3));
    assert_eq!(updates(&row, 0, |update| matches!(update, Update::Returned { .. })), 0);
    let (_, entry) = row.peers[0].store.events.iter().find(|(_, entry)| entry.own).unwrap();
    let shown = row.peers[0].shown().iter().find(|message| message.text.as_str() == "shown").unwrap().position;
    assert!(entry.event.deps.iter().any(|dep| dep.seq == shown.seq), "it follows what its author has seen");
}

#[test]
fn a_line_is_returned_when_the_disk_does_not_answer() {
    let mut row = outage();
    row.say(1, "shown");
    row.wait(1_500);
    row.peers[0].stalled = true;
    row.say(0, "mine");
    row.wait(2_000);
    let returned = |row: &Row| updates(row, 0, |update| matches!(update, Update::Returned { .. }));
    assert_eq!(returned(&row), 0);
    row.wait(1_500);
    assert_eq!(returned(&row), 1);
}

#[test]
fn held_lines_survive_the_departure_of_their_author() {
    let mut row = Row::new(2);
    let link = row.link(0, 1);
    row.peers[0].store.fails = true;
    row.say(1, "one");
    row.wait(5_000);
    row.say(1, "two");
    row.cut(link);
    row.wait(5_000);
    row.peers[0].store.fails = false;
    row.wait(1_100);
    assert_eq!((row.texts(0), kept(&row)), (row.texts(1), 2));
}

#[test]
fn excess_lines_are_held_back_and_fetched_later() {
    let mut row = outage();
    let long = "x".repeat(60_000);
    for n in 0..200 {
        row.say(1, &format!("{n} {long}"));
    }
    row.wait(5_000);
    let few = shown(&row, 0).len();
    assert!(few > 20 && few < 60, "a link has a quarter of 8 MiB: {few}");
    let held_back = DiskState { trouble: Some(DiskTrouble::Full), held_back: true };
    assert_eq!(updates(&row, 0, |update| *update == Update::Disk(held_back)), 1);
    row.peers[0].store.fails = false;
    row.wait(10_000);
    assert_eq!((row.texts(0).len(), shown(&row, 0).len(), kept(&row)), (201, 201, few - 1));
}

#[test]
fn unkept_lines_have_their_place_in_pages() {
    let mut row = outage();
    row.say(1, "shown");
    row.feed(0, Input::Page { room: Room::Lobby, seek: Seek::Newest, max: 10 });
    let Some(Output::Update(Update::Page(page))) = row.peers[0].said.last() else { panic!("no page") };
    let lines: Vec<_> = page.messages.iter().map(|message| (message.text.as_str(), message.mark)).collect();
    assert_eq!(lines, [("before", Mark::None), ("shown", Mark::NotKept)]);
}

#[test]
fn a_line_written_at_another_place_rearranges_the_screen() {
    let mut row = Row::new(2);
    // Machine 1 goes by its own clock, which is two days behind that of machine 0.
    row.peers[1].people.strangers = true;
    row.peers[0].ahead = 2 * 24 * 3_600_000;
    row.link(0, 1);
    row.say(0, "now");
    row.peers[0].store.fails = true;
    row.say(1, "from behind");
    let shown = row.peers[0].shown().last().unwrap().position;
    row.peers[0].store.fails = false;
    row.wait(2_000);
    row.feed(0, Input::Page { room: Room::Lobby, seek: Seek::Newest, max: 10 });
    let Some(Output::Update(Update::Page(page))) = row.peers[0].said.last() else { panic!("no page") };
    let lines: Vec<_> = page.messages.iter().map(|message| (message.text.as_str(), message.mark)).collect();
    assert_eq!(lines, [("now", Mark::None), ("from behind", Mark::Behind)], "it was said just now");
    assert_ne!(page.messages[1].position, shown, "it came to the disk later");
    assert_eq!(updates(&row, 0, |update| *update == Update::Rearranged { room: Room::Lobby }), 1);
}

#[test]
fn strangers_lines_are_shown_and_written_when_space_returns() {
    let mut row = Row::new(2);
    row.peers[0].people.strangers = true;
    row.link(0, 1);
    let space = |free| Input::FreeSpace(Space { free, size: 1 << 40 });
    row.feed(0, space(1 << 20));
    row.say(1, "one");
    row.say(1, "two");
    assert_eq!(shown(&row, 0), [("one".to_owned(), Mark::NotKept), ("two".to_owned(), Mark::NotKept)]);
    assert_eq!((row.texts(0).len(), delivered(&row)), (0, 0));
    row.feed(0, space(1 << 39));
    row.wait(100);
    assert_eq!((row.texts(0), kept(&row), delivered(&row)), (row.texts(1), 2, 2));
}

#[test]
fn a_read_only_store_is_an_outage_from_the_start() {
    let mut row = Row::new(2);
    let snapshot = Snapshot { read_only: Some(DiskTrouble::ReadOnly), ..Snapshot::default() };
    row.peers[0].begin_with(snapshot);
    row.peers[0].store.fails = true;
    row.feed(0, Input::Start);
    let state = DiskState { trouble: Some(DiskTrouble::ReadOnly), held_back: false };
    assert_eq!(updates(&row, 0, |update| *update == Update::Disk(state)), 1);
    row.link(0, 1);
    row.say(1, "hello");
    assert_eq!(shown(&row, 0), [("hello".to_owned(), Mark::NotKept)]);
    row.peers[0].store.fails = false;
    row.wait(1_100);
    assert_eq!((row.texts(0), kept(&row)), (row.texts(1), 1));
}

/// A line of the second machine that names a cause which nobody has, dated an hour ahead.
fn ahead(row: &Row) -> Signed {
    let log = |key: &NodeId| LogId { room: RoomId::LOBBY, author: *key, epoch: 77 };
    let (author, nick) = (&row.peers[1].identity, Nick::new("somebody").unwrap());
    let wall = Timestamp::from_millis(row.now.wall.as_millis() + 3_600_000);
    let draft = Draft {
        log: log(&author.node()),
        seq: 1,
        prev: None,
        hlc: Hlc::at(wall),
        deps: vec![Dep { log: log(&NodeId::new([9; 32])), seq: 1 }],
        wall,
        kind: KIND_SAID,
        content: Content::said([0; 16], &nick, &Text::new("ahead").unwrap(), false),
    };
    draft.sign(|message| author.sign(message))
}

/// Found by the simulation: when the logs were read again, the line waited for its cause once more, and did not count.
#[test]
fn own_lines_stand_after_what_is_shown_but_not_kept() {
    let mut row = outage();
    row.say(1, "lost");
    let (link, event) = (row.links[0].2, ahead(&row));
    row.feed(0, Input::Batch { link, events: vec![event] });
    row.wait(600);
    assert_eq!(shown(&row, 0).last(), Some(&("ahead".to_owned(), Mark::NotKept)));
    row.peers[0].store.fails = false;
    row.wait(450);
    row.say(0, "own");
    let told = row.peers[0].shown();
    let [.., ahead, own] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((own.text.as_str(), ahead.position < own.position), ("own", true));
}
