//! Messages and drafts that are longer than a window.

use proximity_chat::{
    domain::{bus::WhoFailure, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

const BOB: &str = "127.0.0.1:4566";

fn lines(count: usize) -> String {
    (1..=count).map(|n| format!("row {n}.")).collect::<Vec<_>>().join("\n")
}

/// Bob says something short, then something of `rows` rows, and something short again.
fn screen(size: (u16, u16), rows: usize) -> Screen {
    let mut s = Screen::up(loopback(), size);
    s.joins(addr(BOB), Some("bob"));
    s.says(addr(BOB), "bob", "the line before");
    s.says(addr(BOB), "bob", &lines(rows));
    s.says(addr(BOB), "bob", "the line behind");
    s
}

#[test]
fn a_long_message_shows_its_first_rows() {
    for size in [(80, 24), (120, 35), (40, 24)] {
        let mut s = screen(size, 190);
        let fold = s.find("▸ 180 more rows · Ctrl-O");
        assert!(fold.is_some() && s.find("the line before").is_some(), "{size:?}: {}", s.text());
        assert_eq!(s.find("row 10.").map(|row| row + 1), fold, "{size:?}: {}", s.text());
        assert_eq!(s.find("the line behind"), fold.map(|row| row + 1), "{size:?}: {}", s.text());
        assert_eq!(s.find("row 11."), None);
    }
}

#[test]
fn only_a_message_of_more_than_twenty_rows_folds() {
    let mut s = screen((120, 35), 20);
    assert!(s.find("row 20.").is_some() && s.find("▸").is_none(), "{}", s.text());
    let mut s = screen((120, 35), 21);
    assert!(s.find("▸ 11 more rows · Ctrl-O").is_some() && s.find("row 11.").is_none(), "{}", s.text());
}

#[test]
fn ctrl_o_opens_and_closes_a_long_message_in_place() {
    let mut s = screen((80, 24), 190);
    let (closed, first) = (s.text(), s.find("row 1."));
    s.ctrl('o');
    assert!(s.find("▸").is_none() && s.find("Nothing is folded").is_none(), "{}", s.text());
    assert_eq!(s.find("row 1."), first, "{}", s.text());
    assert!(s.find("row 11.").is_some() && s.find("1 message below · End").is_none(), "{}", s.text());
    assert!(s.find("2 messages below · End").is_some(), "itself and the next one: {}", s.text());
    s.ctrl('o');
    assert_eq!(s.text(), closed);
    // Also from somewhere inside the message.
    s.ctrl('o');
    for _ in 0..5 {
        s.press(KeyCode::PageDown);
    }
    assert!(s.find("row 100.").is_some(), "{}", s.text());
    s.ctrl('o');
    assert!(s.find("row 1.").is_some() && s.find("▸ 180 more rows · Ctrl-O").is_some(), "{}", s.text());
}

#[test]
fn ctrl_o_takes_the_newest_long_message_in_sight() {
    let mut s = Screen::up(loopback(), (80, 40));
    s.joins(addr(BOB), Some("bob"));
    for name in ["one", "two"] {
        s.says(addr(BOB), "bob", &lines(30).replace("row", name));
    }
    s.ctrl('o');
    assert!(s.find("one 11.").is_none() && s.find("two 11.").is_some(), "{}", s.text());
    s.press(KeyCode::Home);
    s.ctrl('o');
    assert!(s.find("two 11.").is_none(), "it is in sight, and closes: {}", s.text());
    s.ctrl('o');
    s.resize(80, 16);
    s.press(KeyCode::Home);
    s.ctrl('o');
    s.feed(Input::Scroll(-1));
    assert!(s.find("one 11.").is_some(), "the other one is out of sight: {}", s.text());
}

#[test]
fn paging_past_a_huge_message_takes_two_pages() {
    let mut s = screen((80, 24), 3_000);
    for n in 0..20 {
        s.says(addr(BOB), "bob", &format!("later {n}."));
    }
    let presses = (0..20).take_while(|_| {
        let out_of_sight = s.find("the line before").is_none();
        s.press(KeyCode::PageUp);
        out_of_sight
    });
    assert!(presses.count() <= 2);
}

#[test]
fn a_long_message_that_was_not_sent_says_so() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.own(&lines(40), Delivery::NotSent);
    let fold = s.find("▸ 30 more rows · Ctrl-O").unwrap();
    assert!(s.row(fold + 1).contains("✗ not sent"), "{}", s.text());
    s.ctrl('o');
    s.press(KeyCode::End);
    assert!(s.find("row 40.").is_some_and(|row| s.row(row).contains("✗ not sent")), "{}", s.text());
}

#[test]
fn another_width_folds_again() {
    let mut s = Screen::up(loopback(), (120, 35));
    s.joins(addr(BOB), Some("bob"));
    s.says(addr(BOB), "bob", &"word ".repeat(200));
    assert!(s.find("▸").is_none(), "{}", s.text());
    s.resize(40, 24);
    assert!(s.find("▸ ").is_some_and(|row| s.row(row).contains(" more rows · Ctrl-O")), "{}", s.text());
    s.ctrl('o');
    assert!(s.find("▸").is_none(), "{}", s.text());
    s.resize(120, 35);
    assert!(s.find("▸").is_none(), "{}", s.text());
    s.resize(40, 24);
    assert!(s.find("▸").is_none(), "it stays open: {}", s.text());
}

#[test]
fn counts_are_messages_not_rows() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(BOB), Some("bob"));
    for n in 0..60 {
        s.wait(1);
        s.says(addr(BOB), "bob", &format!("said {n}.\nin two rows"));
        s.joins(addr("127.0.0.1:4567"), Some("carol"));
        s.leaves(addr("127.0.0.1:4567"));
    }
    s.press(KeyCode::PageUp);
    let below = (0..60).filter(|n| s.find(&format!("said {n}.")).is_some()).max().unwrap();
    assert!(s.find(&format!("{} messages below · End", 59 - below)).is_some(), "{below} {}", s.text());
    s.says(addr(BOB), "bob", "one more");
    assert!(s.find("1 new message").is_some() && s.find("1 new messages").is_none(), "{}", s.text());
    s.says(addr(BOB), "bob", "and one");
    assert!(s.find("2 new messages").is_some(), "{}", s.text());
    s.press(KeyCode::End);
    s.feed(Input::Scroll(1));
    s.enter("/clear");
    for n in 0..100 {
        s.enter(&format!("/whois {n}"));
        s.update(WhoFailure::Nobody(Who::new(&format!("nobody {n}")).unwrap()).into());
    }
    s.feed(Input::Scroll(5));
    assert!(s.find("more below · End").is_some() && s.find("messages below").is_none(), "{}", s.text());
}

/// The size of the draft, as the status line shows it.
fn size(s: &mut Screen) -> String {
    let text = s.text();
    let line = text.lines().find(|row| row.starts_with(" ○")).unwrap();
    line.split("  ").find(|part| part.contains(" rows")).unwrap_or_default().trim().to_owned()
}

#[test]
fn a_draft_larger_than_the_input_shows_its_size() {
    for (cols, rows, shown) in [
        (80, 24, "draft: 1,006 rows, 1.0 KB"),
        (120, 35, "draft: 1,006 rows, 1.0 KB"),
        (46, 12, "1,006 rows, 1.0 KB"),
        (40, 12, "1,006 rows"),
        (60, 8, "draft: 1,006 rows, 1.0 KB"),
    ] {
        let mut s = Screen::up(loopback(), (cols, rows));
        s.feed(Input::Paste(lines(5)));
        assert_eq!(size(&mut s), "", "{cols}");
        s.feed(Input::Paste("\nxxxxxxxxxx".to_owned()));
        assert!(size(&mut s).contains("6 rows"), "{cols}: {}", s.text());
        s.feed(Input::Paste("\n".repeat(1_000)));
        assert_eq!(size(&mut s), shown, "{cols}: {}", s.text());
        s.ctrl('c');
        assert_eq!(size(&mut s), "", "{cols}");
    }
}

#[test]
fn a_large_draft_is_sent_by_the_second_enter() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.enter(&"a".repeat(77));
    s.feed(Input::Paste(lines(20)));
    s.press(KeyCode::Enter);
    assert_eq!(s.said().len(), 2, "neither is large");
    s.feed(Input::Paste(lines(3_000)));
    s.press(KeyCode::Enter);
    assert!(s.find("Send 3,000 rows, 28.8 KB? Press Enter again to send it.").is_some(), "{}", s.text());
    assert_eq!(s.said(), [""; 0]);
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), [lines(3_000)]);
    assert_eq!(s.input(), "Message #lobby   (/ for commands)");
    // Many bytes in few rows.
    s.resize(400, 24);
    s.feed(Input::Paste("y".repeat(4_001)));
    s.press(KeyCode::Enter);
    assert!(s.find("Send 11 rows, 4.0 KB? Press Enter again to send it.").is_some(), "{}", s.text());
    s.typed("!");
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), [""; 0], "it is another draft");
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), [format!("{}!", "y".repeat(4_001))]);
}

#[test]
fn a_recalled_large_draft_is_asked_about_again() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.feed(Input::Paste(lines(30)));
    s.press(KeyCode::Enter);
    s.press(KeyCode::Enter);
    assert_eq!(s.said().len(), 1);
    s.press(KeyCode::Up);
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), [""; 0]);
    s.ctrl('c');
    assert_eq!(s.text().matches("Press Enter again to send it.").count(), 2, "{}", s.text());
}
