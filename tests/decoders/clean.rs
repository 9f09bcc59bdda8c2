//! What must hold for everything that can reach a screen or a log.

use proximity_chat::domain::model::{MAX_TEXT_BYTES, Nick, Text};
use unicode_segmentation::UnicodeSegmentation;

/// Characters of the longest grapheme in use: an emoji of a family with skin tones.
const MAX_GRAPHEME: usize = 16;

pub(super) fn text(text: &Text) {
    let text = text.as_str();
    assert!(!text.trim().is_empty() && text.len() <= MAX_TEXT_BYTES, "{} bytes", text.len());
    let steers = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}')
    };
    assert!(!text.contains(steers), "{text:?}");
    assert!(text.graphemes(true).all(|grapheme| grapheme.chars().count() <= MAX_GRAPHEME), "{text:?}");
}

pub(super) fn nick(nick: &Nick) {
    assert_eq!(Nick::new(nick.as_str()).as_ref(), Ok(nick), "a name that is none");
}

/// One message for people: of bounded length, and without terminal controls.
pub(super) fn message(text: &str) {
    assert!(!text.is_empty() && text.len() <= 4_096, "{} bytes", text.len());
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
}
