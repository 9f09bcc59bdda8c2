//! Who is typing: the user and others.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

fn bob() -> Whom {
    node("c04e", "127.0.0.1:4566")
}

fn screen() -> Screen {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(bob(), Some("bob"));
    s.effects.clear();
    s
}

const TYPING: Command = Command::Typing(true);
const STOPPED: Command = Command::Typing(false);

#[test]
fn typing_is_announced_at_most_every_three_seconds() {
    let mut s = screen();
    s.typed("hello");
    assert_eq!(s.sent(), [TYPING]);
    s.wait_ms(2_999);
    s.typed("x");
    assert_eq!(s.sent(), []);
    s.wait_ms(1);
    assert_eq!(s.sent(), [], "nothing while nobody types");
    s.press(KeyCode::Left);
    assert_eq!(s.sent(), [], "the cursor alone is no typing");
    s.press(KeyCode::Backspace);
    assert_eq!(s.sent(), [TYPING]);
    assert_eq!(s.app.next_tick(), None, "and nothing wakes up for it");
}

#[test]
fn emptying_the_draft_is_announced_but_sending_is_not() {
    let mut s = screen();
    s.typed("hello");
    s.ctrl('c');
    assert_eq!(s.sent(), [TYPING, STOPPED]);
    s.typed("a");
    s.press(KeyCode::Backspace);
    assert_eq!(s.sent(), [TYPING, STOPPED]);
    s.enter("hi");
    assert!(matches!(s.sent().as_slice(), [TYPING, Command::Say { .. }]), "the line says it");
    s.feed(Input::Paste("pasted".into()));
    assert_eq!(s.sent(), [TYPING]);
}

#[test]
fn typing_a_command_is_not_announced() {
    let mut s = screen();
    s.enter("/who");
    s.typed("/me wav");
    assert_eq!(s.sent(), []);
    s.ctrl('u');
    s.typed("who");
    s.press(KeyCode::Home);
    s.typed("/");
    assert_eq!(s.sent(), [TYPING, STOPPED], "it became one");
    s.typed("/");
    assert_eq!(s.sent(), [TYPING], "and text again");
}

#[test]
fn typing_is_announced_only_to_nodes_that_understand_it() {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr("127.0.0.1:4567"), Some("guest"));
    s.typed("hello");
    assert_eq!(s.sent(), []);
    s.joins(bob(), Some("bob"));
    s.typed("!");
    assert_eq!(s.sent(), [TYPING]);
    s.feed(Input::NodeGone);
    s.ctrl('c');
    assert_eq!(s.sent(), []);
}

#[test]
fn a_refused_typing_notice_is_dropped_silently() {
    let mut s = screen();
    s.typed("hello");
    let before = s.text();
    let command = s.sent().remove(0);
    s.feed(Input::Refused(command));
    assert_eq!(s.text(), before);
}

#[test]
fn others_type_for_six_seconds_or_until_they_speak() {
    let mut s = screen();
    let shown = |s: &mut Screen| (s.find("bob is typing").is_some(), s.find("typing…").is_some());
    s.is_at(bob(), Presence::Here, true);
    assert_eq!(shown(&mut s), (true, true), "{}", s.text());
    assert_eq!(s.app.next_tick(), Some(s.now.mono + std::time::Duration::from_secs(6)));
    s.wait(5);
    assert_eq!(shown(&mut s), (true, true));
    s.is_at(bob(), Presence::Here, true);
    s.wait(5);
    assert_eq!(shown(&mut s), (true, true), "said again");
    s.wait(1);
    assert_eq!(shown(&mut s), (false, false), "{}", s.text());
    s.is_at(bob(), Presence::Here, true);
    s.says(bob(), "bob", "there");
    assert_eq!(shown(&mut s), (false, false), "{}", s.text());
    s.is_at(bob(), Presence::Here, true);
    s.is_at(bob(), Presence::Here, false);
    assert_eq!(shown(&mut s), (false, false), "{}", s.text());
    s.is_at(bob(), Presence::Here, true);
    s.leaves(bob());
    assert_eq!(shown(&mut s), (false, false), "{}", s.text());
}

#[test]
fn many_typing_people_are_counted() {
    let mut s = screen();
    for (key, name) in [("aa", "ann"), ("cc", "carol")] {
        s.joins(node(key, "127.0.0.1:4570"), Some(name));
        s.is_at(node(key, "127.0.0.1:4570"), Presence::Here, true);
    }
    assert!(s.find("ann and carol are typing").is_some(), "{}", s.text());
    s.is_at(bob(), Presence::away("x"), true);
    assert!(s.find("3 people are typing").is_some(), "{}", s.text());
}

/// The status line.
fn status(s: &mut Screen) -> String {
    let text = s.text();
    text.lines().find(|row| row.starts_with(" ●")).unwrap_or_default().trim_end().to_owned()
}

#[test]
fn a_narrow_window_shows_typing_people_instead_of_our_name() {
    let mut s = screen();
    s.resize(40, 12);
    let own = status(&mut s);
    assert!(own.contains("alice"), "{}", s.text());
    s.is_at(bob(), Presence::Here, true);
    assert_eq!(status(&mut s), " ● online  1 here         bob is typing", "{}", s.text());
    for cols in 20..80 {
        s.resize(cols, 12);
        let line = status(&mut s);
        let names_bob = line.contains("bob is typing");
        assert!(names_bob || !line.contains("alice") || !line.contains("typing"), "{cols}: {line}");
        assert!(names_bob || cols < 36, "{cols}: {line}");
        assert!(
            !line.contains("typing") || names_bob || line.contains("1 typing") || line.contains("1 is typing"),
            "{line}"
        );
    }
    s.resize(40, 12);
    s.wait(6);
    assert_eq!(status(&mut s), own);
}

#[test]
fn unread_messages_leave_room_for_typing_people() {
    let mut s = screen();
    s.resize(40, 12);
    s.feed(Input::Focus(false));
    s.says(bob(), "bob", "hello");
    assert!(status(&mut s).starts_with(" ● online  1 here  1 new message"), "{}", s.text());
    s.is_at(bob(), Presence::Here, true);
    assert_eq!(status(&mut s), " ● online  1 here  1 new  bob is typing", "{}", s.text());
}

#[test]
fn a_long_name_is_cut_before_the_verb() {
    let mut s = Screen::up(loopback(), (40, 12));
    s.joins(bob(), Some("alexandria thegreat"));
    s.is_at(bob(), Presence::Here, true);
    assert_eq!(status(&mut s), " ● online  1 here  alexandri… is typing", "{}", s.text());
}

#[test]
fn switching_typing_off_silences_both_directions() {
    let mut s = screen();
    s.typed("hello");
    s.is_at(bob(), Presence::Here, true);
    assert!(s.find("bob is typing").is_some());
    s.ctrl('c');
    s.effects.clear();
    s.enter("/typing off");
    assert_eq!(s.sent(), [Command::ShareTyping(false)]);
    s.update(Update::TypingShared(false));
    assert!(s.find("No one sees when you type").is_some() && s.find("bob is typing").is_none(), "{}", s.text());
    s.is_at(bob(), Presence::Here, true);
    assert!(s.find("bob is typing").is_none() && s.find("typing…").is_none(), "{}", s.text());
    s.typed("hello");
    s.wait(3);
    s.typed("!");
    s.ctrl('c');
    assert_eq!(s.sent(), []);
    s.enter("/clear");
    s.enter("/typing");
    assert!(s.find("No one sees when you type").is_some(), "{}", s.text());
    s.enter("/typing on");
    s.update(Update::TypingShared(true));
    assert!(s.find("Others see when you type").is_some(), "{}", s.text());
    s.effects.clear();
    s.typed("x");
    assert_eq!(s.sent(), [TYPING]);
    s.is_at(bob(), Presence::Here, true);
    assert!(s.find("bob is typing").is_some(), "{}", s.text());
}

#[test]
fn a_profile_can_begin_without_typing_notices() {
    let mut s = Screen::up(loopback().with(|setup| setup.typing = false), (80, 24));
    s.joins(bob(), Some("bob"));
    s.effects.clear();
    s.typed("hello");
    s.is_at(bob(), Presence::Here, true);
    assert!(s.sent().is_empty() && s.find("is typing").is_none(), "{}", s.text());
}
