//! What is shown among and beside the messages.

use std::borrow::Cow;

use super::lists::counted;
use crate::{
    domain::model::{Mark, Message, MessageKind, group},
    protocol::codec::event::{
        KIND_EDIT, KIND_FILE_OFFER, KIND_HIDE_LIST, KIND_PIN, KIND_REACT, KIND_REDACT, KIND_SAID, KIND_TOPIC,
    },
};

/// After a message that was lost.
pub(crate) const NOT_SENT: &str = "✗ not sent";

/// After a message that nobody has received yet while somebody is here.
pub(crate) const SENDING: &str = "… sending";

/// After a message that nobody has received yet while nobody is here.
pub(crate) const WAITING: &str = "… waiting";

/// In place of the user's name if there is none.
pub(crate) const ME: &str = "me";

/// After a message that some of the people who are here have received.
pub(crate) fn delivered(delivered: u32, of: u32) -> String {
    format!("{delivered}/{of}")
}

/// The mark after a message, whatever became of it.
pub(crate) const fn mark(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Forked => Some("(contradicted by its author)"),
        Mark::Late => Some("(late)"),
        Mark::Ahead => Some("(clock ahead)"),
        Mark::Behind => Some("(clock behind)"),
        Mark::WrongTime => Some("(clock wrong)"),
        Mark::NotKept => Some("(not saved yet)"),
        Mark::None | Mark::Unknown => None,
    }
}

/// What is shown of a message after its author's name, and whether it reads as an action does: `bob set the topic: …`.
pub(crate) fn said(message: &Message) -> (Cow<'_, str>, bool) {
    match message.kind {
        MessageKind::Said => (Cow::Borrowed(message.text.as_str()), message.action),
        MessageKind::Topic => (Cow::Owned(format!("set the topic: {}", message.text)), true),
        MessageKind::Unknown(kind) => (unknown(kind), true),
    }
}

/// What somebody did that this release cannot show, after their name.
pub(crate) fn unknown(kind: u32) -> Cow<'static, str> {
    Cow::Borrowed(match kind {
        KIND_SAID | KIND_TOPIC => "sent a line that cannot be read.",
        KIND_EDIT => "changed an earlier line. This release cannot show that.",
        KIND_REDACT => "took back an earlier line. This release cannot do that.",
        KIND_REACT => "reacted to a line. This release cannot show that.",
        KIND_PIN => "pinned a line. This release cannot show that.",
        KIND_FILE_OFFER => "offered a file. This release cannot fetch it.",
        KIND_HIDE_LIST => "shared a list of people to hide. This release cannot use it.",
        kind => return Cow::Owned(format!("did something that this release cannot show (kind {kind}).")),
    })
}

/// Below the first rows of a long message.
pub(crate) fn more_rows(rows: usize) -> String {
    format!("▸ {} · Ctrl-O", counted(rows, "more row"))
}

/// Above the first unread message; `None` if everything is read.
pub(crate) fn unread(messages: usize, notices: usize) -> Option<String> {
    match (messages, notices) {
        (0, 0) => None,
        (messages, 0) => Some(counted(messages, "new message")),
        (0, notices) => Some(counted(notices, "new notice")),
        (messages, notices) => Some(format!("{}, {}", counted(messages, "new message"), counted(notices, "notice"))),
    }
}

/// Reports messages that came late and are further up.
pub(crate) fn late(messages: usize) -> String {
    let them = if messages == 1 { "it" } else { "them" };
    format!("⇢ {} arrived · Alt-U shows {them}", counted(messages, "earlier message"))
}

/// The title of folded messages from `whose`; `mentions` of them name the user.
pub(crate) fn folded(messages: usize, whose: &str, mentions: usize) -> String {
    let messages = counted(messages, "more message");
    let mentions = match mentions {
        0 => String::new(),
        1 => ", 1 mentions you".to_owned(),
        mentions => format!(", {} mention you", group(mentions)),
    };
    format!("▸ {messages} from {whose}{mentions} · Ctrl-O")
}

/// A number of strangers; `or_more`: counting stopped there.
pub(crate) fn strangers(people: usize, or_more: bool) -> String {
    match (people, or_more) {
        (people, true) => format!("{} or more strangers", group(people)),
        (1, false) => "a stranger".to_owned(),
        (people, false) => format!("{} strangers", group(people)),
    }
}

/// In place of folded messages that are not shown even when the others are.
pub(crate) fn left_out(messages: usize) -> String {
    format!(
        "… {} in between are not shown here. To read what was saved of them, run: proximity-chat log",
        counted(messages, "message")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_named() {
        assert_eq!(unknown(KIND_REACT), "reacted to a line. This release cannot show that.");
        assert_eq!(unknown(KIND_SAID), "sent a line that cannot be read.");
        assert_eq!(unknown(77), "did something that this release cannot show (kind 77).");
    }
}
