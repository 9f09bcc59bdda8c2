//! One test for each row of the specification's table of keys, and for what else typing does.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::screen::*;

const BOB: &str = "127.0.0.1:4566";

fn screen() -> Screen {
    let mut s = Screen::up(loopback(), (80, 24));
    s.joins(addr(BOB), Some("bob"));
    s.effects.clear();
    s
}

/// A screen with `lines` messages of one row each.
fn full(lines: usize) -> Screen {
    let mut s = screen();
    for i in 0..lines {
        s.wait(1);
        s.says(addr(BOB), "bob", &format!("line {i}."));
    }
    s
}

#[test]
fn enter_sends_and_other_enters_make_a_new_line() {
    let mut s = screen();
    s.typed("one");
    s.key(Key { alt: true, ..Key::plain(KeyCode::Enter) });
    s.typed("two");
    s.ctrl('j');
    s.typed("three");
    s.key(Key { shift: true, ..Key::plain(KeyCode::Enter) });
    s.typed("four");
    assert_eq!(s.sent(), []);
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), ["one\ntwo\nthree\nfour"]);
    assert!(s.input().starts_with("Message #lobby"));
    s.enter("   ");
    assert_eq!(s.sent(), [], "nothing is nothing to send");
}

#[test]
fn the_readline_keys_edit() {
    let mut s = screen();
    s.typed("one two three");
    s.ctrl('a');
    s.ctrl('f');
    s.typed("X");
    s.ctrl('e');
    s.ctrl('b');
    s.typed("Y");
    assert_eq!(s.input(), "oXne two threYe");
    s.ctrl('w');
    s.key(Key::alt('b'));
    s.key(Key::alt('d'));
    assert_eq!(s.input(), "oXne  e".replace("  ", " "));
    s.ctrl('y');
    assert!(s.input().contains("two"));
    s.ctrl('a');
    s.ctrl('k');
    assert!(s.input().starts_with("Message"));
    s.ctrl('y');
    assert!(s.input().starts_with("oXne"));
    s.key(Key { alt: true, ..Key::plain(KeyCode::Backspace) });
    s.key(Key { ctrl: true, ..Key::plain(KeyCode::Left) });
    s.typed("Z");
    assert!(s.input() == "oXne Ztwo", "{}", s.input());
    s.key(Key { ctrl: true, ..Key::plain(KeyCode::Right) });
    s.key(Key::alt('f'));
    assert!(s.draw().unwrap().x > 4);
}

#[test]
fn ctrl_u_and_d_edit_or_scroll_but_never_quit() {
    let mut s = full(100);
    s.typed("abc");
    s.press(KeyCode::Left);
    s.ctrl('d');
    assert_eq!(s.input(), "ab");
    s.ctrl('u');
    assert!(s.input().starts_with("Message"));
    assert!(s.find("line 99.").is_some());
    s.ctrl('u');
    assert!(s.find("line 99.").is_none() && s.find("line 85.").is_some());
    s.ctrl('d');
    assert!(s.find("line 99.").is_some());
    for _ in 0..10 {
        s.ctrl('d');
    }
    assert_eq!(s.effects.iter().filter(|e| matches!(e, Output::Quit)).count(), 0);
}

#[test]
fn home_and_end_move_within_the_line_or_room() {
    let mut s = full(100);
    s.press(KeyCode::Home);
    assert!(s.find("line 0.").is_some());
    s.press(KeyCode::End);
    assert!(s.find("line 99.").is_some());
    s.typed("bc");
    s.press(KeyCode::Home);
    s.typed("a");
    s.press(KeyCode::End);
    s.typed("d");
    assert_eq!(s.input(), "abcd");
    assert!(s.find("line 99.").is_some());
}

#[test]
fn up_and_down_walk_the_draft_then_the_history() {
    let mut s = screen();
    for line in ["first", "second", "filtered"] {
        s.enter(line);
    }
    s.press(KeyCode::Up);
    s.press(KeyCode::Up);
    assert_eq!(s.input(), "second");
    s.press(KeyCode::Down);
    s.press(KeyCode::Down);
    assert!(s.input().starts_with("Message"));
    s.typed("fi");
    s.press(KeyCode::Up);
    assert_eq!(s.input(), "filtered");
    s.press(KeyCode::Up);
    assert_eq!(s.input(), "first");
    s.ctrl('c');
    s.typed("one");
    s.ctrl('j');
    s.typed("two");
    s.press(KeyCode::Up);
    s.typed("X");
    s.press(KeyCode::Enter);
    assert_eq!(s.said().last().map(String::as_str), Some("oneX\ntwo"));
}

#[test]
fn tab_completes() {
    let mut s = screen();
    s.joins(addr("127.0.0.1:4567"), Some("bea"));
    s.says(addr(BOB), "bob", "hi");
    s.typed("b");
    s.press(KeyCode::Tab);
    assert_eq!(s.input(), "bob:", "who spoke last comes first");
    s.press(KeyCode::Tab);
    assert_eq!(s.input(), "bea:");
    s.key(Key { shift: true, ..Key::plain(KeyCode::Tab) });
    s.typed("hi");
    assert_eq!(s.input(), "bob: hi");
    s.ctrl('c');
    s.typed("/resc");
    s.press(KeyCode::Tab);
    assert_eq!(s.input(), "/rescan");
}

#[test]
fn pages_lines_and_ends_scroll() {
    let mut s = full(100);
    s.press(KeyCode::PageUp);
    assert!(s.find("line 81.").is_some() && s.find("line 82.").is_none(), "{}", s.text());
    s.press(KeyCode::PageDown);
    assert!(s.find("line 99.").is_some());
    s.key(Key { shift: true, ..Key::plain(KeyCode::Up) });
    assert!(s.find("line 98.").is_some() && s.find("line 99.").is_none());
    s.key(Key { shift: true, ..Key::plain(KeyCode::Down) });
    assert!(s.find("line 99.").is_some());
    s.typed("a draft");
    s.key(Key { ctrl: true, ..Key::plain(KeyCode::Home) });
    assert!(s.find("line 0.").is_some());
    s.key(Key { ctrl: true, ..Key::plain(KeyCode::End) });
    assert!(s.find("line 99.").is_some());
    s.feed(Input::Scroll(3));
    assert!(s.find("line 96.").is_some() && s.find("line 97.").is_none());
}

#[test]
fn alt_u_finds_the_unread_alt_p_and_n_mentions() {
    let mut s = full(10);
    s.feed(Input::Focus(false));
    s.says(addr(BOB), "bob", "alice: first mention");
    for i in 0..100 {
        s.wait(1);
        s.says(addr(BOB), "bob", &format!("more {i}."));
    }
    s.feed(Input::Focus(true));
    assert!(s.find("101 new").is_some(), "the status line counts them: {}", s.text());
    s.key(Key::alt('u'));
    assert_eq!(s.find("── 101 new messages ──"), Some(2));
    s.press(KeyCode::Esc);
    assert!(s.find("101 new").is_none());
    s.key(Key::alt('p'));
    assert_eq!(s.find("alice: first mention"), Some(2));
    s.key(Key { ctrl: true, ..Key::plain(KeyCode::Home) });
    s.resize(80, 16);
    s.key(Key::alt('n'));
    assert!(s.find("alice: first mention").is_some());
}

#[test]
fn ctrl_r_and_f5_rescan_and_report_the_result() {
    let mut s = screen();
    s.ctrl('r');
    s.press(KeyCode::F(5));
    s.enter("/scan");
    assert_eq!(s.sent(), [Command::Rescan, Command::Rescan, Command::Rescan]);
    s.sweeps(2, 4);
    assert!(s.find("scan 50%").is_some());
    s.sweeps(4, 4);
    assert!(s.find("Searched 127.0.0.1/32 in 12 ms: nobody new.").is_some());
    s.sweeps(4, 4);
    assert_eq!(s.text().matches("Searched").count(), 1, "only what was asked for is answered");
}

#[test]
fn ctrl_c_clears_then_asks_then_quits() {
    let mut s = screen();
    s.typed("a draft");
    s.ctrl('c');
    assert!(s.input().starts_with("Message"));
    s.ctrl('y');
    assert_eq!(s.input(), "a draft");
    s.ctrl('c');
    s.ctrl('c');
    assert_eq!(s.input(), "Press Ctrl-C again to quit");
    let until = s.app.next_tick().unwrap();
    assert_eq!((until - s.now.mono).as_secs(), 3);
    s.wait(3);
    assert!(s.input().starts_with("Message"), "three seconds later it is forgotten");
    s.ctrl('c');
    s.typed("x");
    s.press(KeyCode::Backspace);
    s.ctrl('c');
    assert!(!s.effects.contains(&Output::Quit), "another key in between disarms");
    s.ctrl('c');
    assert!(s.effects.ends_with(&[Output::Send(Command::Quit), Output::Quit]), "{:?}", s.effects);
}

#[test]
fn ctrl_q_and_quit_leave_at_once() {
    let mut s = screen();
    s.typed("draft");
    s.ctrl('q');
    let kept = |s: &Screen| match s.effects.as_slice() {
        [Output::Send(Command::KeepView { view, .. }), Output::Send(Command::Quit), Output::Quit] => view.draft.clone(),
        effects => panic!("{effects:?}"),
    };
    assert_eq!(kept(&s), "draft", "for the next start");
    let mut s = screen();
    s.enter("/exit");
    assert_eq!(kept(&s), "", "the command is done");
    s.feed(Input::NodeGone);
    s.effects.clear();
    s.enter("/quit");
    assert_eq!(s.effects, [Output::Quit], "there is nobody left to tell");
}

#[test]
fn f1_opens_help_and_esc_or_typing_closes_it() {
    let mut s = screen();
    s.press(KeyCode::F(1));
    assert!(s.find("Help").is_some() && s.find("complete a name").is_some());
    s.press(KeyCode::PageDown);
    s.press(KeyCode::PageDown);
    assert!(s.find("/connect").is_some(), "{}", s.text());
    s.press(KeyCode::Esc);
    assert!(s.find("complete a name").is_none());
    s.enter("/help");
    s.typed("x");
    assert!(s.find("complete a name").is_none() && s.input() == "x");
    s.ctrl('c');
    s.enter("/help nick");
    assert!(s.find("/nick [NAME]").is_some());
    s.press(KeyCode::Esc);
    s.press(KeyCode::Esc);
    assert!(!s.effects.contains(&Output::Quit), "Esc never quits");
}

#[test]
fn f8_hides_the_sidebar_and_alt_l_the_columns() {
    let mut s = full(3);
    assert!(s.find("PEOPLE").is_some());
    s.press(KeyCode::F(8));
    assert!(s.find("PEOPLE").is_none());
    s.press(KeyCode::F(8));
    s.key(Key::alt('l'));
    assert!(s.find("PEOPLE").is_none() && s.find("│").is_none(), "{}", s.text());
    assert!(s.find("bob: line 2.").is_some());
    s.key(Key::alt('l'));
    s.resize(40, 12);
    assert!(s.find("PEOPLE").is_none());
    s.press(KeyCode::F(8));
    assert!(s.find("PEOPLE  1 here").is_some());
}

#[test]
fn ctrl_l_and_ctrl_z_are_effects() {
    let mut s = screen();
    s.typed("kept");
    s.ctrl('l');
    s.ctrl('z');
    assert_eq!(s.effects, [Output::Redraw, Output::Suspend]);
    assert_eq!(s.input(), "kept");
}

#[test]
fn unbound_keys_do_nothing() {
    let mut s = screen();
    for c in "gimnpstvx".chars() {
        s.ctrl(c);
    }
    s.key(Key { ctrl: true, alt: true, ..Key::plain(KeyCode::F(9)) });
    s.press(KeyCode::F(3));
    s.key(Key::alt('x'));
    assert!(s.input().starts_with("Message") && s.effects.is_empty());
    s.key(Key { ctrl: true, alt: true, ..Key::plain(KeyCode::Char('@')) });
    assert_eq!(s.input(), "@", "AltGr types");
}

#[test]
fn a_paste_fills_the_draft_and_never_sends() {
    let mut s = screen();
    s.feed(Input::Paste("one\r\ntwo\rthree\tx\u{1b}[31m\n".into()));
    assert_eq!(s.sent(), []);
    s.press(KeyCode::Enter);
    assert_eq!(s.said(), ["one\ntwo\nthree\tx[31m\n"]);
}

#[test]
fn a_draft_can_be_as_long_as_a_message() {
    let mut s = screen();
    s.resize(160, 24);
    for _ in 0..30 {
        s.says(addr(BOB), "bob", "something to scroll");
    }
    s.press(KeyCode::PageUp);
    s.feed(Input::Paste("y".repeat(65_530)));
    s.feed(Input::Paste("山".repeat(1_000)));
    assert!(s.find("the last 2,994 bytes did not fit").is_some(), "{}", s.text());
    assert!(s.find("A message has at most 65,536 bytes").is_some(), "{}", s.text());
    s.typed("z");
    assert!(s.find("The message is full: 65,536 of 65,536 bytes.").is_some(), "{}", s.text());
    assert_eq!(s.sent(), [], "a paste never sends");
    s.press(KeyCode::Enter);
    s.press(KeyCode::Enter);
    assert_eq!(s.said().iter().map(String::len).collect::<Vec<_>>(), [65_536], "what was kept can be sent");
    s.feed(Input::Paste("fits".into()));
    assert_eq!(s.input(), "fits");
}

#[test]
fn a_long_message_says_once_that_reference_nodes_get_less() {
    let lines = |n: usize| "x\n\n".repeat(n);
    let told = |s: &mut Screen| s.text().matches("Reference nodes show only the first 20 lines").count();
    let mut s = Screen::up(loopback(), (80, 60));
    s.joins(node("c04e", BOB), Some("bob"));
    s.own(&lines(21), Delivery::Sent);
    s.enter("/clear");
    s.joins(addr("127.0.0.1:4567"), Some("ref"));
    s.own(&lines(20), Delivery::Sent);
    assert_eq!(told(&mut s), 0, "{}", s.text());
    s.enter("/clear");
    s.own(&lines(21), Delivery::Sent);
    assert_eq!(told(&mut s), 1, "{}", s.text());
    s.enter("/clear");
    s.own(&lines(21), Delivery::Sent);
    s.own("short", Delivery::Sent);
    assert_eq!(told(&mut s), 0, "once is enough: {}", s.text());
}

#[test]
fn failed_commands_keep_the_draft() {
    let mut s = screen();
    s.enter("/jion");
    assert!(s.find("Unknown command /jion.").is_some());
    assert_eq!(s.input(), "/jion");
    s.ctrl('c');
    s.enter("/connect nowhere");
    assert!(s.find("is not an IP address").is_some());
    s.ctrl('c');
    s.enter("/nick a:b");
    assert!(s.find("cannot contain ':'").is_some());
    assert_eq!(s.sent(), []);
}

#[test]
fn commands_reach_the_node() {
    let mut s = screen();
    s.enter("/me waves");
    s.enter("//not a command");
    s.enter("/nick amy");
    s.enter("/connect 127.0.0.1:4569");
    let text = |t| Text::new(t).unwrap();
    assert_eq!(
        s.sent(),
        [
            Command::Say { room: Room::Lobby, text: text("waves"), action: true, network: Some(Network::loopback()) },
            Command::Say {
                room: Room::Lobby,
                text: text("/not a command"),
                action: false,
                network: Some(Network::loopback())
            },
            Command::SetNick(Nick::new("amy").unwrap()),
            Command::Connect(Target::Socket(addr("127.0.0.1:4569"))),
        ]
    );
    s.update(Update::NickSet(Nick::new("amy").unwrap()));
    assert!(s.find("Your name is now amy.").is_some());
    s.enter("/version");
    assert!(s.find("proximity-chat 0.1.0").is_some());
    s.enter("/who");
    assert!(s.find("1 person is here:").is_some() && s.find("? bob  guest  127.0.0.1:4566").is_some(), "{}", s.text());
    s.enter("/clear");
    assert!(s.find("1 person is here:").is_none());
}

#[test]
fn a_message_refused_by_a_full_channel_comes_back() {
    let mut s = screen();
    s.enter("/me waves");
    let command = s.sent().remove(0);
    s.feed(Input::Refused(command.clone()));
    assert_eq!(s.input(), "/me waves");
    assert!(s.find("Not sent: too much is waiting").is_some());
    s.feed(Input::Refused(command));
    assert_eq!(s.input(), "/me waves", "a draft is never overwritten");
    s.ctrl('c');
    s.enter("//slash");
    let command = s.sent().remove(0);
    s.feed(Input::Refused(command));
    assert_eq!(s.input(), "//slash");
}

#[test]
fn nothing_is_sent_without_a_node_and_the_draft_stays() {
    let mut s = screen();
    s.feed(Input::NodeGone);
    s.enter("hello");
    assert_eq!(s.sent(), []);
    assert_eq!(s.input(), "hello");
    assert!(s.find("✗ OFFLINE").is_some());
}
