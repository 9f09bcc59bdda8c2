//! How far the user's own messages got, and who they wait for.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    disk::*,
    screen::*,
    states::{chat, people, shoot},
};

/// Says something that waits for a peer. Returns its id.
fn waits(s: &mut Screen, text: &str) -> MessageId {
    let message = Message { delivery: Delivery::Waiting, ..s.message(Author::Own, "alice", text) };
    let id = message.id;
    s.update(Update::Message(message));
    id
}

#[test]
fn delivery() {
    shoot("delivery", |size| {
        let mut s = chat(lan(), size);
        let sent = waits(&mut s, "everyone has this one");
        s.update(Update::Delivery { id: sent, delivered: 4, of: 4 });
        let partly = waits(&mut s, "two of four have this one");
        s.update(Update::Delivery { id: partly, delivered: 2, of: 4 });
        waits(&mut s, "door is open");
        s.own("this one could not be stored", Delivery::NotSent);
        s.wait(1);
        s
    });
}

#[test]
fn a_message_delivered_at_once_shows_no_progress() {
    let mut s = chat(lan(), (80, 24));
    let id = waits(&mut s, "quick");
    assert!(s.find("quick").is_some() && s.find("sending").is_none());
    s.wait_ms(100);
    s.update(Update::Delivery { id, delivered: 2, of: 4 });
    assert!(s.find("2/4").is_none());
    let due = s.app.next_tick().unwrap();
    assert!(due <= s.now.mono + std::time::Duration::from_millis(100), "what is not through by then is told");
    s.wait_ms(100);
    assert!(s.find("quick  2/4").is_some(), "{}", s.text());
    s.update(Update::Delivery { id, delivered: 4, of: 4 });
    assert!(s.find("2/4").is_none());
    // Somebody came who lacks the message.
    s.update(Update::Delivery { id, delivered: 4, of: 5 });
    assert!(s.find("quick  4/5").is_some(), "{}", s.text());
}

#[test]
fn a_line_is_sending_only_while_someone_can_receive_it() {
    for size in [(80, 24), (40, 12)] {
        let mut s = Screen::up(lan(), size);
        waits(&mut s, "mine");
        s.wait(1);
        assert!(s.find("mine  … waiting").is_some(), "{}", s.text());
        s.joins(addr("192.168.1.70:4565"), Some("frank"));
        assert!(s.find("mine  … waiting").is_some(), "a guest confirms nothing: {}", s.text());
        s.joins(bob(), Some("bob"));
        assert!(s.find("mine  … sending").is_some(), "{}", s.text());
        waits(&mut s, "more");
        s.wait(1);
        assert!(s.find("more  … sending").is_some(), "{}", s.text());
        s.leaves(bob());
        assert!(s.find("mine  … waiting").is_some() && s.find("more  … waiting").is_some(), "{}", s.text());
    }
}

#[test]
fn thousands_of_waiting_messages_can_be_delivered_one_by_one() {
    let mut s = Screen::up(lan(), (80, 24));
    let ids: Vec<_> = (0..5_000).map(|n| waits(&mut s, &format!("mine {n}."))).collect();
    s.update(Update::Unsent { lines: 5_000 });
    s.wait(1);
    assert!(s.find("mine 4999.  … waiting").is_some() && s.find("5,000 messages waiting").is_some(), "{}", s.text());
    for id in &ids {
        s.update(Update::Delivery { id: *id, delivered: 1, of: 1 });
    }
    s.update(Update::Unsent { lines: 0 });
    assert!(s.find("sending").is_none() && s.find("waiting").is_none(), "{}", s.text());
}

#[test]
fn messages_waiting_from_earlier_are_counted_and_shown() {
    let make = |s: &Screen| {
        let waiting =
            |n| Message { delivery: Delivery::Waiting, ..s.old(Author::Own, "alice", &format!("mine {n}."), n) };
        Disk::new((1..4).map(waiting))
    };
    let (mut s, _) = opened(make, (80, 24));
    s.update(Update::Unsent { lines: 3 });
    assert!(s.find("mine 1.  … waiting").is_some() && s.find("3 messages waiting").is_some(), "{}", s.text());
}

#[test]
fn the_list_shows_who_messages_wait_for() {
    shoot("waiting", |size| {
        let mut s = chat(lan(), size);
        let [bob, _, dave, _] = people();
        for (whom, lines) in [(bob, 2), (dave, 12)] {
            s.leaves(whom);
            s.update(Update::Waiting { node: *whom.id.node().unwrap(), lines });
        }
        s.wait(180);
        s.press(KeyCode::F(8));
        if size.0 > 60 {
            s.press(KeyCode::F(8));
        }
        s
    });
}

#[test]
fn a_recipient_stays_listed_until_nothing_waits_for_them() {
    let mut s = chat(lan(), (120, 35));
    let [bob, carol, ..] = people();
    s.leaves(bob);
    s.leaves(carol);
    s.update(Update::Waiting { node: *bob.id.node().unwrap(), lines: 2 });
    s.wait(7_200);
    assert!(s.find("○ bob").is_some() && s.find("○ carol").is_none(), "{}", s.text());
    assert!(s.find("192.168.1.23  2 waiting").is_some(), "{}", s.text());
    s.update(Update::Waiting { node: *bob.id.node().unwrap(), lines: 0 });
    s.wait(1);
    assert!(s.find("○ bob").is_none(), "{}", s.text());
}

#[test]
fn an_absent_recipient_is_listed_by_their_last_name() {
    let (mut s, _) = opened(|s| Disk::new([s.old(Author::Peer(bob().id), "bob", "bye", 9_000)]), (80, 24));
    s.update(Update::Waiting { node: *bob().id.node().unwrap(), lines: 3 });
    s.update(Update::Waiting { node: key("5e11"), lines: 9 });
    let row = s.find("○ bob").unwrap();
    assert!(s.row(row).ends_with("not here") && s.row(row + 1).ends_with("3 waiting"), "{}", s.text());
    assert!(s.find("9 messages waiting").is_some(), "{}", s.text());
    s.joins(bob(), Some("bob"));
    assert!(
        s.find("● bob").is_some() && s.find("⇄ bob joined").is_some() && s.find("3 waiting").is_none(),
        "{}",
        s.text()
    );
}

#[test]
fn a_full_disk_marks_unkept_lines_and_returns_own_ones() {
    let mut s = chat(lan(), (80, 24));
    let full = DiskState { trouble: Some(DiskTrouble::Full), held_back: false };
    s.update(Update::Disk(full));
    assert!(s.find("disk full").is_some(), "{}", s.text());
    let bobs = Message { mark: Mark::NotKept, ..s.message(Author::Peer(bob().id), "bob", "are you there?") };
    let id = bobs.id;
    s.update(Update::Message(bobs));
    assert!(s.find("are you there?  (not saved yet)").is_some(), "{}", s.text());
    let returned = |text: &str| {
        let (text, trouble) = (Text::new(text).unwrap(), DiskTrouble::Full);
        Update::Returned { room: Room::Lobby, text, action: false, topic: false, trouble, shown: false }
    };
    s.update(returned("my answer"));
    assert!(s.find("> my answer").is_some(), "it is in the input again: {}", s.text());
    assert!(s.find("Not sent: the disk is full.").is_some(), "{}", s.text());
    s.update(returned("another"));
    assert!(s.find("> my answer").is_some(), "what the user has begun stays: {}", s.text());
    s.update(Update::Disk(DiskState { held_back: true, ..full }));
    assert!(s.find("disk full, new lines held back").is_some(), "{}", s.text());
    s.update(Update::Kept { id, mark: Mark::None });
    s.update(Update::Disk(DiskState::default()));
    assert!(s.find("not saved yet").is_none() && s.find("disk full,").is_none(), "{}", s.text());
}
