//! What the user writes.

use super::lists::counted;
use crate::domain::model::group;

/// Asks about a draft that was written on another network.
pub(crate) const OTHER_NETWORK: &str =
    "You wrote this while the chat was on another network. Press Enter again to send it here.";

/// A message is full.
pub(crate) fn full(used: usize, limit: usize) -> String {
    format!("The message is full: {} of {} bytes.", group(used), group(limit))
}

/// A pasted text did not fit.
pub(crate) fn pasted_too_much(dropped: usize, limit: usize) -> String {
    let (dropped, limit) = (counted(dropped, "byte"), counted(limit, "byte"));
    format!("The pasted text is too long: the last {dropped} did not fit. A message has at most {limit}.")
}

/// The size of a draft: `12 rows, 1.2 KB`.
pub(crate) fn size(rows: usize, bytes: usize) -> String {
    let rows = self::rows(rows);
    match bytes {
        bytes @ ..1_000 => format!("{rows}, {}", counted(bytes, "byte")),
        // Truncated, not rounded.
        bytes => format!("{rows}, {}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
    }
}

/// The size of a draft in the status line, the fullest words first.
pub(crate) fn sizes(rows: usize, bytes: usize) -> Vec<String> {
    let size = size(rows, bytes);
    vec![format!("draft: {size}"), size, self::rows(rows)]
}

fn rows(rows: usize) -> String {
    counted(rows, "row")
}

/// Asks whether to send a draft of this `size`.
pub(crate) fn confirm_size(size: &str) -> String {
    format!("Send {size}? Press Enter again to send it.")
}

/// Not everyone sees all of a long message.
pub(crate) fn cut_for_reference(lines: usize) -> String {
    format!("Reference nodes show only the first {} of a message.", counted(lines, "line"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_words() {
        assert_eq!(size(12, 1_250), "12 rows, 1.2 KB");
        assert_eq!(size(3_000, 13_889), "3,000 rows, 13.8 KB");
        assert_eq!(size(6, 40), "6 rows, 40 bytes");
        assert_eq!(size(1, 5_000), "1 row, 5.0 KB");
    }
}
