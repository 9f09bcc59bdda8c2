//! Takes the terminal's answer to OSC 11 out of the typing.
//!
//! crossterm 0.29 does not know the answer and passes it on as keys: `ESC ] 11;rgb:1e1e/1e1e/1e1e BEL` becomes Alt-],
//! the characters and Ctrl-G, or Alt-\ if the terminal ends it with `ESC \`. If a read ends between `ESC` and the
//! character after it, they come as Escape and a plain character.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How long the pieces of one answer may be apart. Terminals write it at once; only a network splits it, and then a
/// retransmission takes about 200 ms.
const PIECE_GAP: Duration = Duration::from_millis(500);

/// How long after the question an answer may begin with Escape and a plain `]`. An answer that begins with Alt-], which
/// nobody types, is recognised at any time.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// How much of an answer must have come before it can be nothing else.
const UNMISTAKABLE: &str = "11;rgb";

/// A colour, each component from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    /// Whether dark text is readable on it: its luma (ITU-R BT.709) is above the middle.
    pub(super) fn is_light(self) -> bool {
        let [red, green, blue] = [self.red, self.green, self.blue].map(u32::from);
        2126 * red + 7152 * green + 722 * blue > 5_000 * 255
    }
}

/// Holds keys that may belong to an answer, and releases those that do not.
#[derive(Debug, Default)]
pub(super) struct ReplyFilter {
    asked_at: Option<Instant>,
    /// When Escape was passed on, if it was the last key.
    escape_at: Option<Instant>,
    answer: Option<Answer>,
}

/// An answer so far. Bounded by its grammar: what does not match is released.
#[derive(Debug)]
struct Answer {
    /// The keys, in case they are not an answer.
    keys: Vec<KeyEvent>,
    text: String,
    last_at: Instant,
    /// Escape came after a whole colour: its backslash is due.
    ending: bool,
}

impl ReplyFilter {
    /// Notes that the question went out.
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked_at = Some(now);
    }

    /// Takes in a key. Keys that belong to no answer are appended to `passed`. The colour is returned when its answer
    /// is complete.
    pub(super) fn key(&mut self, key: KeyEvent, at: Instant, passed: &mut Vec<KeyEvent>) -> Option<Colour> {
        let mut colour = None;
        if self.deadline().is_some_and(|deadline| deadline < at) {
            colour = self.end_reply(passed);
        }
        let Some(answer) = &mut self.answer else {
            self.outside(key, at, passed);
            return colour;
        };
        match (Piece::of(key), parse(&answer.text)) {
            (Piece::Text(c), _) if !answer.ending && is_prefix(&answer.text, c) => {
                answer.text.push(c);
                answer.keys.push(key);
                answer.last_at = at;
            }
            (Piece::End, Some(whole)) => {
                self.answer = None;
                return Some(whole);
            }
            (Piece::Text('\\'), Some(whole)) if answer.ending => {
                self.answer = None;
                return Some(whole);
            }
            (Piece::Escape, Some(_)) if !answer.ending => {
                answer.ending = true;
                answer.last_at = at;
            }
            _ => {
                colour = self.end_reply(passed).or(colour);
                self.outside(key, at, passed);
            }
        }
        colour
    }

    /// When what is held has waited long enough.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.answer.as_ref().map(|answer| answer.last_at + PIECE_GAP)
    }

    /// Ends a held answer: a whole colour counts, typing is released, and the rest of an answer is dropped.
    pub(super) fn end_reply(&mut self, passed: &mut Vec<KeyEvent>) -> Option<Colour> {
        let answer = self.answer.take()?;
        if !answer.text.starts_with(UNMISTAKABLE) {
            passed.extend(answer.keys);
            return None;
        }
        parse(&answer.text)
    }

    fn outside(&mut self, key: KeyEvent, at: Instant, passed: &mut Vec<KeyEvent>) {
        let after_escape =
            self.escape_at.take().is_some_and(|escape| at.saturating_duration_since(escape) <= PIECE_GAP);
        let awaited = self.asked_at.is_some_and(|asked| at.saturating_duration_since(asked) <= ANSWER_TIME);
        match Piece::of(key) {
            Piece::Begin => self.begin(key, at),
            Piece::Text(']') if after_escape && awaited => self.begin(key, at),
            piece => {
                self.escape_at = (piece == Piece::Escape).then_some(at);
                passed.push(key);
            }
        }
    }

    fn begin(&mut self, key: KeyEvent, at: Instant) {
        self.answer = Some(Answer { keys: vec![key], text: String::new(), last_at: at, ending: false });
    }
}

/// What a key can be in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// `ESC ]`.
    Begin,
    Text(char),
    /// `BEL` or `ESC \`.
    End,
    Escape,
    Other,
}

impl Piece {
    fn of(key: KeyEvent) -> Self {
        match (key.code, key.modifiers) {
            (KeyCode::Char(']'), KeyModifiers::ALT) => Self::Begin,
            (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL) => Self::End,
            // Hexadecimal digits may be upper case, which crossterm reports with Shift.
            (KeyCode::Char(c), KeyModifiers::NONE | KeyModifiers::SHIFT) => Self::Text(c),
            (KeyCode::Esc, KeyModifiers::NONE) => Self::Escape,
            _ => Self::Other,
        }
    }
}

/// Whether `text` and then `c` begin an answer: `11;rgb:R/G/B` or `11;rgba:R/G/B/A` with one to four hexadecimal digits
/// for each component.
fn is_prefix(text: &str, c: char) -> bool {
    const HEADS: [&str; 2] = ["11;rgb:", "11;rgba:"];
    for head in HEADS {
        match text.strip_prefix(head) {
            None if head.strip_prefix(text).is_some_and(|rest| rest.starts_with(c)) => return true,
            None => {}
            Some(components) => {
                let last = components.rsplit('/').next().unwrap_or_default();
                return match c {
                    '/' => !last.is_empty() && components.matches('/').count() + 1 < component_count(head),
                    c => c.is_ascii_hexdigit() && last.len() < 4,
                };
            }
        }
    }
    false
}

fn component_count(head: &str) -> usize {
    if head.contains('a') { 4 } else { 3 }
}

/// The colour, if `text` is a whole answer.
fn parse(text: &str) -> Option<Colour> {
    let (components, count) = match text.strip_prefix("11;rgba:") {
        Some(components) => (components, 4),
        None => (text.strip_prefix("11;rgb:")?, 3),
    };
    let values: Vec<u8> = components.split('/').map(component).collect::<Option<_>>()?;
    match *values {
        [red, green, blue, ..] if values.len() == count => Some(Colour { red, green, blue }),
        _ => None,
    }
}

/// A component of one to four digits, scaled to 0 to 255 as X11 does: `f`, `ff` and `ffff` are all full.
fn component(digits: &str) -> Option<u8> {
    let full = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1).filter(|full| *full > 0)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    u8::try_from(value * 255 / full).ok()
}
