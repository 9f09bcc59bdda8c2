//! The machine alone, without a node around it: several machines, joined by queues.

mod clocks;
mod copies;
mod membership;
mod rooms;
mod row;
mod sealed;
mod shares;
mod strangers;
mod topics;
mod unkept;
mod withholding;

use row::{Peer, Row};

use super::*;
use crate::{
    core::log::{
        fake_store::FakeStore,
        storage::{Request, Write},
    },
    domain::{
        bus::{HistoryNotice, StorageFailure},
        model::{Delivery, PeerId, Room, Seek},
    },
    protocol::codec::{
        event::Draft,
        mesh::{self, Frame, Have},
    },
};

#[test]
fn a_line_is_stored_before_it_is_sent_and_shown() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.peers[0].stalled = true;
    row.say(0, "hello");
    assert!(row.peers[0].sync.is_writing_own());
    assert_eq!((row.peers[0].shown().len(), row.texts(1).len()), (0, 0));
    row.peers[0].stalled = false;
    let (ticket, request) = row.peers[0].unanswered.remove(0);
    let reply = row.peers[0].store.handle(request);
    row.feed(0, Input::Stored { ticket, reply });
    assert!(!row.peers[0].sync.is_writing_own());
    assert_eq!((row.peers[0].shown().len(), row.texts(1)), (1, vec!["hello".to_owned()]));
}

#[test]
fn missed_lines_arrive_when_a_link_opens() {
    let mut row = Row::new(2);
    for n in 0..100 {
        row.say(0, &n.to_string());
        row.say(1, &n.to_string());
    }
    row.link(0, 1);
    assert_eq!((row.texts(0).len(), row.texts(0)), (200, row.texts(1)));
}

#[test]
fn no_events_are_sent_before_a_link_lists_everything() {
    let mut row = Row::new(1);
    row.say(0, "hello");
    let (link, node) = (LinkId::Accepted(1), Identity::from_secret(&[9; 32]).node());
    let have = |more| Input::Have { link, have: Have { ranges: Vec::new(), changes: Vec::new(), more, want: false } };
    let events = |outputs: &[Output]| {
        let frames = outputs.iter().filter_map(|output| match output {
            Output::Batch { frame, .. } => mesh::decode(frame).ok(),
            _ => None,
        });
        frames.filter(|frame| matches!(frame, Frame::Batch(_))).count()
    };
    let now = row.now;
    let peer = &mut row.peers[0];
    peer.feed(Input::LinkUp { link, node, caps: mesh::Caps::ours(), clock_ahead_ms: Some(0) }, now);
    let mut outputs = peer.feed(Input::Taken(link), now);
    outputs.extend(peer.feed(have(true), now));
    assert_eq!(events(&outputs), 0);
    assert_eq!(events(&peer.feed(have(false), now)), 1);
}

#[test]
fn a_link_that_takes_nothing_is_handed_one_frame() {
    let mut row = Row::new(2);
    for n in 0..2_000 {
        row.say(0, &n.to_string());
    }
    row.jammed = true;
    let link = row.link(0, 1);
    row.wait(5_000);
    assert_eq!(row.texts(1).len(), 0, "the list of what is held has not been taken");
    row.jammed = false;
    row.queue.extend([(0, Input::Taken(link)), (1, Input::Taken(link))]);
    row.run();
    assert_eq!(row.texts(1).len(), 2_000);
}

#[test]
fn lines_of_others_are_forwarded_to_a_lagging_peer() {
    let mut row = Row::new(3);
    row.link(0, 1);
    row.link(1, 2);
    row.lossy = Some(row.link(2, 0));
    row.say(0, "hello");
    row.wait(1_500);
    assert_eq!((row.texts(1).len(), row.texts(2).len()), (1, 0), "its author is linked and may be about to send it");
    row.wait(3_500);
    assert_eq!(row.texts(2), ["hello"]);
}

#[test]
fn lines_of_an_absent_author_are_asked_of_others() {
    let mut row = Row::new(3);
    let link = row.link(0, 1);
    row.say(0, "hello");
    row.cut(link);
    row.link(1, 2);
    assert_eq!(row.texts(2), ["hello"], "at once");
}

#[test]
fn a_receipt_comes_within_milliseconds_and_only_after_the_commit() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.wait(100);
    row.peers[1].stalled = true;
    row.say(0, "hello");
    row.wait(1_000);
    let receipts = |row: &Row| {
        row.peers[0].count(|output| matches!(output, Output::Update(Update::Delivery { delivered: 1, of: 1, .. })))
    };
    assert_eq!(receipts(&row), 0);
    row.peers[1].stalled = false;
    for (ticket, request) in std::mem::take(&mut row.peers[1].unanswered) {
        let reply = row.peers[1].store.handle(request);
        row.feed(1, Input::Stored { ticket, reply });
    }
    row.wait(50);
    assert_eq!(receipts(&row), 1);
}

#[test]
fn a_disk_that_does_not_answer_counts_as_failed() {
    let mut row = Row::new(1);
    row.peers[0].stalled = true;
    row.say(0, "hello");
    row.wait(29_000);
    assert!(!row.peers[0].sync.is_broken());
    row.wait(2_000);
    assert!(row.peers[0].sync.is_broken());
    assert_eq!(row.peers[0].shown()[0].delivery, Delivery::NotSent);
}

#[test]
fn quitting_waits_once_and_at_most_three_seconds() {
    let left = |row: &Row| row.peers[0].count(|output| *output == Output::Leave);
    let mut idle = Row::new(1);
    idle.feed(0, Input::Quit);
    assert_eq!(left(&idle), 1, "there is nothing to wait for");
    let stalled = || {
        let mut row = Row::new(1);
        row.peers[0].stalled = true;
        row.say(0, "hello");
        row.feed(0, Input::Quit);
        assert_eq!(left(&row), 0);
        row
    };
    let mut answered = stalled();
    let (ticket, _) = answered.peers[0].unanswered.remove(0);
    answered.feed(0, Input::Stored { ticket, reply: Ok(Reply::Written) });
    assert_eq!(left(&answered), 1);
    let mut waited = stalled();
    waited.wait(3_000);
    assert_eq!(left(&waited), 1);
    let mut impatient = stalled();
    impatient.feed(0, Input::Quit);
    assert_eq!(left(&impatient), 1);
}

#[test]
fn a_peer_that_sends_forged_events_misbehaves() {
    let mut row = Row::new(2);
    let link = row.link(0, 1);
    row.say(0, "true");
    let truth = row.peers[0].store.events.values().next().unwrap();
    let draft = Draft {
        log: truth.event.log,
        seq: 2,
        prev: Some(truth.event.id),
        hlc: truth.event.hlc.next(),
        deps: Vec::new(),
        wall: truth.event.wall,
        kind: 1,
        content: truth.signed.content.clone(),
    };
    let forged = draft.sign(|_| [7; 64]);
    row.feed(1, Input::Batch { link, events: vec![forged.clone(); 16] });
    assert_eq!(row.peers[1].count(|output| *output == Output::Misbehaved(link)), 0, "a few may be a defect");
    row.feed(1, Input::Batch { link, events: vec![forged] });
    assert_eq!(row.peers[1].count(|output| *output == Output::Misbehaved(link)), 1);
    assert_eq!(row.texts(1), ["true"]);
}

#[test]
fn an_author_with_two_histories_is_exposed_to_everybody() {
    let mut row = Row::new(4);
    // The last one is a copy of the first.
    row.peers[3] = Peer::new(1);
    row.feed(3, Input::Start);
    let first = row.link(0, 1);
    let second = row.link(3, 2);
    // The same random numbers give both the same log.
    row.say(0, "one");
    row.say(3, "another");
    row.cut(first);
    row.cut(second);
    row.link(1, 2);
    row.wait(5_000);
    let author = row.peers[0].identity.node();
    for n in [1, 2] {
        let forked = row.peers[n].count(|output| *output == Output::Notice(HistoryNotice::Forked(author)));
        assert_eq!((forked, row.peers[n].store.forks.len()), (1, 1), "peer {n}");
    }
    row.link(2, 3);
    row.wait(5_000);
    assert_eq!(row.peers[3].count(|output| *output == Output::Notice(HistoryNotice::OwnForked)), 1);
}

#[test]
fn an_ignored_author_is_stored_but_not_shown() {
    let mut row = Row::new(2);
    let author = PeerId::Node(row.peers[0].identity.node());
    row.peers[1].people.ignored.insert(author);
    row.link(0, 1);
    row.say(0, "hello");
    assert_eq!((row.texts(1).len(), row.peers[1].shown().len()), (1, 0));
}

#[test]
fn open_questions_of_a_front_end_are_bounded() {
    let mut row = Row::new(1);
    row.peers[0].stalled = true;
    for _ in 0..65 {
        row.feed(0, Input::Page { room: Room::Lobby, seek: Seek::Newest, max: 10 });
    }
    assert_eq!(row.peers[0].unanswered.len(), 64);
    assert_eq!(row.peers[0].count(|output| *output == Output::NotDone(StorageFailure::TooManyQueries)), 1);
}

#[test]
fn first_receipts_are_written_soon_and_later_ones_are_gathered() {
    let mut row = Row::new(3);
    row.say(0, "hello");
    row.link(0, 1);
    row.wait(300);
    assert_eq!(row.peers[0].store.acks.len(), 1, "or the line would be said to have reached nobody after a crash");
    row.link(0, 2);
    row.wait(4_000);
    assert_eq!(row.peers[0].store.acks.len(), 1);
    row.peers[0].stalled = true;
    row.wait(2_000);
    let acks = row.peers[0].unanswered.iter().filter(|(_, request)| {
        matches!(request, Request::Write(writes) if matches!(writes[..], [Write::Ack(ack)] if ack.seq == 1))
    });
    assert_eq!(acks.count(), 1);
}

#[test]
fn lines_that_only_guests_received_do_not_wait_forever() {
    let mut row = Row::new(2);
    row.say(0, "to nobody");
    row.peers[0].people.guests = true;
    row.say(0, "to guests, who do not get what they missed");
    row.wait(1_000);
    let unsent = |row: &Row| {
        row.peers[0].said.iter().rev().find_map(|output| match output {
            Output::Update(Update::Unsent { lines }) => Some(*lines),
            _ => None,
        })
    };
    assert_eq!(unsent(&row), Some(2));
    let link = row.link(0, 1);
    row.wait(1_000);
    row.cut(link);
    row.say(0, "to guests");
    row.wait(1_000);
    assert_eq!((unsent(&row), row.peers[0].store.acks.len()), (Some(0), 2));
    assert!(row.peers[0].count(|output| matches!(output, Output::Update(Update::Waiting { lines: 1, .. }))) <= 1);
}

#[test]
fn quitting_writes_pending_receipts_first() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.say(0, "hello");
    row.wait(50);
    assert!(row.peers[0].store.acks.is_empty());
    row.feed(0, Input::Quit);
    row.run();
    assert_eq!(row.peers[0].store.acks.len(), 1);
    assert_eq!(row.peers[0].count(|output| *output == Output::Leave), 1);
}

#[test]
fn nothing_is_left_to_do_once_all_hold_the_same() {
    let mut row = Row::new(3);
    let links = [row.link(0, 1), row.link(1, 2), row.link(2, 0)];
    for n in 0..3 {
        row.say(n, "hello");
    }
    row.wait(20_000);
    for peer in &row.peers {
        let quiet = row.now.mono + Duration::from_secs(5);
        assert!(peer.sync.next_timer().is_some_and(|due| due > quiet), "only retention is due");
    }
    for link in links {
        row.cut(link);
    }
    row.wait(1_000);
    let text = |n: usize| row.texts(n);
    assert_eq!((text(0).len(), text(0), text(1)), (3, text(1), text(2)));
}

#[test]
fn a_search_of_all_rooms_asks_for_the_open_ones() {
    let mut row = Row::new(1);
    row.peers[0].stalled = true;
    let (author, dev) = (NodeId::new([7; 32]), Room::named("dev").unwrap());
    row.peers[0].people.known.insert(author);
    let id = dev.public_id().unwrap();
    let search = |room| Input::Search { room, query: "from:bob x".to_owned(), before: None, max: 10 };
    row.feed(0, search(None));
    row.feed(0, Input::Open { room: dev.clone(), id, seal: None });
    row.feed(0, search(None));
    row.feed(0, Input::Close(id));
    row.feed(0, search(None));
    row.feed(0, search(Some(dev)));
    let asked = row.peers[0].unanswered.iter().filter_map(|(_, request)| match request {
        Request::Search(search) => Some((search.rooms.len(), search.authors.contains(&author))),
        _ => None,
    });
    assert_eq!(asked.collect::<Vec<_>>(), [(1, true), (2, true), (1, true)], "a room that was left is not searched");
}

#[test]
fn the_store_leaves_out_ignored_people() {
    let mut row = Row::new(1);
    row.peers[0].stalled = true;
    let author = NodeId::new([7; 32]);
    row.peers[0].people.ignored.insert(PeerId::Node(author));
    row.feed(0, Input::Page { room: Room::Lobby, seek: Seek::Newest, max: 10 });
    let search = Input::Search { room: Some(Room::Lobby), query: "x".to_owned(), before: None, max: 10 };
    row.feed(0, search);
    let left_out = row.peers[0].unanswered.iter().map(|(_, request)| match request {
        Request::Page(page) => page.ignored.nodes.contains(&author),
        Request::Search(search) => search.ignored.nodes.contains(&author),
        _ => false,
    });
    assert_eq!(left_out.collect::<Vec<_>>(), [true, true]);
}
