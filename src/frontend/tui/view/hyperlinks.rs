//! Web addresses that can be clicked: OSC 8.

use std::{fmt::Write as _, num::NonZeroU16, ops::Range};

use ratatui::buffer::CellDiffOption;

use super::canvas::Canvas;
use crate::frontend::tui::app::App;

/// The longest address that becomes a link, in bytes: terminals stop at about 2,000.
const MAX_URL_BYTES: usize = 2_000;

/// A link, or the part of it that one row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub x: u16,
    pub y: u16,
    pub columns: u16,
    /// The entry it is in.
    pub seq: u64,
    /// The address, in the text of the entry.
    pub url: Range<usize>,
    /// The part of it that is shown.
    pub shown: Range<usize>,
}

/// Makes links of what was drawn.
///
/// The escape sequence and the text go into the first cell, which is declared as wide as the text. The cells after it
/// keep the characters that the terminal shows there, so that later frames are compared with what is really shown.
pub(super) fn apply(canvas: &mut Canvas<'_>, app: &App, links: &[Link]) {
    for link in links {
        let Some(text) = app.tabs.here().view().entry(link.seq).map(crate::frontend::tui::app::Entry::text) else {
            continue;
        };
        let (Some(url), Some(shown)) = (text.get(link.url.clone()), text.get(link.shown.clone())) else { continue };
        let Some(columns) = NonZeroU16::new(link.columns) else { continue };
        if url.len() > MAX_URL_BYTES || link.x + link.columns > canvas.buffer.area.right() {
            continue;
        }
        if let Some(cell) = canvas.buffer.cell_mut((link.x, link.y)) {
            // One id for the parts of a wrapped address: the terminal treats them as one link.
            let id = format!("{}-{}", link.seq, link.url.start);
            // If the whole row is to be written, the link must differ from what it was; terminals ignore this key.
            let turn =
                if app.window.rows.get(usize::from(link.y)).is_some_and(|row| row.turn) { ":turn=1" } else { "" };
            cell.set_symbol(&format!("\x1b]8;id={id}{turn};{}\x1b\\{shown}\x1b]8;;\x1b\\", encode(url)));
            cell.set_diff_option(CellDiffOption::ForcedWidth(columns));
        }
    }
}

/// The address as the escape sequence may hold it: printable ASCII.
fn encode(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_printable_ascii_gets_into_the_escape_sequence() {
        assert_eq!(encode("https://a.b/c?d=1;e#f"), "https://a.b/c?d=1;e#f");
        assert_eq!(encode("http://山/\u{1b}\u{7}"), "http://%E5%B1%B1/%1B%07");
    }
}
