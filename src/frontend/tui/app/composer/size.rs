//! How large the draft is. A single Enter should not send what was in the clipboard by mistake.

use super::draft::Draft;
use crate::frontend::words::draft as words;

/// A draft with more rows than this shows its size, because the input shows no more rows.
const SHOWN_ABOVE: usize = 5;

/// A draft with more rows than this is sent only when Enter is pressed twice. Others see such a message folded.
const ASKED_ABOVE: usize = 20;

/// The same in bytes: a page of text, which fits into a few rows of a wide window.
const ASKED_ABOVE_BYTES: usize = 4_000;

/// The size of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DraftSize {
    rows: usize,
    bytes: usize,
}

impl DraftSize {
    /// The size of `draft`, which takes this many rows.
    pub(super) fn new(draft: &Draft, rows: usize) -> Self {
        Self { rows, bytes: draft.text().len() }
    }

    /// How it is shown, the fullest words first.
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
    fn six_rows_show_their_size_and_a_page_is_confirmed() {
        let size = |rows, bytes| DraftSize { rows, bytes };
        assert!(!size(5, 65_536).is_shown() && size(6, 6).is_shown());
        assert!(!size(20, 4_000).is_large() && size(21, 21).is_large() && size(1, 4_001).is_large());
    }
}
