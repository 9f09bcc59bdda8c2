//! How large the draft is. A wrong thing in the clipboard should not go out with one Enter.

use std::fmt;

use super::draft::Draft;
use crate::domain::model::counted;

/// A draft of more rows shows its size: the input shows no more.
const SHOWN_ABOVE: usize = 5;

/// A draft of more rows is sent only when Enter is pressed twice: others see a message of more rows folded.
const ASKED_ABOVE: usize = 20;

/// The same in bytes: a page of text, which fits into few rows of a wide window.
const ASKED_ABOVE_BYTES: usize = 4_000;

/// The size of a draft: `12 rows, 1.2 KB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DraftSize {
    rows: usize,
    bytes: usize,
}

impl DraftSize {
    /// The size of `draft`, which shows in so many rows.
    pub(super) fn new(draft: &Draft, rows: usize) -> Self {
        Self { rows, bytes: draft.text().len() }
    }

    /// How it is shown: the fullest words first.
    pub(crate) fn wordings(self) -> Vec<String> {
        vec![format!("draft: {self}"), self.to_string(), self.rows_in_words()]
    }

    fn rows_in_words(self) -> String {
        counted(self.rows, "row")
    }

    /// Whether it is worth showing.
    pub(super) const fn is_shown(self) -> bool {
        self.rows > SHOWN_ABOVE
    }

    /// Whether sending is worth a question.
    pub(super) const fn is_large(self) -> bool {
        self.rows > ASKED_ABOVE || self.bytes > ASKED_ABOVE_BYTES
    }
}

impl fmt::Display for DraftSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.rows_in_words())?;
        match self.bytes {
            bytes @ ..1_000 => write!(f, "{bytes} bytes"),
            // Cut, not rounded.
            bytes => write!(f, "{}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_words() {
        let size = |rows, bytes| DraftSize { rows, bytes };
        assert_eq!(size(12, 1_250).to_string(), "12 rows, 1.2 KB");
        assert_eq!(size(3_000, 13_889).to_string(), "3,000 rows, 13.8 KB");
        assert_eq!(size(6, 40).to_string(), "6 rows, 40 bytes");
        assert_eq!(size(1, 5_000).to_string(), "1 row, 5.0 KB");
        assert!(!size(5, 65_536).is_shown() && size(6, 6).is_shown());
        assert!(!size(20, 4_000).is_large() && size(21, 21).is_large() && size(1, 4_001).is_large());
    }
}
