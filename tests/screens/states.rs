//! A snapshot of every state, at three sizes.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};
use ratatui::style::{Color, Modifier};

use crate::{
    identities::{alarm, everybody},
    screen::*,
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 35), (40, 12)];

pub(crate) fn shoot(name: &str, make: impl Fn((u16, u16)) -> Screen) {
    for size in SIZES {
        let mut screen = make(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen.text());
    }
}

/// The people in the specification's example.
pub(crate) fn people() -> [Whom; 4] {
    [
        node("7f3a", "192.168.1.23:4565"),
        node("0b1e", "192.168.1.31:4565"),
        node("d3ad", "192.168.1.40:4565"),
        node("5e11", "[fe80::1c2a:9f]:4565"),
    ]
}

/// The specification's example conversation, as far as it is in one room.
pub(crate) fn chat(setup: Scene, size: (u16, u16)) -> Screen {
    let mut s = Screen::up(setup, size);
    let [bob, carol, dave, zoe] = people();
    let erin = addr("192.168.1.52:4566");
    s.joins(dave, Some("dave"));
    s.joins(erin, Some("erin"));
    s.joins(zoe, Some("Zoë 山田"));
    s.says(dave, "dave", "the printer in 2.04 is fixed");
    s.wait(60);
    s.own("thanks 🎉", Delivery::Sent);
    s.wait(19 * 3600 + 30 * 60);
    s.joins(bob, Some("bob"));
    s.joins(carol, Some("carol"));
    s.leaves(erin);
    s.wait(300);
    s.says(carol, "carol", "morning all");
    s.wait(180);
    s.says(
        bob,
        "bob",
        "who has the key to the lab? I need about ten minutes with the oscilloscope before the demo, and the spare one \
         seems to be missing",
    );
    s.says(zoe, "Zoë 山田", "我有，在二楼");
    s.wait(60);
    let mut action = s.message(Author::Peer(dave.id), "dave", "waves");
    action.action = true;
    s.update(Update::Message(action));
    s.is_at(dave, Presence::away("lunch"), false);
    s.trust(bob, Trust::Verified);
    for (whom, ms) in [(bob, 2), (carol, 14), (dave, 3), (zoe, 6)] {
        s.answers_in(whom, ms);
    }
    s.own("I do, come by", Delivery::Sent);
    s.feed(Input::Focus(false));
    s.wait(180);
    s.says(bob, "bob", "alice: on my way");
    s.wait(60);
    s.says(carol, "carol", "notes are at https://wiki.local/lab#keys");
    s.says(bob, "bob", "ok");
    s.feed(Input::Focus(true));
    s
}

#[test]
fn starting() {
    shoot("starting", |size| Screen::new(loopback(), size));
}

#[test]
fn only_this_machine() {
    shoot("only_this_machine", |size| {
        let mut s = Screen::up(loopback(), size);
        s.sweeps(4, 4);
        s
    });
}

#[test]
fn looking() {
    shoot("looking", |size| {
        let mut s = Screen::up(lan(), size);
        s.sweeps(741, 1_270);
        s
    });
}

#[test]
fn alone() {
    shoot("alone", |size| {
        let mut s = Screen::up(lan(), size);
        s.sweeps(1_270, 1_270);
        s
    });
}

#[test]
fn left_alone() {
    shoot("left_alone", |size| {
        let mut s = chat(lan(), size);
        for peer in people() {
            s.leaves(peer);
        }
        s
    });
}

#[test]
fn talking() {
    shoot("chat", |size| chat(lan(), size));
}

#[test]
fn not_sent() {
    shoot("not_sent", |size| {
        let mut s = Screen::up(lan(), size);
        s.own("bob are you there?", Delivery::NotSent);
        s.own("this one is as long as a row of the pane at least", Delivery::NotSent);
        s
    });
}

#[test]
fn scrolled_with_unread() {
    shoot("scrolled", |size| {
        let mut s = chat(lan(), size);
        for i in 0..60 {
            s.wait(1);
            s.says(people()[0], "bob", &format!("measurement {i}: {} V", i * 3));
        }
        s.press(KeyCode::PageUp);
        s.press(KeyCode::PageUp);
        s.says(people()[1], "carol", "are you reading this?");
        s
    });
}

#[test]
fn help() {
    shoot("help", |size| {
        let mut s = chat(lan(), size);
        s.press(KeyCode::F(1));
        s
    });
}

#[test]
fn slash_list() {
    shoot("slash_list", |size| {
        let mut s = chat(lan(), size);
        s.typed("/");
        s
    });
}

#[test]
fn quit_armed() {
    shoot("quit_armed", |size| {
        let mut s = chat(lan(), size);
        s.ctrl('c');
        s
    });
}

#[test]
fn node_gone() {
    shoot("node_gone", |size| {
        let mut s = chat(lan(), size);
        s.feed(Input::NodeGone);
        s
    });
}

#[test]
fn multi_line_draft() {
    shoot("draft", |size| {
        let mut s = chat(lan(), size);
        s.feed(Input::Paste("fn main() {\n    println!(\"hello\");\n}\n".into()));
        s.typed("and a line that is longer than the window is wide, so that it goes on in the next row of the input");
        s
    });
}

#[test]
fn wide_characters() {
    shoot("wide", |size| {
        let mut s = Screen::up(loopback(), size);
        let zoe = addr("127.0.0.1:4566");
        s.joins(zoe, Some("山田太郎さん"));
        s.says(
            zoe,
            "山田太郎さん",
            "我有钥匙，在二楼的办公室里。你可以随时过来拿，但是请先给我打个电话，谢谢！还有示波器也在那里。",
        );
        s.says(zoe, "山田太郎さん", "family 👨‍👩‍👧 flag 🇩🇪 heart ❤️ accents e\u{301}a\u{308} ｶﾞ");
        s.typed("我在 ok 👍");
        s
    });
}

#[test]
fn who_and_errors() {
    shoot("who", |size| {
        let mut s = chat(lan(), size);
        s.enter("/who");
        s.enter("/jion");
        s
    });
}

#[test]
fn mono_and_colours() {
    let find = |s: &mut Screen, y: u16, symbol: &str| {
        let buffer = s.buffer();
        let x = (0..buffer.area.width).find(|&x| buffer[(x, y)].symbol() == symbol).unwrap();
        buffer[(x, y)].clone()
    };
    let mut mono = chat(lan().with(|s| s.no_color = true), (80, 24));
    for cell in &mono.buffer().content {
        assert!(cell.fg == Color::Reset && cell.bg == Color::Reset, "{cell:?}");
    }
    let row = u16::try_from(mono.find("dave │ the printer").unwrap()).unwrap();
    assert!(find(&mut mono, row, "d").modifier.contains(Modifier::BOLD));
    assert!(find(&mut mono, row, "│").modifier.contains(Modifier::DIM));
    assert!(find(&mut mono, 0, "#").modifier.contains(Modifier::REVERSED));
    assert!(mono.text().contains("bob ┃ alice: on my way"));

    let dim = |background| {
        let mut s = chat(lan().with(|s| s.background = background), (80, 24));
        assert!(s.buffer().content.iter().all(|cell| cell.bg == Color::Reset), "no background is ever set");
        find(&mut s, row, "│").fg
    };
    assert_eq!(dim(None), Color::Indexed(244));
    assert_eq!(dim(Some(Background::Dark)), Color::Indexed(247));
    assert_eq!(dim(Some(Background::Light)), Color::Indexed(240));
    let mut told = chat(lan(), (80, 24));
    told.feed(Input::Background(Background::Light));
    assert_eq!(find(&mut told, row, "│").fg, Color::Indexed(240));
}

#[test]
fn every_size_is_drawn() {
    let mut help = chat(lan(), (80, 24));
    help.enter("/help");
    let mut commands = chat(lan(), (80, 24));
    commands.typed("/");
    let mut pasted = chat(lan(), (80, 24));
    pasted.press(KeyCode::F(8));
    pasted.feed(Input::Paste("a\nb\nc 山\nd\ne\nf\ng".into()));
    let mut alarmed = everybody((80, 24));
    alarmed.press(KeyCode::F(8));
    alarmed.update(alarm(AlarmKind::KeyChanged, "c04e", "bob", true));
    let mut welcome = Screen::new(lan().with(|s| s.ask_name = true), (80, 24));
    for screen in [&mut help, &mut commands, &mut pasted, &mut alarmed, &mut welcome] {
        for cols in (1..=45).chain([59, 60, 79, 99, 100, 120, 300]) {
            for rows in (1..=25).chain([50, 80]) {
                screen.resize(cols, rows);
                screen.draw();
            }
        }
    }
    help.resize(19, 24);
    assert_eq!(help.row(0), "window too small");
}
