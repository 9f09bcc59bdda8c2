//! What is on disk is shown from the start and can be scrolled through, but is never all in memory.

use std::collections::BTreeSet;

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{disk::*, screen::*, states::shoot};

/// The numbers of the lines in sight.
fn numbers(s: &mut Screen) -> Vec<u64> {
    let text = s.text();
    let number = |row: &str| row.split_once("line ")?.1.split_once('.')?.0.parse().ok();
    text.lines().filter_map(number).collect()
}

#[test]
fn the_room_opens_with_its_history_and_without_flicker() {
    let mut s = Screen::new(lan(), (80, 24));
    let mut disk = Disk::of_bob(&s, 1_000);
    s.listens("alice");
    assert!(s.find("No one else").is_none(), "not before it is known what there is");
    disk.answer(&mut s);
    assert_eq!(numbers(&mut s).last(), Some(&999));
    assert_eq!(disk.asked, [Seek::Newest]);
    assert!(s.find("No one else is here yet").is_some() && s.find("new").is_none(), "{}", s.text());
    assert!(s.effects.iter().all(|effect| !matches!(effect, Output::Bell)));
}

#[test]
fn an_unresponsive_disk_is_reported_and_disturbs_nothing_else() {
    let mut s = Screen::new(lan(), (80, 24));
    s.listens("alice");
    s.update(Update::Failed(Failure::Storage(StorageFailure::Request(StoreFailure::new(
        StoreTask::Read,
        StoreFault::Silent,
    )))));
    assert!(s.find("The history could not be read").is_some() && s.find("No one else").is_some());
}

#[test]
fn paging_to_the_oldest_line_and_back_skips_nothing() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 10_000), (80, 24));
    let mut seen = BTreeSet::new();
    let mut last = u64::MAX;
    while last > 0 {
        let shown = numbers(&mut s);
        assert!(shown.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{shown:?}");
        assert!(shown[0] < last, "stuck at {last}");
        last = shown[0];
        seen.extend(shown);
        s.press(KeyCode::PageUp);
        disk.answer(&mut s);
    }
    assert_eq!(seen.len(), 10_000);
    assert!(disk.asked.len() < 60, "pages, not lines: {}", disk.asked.len());
    for _ in 0..10_000 / 18 + 20 {
        let shown = numbers(&mut s);
        assert!(shown.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{shown:?}");
        seen.retain(|number| !shown.contains(number));
        s.press(KeyCode::PageDown);
        disk.answer(&mut s);
    }
    assert!(seen.is_empty(), "{seen:?}");
    assert_eq!(numbers(&mut s).last(), Some(&9_999));
    assert!(s.find("below").is_none(), "{}", s.text());
}

#[test]
fn loading_pages_does_not_move_the_view() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 5_000), (80, 24));
    for _ in 0..400 {
        s.feed(Input::Scroll(7));
        let before = numbers(&mut s);
        disk.answer(&mut s);
        assert_eq!(numbers(&mut s), before);
    }
    for _ in 0..400 {
        s.feed(Input::Scroll(-7));
        let before = numbers(&mut s);
        disk.answer(&mut s);
        assert_eq!(numbers(&mut s), before);
    }
}

#[test]
fn new_lines_far_below_are_counted_and_end_shows_them() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 20_000), (80, 24));
    s.press(KeyCode::Home);
    disk.answer(&mut s);
    let before = numbers(&mut s);
    assert_eq!(before[0], 0);
    s.joins(bob(), Some("bob"));
    for i in 0..30 {
        s.wait(1);
        s.says(bob(), "bob", &format!("news {i}"));
    }
    assert_eq!(numbers(&mut s), before);
    assert!(s.find("+ messages below · End  30 new messages").is_some(), "{}", s.text());
    s.press(KeyCode::End);
    assert!(s.find("news 29").is_some() && s.find("below").is_none() && s.find(" new ").is_none(), "{}", s.text());
    disk.answer(&mut s);
    assert!(s.find("news 29").is_some(), "nothing is read again for that");
}

#[test]
fn thousands_of_new_lines_do_not_disturb_a_reader() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 500), (80, 24));
    s.joins(bob(), Some("bob"));
    s.press(KeyCode::PageUp);
    disk.answer(&mut s);
    let before = numbers(&mut s);
    for i in 500..6_500 {
        s.wait(1);
        let message = Message { history: false, ..s.message(Author::Peer(bob().id), "bob", &format!("line {i}.")) };
        disk.add(message.clone());
        s.update(Update::Message(message));
        assert!(i % 500 > 0 || numbers(&mut s) == before);
    }
    assert_eq!(numbers(&mut s), before);
    // And the user can read on from there.
    let mut next = before[0];
    while next < 6_400 {
        let shown = numbers(&mut s);
        assert!(shown.contains(&next), "{next} of {shown:?}");
        next = shown.last().unwrap() + 1;
        s.press(KeyCode::PageDown);
        disk.answer(&mut s);
    }
}

#[test]
fn a_resize_far_up_keeps_the_place() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 5_000), (80, 24));
    s.press(KeyCode::Home);
    disk.answer(&mut s);
    s.feed(Input::Scroll(-50));
    disk.answer(&mut s);
    let first = numbers(&mut s)[0];
    for size in [(120, 35), (40, 12), (61, 20), (80, 24)] {
        s.resize(size.0, size.1);
        assert_eq!(numbers(&mut s)[0], first, "at {size:?}");
    }
}

#[test]
fn day_rows_separate_lines_of_different_days() {
    let day = 24 * 3_600;
    let make = |s: &Screen| {
        let bob = Author::Peer(bob().id);
        Disk::new((0..600).map(|n| s.old(bob, "bob", &format!("line {n}."), (600 - n) * day / 100)))
    };
    let (mut s, mut disk) = opened(make, (80, 24));
    for _ in 0..60 {
        let text = s.text();
        let days = text.lines().filter(|row| row.contains(" Nov 2026 ─")).count();
        let shown = numbers(&mut s);
        // There are a hundred lines a day, and the first comes at 18:22.
        let crossed = shown.windows(2).filter(|pair| (pair[0] + 76) / 100 != (pair[1] + 76) / 100).count();
        // The first row shows the day of the messages it covers, even if the next row begins another day.
        let stacked = [1, 2].iter().all(|row| s.row(*row).contains(" Nov 2026 ─"));
        // The last row may begin a day none of whose messages is visible.
        let ends = s.row(20).contains(" Nov 2026 ─");
        let days = days - usize::from(stacked) - usize::from(ends);
        assert!(days == crossed || days == crossed + 1, "{days} {crossed}\n{text}");
        s.press(KeyCode::PageUp);
        disk.answer(&mut s);
    }
    assert!(s.row(1).contains(" 15 Nov 2026 "), "{}", s.text());
}

/// A screen with the user's lines of yesterday, to which then come the lines that were said meanwhile.
fn back(size: (u16, u16), missed: u64) -> (Screen, Disk) {
    let (mut s, disk) = opened(
        |s| {
            let own = s.old(Author::Own, "alice", "see you tomorrow", 60_000);
            Disk::new([s.old(Author::Peer(bob().id), "bob", "the demo is at three", 60_060), own])
        },
        size,
    );
    s.joins(bob(), Some("bob"));
    for n in 0..missed {
        let message = s.old(Author::Peer(bob().id), "bob", &format!("line {n}. of what was missed"), missed - n);
        s.update(Update::Message(message));
    }
    (s, disk)
}

#[test]
fn history_with_unread() {
    shoot("history_unread", |size| back(size, 60).0);
}

#[test]
fn the_room_opens_and_stays_at_the_oldest_unread_line() {
    let (mut s, _) = back((80, 24), 300);
    assert_eq!(numbers(&mut s)[0], 0);
    assert!(
        s.find("── 300 new messages ──").is_some() && s.effects.iter().all(|e| !matches!(e, Output::Bell)),
        "{}",
        s.text()
    );
    assert!(s.find("▸").is_none(), "history is no flood");
    s.press(KeyCode::End);
    assert_eq!(numbers(&mut s).last(), Some(&299));
    assert!(s.find(" new ").is_none());
    let (mut s, _) = back((80, 24), 3);
    assert!(s.find("── 3 new messages ──").is_some() && s.find("see you tomorrow").is_some(), "{}", s.text());
}

#[test]
fn ten_thousand_unread_lines_open_at_the_first_too() {
    let (mut s, mut disk) = back((80, 24), 0);
    let bob = Author::Peer(bob().id);
    for n in 0..10_000 {
        let message = s.old(bob, "bob", &format!("line {n}."), 10_000 - n);
        disk.add(message.clone());
        s.update(Update::Message(message));
        if n % 500 == 0 {
            s.draw();
        }
    }
    assert_eq!(numbers(&mut s)[0], 0, "{}", s.text());
    assert!(s.find("── 10,000 new messages ──").is_some(), "{}", s.text());
    let mut next = 0;
    for _ in 0..100 {
        let shown = numbers(&mut s);
        assert!(shown.contains(&next), "{next} of {shown:?}");
        next = shown.last().unwrap() + 1;
        s.press(KeyCode::PageDown);
        disk.answer(&mut s);
    }
    s.press(KeyCode::End);
    s.says(crate::disk::bob(), "bob", "after all that");
    assert!(s.find("after all that").is_some());
}

#[test]
fn sync_progress() {
    shoot("sync", |size| {
        let (mut s, _) = back(size, 4);
        s.update(Update::Sync { received: 4_200, total: 10_000, refused: 0 });
        s
    });
    let (mut s, _) = back((80, 24), 4);
    s.update(Update::Sync { received: 4_200, total: 10_000, refused: 0 });
    assert!(s.find("sync 42%").is_some());
    s.update(Update::Sync { received: 10_000, total: 10_000, refused: 0 });
    assert!(s.find("sync").is_none());
    s.update(Update::Sync { received: 1, total: 3, refused: 0 });
    assert!(s.find("sync").is_none(), "that is over in a moment");
    s.update(Update::Sync { received: 0, total: 0, refused: 1_200 });
    assert!(s.find("1,200 messages from strangers left out").is_some(), "{}", s.text());
    s.update(Update::Sync { received: 0, total: 0, refused: 0 });
    assert!(s.find("left out").is_none());
}

#[test]
fn absent_people_are_told_apart_by_key() {
    let make = |s: &Screen| {
        let by = |key: &str, nick, text: &str, ago| s.old(Author::Peer(node(key, "10.0.0.1:1").id), nick, text, ago);
        Disk::new([
            by("7f3a", "bob", "the first bob", 400),
            by("0b1e", "carol", "only one carol", 300),
            by("c04e", "bob", "another bob", 200),
            by("d3ad", "alice", "not me", 100),
        ])
    };
    let (mut s, _) = opened(make, (80, 24));
    for (row, text) in [
        ("bob#7f3a │ ", "the first bob"),
        ("  carol │ ", "only one carol"),
        ("bob#c04e │ ", "another bob"),
        ("ali…#d3ad │ ", "not me"),
    ] {
        assert!(s.find(&format!("{row}{text}")).is_some(), "{row}{text}\n{}", s.text());
    }
    // A key that is only in the history gets the tag if another key of that name is here.
    let (mut s, _) = opened(
        |s| Disk::new([s.old(Author::Peer(node("7f3a", "10.0.0.1:1").id), "bob", "from before", 400)]),
        (80, 24),
    );
    assert!(s.find("     bob │ from before").is_some(), "{}", s.text());
    s.joins(node("c04e", "192.168.1.9:4565"), Some("bob"));
    assert!(s.find("bob#7f3a │ from before").is_some(), "{}", s.text());
}

#[test]
fn marks() {
    shoot("marks", |size| {
        let mut s = Screen::up(lan(), size);
        let bob = bob();
        s.joins(bob, Some("bob"));
        for (mark, text) in [
            (Mark::Late, "this one was under way for an hour"),
            (Mark::Ahead, "this one is from tomorrow"),
            (Mark::Forked, "this one has a twin"),
        ] {
            let message = Message { mark, ..s.message(Author::Peer(bob.id), "bob", text) };
            s.update(Update::Message(message));
        }
        for kind in [4, 99] {
            let unknown = s.message(Author::Peer(bob.id), "bob", "unknown kind");
            let (mark, kind) = (Mark::Unknown, MessageKind::Unknown(kind));
            s.update(Update::Message(Message { mark, kind, ..unknown }));
        }
        let late = Message { mark: Mark::Late, ..s.old(Author::Peer(bob.id), "bob", "all history is late", 0) };
        s.update(Update::Message(late));
        s
    });
}

#[test]
fn clearing_empties_the_screen_only() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 1_000), (80, 24));
    s.enter("/clear");
    assert!(numbers(&mut s).is_empty() && s.find("No message is lost:").is_some(), "{}", s.text());
    s.joins(bob(), Some("bob"));
    s.says(bob(), "bob", "after that");
    s.press(KeyCode::PageUp);
    disk.answer(&mut s);
    assert!(numbers(&mut s).contains(&999), "{}", s.text());
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 1_000), (80, 24));
    s.enter("/clear");
    s.press(KeyCode::PageUp);
    disk.answer(&mut s);
    assert_eq!(numbers(&mut s).last(), Some(&999), "{}", s.text());
}
