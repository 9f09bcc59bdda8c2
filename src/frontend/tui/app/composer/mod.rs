//! What the user writes: the draft, completion of names and commands, the lines sent before, and telling others that
//! the user is typing.

mod completion;
mod draft;
mod parked;
mod recall;
mod size;
mod typing;

use std::time::Instant;

use self::{completion::Completion, draft::MAX_DRAFT_BYTES, recall::Recall, typing::TypingNotices};
pub(crate) use self::{
    draft::{Draft, To},
    parked::Parked,
    size::DraftSize,
    typing::Typing,
};
use super::input::{Handled, Key, KeyCode};
use crate::{
    domain::model::Text,
    frontend::{slash::Argument, words::draft as words},
    protocol::codec::MAX_LINES_SENT,
};

/// What the user writes. See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Composer {
    draft: Draft,
    completion: Option<Completion>,
    recall: Recall,
    typing: TypingNotices,
    /// How many rows the draft takes.
    rows: usize,
    /// The edit of the draft after which the user was asked whether to send that much.
    asked: Option<u64>,
    /// Whether the draft was started on another network, and the user has not been told.
    from_another_network: bool,
    /// Whether the user was told that reference nodes see only the start of long messages.
    told_of_cut: bool,
}

impl Composer {
    /// The draft.
    pub(crate) const fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The text of the draft.
    pub(crate) fn text(&self) -> &str {
        self.draft.text()
    }

    /// Offers a key to the draft, which shows in rows of `columns`.
    ///
    /// # Errors
    /// When the message is full, with the text to show.
    pub(crate) fn key(&mut self, key: Key, columns: usize) -> Result<Handled, String> {
        let empty = self.draft.is_empty();
        match key.code {
            KeyCode::Char(c) if key.ctrl && !key.alt => return self.control(c.to_ascii_lowercase()),
            KeyCode::Char(c) if key.alt && !key.ctrl => return Ok(self.alt(c.to_ascii_lowercase())),
            // AltGr arrives as Ctrl-Alt on some systems; what it types is a character.
            KeyCode::Char(c) => self.insert(c)?,
            KeyCode::Enter if key.alt || key.shift || key.ctrl => self.insert('\n')?,
            KeyCode::Backspace if key.alt || key.ctrl => self.edit(|draft| draft.kill(To::PreviousWord)),
            KeyCode::Backspace => self.edit(|draft| draft.delete(false)),
            KeyCode::Delete => self.edit(|draft| draft.delete(true)),
            KeyCode::Left => self.draft.go(if key.ctrl { To::PreviousWord } else { To::PreviousChar }),
            KeyCode::Right => self.draft.go(if key.ctrl { To::NextWord } else { To::NextChar }),
            KeyCode::Up if !key.shift => self.up(columns),
            KeyCode::Down if !key.shift => self.down(columns),
            KeyCode::Home if !key.ctrl && !empty => self.draft.go(To::Start),
            KeyCode::End if !key.ctrl && !empty => self.draft.go(To::End),
            _ => return Ok(Handled::Ignored),
        }
        Ok(Handled::Consumed)
    }

    fn control(&mut self, c: char) -> Result<Handled, String> {
        let empty = self.draft.is_empty();
        match c {
            'a' => self.draft.go(To::Start),
            'e' => self.draft.go(To::End),
            'b' => self.draft.go(To::PreviousChar),
            'f' => self.draft.go(To::NextChar),
            'k' => self.edit(|draft| draft.kill(To::End)),
            'w' => self.edit(|draft| draft.kill(To::PreviousWord)),
            'y' => self.edit(Draft::yank),
            'u' if !empty => self.edit(|draft| draft.kill(To::Start)),
            'd' if !empty => self.edit(|draft| draft.delete(true)),
            'h' => self.edit(|draft| draft.delete(false)),
            'j' => self.insert('\n')?,
            'c' if !empty => self.edit(Draft::kill_all),
            _ => return Ok(Handled::Ignored),
        }
        Ok(Handled::Consumed)
    }

    fn alt(&mut self, c: char) -> Handled {
        match c {
            'b' => self.draft.go(To::PreviousWord),
            'f' => self.draft.go(To::NextWord),
            'd' => self.edit(|draft| draft.kill(To::NextWord)),
            _ => return Handled::Ignored,
        }
        Handled::Consumed
    }

    /// Changes the draft. A recalled line becomes a draft of its own when it is edited.
    fn edit(&mut self, edit: impl FnOnce(&mut Draft)) {
        let before = self.draft.text().len();
        edit(&mut self.draft);
        if self.draft.text().len() != before {
            self.recall.leave();
        }
    }

    fn insert(&mut self, c: char) -> Result<(), String> {
        let mut fits = true;
        if c == '\n' || !c.is_control() {
            self.edit(|draft| fits = draft.insert(c));
        }
        if fits {
            return Ok(());
        }
        Err(words::full(self.draft.text().len(), MAX_DRAFT_BYTES))
    }

    /// Puts pasted text into the draft; never sends it.
    ///
    /// # Errors
    /// When some of it did not fit, with the text to show.
    pub(crate) fn paste(&mut self, text: &str) -> Result<(), String> {
        self.completion = None;
        self.recall.leave();
        let clean: String = text
            .replace("\r\n", "\n")
            .chars()
            .map(|c| if c == '\r' { '\n' } else { c })
            .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
            .collect();
        match self.draft.insert_text(&clean) {
            0 => Ok(()),
            dropped => Err(words::pasted_too_much(dropped, MAX_DRAFT_BYTES)),
        }
    }

    /// One row up, or an older line.
    fn up(&mut self, columns: usize) {
        if !self.draft.row(false, columns)
            && let Some(line) = self.recall.older(self.draft.text())
        {
            self.draft.set(line);
        }
    }

    /// One row down, or a newer line.
    fn down(&mut self, columns: usize) {
        if !self.draft.row(true, columns)
            && let Some(line) = self.recall.newer()
        {
            self.draft.set(line);
        }
    }

    /// Takes the next candidate for what is typed, or the previous one. `names` gives the names to choose from, and is
    /// told what the command is about, if it is one.
    pub(crate) fn complete(&mut self, back: bool, names: impl FnOnce(Option<Argument>) -> Vec<String>) {
        let argument = Argument::of(self.draft.text());
        let before = self.completion.take();
        let Some(mut completion) = before.or_else(|| Completion::begin(&self.draft, &names(argument))) else {
            return;
        };
        self.edit(|draft| completion.step(draft, back));
        self.completion = Some(completion);
    }

    /// Ends a completion: the next one starts over.
    pub(crate) fn end_completion(&mut self) {
        self.completion = None;
    }

    /// Proposes a text, which typing replaces.
    pub(crate) fn propose(&mut self, text: String) {
        self.draft.propose(text);
    }

    /// Puts `text` into the draft.
    pub(crate) fn set(&mut self, text: String) {
        self.draft.set(text);
    }

    /// The line of the draft was carried out: remembers it and makes room for the next one.
    pub(crate) fn done(&mut self, line: &str) {
        self.recall.push(line);
        self.draft.set(String::new());
    }

    /// The room now belongs to another network. The draft was started for the previous one.
    pub(crate) fn change_network(&mut self) {
        self.from_another_network = !self.draft.is_empty();
    }

    /// The draft takes this many rows.
    pub(crate) const fn laid_out(&mut self, rows: usize) {
        self.rows = rows;
    }

    /// How large the draft is, if it is more than the input shows.
    pub(crate) fn size(&self) -> Option<DraftSize> {
        Some(DraftSize::new(&self.draft, self.rows)).filter(|size| size.is_shown())
    }

    /// Whether a draft of this size may be said.
    ///
    /// # Errors
    /// Once for a large draft, with a question for the user. The next time is their answer, unless they changed it
    /// meanwhile.
    pub(crate) fn confirm_size(&mut self) -> Result<(), String> {
        let (size, edits) = (DraftSize::new(&self.draft, self.rows), self.draft.edits());
        if !size.is_large() || self.asked == Some(edits) {
            return Ok(());
        }
        self.asked = Some(edits);
        Err(words::confirm_size(&size.words()))
    }

    /// Whether the draft may be said here.
    ///
    /// # Errors
    /// Once after a change of the network, with a question for the user. The next time is their answer.
    pub(crate) fn confirm_network(&mut self) -> Result<(), String> {
        if std::mem::take(&mut self.from_another_network) {
            return Err(words::OTHER_NETWORK.to_owned());
        }
        Ok(())
    }

    /// Call this after every input: an empty draft belongs to no network.
    pub(crate) fn forget_if_empty(&mut self) {
        self.from_another_network &= !self.draft.is_empty();
    }

    /// What to tell others about typing after the draft has changed.
    pub(crate) fn typing(&mut self, now: Instant, somebody_listens: bool) -> Option<Typing> {
        self.typing.edited(self.draft.text(), now, somebody_listens)
    }

    /// The draft went out as a message, which tells others that the user has stopped typing.
    pub(crate) const fn said(&mut self) {
        self.typing.said();
    }

    /// Whether reference nodes see only the start of `text`, and the user does not know that.
    pub(crate) fn advises_on_length(&self, text: &Text) -> bool {
        let lines = || text.as_str().lines().filter(|line| !line.trim().is_empty()).count();
        !self.told_of_cut && lines() > MAX_LINES_SENT
    }

    /// The advice on long messages, which is given once.
    pub(crate) fn advice_on_length(&mut self) -> String {
        self.told_of_cut = true;
        words::cut_for_reference(MAX_LINES_SENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Composer {
        let mut composer = Composer::default();
        press(&mut composer, text);
        composer
    }

    fn press(composer: &mut Composer, text: &str) {
        for c in text.chars() {
            assert_eq!(composer.key(Key::plain(KeyCode::Char(c)), 80), Ok(Handled::Consumed));
        }
    }

    #[test]
    fn keys_that_edit_nothing_are_left_to_others() {
        let mut composer = Composer::default();
        let all = [KeyCode::Home, KeyCode::End, KeyCode::Enter, KeyCode::Esc, KeyCode::PageUp, KeyCode::F(1)];
        let others = [Key::ctrl('u'), Key::ctrl('d'), Key::ctrl('c'), Key::ctrl('q'), Key::alt('p')];
        for key in all.map(Key::plain).into_iter().chain(others) {
            assert_eq!(composer.key(key, 80), Ok(Handled::Ignored), "{key:?}");
        }
        press(&mut composer, "text");
        for key in [Key::plain(KeyCode::Home), Key::ctrl('e'), Key::ctrl('u'), Key::ctrl('y')] {
            assert_eq!(composer.key(key, 80), Ok(Handled::Consumed), "{key:?}");
        }
        assert_eq!(composer.text(), "text", "killed and put back");
    }

    #[test]
    fn an_edited_recalled_line_is_a_draft_of_its_own() {
        let mut composer = typed("one");
        composer.done("one");
        composer.done("two");
        let up = Key::plain(KeyCode::Up);
        composer.key(up, 80).unwrap();
        composer.key(up, 80).unwrap();
        assert_eq!(composer.text(), "one");
        press(&mut composer, "!");
        composer.key(Key::plain(KeyCode::Down), 80).unwrap();
        assert_eq!(composer.text(), "one!");
    }

    #[test]
    fn completion_asks_for_names_once() {
        let mut composer = typed("b");
        composer.complete(false, |argument| {
            assert_eq!(argument, None);
            vec!["bob".into(), "bea".into()]
        });
        assert_eq!(composer.text(), "bob: ");
        composer.complete(false, |_| unreachable!("it goes on"));
        assert_eq!(composer.text(), "bea: ");
        composer.end_completion();
        composer.complete(false, |_| Vec::new());
        assert_eq!(composer.text(), "bea: ");
    }

    #[test]
    fn an_unchanged_large_draft_is_sent_on_the_second_try() {
        let mut composer = typed("text");
        composer.laid_out(20);
        assert_eq!((composer.confirm_size(), composer.size().is_some()), (Ok(()), true));
        composer.paste(&"\n".repeat(16)).unwrap();
        composer.laid_out(21);
        assert_eq!(composer.confirm_size(), Err("Send 21 rows, 20 bytes? Press Enter again to send it.".to_owned()));
        press(&mut composer, "!");
        assert!(composer.confirm_size().is_err(), "it is another one");
        assert_eq!(composer.confirm_size(), Ok(()));
    }

    #[test]
    fn a_draft_from_another_network_needs_a_second_try() {
        let mut composer = typed("hello");
        composer.change_network();
        composer.forget_if_empty();
        assert!(composer.confirm_network().is_err());
        assert_eq!(composer.confirm_network(), Ok(()));
        composer.change_network();
        composer.set(String::new());
        composer.forget_if_empty();
        press(&mut composer, "new");
        assert_eq!(composer.confirm_network(), Ok(()), "begun here");
    }

    #[test]
    fn text_that_does_not_fit_is_reported() {
        let mut composer = Composer::default();
        assert_eq!(composer.paste("a\r\nb\tc\u{1b}"), Ok(()));
        assert_eq!(composer.text(), "a\nb\tc");
        assert!(composer.paste(&"x".repeat(MAX_DRAFT_BYTES)).unwrap_err().contains("the last 5 bytes did not fit"));
        let full = composer.key(Key::plain(KeyCode::Char('x')), 80).unwrap_err();
        assert_eq!(full, "The message is full: 65,536 of 65,536 bytes.");
    }

    #[test]
    fn advice_on_long_messages_is_given_once() {
        let mut composer = Composer::default();
        let text = |lines: usize| Text::new(&"line\n".repeat(lines)).unwrap();
        assert!(!composer.advises_on_length(&text(MAX_LINES_SENT)));
        assert!(composer.advises_on_length(&text(MAX_LINES_SENT + 1)));
        composer.advice_on_length();
        assert!(!composer.advises_on_length(&text(MAX_LINES_SENT + 1)));
    }
}
