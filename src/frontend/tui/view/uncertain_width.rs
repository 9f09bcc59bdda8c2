//! Characters about whose width terminals disagree.

use unicode_segmentation::UnicodeSegmentation;

/// Whether terminals may disagree about the width of `text`.
pub(super) fn risky(text: &str) -> bool {
    // All terminals agree on Latin letters, symbols, and Chinese, Japanese and Korean text: on nearly every text.
    let agreed = |c| {
        matches!(c, ..'\u{300}' | '\u{2010}'..='\u{2027}' | '\u{2190}'..='\u{2BFF}' | '\u{3000}'..='\u{3029}'
            | '\u{3030}'..='\u{3098}' | '\u{309B}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF00}'..='\u{FF9D}')
    };
    !text.is_ascii()
        && !text.chars().all(agreed)
        && (text.chars().any(|c| c >= '\u{1F000}') || text.graphemes(true).any(|g| g.chars().nth(1).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_families_and_marks_are_risky_unlike_ordinary_text() {
        for text in ["🇪🇺", "a 👨‍👩‍👧 b", "❤️", "e\u{301}", "👍🏽", "می‌خواهم", "क्षि", "🎉", "か\u{3099}"]
        {
            assert!(risky(text), "{text}");
        }
        for text in ["plain", "émigré", "我有，在二楼", "│ ─── ● …", "한국어", "Привет", "ﾊﾛｰ"]
        {
            assert!(!risky(text), "{text}");
        }
    }
}
