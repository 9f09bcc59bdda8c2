//! Whether somebody is at their keyboard.

use super::Text;

/// The longest note, in bytes: one line beside a name.
pub const MAX_NOTE_BYTES: usize = 200;

/// What somebody says about themselves with `/away` and `/back`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Presence {
    /// At the keyboard.
    #[default]
    Here,
    /// Not at the keyboard.
    Away {
        /// Why, or until when: one line of at most [`MAX_NOTE_BYTES`].
        note: Option<Text>,
    },
}

impl Presence {
    /// Away, with a note if any of it is left after cutting it to one line of [`MAX_NOTE_BYTES`].
    pub fn away(note: &str) -> Self {
        // Dropped characters may have been next to space, or alone on a line.
        let clean = Text::cut(note);
        let text = clean.as_ref().map_or("", Text::as_str);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let (line, _) = line.split_at(line.floor_char_boundary(MAX_NOTE_BYTES));
        // A note is shown among other words, where a tab has no column to go to.
        Self::Away { note: Text::cut(line.replace('\t', " ").trim_end()) }
    }

    /// Whether it is [`Presence::Away`].
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Away { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_line_of_bounded_length() {
        let note = |text: &str| match Presence::away(text) {
            Presence::Away { note } => note.map(|note| note.to_string()),
            Presence::Here => None,
        };
        assert_eq!(note(" lunch \nand more").as_deref(), Some("lunch"));
        assert_eq!(note(" \n "), None);
        assert_eq!(note("back\tat 3 \t").as_deref(), Some("back at 3"));
        assert_eq!(note("\u{1}\n\u{1} lunch").as_deref(), Some("lunch"));
        assert_eq!(note(&"é".repeat(150)).map(|n| n.len()), Some(MAX_NOTE_BYTES));
    }
}
