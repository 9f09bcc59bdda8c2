//! After many frames, a terminal shows exactly what the last frame holds: links leave nothing behind.

use std::{cell::RefCell, io::Write, rc::Rc};

use proptest::prelude::*;
use proximity_chat::frontend::tui::{app::*, view};
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};

use crate::screen::*;

const SIZE: (u16, u16) = (80, 24);

/// What was written to the terminal and has not been read yet.
#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct RealTerminal {
    pipe: Pipe,
    terminal: Terminal<CrosstermBackend<Pipe>>,
    parser: vt100::Parser,
    written: String,
}

impl RealTerminal {
    fn new() -> Self {
        let pipe = Pipe::default();
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        Self {
            terminal: Terminal::with_options(CrosstermBackend::new(pipe.clone()), options).unwrap(),
            pipe,
            parser: vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0),
            written: String::new(),
        }
    }

    fn draw(&mut self, app: &mut App) -> Vec<String> {
        self.terminal.draw(|frame| view::draw(frame, app)).unwrap();
        let bytes = std::mem::take(&mut *self.pipe.0.borrow_mut());
        self.parser.process(&bytes);
        self.written = String::from_utf8(bytes).unwrap();
        self.parser.screen().rows(0, SIZE.0).map(|row| row.trim_end().to_owned()).collect()
    }
}

fn rows(screen: &mut Screen) -> Vec<String> {
    screen.text().lines().map(str::to_owned).collect()
}

fn texts() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "plain words",
        "see https://wiki.local/lab#keys and https://b.c",
        "https://wiki.local/a/very/long/path/that/does/not/fit/into/one/row/of/the/pane/however/wide?it=is#end",
        "山田 https://山田.example/我有 在二楼",
        "a\nb\nhttps://x.y\nc",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn the_terminal_shows_the_last_frame(steps in prop::collection::vec((texts(), -6_i32..8, 0_u8..8), 1..40)) {
        let mut screen = Screen::up(loopback(), SIZE);
        let mut real = RealTerminal::new();
        for (text, scroll, key) in steps {
            screen.wait(1);
            screen.says(addr("127.0.0.1:4566"), "bob", &text);
            screen.feed(Input::Scroll(scroll));
            match key {
                0 => screen.press(KeyCode::F(1)),
                1 => screen.typed("/"),
                2 => screen.ctrl('c'),
                3 => screen.press(KeyCode::F(8)),
                _ => {}
            }
            let shown = real.draw(&mut screen.app);
            prop_assert_eq!(&shown, &RealTerminal::new().draw(&mut screen.app), "drawn anew");
            prop_assert_eq!(&shown, &rows(&mut screen));
        }
    }
}

#[test]
fn a_wrapped_address_is_one_link() {
    let mut screen = Screen::up(loopback(), SIZE);
    let mut real = RealTerminal::new();
    let url = format!("https://wiki.local/{}", "long/".repeat(12));
    screen.says(addr("127.0.0.1:4566"), "bob", &url);
    real.draw(&mut screen.app);
    let opened: Vec<_> = real.written.match_indices("\x1b]8;id=").map(|(at, _)| at).collect();
    assert_eq!(opened.len(), 3, "79 characters in rows of 39: {:?}", real.written);
    assert_eq!(real.written.matches(&format!(";{url}\x1b\\")).count(), 3, "each row carries the whole address");
    assert_eq!(real.written.matches("\x1b]8;;\x1b\\").count(), 3, "and ends its link");
    let ids: std::collections::BTreeSet<_> =
        opened.iter().map(|&at| real.written[at..].split(';').nth(1).unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 1, "one id makes them one link");
}

#[test]
fn help_over_a_link_leaves_no_link() {
    let mut screen = Screen::up(loopback(), SIZE);
    screen.says(addr("127.0.0.1:4566"), "bob", "https://wiki.local/lab");
    screen.press(KeyCode::F(1));
    let mut real = RealTerminal::new();
    real.draw(&mut screen.app);
    assert!(!real.written.contains("\x1b]8;"), "{:?}", real.written);
}

/// Flags, families and marks, which this terminal draws wider or narrower than the program expects.
fn risky() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "plain words",
        "flags 🇪🇺 and 🇩🇪🇫🇷🇮🇹 here",
        "🇪🇺",
        "family 👨‍👩‍👧‍👦 ok ❤️ and 👍🏽",
        "🇪🇺 https://wiki.local/lab 👩‍💻",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
        "a\nb\n🏳️‍🌈\nc",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn characters_the_terminal_draws_wider_leave_nothing_behind(
        steps in prop::collection::vec((risky(), -6_i32..8, 0_u8..8), 1..40),
    ) {
        // The twin is drawn onto an empty terminal every time.
        let (mut screen, mut twin) = (Screen::up(loopback(), SIZE), Screen::up(loopback(), SIZE));
        let mut real = RealTerminal::new();
        for (text, scroll, key) in steps {
            for screen in [&mut screen, &mut twin] {
                screen.wait(1);
                screen.says(addr("127.0.0.1:4566"), "bob", &text);
                screen.feed(Input::Scroll(scroll));
                match key {
                    0 => screen.press(KeyCode::F(1)),
                    1 => screen.typed("🇪🇺"),
                    2 => screen.ctrl('u'),
                    3 => screen.press(KeyCode::F(8)),
                    _ => {}
                }
            }
            twin.feed(Input::Resize { cols: SIZE.0, rows: SIZE.1 });
            prop_assert_eq!(real.draw(&mut screen.app), RealTerminal::new().draw(&mut twin.app));
        }
    }
}

#[test]
fn an_unchanged_row_is_not_written_again() {
    let mut screen = Screen::up(loopback(), SIZE);
    let mut real = RealTerminal::new();
    screen.says(addr("127.0.0.1:4566"), "bob", "flag 🇪🇺");
    real.draw(&mut screen.app);
    assert!(real.written.contains("🇪🇺"));
    screen.typed("x");
    real.draw(&mut screen.app);
    assert!(!real.written.contains("🇪🇺"), "{:?}", real.written);
}
