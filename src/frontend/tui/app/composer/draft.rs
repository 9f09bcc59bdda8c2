//! What the user is typing: a readline layer over tui-input's editing core.

use tui_input::{Input, InputRequest};

use crate::{
    domain::model::MAX_TEXT_BYTES,
    frontend::tui::app::wrap::{Row, column_after, width, wrap},
};

/// The longest draft, in bytes: what fits can be sent.
pub(super) const MAX_DRAFT_BYTES: usize = MAX_TEXT_BYTES;

/// The text being typed.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    input: Input,
    /// What was killed last.
    killed: String,
    /// Whether the last edit was a kill, which the next one adds to.
    killing: bool,
    /// How often the text was changed.
    edits: u64,
    /// Whether the text is only proposed: what is typed first replaces it, as with selected text.
    proposed: bool,
}

/// Where a kill or a move ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    PreviousChar,
    NextChar,
    PreviousWord,
    NextWord,
    /// The start of the line of the draft.
    Start,
    /// The end of the line of the draft.
    End,
}

impl Draft {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    /// Whether there is no text.
    pub(crate) fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// A number that differs after every change of the text.
    pub(crate) const fn edits(&self) -> u64 {
        self.edits
    }

    /// The text before the cursor.
    pub(crate) fn before(&self) -> &str {
        self.text().get(..self.cursor()).unwrap_or_default()
    }

    /// The position of the cursor, in bytes.
    pub(crate) fn cursor(&self) -> usize {
        byte_of(self.text(), self.input.cursor())
    }

    /// Replaces the text with `text`, and puts the cursor after it.
    pub(crate) fn set(&mut self, text: String) {
        (self.killing, self.proposed) = (false, false);
        self.edits += 1;
        self.input = std::mem::take(&mut self.input).with_value(text);
    }

    /// Takes out the text and the place of the cursor.
    pub(super) fn take(&mut self) -> (String, usize) {
        let cursor = self.input.cursor();
        let text = self.text().to_owned();
        self.set(String::new());
        (text, cursor)
    }

    /// Puts back what [`Draft::take`] took out.
    pub(super) fn put(&mut self, (text, cursor): (String, usize)) {
        self.set(text);
        self.input.handle(InputRequest::SetCursor(cursor));
    }

    /// Replaces the text with a proposal. Typing replaces it; moving in it or deleting from it keeps it.
    pub(crate) fn propose(&mut self, text: String) {
        self.set(text);
        self.proposed = true;
    }

    /// Whether what is typed next replaces the text.
    pub(crate) const fn is_proposed(&self) -> bool {
        self.proposed
    }

    fn drop_proposal(&mut self) {
        if self.proposed {
            self.set(String::new());
        }
    }

    /// Types one character. Returns whether it fits.
    pub(crate) fn insert(&mut self, c: char) -> bool {
        self.killing = false;
        self.drop_proposal();
        let fits = self.text().len() + c.len_utf8() <= MAX_DRAFT_BYTES;
        if fits {
            self.edits += 1;
            self.input.handle(InputRequest::InsertChar(c));
        }
        fits
    }

    /// Puts `text` at the cursor. Returns how many bytes of it did not fit.
    pub(crate) fn insert_text(&mut self, text: &str) -> usize {
        self.killing = false;
        self.drop_proposal();
        let mut end = text.len().min(MAX_DRAFT_BYTES.saturating_sub(self.text().len()));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let at = self.cursor();
        self.splice(at, at, text.get(..end).unwrap_or_default());
        text.len() - end
    }

    /// Replaces the bytes from `start` to `end`. The cursor goes after what replaces them.
    pub(crate) fn splice(&mut self, start: usize, end: usize, with: &str) {
        let text = self.text();
        let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
        let cursor = before.chars().count() + with.chars().count();
        let text = [before, with, after].concat();
        self.edits += 1;
        self.proposed = false;
        self.input = std::mem::take(&mut self.input).with_value(text).with_cursor(cursor);
    }

    /// Moves the cursor.
    pub(crate) fn go(&mut self, to: To) {
        self.killing = false;
        self.step(to);
    }

    fn step(&mut self, to: To) {
        self.proposed = false;
        let request = match to {
            To::PreviousChar => InputRequest::GoToPrevChar,
            To::NextChar => InputRequest::GoToNextChar,
            To::PreviousWord => InputRequest::GoToPrevWord,
            To::NextWord => InputRequest::GoToNextWord,
            To::Start => {
                let start = self.before().rfind('\n').map_or(0, |at| at + 1);
                InputRequest::SetCursor(chars_to(self.text(), start))
            }
            To::End => {
                let cursor = self.cursor();
                let rest = self.text().get(cursor..).unwrap_or_default();
                let end = cursor + rest.find('\n').unwrap_or(rest.len());
                InputRequest::SetCursor(chars_to(self.text(), end))
            }
        };
        self.input.handle(request);
    }

    /// Deletes the character before or after the cursor.
    pub(crate) fn delete(&mut self, forward: bool) {
        (self.killing, self.proposed) = (false, false);
        self.edits += 1;
        self.input.handle(if forward { InputRequest::DeleteNextChar } else { InputRequest::DeletePrevChar });
    }

    /// Deletes from the cursor to `to`, and keeps what was deleted for [`Draft::yank`].
    pub(crate) fn kill(&mut self, to: To) {
        let from = self.cursor();
        self.step(to);
        // At the end of a line, this deletes its line feed.
        if to == To::End && self.cursor() == from {
            self.step(To::NextChar);
        }
        let until = self.cursor();
        self.kill_range(from.min(until), from.max(until), until < from);
    }

    /// Deletes all of it, and keeps it for [`Draft::yank`].
    pub(crate) fn kill_all(&mut self) {
        self.killing = false;
        self.kill_range(0, self.text().len(), false);
        self.killing = false;
    }

    fn kill_range(&mut self, start: usize, end: usize, back: bool) {
        let gone = self.text().get(start..end).unwrap_or_default().to_owned();
        if gone.is_empty() {
            return;
        }
        self.killed = match (self.killing, back) {
            (false, _) => gone,
            (true, false) => format!("{}{gone}", self.killed),
            (true, true) => format!("{gone}{}", self.killed),
        };
        self.splice(start, end, "");
        self.killing = true;
    }

    /// Puts back what was killed last.
    pub(crate) fn yank(&mut self) {
        let killed = std::mem::take(&mut self.killed);
        self.insert_text(&killed);
        self.killed = killed;
    }

    /// The rows that the text takes in `columns`, and the row and column of the cursor in them. Spaces at which a row
    /// breaks may put the column beyond its end.
    pub(crate) fn rows(&self, columns: usize) -> (Vec<Row>, usize, usize) {
        let rows = wrap(self.text(), columns.max(1), columns.max(1));
        let cursor = self.cursor();
        let row = rows.partition_point(|row| row.start as usize <= cursor).saturating_sub(1);
        let start = rows.get(row).map_or(0, |row| row.start as usize);
        let column = width(self.text().get(start..cursor).unwrap_or_default());
        (rows, row, column)
    }

    /// Moves the cursor one row up or down. Returns whether there was one.
    pub(crate) fn row(&mut self, down: bool, columns: usize) -> bool {
        let (rows, row, column) = self.rows(columns);
        let target = if down { row.checked_add(1) } else { row.checked_sub(1) };
        let Some(target) = target.and_then(|row| rows.get(row)) else { return false };
        let mut at = target.start as usize;
        let mut used = 0;
        for c in target.of(self.text()).chars() {
            used = column_after(c.encode_utf8(&mut [0; 4]), used);
            if used > column {
                break;
            }
            at += c.len_utf8();
        }
        (self.killing, self.proposed) = (false, false);
        self.input.handle(InputRequest::SetCursor(chars_to(self.text(), at)));
        true
    }
}

fn byte_of(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

fn chars_to(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, |t| t.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        let mut draft = Draft::default();
        draft.set(text.to_owned());
        draft
    }

    #[test]
    fn typing_replaces_a_proposal_and_editing_keeps_it() {
        let proposal = || {
            let mut d = Draft::default();
            d.propose("alice".into());
            d
        };
        let mut d = proposal();
        d.insert('b');
        d.insert('o');
        assert_eq!(d.text(), "bo");
        let mut d = proposal();
        d.insert_text("carol");
        assert_eq!(d.text(), "carol");
        let keep: [fn(&mut Draft); 5] = [
            |d| d.go(To::PreviousChar),
            |d| d.go(To::End),
            |d| d.go(To::Start),
            |d| d.delete(false),
            |d| d.kill(To::PreviousWord),
        ];
        let kept = keep.map(|edit| {
            let mut d = proposal();
            edit(&mut d);
            d.insert('x');
            d.text().to_owned()
        });
        assert_eq!(kept, ["alicxe", "alicex", "xalice", "alicx", "x"]);
    }

    #[test]
    fn kills_accumulate_and_can_be_yanked() {
        let mut d = draft("one two three");
        d.kill(To::PreviousWord);
        d.kill(To::PreviousWord);
        assert_eq!(d.text(), "one ");
        d.yank();
        assert_eq!(d.text(), "one two three");
        d.kill(To::Start);
        assert_eq!(d.text(), "");
        d.yank();
        d.yank();
        assert_eq!(d.text(), "one two threeone two three");
        d.kill_all();
        d.yank();
        assert_eq!(d.text(), "one two threeone two three");
    }

    #[test]
    fn each_line_of_a_draft_is_edited_by_itself() {
        let mut d = draft("first\nsecond");
        d.kill(To::Start);
        assert_eq!(d.text(), "first\n");
        d.go(To::PreviousChar);
        d.go(To::Start);
        d.kill(To::End);
        assert_eq!(d.text(), "\n");
        d.kill(To::End);
        assert_eq!(d.text(), "", "at the end of a line, the line feed goes");
        d.yank();
        assert_eq!(d.text(), "first\n");
    }

    #[test]
    fn the_cursor_moves_by_visible_characters() {
        let mut d = draft("a👨‍👩‍👧e\u{301}山");
        assert_eq!(d.rows(20), (vec![Row { start: 0, end: 25, indent: 0 }], 0, 6));
        d.go(To::PreviousChar);
        d.go(To::PreviousChar);
        d.go(To::PreviousChar);
        assert_eq!(d.before(), "a");
        d.delete(true);
        assert_eq!(d.text(), "ae\u{301}山");
    }

    #[test]
    fn the_cursor_moves_through_rows_of_a_long_draft() {
        let mut d = draft("abcdefgh\nxy");
        assert_eq!(d.rows(4).0.len(), 3);
        assert!(d.row(false, 4));
        assert_eq!(d.before(), "abcdef");
        assert!(d.row(false, 4));
        assert_eq!(d.before(), "ab");
        assert!(!d.row(false, 4));
        assert!(d.row(true, 4) && d.row(true, 4) && !d.row(true, 4));
        assert_eq!(d.before(), "abcdefgh\nxy");
    }

    #[test]
    fn the_cursor_moves_over_tabs_as_they_are_shown() {
        let mut d = draft("all:\n\tcc x\nend of it");
        assert_eq!(d.rows(40), (d.rows(40).0, 2, 9));
        assert!(d.row(false, 40));
        assert_eq!(d.before(), "all:\n\tc", "column 9 is behind the tab and one letter");
        d.go(To::Start);
        d.go(To::NextChar);
        assert_eq!(d.rows(40).2, 8);
        d.delete(false);
        assert_eq!(d.text(), "all:\ncc x\nend of it", "a tab is one character");
    }

    #[test]
    fn a_draft_has_a_limit() {
        let mut d = draft("");
        assert_eq!(d.insert_text(&"山".repeat(100_000)), 300_000 - MAX_DRAFT_BYTES / 3 * 3);
        assert!(d.text().len() <= MAX_DRAFT_BYTES && d.text().len() > MAX_DRAFT_BYTES - 3);
        d.insert('山');
        assert!(d.text().len() <= MAX_DRAFT_BYTES);
    }
}
