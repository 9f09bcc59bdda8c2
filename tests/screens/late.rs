//! Lines that arrive long after they were said.

use std::time::{Duration, Instant};

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{disk::*, screen::*, states::shoot};

/// Alice and carol have gone on talking while bob could not be reached.
fn apart(size: (u16, u16)) -> Screen {
    let carol = node("0b1e", "192.168.1.31:4565");
    let mut s = Screen::up(lan(), size);
    s.joins(bob(), Some("bob"));
    s.joins(carol, Some("carol"));
    s.says(bob(), "bob", "before");
    for n in 0..6 {
        s.wait(60);
        s.says(carol, "carol", &format!("here {n}"));
    }
    s
}

/// A line that bob said this many seconds ago.
fn from_bob(s: &Screen, text: &str, ago: u64) -> Message {
    Message { history: false, ..s.old(Author::Peer(bob().id), "bob", text, ago) }
}

#[test]
fn late_notice() {
    shoot("late", |size| {
        let mut s = apart(size);
        for n in 0..12 {
            let message = from_bob(&s, &format!("there {n}"), 330 - 25 * n);
            s.update(Update::Message(message));
        }
        s
    });
}

#[test]
fn late_lines_stand_once_in_place_under_one_notice() {
    let mut s = apart((80, 50));
    let messages: Vec<_> = (0..5).map(|n| from_bob(&s, &format!("there {n}"), 330 - 60 * n)).collect();
    // In any order, and some twice.
    for at in [3, 0, 4, 0, 1, 2, 2] {
        s.update(Update::Message(messages[at].clone()));
    }
    for n in 0..5 {
        let (here, there) = (s.find(&format!("carol │ here {n}")).unwrap(), s.find(&format!("there {n}")).unwrap());
        assert!(
            there < here && (n == 0 || s.find(&format!("carol │ here {}", n - 1)).unwrap() < there),
            "{}",
            s.text()
        );
    }
    assert!(s.find("⇢ 5 earlier messages arrived").is_some(), "{}", s.text());
    assert_eq!(s.text().matches("⇢").count(), 1);
    assert_eq!(s.text().matches("there ").count(), 5);
    // A new separation is reported again.
    s.wait(120);
    s.says(bob(), "bob", "here again");
    let message = from_bob(&s, "one more", 60);
    s.update(Update::Message(message));
    assert!(
        s.find("⇢ 1 earlier message arrived").is_some() && s.find("⇢ 5 earlier messages").is_some(),
        "{}",
        s.text()
    );
}

#[test]
fn lines_said_at_the_same_time_reorder_silently() {
    let mut s = apart((80, 24));
    s.wait(60);
    s.own("mine", Delivery::Sent);
    let message = from_bob(&s, "his", 2);
    s.update(Update::Message(message));
    assert_eq!(s.find("his").map(|row| row + 1), s.find("mine"), "{}", s.text());
    assert!(s.find("⇢").is_none());
}

#[test]
fn the_view_stays_and_alt_u_finds_the_first() {
    let mut s = apart((80, 24));
    for n in 0..200 {
        s.wait(1);
        s.own(&format!("mine {n}."), Delivery::Sent);
    }
    s.press(KeyCode::PageUp);
    let before = s.text();
    let rows =
        |text: &str| text.lines().skip(1).take(20).map(|row| row.chars().take(57).collect()).collect::<Vec<String>>();
    for n in 0..50 {
        let message = from_bob(&s, &format!("there {n}."), 300);
        s.update(Update::Message(message));
    }
    assert_eq!(rows(&s.text()), rows(&before));
    s.key(Key::alt('u'));
    assert!(s.find("there 0.").is_some_and(|row| row < 10), "{}", s.text());
}

#[test]
fn ten_thousand_late_lines_freeze_nothing() {
    let (mut s, mut disk) = opened(|s| Disk::of_bob(s, 3_000), (200, 50));
    s.joins(bob(), Some("bob"));
    let carol = Author::Peer(node("0b1e", "10.0.0.1:1").id);
    let late: Vec<_> =
        (0..10_000).map(|n| s.old(carol, "carol", &format!("late {n}."), 3_000 - n * 299 / 1_000)).collect();
    let began = Instant::now();
    for (n, message) in late.into_iter().enumerate() {
        disk.add(message.clone());
        s.update(Update::Message(message));
        if n % 256 == 0 {
            s.draw();
        }
    }
    let took = began.elapsed();
    // On a busy machine without optimisation, a tenth of a millisecond each would be 1 s.
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert!(s.find("⇢ 10,000 earlier messages arrived").is_some(), "{}", s.text());
    s.key(Key::alt('u'));
    disk.answer(&mut s);
    assert!(s.find("late 0.").is_some(), "{}", s.text());
    s.press(KeyCode::Esc);
    assert!(s.find("line 2999.").is_some(), "{}", s.text());
}
