//! Rows of an answer.

use std::fmt::Write as _;

use crate::frontend::tui::app::wrap::width;

/// Appends rows of a name, what is known of it, and a remark. Names and what is known begin in the same columns.
pub(super) fn append(text: &mut String, rows: &[(String, String, &str)]) {
    let names = rows.iter().map(|(name, ..)| width(name)).max().unwrap_or(0);
    let whats = rows.iter().map(|(_, what, _)| width(what)).max().unwrap_or(0);
    for (name, what, remark) in rows {
        let (name_pad, what_pad) = (names - width(name), whats - width(what));
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {name}{:name_pad$}  {what}", "");
        if !remark.is_empty() {
            let _ = write!(text, "{:what_pad$}  {remark}", "");
        }
    }
}
