//! A message as the pane shows it.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::{
    domain::{
        model::{Author, Delivery, Mark, MessageId, Nick, Position, Repute, Text},
        naming::{SUSPECT, Tags, handle},
    },
    frontend::{
        tui::app::wrap::{cut_start, tagged_or_cut},
        words::messages as words,
    },
};

/// One message.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing, no two make a state together")]
pub(crate) struct Line {
    pub author: Author,
    pub nick: Option<Nick>,
    /// What is known about the author, under this name.
    pub repute: Repute,
    /// The mark before the name, of a guest or a doubt.
    pub doubt: &'static str,
    /// What tells the author apart from others with the same name, or one that looks the same.
    pub tags: Tags,
    pub text: Text,
    pub form: Form,
    pub delivery: Delivery,
    /// Whether the delivery of the user's message is not shown yet: most arrive before anybody could read it.
    pub quiet: bool,
    /// Whether nobody is here who could receive the user's message.
    pub alone: bool,
    /// What to say about it besides its text.
    pub mark: Mark,
    /// The earlier message of the same author that it repeats.
    pub again: Option<MessageId>,
    /// Its position in the room.
    pub position: Position,
    /// The local day.
    pub day: Date,
    /// Local time of day, in minutes.
    pub minute: u16,
    /// Whether the time is shown: it differs from that of the message before.
    pub stamped: bool,
    /// Whether it names the user.
    pub mention: bool,
}

/// What a line reads like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `bob: hello`.
    Speech,
    /// `* bob waves`.
    Action,
    /// Like an action, and dim: a topic was set, or something was done that cannot be shown.
    Deed,
}

impl Form {
    /// Whether the text goes on after the name.
    pub(crate) const fn is_action(self) -> bool {
        matches!(self, Self::Action | Self::Deed)
    }
}

impl Line {
    /// The name to show, with the mark of a guest or a doubt.
    pub(crate) fn name(&self) -> String {
        let tag = self.tags.whole.as_deref().unwrap_or_default();
        match &self.nick {
            Some(nick) => format!("{}{nick}{tag}", self.doubt),
            None => format!("{}{}", self.doubt, self.unnamed()),
        }
    }

    /// Whether its author may not be who the name says.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubt == SUSPECT
    }

    /// Takes the mark and the tags that `label` returns, if it returns any. Returns whether they changed.
    pub(super) fn relabel(&mut self, label: impl Fn(&Self) -> Option<(&'static str, Tags)>) -> bool {
        let Some((doubt, tags)) = label(self) else { return false };
        let changed = (self.doubt, &self.tags) != (doubt, &tags);
        (self.doubt, self.tags) = (doubt, tags);
        changed
    }

    /// What stands in for the name of an author who gives none.
    fn unnamed(&self) -> String {
        match self.author {
            Author::Peer(peer) => handle(peer),
            Author::Own => words::ME.to_owned(),
        }
    }

    /// The name in at most `columns`, with the star of an action and the mark of a guest or a doubt, which are never
    /// cut.
    pub(crate) fn label(&self, columns: usize) -> String {
        let (star, doubt) = (if self.form.is_action() { "* " } else { "" }, self.doubt);
        let room = columns.saturating_sub(star.len() + doubt.len());
        let name = match &self.nick {
            None => cut_start(&self.unnamed(), room),
            Some(nick) => tagged_or_cut(nick.as_str(), &self.tags, room),
        };
        format!("{star}{doubt}{name}")
    }

    /// What is shown after the text, and how much that matters.
    pub(crate) fn mark(&self) -> Option<(Cow<'static, str>, Remark)> {
        let mark = words::mark(self.mark).map(Cow::Borrowed);
        let delivery = match self.delivery {
            Delivery::NotSent => return Some((Cow::Borrowed(words::NOT_SENT), Remark::Error)),
            _ if self.mark == Mark::Forked => return mark.map(|mark| (mark, Remark::Warn)),
            Delivery::Waiting if !self.quiet => {
                Some(Cow::Borrowed(if self.alone { words::WAITING } else { words::SENDING }))
            }
            Delivery::Partly { delivered, of } if !self.quiet => Some(Cow::Owned(words::delivered(delivered, of))),
            Delivery::Waiting | Delivery::Partly { .. } | Delivery::Sent => None,
        };
        delivery.or(mark).map(|mark| (mark, Remark::Dim))
    }
}

/// How much a mark after a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remark {
    Dim,
    Warn,
    Error,
}
