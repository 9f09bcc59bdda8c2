//! What people say.

use std::fmt;

use super::clean::{is_forbidden, is_hidden, is_invisible, limit_marks};

/// The longest text of one message, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The text of one message: 1 byte to 64 KiB, with line feeds and tabs as the only control characters.
///
/// Tabs and spaces are kept as typed, even at the ends of lines: a Makefile or a diff is worth nothing without them.
/// Code that draws a text has to turn its tabs into columns.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Box<str>);

/// Why a string is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing visible is left after cleaning.
    #[error("There is nothing to send.")]
    Empty,
    /// More than [`MAX_TEXT_BYTES`].
    #[error("Message too long: {} of {} bytes. Shorten it.", group(*.0), group(MAX_TEXT_BYTES))]
    TooLong(usize),
}

impl Text {
    /// Cleans `raw` and checks its length.
    ///
    /// Carriage returns and the Unicode line separators become line feeds; controls other than line feeds and tabs,
    /// bidi controls and tags are dropped; stacked marks are cut. Everything else stays as it is.
    ///
    /// # Errors
    /// [`TextError`] when nothing visible is left or the text is too long.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        if raw.len() > MAX_TEXT_BYTES {
            return Err(TextError::TooLong(raw.len()));
        }
        // Printable ASCII needs no cleaning: nearly every line is plain ASCII, and this is the hot path of a busy room.
        if raw.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return if raw.trim_start().is_empty() { Err(TextError::Empty) } else { Ok(Self(raw.into())) };
        }
        let cleaned = clean(raw);
        if cleaned.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            Err(TextError::Empty)
        } else if cleaned.len() > MAX_TEXT_BYTES {
            Err(TextError::TooLong(cleaned.len()))
        } else {
            Ok(Self(cleaned.into()))
        }
    }

    /// What stands for an event that cannot be shown, see [`super::MessageKind::Unknown`]. No user reads this.
    pub fn unknown_kind(kind: u32) -> Self {
        Self(format!("kind {kind}").into())
    }

    /// Cleans what somebody else said and cuts it to the limit; `None` if nothing visible is left.
    pub fn cut(raw: &str) -> Option<Self> {
        match Self::new(raw) {
            Err(TextError::TooLong(_)) => {
                let cleaned = clean(raw);
                Self::new(cleaned.get(..cleaned.floor_char_boundary(MAX_TEXT_BYTES))?).ok()
            }
            text => text.ok(),
        }
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn clean(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            // Joiners shape words and emoji, and Persian cannot be written without them. The others shape Mongolian.
            '\t' | '\u{200C}' | '\u{200D}' | '\u{180B}'..='\u{180F}' => out.push(c),
            c if is_forbidden(c) || is_hidden(c) => {}
            c => out.push(c),
        }
    }
    limit_marks(&out)
}

/// `70112` as `70,112`: the form of large numbers in all texts of the program.
pub(crate) fn group(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(raw: &str) -> String {
        Text::new(raw).map(|t| t.to_string()).unwrap_or_default()
    }

    #[test]
    fn ordinary_text_is_kept_byte_for_byte() {
        for text in ["hello big world", "我有，在二楼", "family 👨‍👩‍👧 ok", "a\nb", "می‌خواهم", "e\u{301}te", "  indented"]
        {
            assert_eq!(cleaned(text), text);
        }
    }

    #[test]
    fn code_is_kept_byte_for_byte() {
        let diff = "--- a/x\n+++ b/x\n \tkept  \n-\told\t\n+\tnew\n \n";
        for text in ["all:\n\tcc -o x x.c\n", "trailing  ", "tab\t", "  \n\tblank first", "ü\t \n\n", diff] {
            assert_eq!(cleaned(text), text, "what was typed");
            assert_eq!(Text::cut(text).map(|text| text.to_string()).as_deref(), Some(text), "what a peer sent");
        }
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_kept() {
        assert_eq!(cleaned("a\u{1b}[2Jb\u{7}\u{9b}31m\u{7f}"), "a[2Jb31m");
        assert_eq!(cleaned("abc\u{202E}def\u{2066}g"), "abcdefg");
        assert_eq!(cleaned("a\u{200E}b\u{200F}c\u{061C}d\u{00AD}e"), "abcde");
        assert_eq!(cleaned("x\u{E0041}\u{E007F}y"), "xy");
        assert_eq!(cleaned("a\tb\r\nc\rd\u{2028}e"), "a\tb\nc\nd\ne");
        assert_eq!(cleaned(&format!("a{}", "\u{301}".repeat(100))).chars().count(), 5);
    }

    #[test]
    fn no_grapheme_is_longer_than_any_in_use() {
        use unicode_segmentation::UnicodeSegmentation;
        let kiss = "👩🏽\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👨🏽";
        assert_eq!(cleaned(kiss), kiss, "the longest of all");
        for chain in ["👩\u{200D}".repeat(200), "\u{1100}".repeat(200), ("\u{600}".repeat(30) + "x").repeat(30)] {
            let longest = cleaned(&chain).graphemes(true).map(|g| g.chars().count()).max();
            assert!(longest.is_some_and(|n| n <= 16), "{longest:?} of {chain:?}");
        }
    }

    #[test]
    fn overlong_text_is_cut_from_others_and_refused_from_us() {
        let long = |raw: &str| Text::cut(raw).map(|text| text.as_str().len());
        assert_eq!(long(&format!("x{}", "\tx".repeat(40_000))), Some(MAX_TEXT_BYTES));
        assert_eq!(long(&format!("{}x", " ".repeat(70_000))), None, "nothing to see is left");
        assert_eq!(long(&"ä".repeat(40_000)), Some(MAX_TEXT_BYTES));
        assert_eq!(long("x"), Some(1));
        assert_eq!(long("\t"), None);
    }

    #[test]
    fn empty_and_too_long_texts_say_so() {
        assert_eq!(Text::new(" \n\t "), Err(TextError::Empty));
        assert_eq!(Text::new("\u{200D}\u{1b}"), Err(TextError::Empty));
        let err = Text::new(&"x".repeat(70_112)).unwrap_err();
        assert_eq!(err.to_string(), "Message too long: 70,112 of 65,536 bytes. Shorten it.");
    }
}
