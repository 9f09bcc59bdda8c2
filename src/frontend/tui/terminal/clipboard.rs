//! A text for the terminal's clipboard: OSC 52. The one place where a message goes to the terminal other than as cells.
//!
//! The text is written in base64 (RFC 4648), so a message can neither end the sequence nor contain one of its own.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::domain::model::MAX_TEXT_BYTES;

/// Begins the sequence: `c` is the clipboard, as opposed to the selection of the mouse.
const BEGIN: &[u8] = b"\x1b]52;c;";

/// Ends it.
const END: &[u8] = b"\x07";

/// The longest sequence that terminals take: several stop at 100,000 bytes (hterm and those based on it), the others
/// later.
const MAX_BYTES: usize = 100_000;

/// The longest message is well below that, so none has to be refused.
const _: () = assert!(BEGIN.len() + MAX_TEXT_BYTES.div_ceil(3) * 4 + END.len() <= MAX_BYTES);

/// What to write to put `text` into the clipboard.
pub(super) fn set(text: &str) -> Vec<u8> {
    [BEGIN, STANDARD.encode(text).as_bytes(), END].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        let bytes = set(text);
        String::from_utf8(bytes[BEGIN.len()..bytes.len() - END.len()].to_vec()).unwrap()
    }

    #[test]
    fn the_encoding_follows_rfc_4648() {
        for (text, digits) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("all:\n\tcc  \n", "YWxsOgoJY2MgIAo="),
            ("山?>", "5bGxPz4="),
        ] {
            assert_eq!(encoded(text), digits, "{text:?}");
        }
    }

    #[test]
    fn no_text_can_end_the_sequence() {
        let bytes = set("\x07\x1b\\\x1b]0;title\x07\u{9c}");
        let (last, inside) = bytes[BEGIN.len()..].split_last().unwrap();
        assert!(*last == END[0] && inside.iter().all(u8::is_ascii_graphic), "{bytes:?}");
    }

    #[test]
    fn the_longest_message_fits() {
        assert!(set(&"\u{5c71}".repeat(MAX_TEXT_BYTES / 3)).len() <= MAX_BYTES);
    }
}
