//! The message pane: what is being read stays in its place.

use proximity_chat::{
    domain::{bus::Update, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

const BOB: &str = "127.0.0.1:4566";

fn full(lines: usize) -> Screen {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(BOB), Some("bob"));
    for i in 0..lines {
        s.wait(1);
        s.says(addr(BOB), "bob", &format!("line {i}."));
    }
    s
}

/// The rows of the pane, without the sidebar.
fn pane(s: &mut Screen) -> Vec<String> {
    s.text().lines().skip(1).take(20).map(|line| line.chars().take(57).collect()).collect()
}

#[test]
fn new_messages_never_move_the_view() {
    let mut s = full(200);
    s.press(KeyCode::PageUp);
    s.press(KeyCode::PageUp);
    let before = pane(&mut s);
    for i in 0..30 {
        s.wait(1);
        s.says(addr(BOB), "bob", &format!("news {i}"));
    }
    assert_eq!(pane(&mut s), before);
    assert!(s.find("66 messages below · End  30 new messages").is_some(), "{}", s.text());
    s.press(KeyCode::End);
    assert!(s.find("news 29").is_some() && s.find("below").is_none() && s.find("new  ").is_none());
}

#[test]
fn scrolling_goes_row_by_row_even_inside_tall_messages() {
    let mut s = full(5);
    let long = (0..100).map(|i| format!("row {i}.")).collect::<Vec<_>>().join("\n");
    s.says(addr(BOB), "bob", &long);
    s.says(addr(BOB), "bob", "the end");
    s.ctrl('o');
    s.press(KeyCode::End);
    let mut seen = vec![pane(&mut s)];
    for _ in 0..200 {
        s.feed(Input::Scroll(1));
        seen.push(pane(&mut s));
    }
    let top = seen.last().unwrap().clone();
    assert!(top.iter().any(|row| row.contains("line 0.")));
    // Each step moves the rows by exactly one, until the top is reached.
    let steps: Vec<_> = seen.windows(2).filter(|pair| pair[0] != pair[1]).collect();
    for pair in &steps {
        // The first row always shows its time, the others only if it has changed.
        let texts = |rows: &[String]| rows.iter().map(|row| row.chars().skip(5).collect()).collect::<Vec<String>>();
        // The first row may be the day.
        assert_eq!(texts(&pair[0][1..19]), texts(&pair[1][2..]));
    }
    // The day, a join, five lines, a hundred rows and the end, of which twenty rows were visible at first.
    assert_eq!(steps.len(), 2 + 5 + 100 + 1 - 20);
    for (step, before) in seen.iter().rev().skip(200 - steps.len() + 1).enumerate() {
        s.feed(Input::Scroll(-1));
        assert_eq!(&pane(&mut s), before, "step {step} back");
    }
    s.feed(Input::Scroll(1_000_000));
    assert_eq!(pane(&mut s), top);
    s.feed(Input::Scroll(-1_000_000));
    assert_eq!(pane(&mut s), seen[0]);
}

#[test]
fn a_resize_keeps_the_place() {
    let mut s = full(200);
    let long = "word ".repeat(400) + "MARK " + &"word ".repeat(400);
    s.says(addr(BOB), "bob", &long);
    s.ctrl('o');
    s.press(KeyCode::End);
    for _ in 0..100 {
        s.wait(1);
        s.says(addr(BOB), "bob", "after");
    }
    while s.find("MARK").is_none_or(|row| row > 2) {
        let way = if s.find("MARK").is_some() { -1 } else { 1 };
        s.feed(Input::Scroll(way));
    }
    for size in [(120, 35), (40, 12), (61, 20), (100, 50), (80, 24)] {
        s.resize(size.0, size.1);
        let row = s.find("MARK");
        // The first row may be the day.
        assert!(row.is_some_and(|row| row < 6), "at {size:?} in row {row:?}\n{}", s.text());
    }
}

#[test]
fn the_unread_marker_appears_while_unfocused_and_goes_on_sending() {
    let mut s = full(3);
    s.says(addr(BOB), "bob", "seen");
    assert!(s.find(" new").is_none(), "what is in sight of a focused window is read");
    s.feed(Input::Focus(false));
    s.says(addr(BOB), "bob", "unseen");
    s.own("from here", Delivery::Sent);
    let (marker, line) = (s.find("── 1 new message ──").unwrap(), s.find("unseen").unwrap());
    assert_eq!(marker + 1, line);
    assert!(s.effects.contains(&Output::SetTitle("(1) proximity-chat".into())));
    s.feed(Input::Focus(true));
    assert!(s.find("── 1 new message ──").is_some(), "it stays to be found");
    assert!(s.effects.ends_with(&[Output::SetTitle("proximity-chat".into())]));
    s.enter("answer");
    assert!(s.find("── 1 new message ──").is_none());
    s.feed(Input::Focus(false));
    s.says(addr(BOB), "bob", "again");
    s.feed(Input::Focus(true));
    s.feed(Input::Focus(false));
    s.says(addr(BOB), "bob", "later");
    assert_eq!(s.find("── 1 new message ──").map(|row| row + 1), s.find("later"), "what was seen does not count again");
}

#[test]
fn a_mention_rings_once_in_a_while_when_nobody_looks() {
    let mut s = full(1);
    let bells = |s: &Screen| s.effects.iter().filter(|e| matches!(e, Output::Bell)).count();
    s.says(addr(BOB), "bob", "alice?");
    assert_eq!(bells(&s), 0);
    s.feed(Input::Focus(false));
    for _ in 0..10 {
        s.says(addr(BOB), "bob", "Alice!");
    }
    assert_eq!(bells(&s), 1);
    s.wait(5);
    s.says(addr(BOB), "bob", "alice");
    assert_eq!(bells(&s), 2);
}

#[test]
fn joins_and_leaves_fold() {
    let mut s = Screen::up(loopback(), (80, 24));
    let (bob, carol, erin) = (addr(BOB), addr("127.0.0.1:4567"), addr("127.0.0.1:4568"));
    s.joins(erin, Some("erin"));
    s.says(erin, "erin", "bye");
    s.joins(bob, None);
    s.update(Update::PeerRenamed { peer: PeerId::Guest(bob), nick: Nick::new("bob").unwrap() });
    s.joins(carol, Some("carol"));
    s.leaves(erin);
    assert!(s.find("⇄ ?bob, ?carol joined · ?erin left").is_some(), "{}", s.text());
    s.wait(30);
    s.joins(erin, Some("erin"));
    assert!(s.find("⇄ ?bob, ?carol joined · ?erin left and joined").is_some(), "{}", s.text());
    s.leaves(erin);
    assert!(s.find("⇄ ?bob, ?carol joined · ?erin left").is_some(), "{}", s.text());
    s.leaves(carol);
    assert!(s.find("⇄ ?bob joined · ?carol came and went · ?erin left").is_some(), "{}", s.text());
    assert!(s.find("○ ?erin").is_some_and(|row| s.row(row).contains("just now")));
    s.wait(300);
    assert!(s.find("5m ago").is_some());
    s.wait(300);
    assert!(s.find("○ ?erin").is_none());
}

#[test]
fn a_flood_folds_to_one_line_that_opens() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(BOB), Some("bob"));
    for i in 0..500 {
        s.wait_ms(5);
        s.says(addr(BOB), "bob", &format!("spam {i}."));
    }
    s.says(addr("127.0.0.1:4567"), "carol", "what?");
    // The first and the last lines are in sight.
    assert!(s.find("spam 2.").is_some() && s.find("spam 3.").is_none(), "{}", s.text());
    let fold = s.find("▸ 497 more messages from ?bob").unwrap();
    assert_eq!(s.find("?bob: spam 499."), Some(fold + 2), "{}", s.text());
    assert_eq!(s.find("what?"), Some(fold + 3), "{}", s.text());
    s.ctrl('o');
    assert!(s.find("spam 499.").is_some() && s.find("▸").is_none());
    let stamps = |s: &mut Screen| s.text().lines().skip(2).filter(|row| row.starts_with("18:2")).count();
    assert_eq!(stamps(&mut s), 0, "only the first row shows the time: {}", s.text());
    s.press(KeyCode::Home);
    s.feed(Input::Scroll(-100));
    assert!(s.find("spam 100.").is_some(), "{}", s.text());
    s.press(KeyCode::End);
    s.ctrl('o');
    assert!(s.find("Nothing is folded here.").is_some());
}

#[test]
fn unfolded_messages_show_their_times_like_any_other() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(BOB), Some("bob"));
    // Wait until 18:22:59.9.
    s.wait_ms(59_400);
    for _ in 0..60 {
        s.wait_ms(9);
        s.says(addr(BOB), "bob", "spam");
    }
    s.wait_ms(100);
    s.says(addr("127.0.0.1:4567"), "carol", "what?");
    s.says(addr(BOB), "bob", "later spam");
    assert!(
        s.find("▸ 58 more messages from ?bob").is_some() && s.find("18:23    ?carol │ what?").is_some(),
        "{}",
        s.text()
    );
    s.ctrl('o');
    assert!(s.find("18:23      ?bob │ later spam").is_some(), "{}", s.text());
    assert!(s.find("         ?carol │ what?").is_some(), "{}", s.text());
    s.says(addr("127.0.0.1:4567"), "carol", "hm");
    assert!(s.find("         ?carol │ hm").is_some(), "{}", s.text());
    assert_eq!(s.text().matches("18:22").count(), 1, "{}", s.text());
}

#[test]
fn many_people_find_room_or_are_counted() {
    let mut s = Screen::up(loopback(), (80, 24));
    for port in 5000..5060 {
        s.joins(addr(&format!("127.0.0.1:{port}")), Some(&format!("guest{port}")));
    }
    assert!(s.find("PEOPLE  60 here").is_some() && s.find("… 42 more: /who").is_some(), "{}", s.text());
}

#[test]
fn an_opened_fold_does_not_misplace_lines() {
    let mut s = Screen::up(loopback(), (80, 18));
    let [bob, carol, dave] = ["127.0.0.1:4566", "127.0.0.1:4567", "127.0.0.1:4568"].map(addr);
    let people = [(bob, "bob"), (carol, "carol"), (dave, "dave")];
    for (peer, name) in people {
        s.joins(peer, Some(name));
    }
    for i in 0..50 {
        for (peer, name) in people {
            s.says(peer, name, &format!("{i}."));
        }
    }
    // All are at the limit, so three folds follow, one after the other.
    s.says(bob, "bob", "opened");
    for (peer, name) in people {
        s.says(peer, name, "folded");
    }
    assert!(s.find("▸ 49 more messages from ?bob").is_some(), "{}", s.text());
    s.feed(Input::Scroll(6));
    s.ctrl('o');
    s.press(KeyCode::End);
    assert!(s.find("opened").is_some() && s.find("▸ 48 more messages from ?carol").is_some(), "{}", s.text());
    s.says(dave, "dave", "folded too");
    assert!(s.find("▸ 48 more messages from ?carol").is_some(), "{}", s.text());
    assert!(s.find("▸ 49 more messages from ?dave").is_some(), "{}", s.text());
    assert_eq!(s.text().matches(" from ?dave").count(), 1, "{}", s.text());
}
