//! How large the draft is. A wrong thing in the clipboard should not go out with one Enter.

use super::draft::Draft;
use crate::frontend::words::draft as words;

/// A draft of more rows shows its size: the input shows no more.
const SHOWN_ABOVE: usize = 5;

/// A draft of more rows is sent only when Enter is pressed twice: others see a message of more rows folded.
const ASKED_ABOVE: usize = 20;

/// The same in bytes: a page of text, which fits into few rows of a wide window.
const ASKED_ABOVE_BYTES: usize = 4_000;

/// The size of a draft.
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
        words::sizes(self.rows, self.bytes)
    }

    /// The same for a sentence: `12 rows, 1.2 KB`.
    pub(super) fn words(self) -> String {
        words::size(self.rows, self.bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_shown_from_six_rows_on_and_asked_about_from_a_page_on() {
        let size = |rows, bytes| DraftSize { rows, bytes };
        assert!(!size(5, 65_536).is_shown() && size(6, 6).is_shown());
        assert!(!size(20, 4_000).is_large() && size(21, 21).is_large() && size(1, 4_001).is_large());
    }
}
