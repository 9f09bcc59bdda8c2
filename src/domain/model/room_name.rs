//! Names of rooms.

use std::{fmt, sync::Arc};

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton as confusable;

/// The most characters of a room's name: what a tab has room for.
const MAX_ROOM_CHARS: usize = 32;

/// The name of the room that everyone is in.
const LOBBY: &str = "lobby";

/// The name of a room, without its `#`: 1 to 32 lower-case letters, digits, `-` and `_`, in the form NFKC. It does not look
/// like `lobby`, so that nobody takes another room for that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(Arc<str>);

/// Why a string is no name of a room. The text is for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoomNameError {
    /// Nothing is left without the `#`.
    #[error("A room needs a name. Example: #dev")]
    Empty,
    /// More than 32 characters.
    #[error("The name of the room has {0} characters; the limit is {MAX_ROOM_CHARS}. Choose a shorter one.")]
    TooLong(usize),
    /// Something else than letters, digits, `-` and `_`.
    #[error("The name of a room has only letters, digits, - and _. Choose a name without {0:?}.")]
    Forbidden(char),
    /// It looks like `lobby`.
    #[error("That name looks like #lobby. Choose another one.")]
    LooksLikeLobby,
}

impl RoomName {
    /// Checks a name, with or without its `#`. Capitals become small letters.
    ///
    /// # Errors
    /// [`RoomNameError`], with a text for the person who typed it.
    pub fn new(name: &str) -> Result<Self, RoomNameError> {
        let name = name.trim();
        let name: String = name.strip_prefix('#').unwrap_or(name).nfkc().flat_map(char::to_lowercase).nfkc().collect();
        let is_forbidden = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_') || c.is_uppercase();
        match name.chars().count() {
            0 => Err(RoomNameError::Empty),
            chars if chars > MAX_ROOM_CHARS => Err(RoomNameError::TooLong(chars)),
            _ => match name.chars().find(|&c| is_forbidden(c)) {
                // A control character would not be seen.
                Some(c) if c.is_control() => Err(RoomNameError::Forbidden(char::REPLACEMENT_CHARACTER)),
                Some(c) => Err(RoomNameError::Forbidden(c)),
                None if looks(&name) == looks(LOBBY) => Err(RoomNameError::LooksLikeLobby),
                None => Ok(Self(name.into())),
            },
        }
    }

    /// A name as it came from another node: only one that is already in its form.
    pub fn received(name: &str) -> Option<Self> {
        Self::new(name).ok().filter(|checked| checked.as_str() == name)
    }

    /// The name, without its `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is left of a name when all that looks the same is the same: Unicode's table of confusables (UTS 39, section 4). In
/// many fonts an i passes for an l.
fn looks(name: &str) -> String {
    let upper = name.to_uppercase();
    let same: String = confusable(&upper).chain(confusable(name)).collect();
    same.to_lowercase().replace('i', "l")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_brought_into_one_form() {
        for (typed, name) in [("dev", "dev"), ("#Dev", "dev"), (" #ＤＥＶ-2 ", "dev-2"), ("straße_ß", "straße_ß")]
        {
            assert_eq!(RoomName::new(typed).unwrap().as_str(), name, "{typed}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_seen_or_typed_is_refused() {
        assert_eq!(RoomName::new("#"), Err(RoomNameError::Empty));
        assert_eq!(RoomName::new(&"x".repeat(33)), Err(RoomNameError::TooLong(33)));
        for name in ["a b", "a.b", "##x", "a\u{202e}b", "a\u{200b}b", "\x1b[31m", "a/b", "e\u{301}\u{301}"] {
            assert!(matches!(RoomName::new(name), Err(RoomNameError::Forbidden(_))), "{name:?}");
        }
    }

    #[test]
    fn nothing_passes_for_the_lobby() {
        for name in ["lobby", "Lobby", "1obby", "Iobby", "l\u{43e}bby", "lоbbу", "ⅼobby"] {
            assert_eq!(RoomName::new(name), Err(RoomNameError::LooksLikeLobby), "{name}");
        }
        assert!(RoomName::new("lobby2").is_ok() && RoomName::new("hobby").is_ok());
    }

    #[test]
    fn a_received_name_must_be_in_its_form() {
        assert!(RoomName::received("dev").is_some());
        for name in ["Dev", "#dev", " dev", "ｄｅｖ", "lobby", ""] {
            assert_eq!(RoomName::received(name), None, "{name:?}");
        }
    }
}
