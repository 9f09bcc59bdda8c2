//! Code in messages: pasted, shown and copied.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

const MAKEFILE: &str = "all:\n\tcc -o x x.c  \n\n\t@echo done\n";

fn bob() -> Whom {
    node("c04e", "127.0.0.1:4566")
}

fn screen(size: (u16, u16)) -> Screen {
    let mut s = Screen::up(loopback(), size);
    s.joins(bob(), Some("bob"));
    s.effects.clear();
    s
}

/// What was put into the clipboard. Forgets all effects.
fn copied(s: &mut Screen) -> Vec<String> {
    let copied = |effect| if let Output::Copy(text) = effect { Some(text.to_string()) } else { None };
    s.effects.drain(..).filter_map(copied).collect()
}

#[test]
fn a_pasted_file_is_sent_as_it_is() {
    let mut s = screen((80, 24));
    for file in [MAKEFILE, "/usr/bin/env python3\n\tpass\n", "//x\n/quit\n", "/quit\nno"] {
        s.feed(Input::Paste(file.replace('\n', "\r")));
        s.press(KeyCode::Enter);
        assert_eq!(s.said(), [file]);
    }
}

#[test]
fn a_multi_line_draft_beginning_like_a_command_is_text() {
    let mut s = screen((80, 24));
    s.typed("/quit");
    assert!(s.find("commands").is_some());
    s.ctrl('j');
    s.typed("x");
    assert!(s.find("── commands ──").is_none(), "{}", s.text());
    assert!(s.sent().contains(&Command::Typing(true)), "others see that a text is typed");
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), ["/quit\nx"]);
    s.feed(Input::Paste("/who\n".into()));
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), [""; 0], "one line is a command, also with its end");
    assert_eq!(s.input(), "Message #lobby   (/ for commands)");
}

#[test]
fn a_refused_text_comes_back_as_typed() {
    let mut s = screen((80, 24));
    for typed in ["/usr/bin/env\n\tx  \n", "//me", "  /x", "a\tb  "] {
        s.feed(Input::Paste(typed.into()));
        s.press(KeyCode::Enter);
        let say = s.sent().into_iter().find(|command| matches!(command, Command::Say { .. })).unwrap();
        s.feed(Input::Refused(say.clone()));
        s.press(KeyCode::Enter);
        let again = s.sent().into_iter().find(|command| matches!(command, Command::Say { .. }));
        assert_eq!(again, Some(say));
    }
}

#[test]
fn tabs_become_columns_and_never_reach_the_terminal() {
    let mut s = screen((80, 24));
    s.says(bob(), "bob", "a\tb\n\tif x:\n1234567\ty https://a.b/c\tz\n");
    let row = s.find("if x:").unwrap();
    let before = s.row(row - 1);
    let start = before.find("a       b").expect("the stop is at eight columns");
    assert_eq!(s.row(row).find("if x:"), Some(start + 8), "{}", s.text());
    assert_eq!(s.row(row + 1).find("y https://a.b/c z"), Some(start + 8), "{}", s.text());
    assert!(!s.text().contains('\t'));
    assert!(s.row(row + 2).trim_matches([' ', '│']).is_empty(), "a line feed at the end has no row: {}", s.text());
    s.feed(Input::Paste("\tx".into()));
    assert_eq!(s.input(), "        x");
    assert_eq!(s.draw().map(|at| at.x), Some(2 + 9));
}

#[test]
fn copy_puts_the_exact_message_into_the_clipboard() {
    let mut s = screen((80, 24));
    s.says(bob(), "bob", MAKEFILE);
    s.says(bob(), "bob", "\u{5c71}");
    s.own("mine  ", Delivery::Sent);
    s.enter("/copy");
    assert_eq!(copied(&mut s), ["mine  "]);
    assert!(s.find("Copied 6 bytes: your message of 18:").is_some(), "{}", s.text());
    assert!(s.find("set-clipboard on").is_some(), "{}", s.text());
    s.enter("/clear");
    s.says(bob(), "bob", MAKEFILE);
    s.says(bob(), "bob", "\u{5c71}");
    s.enter("/copy 2");
    assert_eq!(copied(&mut s), [MAKEFILE]);
    assert!(
        s.find(&format!("Copied {} bytes: the message of 18:22 from bob.", MAKEFILE.len())).is_some(),
        "{}",
        s.text()
    );
    assert!(s.find("set-clipboard").is_none(), "once is enough");
    s.enter("/copy 3");
    assert_eq!(copied(&mut s), [""; 0]);
    assert!(s.find("There are not that many messages here.").is_some(), "{}", s.text());
    assert_eq!(s.input(), "/copy 3", "it stays");
}

#[test]
fn copy_counts_from_the_messages_in_sight() {
    let mut s = screen((80, 24));
    for n in 0..60 {
        s.says(bob(), "bob", &format!("line {n}."));
        s.wait(1);
    }
    s.press(KeyCode::PageUp);
    let text = s.text();
    let said = |row: &str| Some(format!("line {}.", row.split_once("│ line ")?.1.split_once('.')?.0));
    let last = text.lines().rev().find_map(said).unwrap();
    assert_ne!(last, "line 59.");
    s.enter("/copy");
    assert_eq!(copied(&mut s), [last]);
    assert!(s.find("Copied").is_some(), "and shows what it did: {}", s.text());
}

#[test]
fn copy_says_why_it_fails() {
    let mut s = screen((80, 24));
    s.enter("/copy");
    assert!(s.find("There is no message to copy.").is_some(), "{}", s.text());
    let mut s = Screen::up(loopback().with(|setup| setup.clipboard = false), (80, 24));
    s.joins(bob(), Some("bob"));
    s.says(bob(), "bob", "x");
    s.enter("/copy");
    assert_eq!(copied(&mut s), [""; 0]);
    assert!(s.find("This terminal does not let programs copy.").is_some(), "{}", s.text());
}

#[test]
fn the_plain_view_puts_nothing_before_message_lines() {
    let mut s = screen((40, 24));
    s.key(Key::alt('l'));
    assert_eq!(s.sent(), [Command::PlainView(true)], "it is remembered");
    s.says(bob(), "bob", "if x:\n    y()  \n\tz()\n");
    let row = s.find("if x:").unwrap();
    assert_eq!(s.row(row), "if x:");
    assert!(s.row(row - 1).ends_with("bob:"), "{}", s.text());
    assert_eq!(s.row(row + 1), "    y()");
    assert_eq!(s.row(row + 2), "        z()");
    s.says(bob(), "bob", &"word ".repeat(12));
    let row = s.find("bob: word").unwrap();
    assert!(s.row(row + 1).starts_with("word"), "{}", s.text());
    assert!(s.find("Alt-L leave plain view").is_some(), "{}", s.text());
    s.enter("/plain");
    assert_eq!(s.sent(), [Command::PlainView(false)]);
    assert!(s.find("leave plain view").is_none());
    s.resize(80, 9);
    s.enter("/plain");
    assert!(s.find("/plain: columns again").is_some(), "{}", s.text());
}

#[test]
fn the_plain_view_can_be_on_from_the_start() {
    let mut s = Screen::up(loopback().with(|setup| setup.plain_view = true), (80, 24));
    s.joins(bob(), Some("bob"));
    s.says(bob(), "bob", "a\nb");
    assert!(s.find("PEOPLE").is_none() && s.find("│").is_none(), "{}", s.text());
    assert!(s.find("Alt-L, /plain leave the plain view").is_some(), "{}", s.text());
}
