//! Whether somebody is at their keyboard.

use super::Text;

/// The longest note, in bytes: one line beside a name.
pub const MAX_NOTE_BYTES: usize = 200;

/// What somebody says of themselves with `/away` and `/back`.
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
    /// Away, with a note if one is left when it was cut to one line of [`MAX_NOTE_BYTES`].
    pub fn away(note: &str) -> Self {
        let line = note.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let mut end = line.len().min(MAX_NOTE_BYTES);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        let (line, _) = line.split_at(end);
        Self::Away { note: Text::cut(line) }
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
        assert_eq!(note(&"é".repeat(150)).map(|n| n.len()), Some(MAX_NOTE_BYTES));
    }
}
