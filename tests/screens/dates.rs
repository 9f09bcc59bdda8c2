//! Days and times: nobody mistakes what was said yesterday for what was said today.

use proximity_chat::{
    domain::{bus::Update, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 35), (40, 12), (40, 6)];

fn bob() -> Whom {
    node("7f3a", "192.168.1.23:4565")
}

/// Bob has said something every half hour for three days.
fn three_days(size: (u16, u16)) -> Screen {
    let mut s = Screen::up(lan(), size);
    s.joins(bob(), Some("bob"));
    for n in 0..150 {
        let day = s.now.wall.as_millis() / 86_400_000;
        s.says(bob(), "bob", &format!("said {n} on day {}", day - 20_757));
        s.wait(1_800);
    }
    s.wait(0);
    s
}

/// Asserts that every message in sight stands below the date of its day. Returns the number of dates.
fn dates(s: &mut Screen, place: &str) -> usize {
    let text = s.text();
    let (mut current, mut dates, mut messages) = (None, 0, 0);
    for row in text.lines() {
        if let Some((before, _)) = row.split_once(" Nov 2026") {
            current = before.rsplit(' ').next().map(str::to_owned);
            dates += 1;
        }
        if let Some((_, day)) = row.split_once(" on day ") {
            let day: String = day.chars().take_while(char::is_ascii_digit).collect();
            assert!(current.as_ref().is_none_or(|current| *current == day), "{place}: {day} in\n{text}");
            messages += 1;
        }
    }
    assert!(messages > 0, "{place}:\n{text}");
    dates
}

#[test]
fn a_date_is_always_in_sight() {
    for size in SIZES {
        let mut s = three_days(size);
        let bottom = s.text();
        let mut last = bottom.clone();
        for step in 1..400 {
            s.feed(Input::Scroll(1));
            let text = s.text();
            if text == last {
                break;
            }
            assert!(dates(&mut s, &format!("{size:?}, {step} up")) > 0, "{size:?}, {step} rows up:\n{text}");
            last = text;
        }
        assert!(s.find("said 0 on").is_some(), "{size:?}: the top was reached\n{last}");
        s.press(KeyCode::End);
        assert_eq!(s.text(), bottom, "{size:?}: nothing is in the way of the newest");
    }
}

#[test]
fn paging_skips_no_row() {
    for size in SIZES {
        let mut s = three_days(size);
        let mut seen = [false; 150];
        for _ in 0..150 {
            for row in s.text().lines() {
                if let Some((_, rest)) = row.split_once("said ") {
                    let number: usize = rest.split(' ').next().unwrap().parse().unwrap();
                    seen[number] = true;
                }
            }
            s.press(KeyCode::PageUp);
        }
        let missed: Vec<_> = seen.iter().enumerate().filter(|(_, seen)| !**seen).map(|(number, _)| number).collect();
        assert_eq!(missed, [0; 0], "{size:?}");
    }
}

#[test]
fn messages_from_yesterday_alone_have_their_date() {
    let mut s = Screen::up(lan(), (80, 24));
    s.joins(bob(), Some("bob"));
    for n in 0..60 {
        s.says(bob(), "bob", &format!("said {n} on day 21"));
        s.wait(1);
    }
    assert_eq!(dates(&mut s, "today"), 0, "{}", s.text());
    s.wait(86_400);
    assert_eq!(dates(&mut s, "the next day"), 1, "{}", s.text());
    assert!(s.row(1).contains(" Sat 21 Nov 2026 "), "{}", s.text());
    s.says(bob(), "bob", "said 60 on day 22");
    assert!(s.find("─ Sun 22 Nov 2026 ─").is_some() && dates(&mut s, "then") == 1, "{}", s.text());
}

#[test]
fn the_first_message_in_sight_shows_its_time() {
    let mut s = three_days((80, 24));
    s.feed(Input::Scroll(1));
    for _ in 0..40 {
        s.feed(Input::Scroll(1));
        let row = s.row(2);
        assert!(!row.contains("said ") || row.contains(':'), "{}", s.text());
    }
}

#[test]
fn joins_and_leaves_have_a_time() {
    for (size, plain) in [((80, 24), false), ((120, 35), false), ((40, 12), false), ((80, 24), true)] {
        let mut s = Screen::up(lan(), size);
        if plain {
            s.key(Key::alt('l'));
        }
        s.joins(bob(), Some("bob"));
        assert!(s.find("18:22 ⇄ bob joined").is_some(), "{size:?}: {}", s.text());
        s.wait(19 * 60);
        s.joins(node("0b1e", "192.168.1.31:4565"), Some("carol"));
        assert!(s.find("18:22 ⇄ bob, carol joined 18:22–18:41").is_some(), "{size:?}: {}", s.text());
        s.wait(60);
        s.leaves(bob());
        let text = s.text();
        assert!(text.contains("bob came and went") && text.contains("18:22–18:42"), "{size:?}: {text}");
        assert!(text.contains("carol joined") && text.contains("18:41"), "{size:?}: {text}");
    }
}

#[test]
fn jumping_to_the_unread_shows_the_marker_and_a_date() {
    for size in SIZES {
        let mut s = Screen::up(lan(), size);
        s.joins(bob(), Some("bob"));
        for n in 0..40 {
            s.wait(1);
            s.says(bob(), "bob", &format!("said {n} on day 21"));
        }
        s.feed(Input::Focus(false));
        for n in 40..90 {
            s.wait(1);
            s.says(bob(), "bob", &format!("said {n} on day 21"));
        }
        s.feed(Input::Focus(true));
        s.key(Key::alt('u'));
        let (date, marker) = (s.find("─ Sat 21 Nov 2026 ─"), s.find("─ 50 new messages ─"));
        assert!(date.is_some() && date.map(|row| row + 1) == marker, "{size:?}: {}", s.text());
        let first = s.find("said 40 on").unwrap();
        assert_eq!(Some(first), marker.map(|row| row + 1), "{size:?}: {}", s.text());
    }
}

#[test]
fn a_mention_just_above_is_not_skipped() {
    let mut s = Screen::up(lan(), (80, 24));
    s.joins(bob(), Some("bob"));
    for n in 0..100 {
        s.wait(1);
        let named = (50..53).contains(&n);
        s.says(bob(), "bob", &format!("{}said {n}.", if named { "alice: " } else { "" }));
    }
    for n in [52, 51, 50] {
        s.key(Key::alt('p'));
        assert_eq!(s.find(&format!("alice: said {n}.")), Some(2), "{}", s.text());
    }
}

#[test]
fn the_day_of_a_search_hit_is_in_sight() {
    let mut s = three_days((80, 24));
    let hit = s.old(Author::Peer(bob().id), "bob", "an old key", 40 * 86_400);
    s.enter("/search key");
    s.update(Update::Found {
        room: Some(Room::Lobby),
        query: "key".into(),
        messages: vec![hit.clone()],
        more: false,
        behind: 0,
    });
    s.press(KeyCode::Enter);
    let before = s.old(Author::Peer(bob().id), "bob", "before it", 40 * 86_400 + 60);
    let mut messages: Vec<_> =
        (0..50).map(|n| s.old(Author::Peer(bob().id), "bob", "much before", 40 * 86_400 + 1_000 - n)).collect();
    messages.extend([before, hit.clone()]);
    s.update(Update::Page(page(Seek::Around(hit.position), messages, true, true)));
    assert!(s.row(1).contains(" 2026 ─") && s.find("an old key").is_some(), "{}", s.text());
    assert!(!s.row(1).contains(" Nov 2026"), "it was in October: {}", s.text());
}
