//! What the user was writing in a room that is not in view.

use super::{Composer, draft::MAX_DRAFT_BYTES, recall::Recall, typing::Typing};

/// The draft of a room that is not in view, and the lines that were sent there. They belong to the room: a line that
/// one person was told must not be one key away from everybody.
#[derive(Debug, Default)]
pub(crate) struct Parked {
    text: String,
    /// The place of the cursor, in characters.
    cursor: usize,
    recall: Recall,
    from_another_network: bool,
}

impl Parked {
    /// The text of the draft.
    #[cfg(test)]
    fn text(&self) -> &str {
        &self.text
    }

    /// The text of the draft of a room that is closed.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Puts `text` into the draft, unless the user has begun one. Returns whether it did.
    pub(crate) fn offer(&mut self, text: &str) -> bool {
        let is_free = self.text.is_empty();
        if is_free {
            self.text = clean(text);
            self.cursor = self.text.chars().count();
        }
        is_free
    }

    /// The room now belongs to another network. The draft was started for the previous one.
    pub(crate) fn change_network(&mut self) {
        self.from_another_network = !self.text.is_empty();
    }
}

impl Composer {
    /// The user goes to another room. Returns what they were writing, to be put back with [`Composer::put_back`], and
    /// what to tell others about typing.
    pub(crate) fn park(&mut self) -> (Parked, Option<Typing>) {
        self.completion = None;
        let (text, cursor) = self.draft.take();
        let recall = std::mem::take(&mut self.recall);
        let from_another_network = std::mem::take(&mut self.from_another_network);
        (Parked { text, cursor, recall, from_another_network }, self.typing.left())
    }

    /// The user comes back to a room.
    pub(crate) fn put_back(&mut self, Parked { text, cursor, recall, from_another_network }: Parked) {
        self.draft.put((text, cursor));
        (self.recall, self.from_another_network) = (recall, from_another_network);
    }

    /// In an earlier run, the user had begun this. If they have begun something else meanwhile, it is among the lines
    /// that were sent.
    pub(crate) fn remember(&mut self, text: &str) {
        let text = clean(text);
        if text.is_empty() {
            return;
        }
        if self.draft.is_empty() {
            self.draft.set(text);
        } else {
            self.recall.push(&text);
        }
    }
}

/// A draft that was on disk, where a hand may have changed it.
fn clean(text: &str) -> String {
    let mut end = text.len().min(MAX_DRAFT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::tui::app::input::{Key, KeyCode};

    #[test]
    fn each_room_has_its_draft_cursor_and_sent_lines() {
        let mut composer = Composer::default();
        composer.done("said in the lobby");
        composer.paste("two words").unwrap();
        composer.key(Key::plain(KeyCode::Home), 80).unwrap();
        let (lobby, _) = composer.park();
        composer.put_back(Parked::default());
        composer.key(Key::plain(KeyCode::Up), 80).unwrap();
        assert_eq!(composer.text(), "", "lines of another room are not recalled");
        composer.paste("dev").unwrap();
        composer.park();
        composer.put_back(lobby);
        composer.paste("the ").unwrap();
        assert_eq!(composer.text(), "the two words");
    }

    #[test]
    fn a_kept_draft_takes_nobody_elses_place() {
        let mut composer = Composer::default();
        composer.remember("from\u{1b}[2J the last run");
        assert_eq!(composer.text(), "from[2J the last run");
        composer.remember("another");
        assert_eq!(composer.text(), "from[2J the last run");
        let mut parked = Parked::default();
        assert!(parked.offer(&"x".repeat(MAX_DRAFT_BYTES + 1)) && !parked.offer("y"));
        assert_eq!(parked.text().len(), MAX_DRAFT_BYTES);
    }
}
