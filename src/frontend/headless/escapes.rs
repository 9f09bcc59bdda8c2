//! Colours and other escape sequences of a terminal in text that a program has printed.

use std::borrow::Cow;

use anstream::adapter::strip_str;

/// The text without them. Tabs stay.
pub(super) fn removed(text: &str) -> Cow<'_, str> {
    if !text.contains(is_escape) {
        return text.into();
    }
    // One character stands for the escape and the next one, at 64 below it. The library knows the long form only.
    let long = text.replace('\u{9b}', "\u{1b}[").replace('\u{9d}', "\u{1b}]");
    strip_str(&long).to_string().into()
}

const fn is_escape(c: char) -> bool {
    matches!(c, '\u{1b}' | '\u{9b}' | '\u{9d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_links_and_titles_are_removed() {
        for (printed, text) in [
            ("plain\ttext /quit", "plain\ttext /quit"),
            ("\u{1b}[1;31merror\u{1b}[0m: no\tsuch file", "error: no\tsuch file"),
            ("\u{1b}[38;2;255;0;10mred\u{1b}[m", "red"),
            ("\u{9b}31mred\u{9b}0m", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;https://example.org\u{1b}\\a link\u{1b}]8;;\u{1b}\\", "a link"),
            ("progress \u{1b}[2K\u{1b}[1Gdone", "progress done"),
            ("größe\u{1b}[0m 山田 \u{1f600}", "größe 山田 \u{1f600}"),
            ("cut \u{1b}[3", "cut "),
            ("\u{1b}", ""),
        ] {
            assert_eq!(removed(printed), text, "{printed:?}");
        }
    }
}
