//! What the message pane holds.

use super::{flood::Flood, line::Line, presence::Presence};

/// How a notice looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Worth a glance.
    Dim,
    /// An answer to the user.
    Plain,
    /// Something did not work.
    Error,
    /// The first line stands out: an answer with a title, or a question.
    Ask,
    /// The first line is a warning.
    Alarm,
}

/// One or more lines from the program itself.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub tone: Tone,
    pub text: Box<str>,
    /// Columns by which all rows but the first of a line are indented; if 0, by the spaces that the line begins with.
    pub hang: usize,
}

/// One thing in the pane.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Line(Line),
    Presence(Box<Presence>),
    Notice(Notice),
    Flood(Box<Flood>),
}

impl Entry {
    /// The text that is wrapped.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Line(line) => line.text.as_str(),
            Self::Presence(presence) => presence.text(),
            Self::Notice(notice) => &notice.text,
            Self::Flood(flood) => flood.text(),
        }
    }

    /// How many messages it stands for.
    pub(crate) fn said(&self) -> u64 {
        match self {
            Self::Line(_) => 1,
            Self::Flood(flood) => flood.said(),
            Self::Presence(_) | Self::Notice(_) => 0,
        }
    }

    /// How many messages it holds.
    pub(super) fn messages(&self) -> usize {
        match self {
            Self::Flood(flood) => flood.held(),
            _ => 1,
        }
    }

    /// Bytes of text in it.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Flood(flood) => flood.bytes(),
            _ => self.text().len(),
        }
    }
}
