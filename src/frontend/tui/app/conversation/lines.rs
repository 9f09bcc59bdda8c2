//! Turns messages into the lines of the pane.

use super::pane::{Form, Line};
use crate::{
    domain::{
        model::{Author, Mark, Message, MessageKind, Nick, Text},
        naming::Tags,
    },
    frontend::{
        tui::app::{
            clock::{LocalClock, minute_of},
            people::People,
        },
        words::messages as words,
    },
};

/// Turns messages into lines as the user sees them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineMaker<'a> {
    /// Decides on tags, and on what is ignored.
    pub people: &'a People,
    /// The user's own name: a line that contains it is a mention.
    pub own: &'a Nick,
    /// Whether nobody is there who could receive the user's messages.
    pub alone: bool,
    /// For days and times of day.
    pub clock: LocalClock<'a>,
}

impl LineMaker<'_> {
    /// The lines of messages from disk, without those of ignored people.
    pub(crate) fn lines(&self, messages: Vec<Message>) -> Vec<Line> {
        let shown = |message: &Message| match message.author {
            Author::Peer(peer) => !self.people.ignores(peer),
            Author::Own => true,
        };
        messages.into_iter().filter(shown).map(|message| self.line(message)).collect()
    }

    /// The line of a message.
    pub(super) fn line(&self, message: Message) -> Line {
        let at = self.clock.local(message.sent_at);
        // Decided now: only what we learn about this author later changes it.
        let (doubt, tags) = match message.author {
            Author::Peer(peer) => self.people.label(peer, message.nick.as_ref(), message.repute),
            Author::Own => ("", Tags::default()),
        };
        // What was said need not be copied.
        let (text, form) = match message.kind {
            MessageKind::Said => (message.text, if message.action { Form::Action } else { Form::Speech }),
            MessageKind::Topic | MessageKind::Unknown(_) => {
                (Text::cut(&words::said(&message).0).unwrap_or_else(|| message.text.clone()), Form::Deed)
            }
        };
        Line {
            doubt,
            tags,
            repute: message.repute,
            mention: message.author != Author::Own && names(text.as_str(), self.own.as_str()),
            author: message.author,
            nick: message.nick,
            text,
            form,
            delivery: message.delivery,
            quiet: false,
            alone: self.alone,
            // Everything that was missed came late, so there the mark says nothing.
            mark: if message.history && message.mark == Mark::Late { Mark::None } else { message.mark },
            again: message.again,
            position: message.position,
            day: at.date(),
            minute: minute_of(at),
            stamped: true,
        }
    }
}

/// Whether `text` contains `nick` as a word.
fn names(text: &str, nick: &str) -> bool {
    let (text, nick) = (text.to_lowercase(), nick.to_lowercase());
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&nick).any(|(at, found)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_word_of_its_own_only() {
        for text in ["alice: on my way", "ask Alice", "ALICE!", "@alice, ok"] {
            assert!(names(text, "alice"), "{text}");
        }
        for text in ["malice", "alice_2 left", "", "ali ce"] {
            assert!(!names(text, "alice"), "{text}");
        }
        assert!(names("问 山田 吧", "山田"));
    }
}
