//! Bytes as crossterm parses them in, inputs out.

use std::time::Duration;

use crossterm::event::{KeyCode as Code, KeyModifiers as Modifiers};

use super::*;
use crate::frontend::tui::app::{Key, KeyCode};

const MS: Duration = Duration::from_millis(1);

/// A translator with a clock that only moves when told.
struct Typing {
    translator: Translator,
    now: Instant,
    inputs: Vec<Input>,
}

impl Typing {
    fn new() -> Self {
        Self { translator: Translator::new(), now: Instant::now(), inputs: Vec::new() }
    }

    /// The terminal was asked, then sends its answer.
    fn asked() -> Self {
        let mut typing = Self::new();
        typing.translator.asked_background(typing.now);
        typing
    }

    fn event(&mut self, event: Event) -> &mut Self {
        self.translator.event(event, self.now, &mut self.inputs);
        self
    }

    fn press(&mut self, code: Code, modifiers: Modifiers) -> &mut Self {
        self.event(Event::Key(KeyEvent::new(code, modifiers)))
    }

    fn code(&mut self, code: Code) -> &mut Self {
        self.press(code, Modifiers::NONE)
    }

    /// Characters as crossterm reports typed ones.
    fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let modifiers = if c.is_uppercase() { Modifiers::SHIFT } else { Modifiers::NONE };
            self.press(Code::Char(c), modifiers);
        }
        self
    }

    fn alt(&mut self, c: char) -> &mut Self {
        self.press(Code::Char(c), Modifiers::ALT)
    }

    fn bel(&mut self) -> &mut Self {
        self.press(Code::Char('g'), Modifiers::CONTROL)
    }

    /// Lets time pass, as the run loop does: waking at the deadline.
    fn wait(&mut self, time: Duration) -> &mut Self {
        let end = self.now + time;
        while let Some(deadline) = self.translator.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.translator.expire(self.now, &mut self.inputs);
        }
        self.now = end;
        self
    }

    /// Everything that has come out so far; nothing may be held for longer than a second.
    fn all(&mut self) -> Vec<Input> {
        self.wait(Duration::from_secs(1));
        assert_eq!(self.translator.deadline(), None, "something is held for ever");
        std::mem::take(&mut self.inputs)
    }
}

fn key(code: KeyCode) -> Input {
    Input::Key(Key::plain(code))
}

fn typed(text: &str) -> Vec<Input> {
    text.chars().map(|c| Input::Key(Key { shift: c.is_uppercase(), ..Key::plain(KeyCode::Char(c)) })).collect()
}

#[test]
fn a_released_key_is_ignored() {
    let mut typing = Typing::new();
    for kind in [KeyEventKind::Press, KeyEventKind::Repeat, KeyEventKind::Release] {
        typing.event(Event::Key(KeyEvent::new_with_kind(Code::Char('a'), Modifiers::NONE, kind)));
    }
    assert_eq!(typing.all(), typed("aa"));
}

#[test]
fn everything_else_passes_unchanged() {
    let mut typing = Typing::new();
    typing
        .event(Event::Paste("one\ntwo".into()))
        .event(Event::Resize(80, 24))
        .event(Event::FocusLost)
        .event(Event::FocusGained);
    assert_eq!(
        typing.all(),
        [
            Input::Paste("one\ntwo".into()),
            Input::Resize { cols: 80, rows: 24 },
            Input::Focus(false),
            Input::Focus(true)
        ]
    );
}

#[test]
fn a_single_arrow_is_a_key_after_five_milliseconds() {
    let mut typing = Typing::new();
    typing.code(Code::Up);
    assert_eq!(typing.inputs, [], "it could still be the wheel");
    typing.wait(5 * MS);
    assert_eq!(typing.inputs, [key(KeyCode::Up)]);
}

#[test]
fn a_notch_of_the_wheel_scrolls_by_its_arrows() {
    let mut typing = Typing::new();
    typing.code(Code::Up).code(Code::Up).wait(MS).code(Code::Up);
    assert_eq!(typing.all(), [Input::Scroll(2), Input::Scroll(1)]);
    typing.code(Code::Down).code(Code::Down);
    assert_eq!(typing.all(), [Input::Scroll(-2)]);
}

#[test]
fn a_held_arrow_key_repeats_as_a_key() {
    let mut typing = Typing::new();
    for _ in 0..4 {
        typing.code(Code::Up).wait(30 * MS);
    }
    assert_eq!(typing.all(), vec![key(KeyCode::Up); 4]);
}

#[test]
fn the_tail_of_a_split_notch_is_not_a_key() {
    let mut typing = Typing::new();
    typing.code(Code::Up).code(Code::Up).wait(40 * MS).code(Code::Up);
    assert_eq!(typing.all(), [Input::Scroll(2), Input::Scroll(1)]);
    typing.code(Code::Up);
    assert_eq!(typing.all(), [key(KeyCode::Up)], "long after a notch an arrow is a key again");
}

#[test]
fn what_comes_after_a_held_arrow_stays_after_it() {
    let mut typing = Typing::new();
    typing.code(Code::Up).text("x").code(Code::Up).code(Code::Down).event(Event::Paste("p".into()));
    let mut expected = vec![key(KeyCode::Up)];
    expected.extend(typed("x"));
    expected.extend([key(KeyCode::Up), key(KeyCode::Down), Input::Paste("p".into())]);
    assert_eq!(typing.inputs, expected);
}

#[test]
fn arrows_with_modifiers_are_keys_at_once() {
    let mut typing = Typing::new();
    typing.press(Code::Up, Modifiers::SHIFT).press(Code::Up, Modifiers::SHIFT);
    let up = Input::Key(Key { shift: true, ..Key::plain(KeyCode::Up) });
    assert_eq!(typing.inputs, [up.clone(), up]);
}

#[test]
fn the_answer_about_the_background_never_types() {
    for (answer, ground) in [
        ("11;rgb:1e1e/1e1e/1e1e", Background::Dark),
        ("11;rgb:FFFF/FFFF/FFFF", Background::Light),
        ("11;rgb:f/f/e", Background::Light),
        ("11;rgba:0000/0000/0000/8000", Background::Dark),
        ("11;rgb:0000/0000/ffff", Background::Dark),
    ] {
        for end in ["bel", "st", "split st", "lost"] {
            let mut typing = Typing::asked();
            typing.text("he").alt(']').text(answer);
            match end {
                "bel" => typing.bel(),
                "st" => typing.alt('\\'),
                "split st" => typing.code(Code::Esc).wait(100 * MS).text("\\"),
                _ => typing.wait(Duration::from_secs(1)),
            };
            typing.text("llo");
            let mut expected = typed("he");
            expected.push(Input::Background(ground));
            expected.extend(typed("llo"));
            assert_eq!(typing.all(), expected, "{answer} ended by {end}");
        }
    }
}

#[test]
fn an_answer_in_pieces_never_types() {
    let mut typing = Typing::asked();
    typing.code(Code::Esc).wait(200 * MS).text("]11;r").wait(300 * MS).text("gb:ffff/ffff").wait(300 * MS);
    typing.text("/ffff").wait(100 * MS).bel();
    assert_eq!(typing.all(), [key(KeyCode::Esc), Input::Background(Background::Light)]);
}

#[test]
fn a_late_answer_never_types() {
    let mut typing = Typing::asked();
    typing.wait(Duration::from_mins(1)).alt(']').text("11;rgb:0000/0000/0000").bel();
    assert_eq!(typing.all(), [Input::Background(Background::Dark)]);
}

#[test]
fn a_truncated_answer_is_dropped_and_typing_goes_on() {
    let mut typing = Typing::asked();
    typing.alt(']').text("11;rgb:12/3").wait(Duration::from_secs(2)).text("hello");
    assert_eq!(typing.all(), typed("hello"));
}

#[test]
fn real_typing_is_never_swallowed() {
    for text in ["]", "]11", "]11;r hello", "11;rgb:ffff/ffff/ffff", "]]]", "[1;2R", "]11;rg\u{fc}"] {
        let mut typing = Typing::asked();
        typing.text(text);
        assert_eq!(typing.inputs, typed(text), "typed without Escape it passes at once");

        let mut typing = Typing::asked();
        typing.code(Code::Esc).wait(20 * MS).text(text);
        let mut expected = vec![key(KeyCode::Esc)];
        expected.extend(typed(text));
        assert_eq!(typing.all(), expected, "after Escape: {text}");

        let mut typing = Typing::asked();
        typing.alt(']').text(text);
        if text != "11;rgb:ffff/ffff/ffff" {
            let mut expected = vec![Input::Key(Key::alt(']'))];
            expected.extend(typed(text));
            assert_eq!(typing.all(), expected, "after Alt-]: {text}");
        }
    }
}

#[test]
fn alt_bracket_twice_holds_only_the_second() {
    let mut typing = Typing::new();
    typing.alt(']').alt(']').text("1").alt(']');
    let alt = Input::Key(Key::alt(']'));
    let mut expected = vec![alt.clone(), alt.clone()];
    expected.extend(typed("1"));
    expected.push(alt);
    assert_eq!(typing.all(), expected);
}

#[test]
fn escape_then_a_bracket_types_long_after_the_question() {
    let mut typing = Typing::asked();
    typing.wait(Duration::from_secs(6)).code(Code::Esc).text("]11;rgb:f");
    let mut expected = vec![key(KeyCode::Esc)];
    expected.extend(typed("]11;rgb:f"));
    assert_eq!(typing.inputs, expected);
}
