//! What goes into the screen's state machine.

use crate::domain::bus::{Command, Update};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed (or repeats).
    Key(Key),
    /// Text was pasted, as the terminal's bracketed paste delivers it.
    Paste(String),
    /// The wheel turned by this many rows; positive is towards older messages.
    Scroll(i32),
    /// The terminal has this size now and shows nothing. Also the first input of every run.
    Resize {
        /// Width in cells.
        cols: u16,
        /// Height in cells.
        rows: u16,
    },
    /// The terminal window gained (`true`) or lost the focus.
    Focus(bool),
    /// The terminal reported its background.
    Background(Background),
    /// The node reports something.
    Update(Update),
    /// The command channel was full: this command did not reach the node.
    Refused(Command),
    /// The time of [`super::App::next_tick`] has come.
    Tick,
    /// The node ended without being asked to: the update channel is closed.
    NodeGone,
}

/// Whether the terminal is dark on light or light on dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// A key with its modifiers.
///
/// Letters carry their case in the character; with `ctrl` they are lower case. Shift-Tab is `Tab` with `shift`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// Whether Ctrl was down.
    pub ctrl: bool,
    /// Whether Alt (Meta, Option) was down.
    pub alt: bool,
    /// Whether Shift was down; meaningless for characters.
    pub shift: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// A character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self { ctrl: true, ..Self::plain(KeyCode::Char(c)) }
    }

    /// A character with Alt.
    pub const fn alt(c: char) -> Self {
        Self { alt: true, ..Self::plain(KeyCode::Char(c)) }
    }
}

/// Whether a part of the screen used a key that it was offered. An ignored key is offered to the next part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handled {
    /// The part has used the key.
    Consumed,
    /// The part has no use for the key now.
    Ignored,
}

/// The keys that the screen knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "keys are named after what is printed on them")]
pub enum KeyCode {
    Char(char),
    Enter,
    Tab,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    Esc,
    F(u8),
}
