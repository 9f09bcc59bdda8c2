//! Whatever happens, in any order, in any window: no panic, and the cursor stays in the frame.

use proptest::prelude::*;
use proximity_chat::{app::*, bus::*, model::*};

use crate::screen::*;

fn key() -> impl Strategy<Value = Key> {
    let code = prop_oneof![
        8 => prop_oneof![any::<char>(), Just('山'), Just('👍'), Just('\u{301}'), Just(' '), Just('/'), "[a-z]".prop_map(|s| s.chars().next().unwrap())].prop_map(KeyCode::Char),
        8 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Tab, KeyCode::Backspace, KeyCode::Delete, KeyCode::Left, KeyCode::Right, KeyCode::Up,
            KeyCode::Down, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Esc, KeyCode::F(1),
            KeyCode::F(8), KeyCode::F(5),
        ]),
    ];
    (code, prop::bool::weighted(0.3), prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(code, ctrl, alt, shift)| Key { code, ctrl, alt, shift })
}

#[derive(Debug, Clone)]
enum Step {
    Feed(Box<Input>),
    Resize(u16, u16),
    Wait(u64),
    Joins(u16, Option<String>),
    Leaves(u16),
    Says(u16, String),
    Own(String, bool),
    Flood(u16),
}

fn step() -> impl Strategy<Value = Step> {
    let feed = |input| Step::Feed(Box::new(input));
    let port = 4565_u16..4570;
    prop_oneof![
        20 => key().prop_map(move |k| feed(Input::Key(k))),
        4 => "(\\PC|\n|\r|\t|\u{1b}|山|👨‍👩‍👧){0,80}".prop_map(move |t| feed(Input::Paste(t))),
        4 => (-50_i32..50).prop_map(move |r| feed(Input::Scroll(r))),
        1 => any::<i32>().prop_map(move |r| feed(Input::Scroll(r))),
        2 => any::<bool>().prop_map(move |f| feed(Input::Focus(f))),
        6 => (1_u16..130, 1_u16..45).prop_map(|(c, r)| Step::Resize(c, r)),
        3 => (0_u64..4_000).prop_map(Step::Wait),
        4 => (port.clone(), prop::option::of("[a-z]{1,12}")).prop_map(|(p, n)| Step::Joins(p, n)),
        4 => port.clone().prop_map(Step::Leaves),
        12 => (port.clone(), "(\\PC|\n|山|e\u{301}|https://a.b/c ){1,200}").prop_map(|(p, t)| Step::Says(p, t)),
        3 => ("\\PC{1,60}", any::<bool>()).prop_map(|(t, s)| Step::Own(t, s)),
        1 => port.prop_map(Step::Flood),
        1 => Just(feed(Input::NodeGone)),
        2 => (0_u64..10).prop_map(move |n| feed(Input::Update(Update::Sweep(SweepProgress {
            state: if n < 9 { SweepState::Running } else { SweepState::Done },
            probed: n, total: 9, found: 0, took: std::time::Duration::ZERO, left: std::time::Duration::ZERO,
        })))),
        1 => "\\PC{1,30}".prop_filter_map("a text", move |t| {
            let text = Text::new(&t).ok()?;
            Some(feed(Input::Refused(Command::Say { room: Room::LOBBY, text, action: false })))
        }),
    ]
}

fn take(s: &mut Screen, step: Step) {
    let at = |port| addr(&format!("127.0.0.1:{port}"));
    match step {
        Step::Feed(input) => s.feed(*input),
        Step::Resize(cols, rows) => s.resize(cols, rows),
        Step::Wait(seconds) => s.wait(seconds),
        Step::Joins(port, nick) => s.joins(at(port), nick.as_deref()),
        Step::Leaves(port) => s.leaves(at(port)),
        Step::Says(port, text) => {
            if Text::new(&text).is_ok() {
                s.says(at(port), "bob", &text);
            }
        }
        Step::Own(text, sent) => {
            if Text::new(&text).is_ok() {
                s.own(&text, if sent { Delivery::Sent } else { Delivery::NotSent });
            }
        }
        Step::Flood(port) => (0..80).for_each(|i| s.says(at(port), "flood", &format!("{i} alice"))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn anything_can_happen(steps in prop::collection::vec(step(), 1..80), cap in 1_usize..200) {
        let mut s = Screen::up(Setup { history_cap: cap, ..loopback() }, (80, 24));
        for step in steps {
            take(&mut s, step);
            // Asserts that the cursor is in the frame.
            s.draw();
            prop_assert!(!s.app.needs_draw());
            for cell in &s.buffer().content {
                prop_assert!(!visible(cell.symbol()).contains(char::is_control), "{:?}", cell.symbol());
            }
        }
    }
}
