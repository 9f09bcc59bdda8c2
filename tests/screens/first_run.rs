//! The first run: the user chooses a name.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

fn screen() -> Screen {
    Screen::new(lan().with(|s| s.ask_name = true), (80, 24))
}

fn named(nick: &str) -> Command {
    Command::SetNick(Nick::new(nick).unwrap())
}

#[test]
fn enter_takes_the_proposed_name() {
    let mut s = screen();
    assert!(s.find("Type the name others should see").is_some() && s.find("○ welcome").is_some(), "{}", s.text());
    assert_eq!(s.input(), "alice");
    s.press(KeyCode::Enter);
    assert_eq!(s.sent(), [named("alice")]);
    assert!(s.find("○ starting").is_some() && s.find("Welcome").is_none(), "{}", s.text());
    s.listens("alice");
    s.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
    assert!(s.input().starts_with("Message #lobby"), "{}", s.text());
    assert!(s.find("visible as \"alice\"").is_some(), "{}", s.text());
    s.enter("hello");
    assert_eq!(s.said(), ["hello"]);
}

#[test]
fn another_name_can_be_typed_or_pasted() {
    let mut s = screen();
    s.ctrl('u');
    assert_eq!(s.input(), "Your name");
    s.enter(" Zoë 山田 ");
    assert_eq!(s.sent(), [named("Zoë 山田")]);
    s.listens("Zoë 山田");
    assert!(s.find("  Zoë 山田  192.168.1.20:4565").is_some(), "{}", s.text());

    let mut s = screen();
    s.feed(Input::Paste("carol\n".into()));
    assert_eq!(s.sent(), [], "a paste never sends");
    s.press(KeyCode::Enter);
    assert_eq!(s.sent(), [named("carol")]);
}

#[test]
fn typing_first_replaces_the_proposal_and_editing_keeps_it() {
    let reversed = |s: &mut Screen| {
        let y = s.find("> ").and_then(|y| u16::try_from(y).ok()).unwrap();
        s.buffer()[(2, y)].modifier.contains(ratatui::style::Modifier::REVERSED)
    };
    let mut s = screen();
    assert!(reversed(&mut s), "as selected text");
    s.typed("Eve");
    assert!(s.input() == "Eve" && !reversed(&mut s), "{}", s.text());
    for (code, kept) in [
        (KeyCode::Left, "alicxe"),
        (KeyCode::Right, "alicex"),
        (KeyCode::Home, "xalice"),
        (KeyCode::End, "alicex"),
        (KeyCode::Backspace, "alicx"),
    ] {
        let mut s = screen();
        s.press(code);
        assert!(!reversed(&mut s), "{code:?}");
        s.typed("x");
        assert_eq!(s.input(), kept, "{code:?}");
    }
}

#[test]
fn an_invalid_name_stays_in_the_input_and_is_explained() {
    let mut s = screen();
    for (text, told) in [
        ("a:b", "A name cannot contain ':'"),
        ("a b c", "at most 2 words"),
        ("/who", "Choose a name first, then type commands. /quit leaves."),
        ("//who", "Choose a name first, then type commands."),
    ] {
        s.ctrl('u');
        s.enter(text);
        assert!(s.find(told).is_some(), "{}", s.text());
        assert_eq!((s.input().as_str(), s.sent()), (text, vec![]));
    }
    s.ctrl('u');
    s.press(KeyCode::Enter);
    assert!(s.find("A name").is_some() && s.sent().is_empty(), "{}", s.text());
    assert!(s.find("Welcome").is_some(), "{}", s.text());
}

#[test]
fn only_choosing_a_name_or_leaving_is_possible() {
    let mut s = screen();
    s.press(KeyCode::Esc);
    s.press(KeyCode::Tab);
    s.ctrl('r');
    assert!(s.find("Choose a name first").is_some(), "{}", s.text());
    s.typed("x");
    assert_eq!((s.input().as_str(), s.sent()), ("x", vec![]), "nobody is told of typing");
    s.ctrl('u');
    s.typed("/");
    assert!(s.find("commands").is_none(), "no list: {}", s.text());
    s.ctrl('c');
    s.ctrl('c');
    assert!(s.find("Press Ctrl-C again to quit").is_some(), "{}", s.text());
    s.ctrl('c');
    assert_eq!(s.effects, [Output::Send(Command::Quit), Output::Quit]);

    for leave in ["/quit", "/exit", "/qui"] {
        let mut s = screen();
        s.ctrl('u');
        s.effects.clear();
        s.enter(leave);
        assert_eq!(s.effects, [Output::Send(Command::Quit), Output::Quit], "{leave}");
    }
    let mut s = screen();
    s.effects.clear();
    s.ctrl('q');
    assert_eq!(s.effects, [Output::Send(Command::Quit), Output::Quit]);
}

#[test]
fn a_name_the_node_missed_is_asked_for_again() {
    let mut s = screen();
    s.press(KeyCode::Enter);
    let command = s.sent().remove(0);
    s.feed(Input::Refused(command));
    assert!(s.find("○ welcome").is_some() && s.input() == "alice", "{}", s.text());
    s.press(KeyCode::Enter);
    assert_eq!(s.sent(), [named("alice")]);
}

#[test]
fn a_nodes_end_is_shown_and_warnings_stay_in_sight() {
    let mut s = Screen::new(lan().with(|s| (s.ask_name, s.warnings) = (true, vec!["a warning".into()])), (80, 24));
    assert!(s.find("a warning") < s.find("Welcome"), "{}", s.text());
    s.feed(Input::NodeGone);
    assert!(s.find("✗ OFFLINE").is_some() && s.find("Welcome").is_none(), "{}", s.text());
    s.enter("/quit");
    assert_eq!(s.effects.last(), Some(&Output::Quit));
}
