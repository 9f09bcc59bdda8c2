//! Nicknames: claims, never identities.

use std::{fmt, sync::Arc};

use unicode_width::UnicodeWidthStr;

use super::clean::{is_forbidden, is_invisible, limit_marks};

/// The widest nickname, in terminal columns: twice the widest nick column, so that a cut name is still recognised.
pub const MAX_NICK_COLUMNS: usize = 24;

/// Words in a nickname ("Zoë 山田"): with more, an ordinary sentence before a colon would pass for one.
const MAX_NICK_WORDS: usize = 2;

/// A nickname that is safe to show: one line of 1 to 24 columns and at most two words, without controls, invisible
/// characters or a colon (the reference protocol's separator).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nick(Arc<str>);

/// Why a string is no nickname. The text is meant for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NickError {
    /// Nothing is left after trimming.
    #[error("A name needs at least one visible character.")]
    Empty,
    /// Wider than [`MAX_NICK_COLUMNS`].
    #[error("Name too long: {0} of {MAX_NICK_COLUMNS} columns. Choose a shorter one.")]
    TooWide(usize),
    /// More than two words, or several spaces in a row.
    #[error("A name has at most {MAX_NICK_WORDS} words, with single spaces between them.")]
    TooManyWords,
    /// A character that cannot be part of a name.
    #[error("A name cannot contain {0:?}. Choose one without it.")]
    Forbidden(char),
    /// A first character that means something else in this program.
    #[error("A name cannot begin with {0:?}. Choose another one.")]
    ForbiddenStart(char),
}

impl Nick {
    /// Checks `name`, which must already be as it is to be shown, but for space around it.
    ///
    /// # Errors
    /// [`NickError`], with a text for the person who chose the name.
    pub fn new(name: &str) -> Result<Self, NickError> {
        let name = name.trim();
        if let Some(c) = name.chars().next().filter(|c| matches!(c, '/' | '#' | '@' | '*' | '&')) {
            return Err(NickError::ForbiddenStart(c));
        }
        if let Some(c) = name.chars().find(|&c| c == ':' || is_forbidden(c) || is_invisible(c) || is_ours(c)) {
            return Err(NickError::Forbidden(c));
        }
        if name.split(char::is_whitespace).any(str::is_empty) && !name.is_empty()
            || name.split(char::is_whitespace).count() > MAX_NICK_WORDS
        {
            return Err(NickError::TooManyWords);
        }
        match name.width() {
            0 => Err(NickError::Empty),
            width if width > MAX_NICK_COLUMNS => Err(NickError::TooWide(width)),
            _ => Ok(Self(limit_marks(name).into())),
        }
    }

    /// Makes a nickname of what somebody else calls themselves: forbidden and invisible characters are dropped first.
    pub fn clean(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(|&c| !is_forbidden(c) && !is_invisible(c)).collect();
        // At the begin it means something else, and then it is no name.
        let start = name.trim().chars().next();
        let name: String = name.chars().filter(|&c| !is_ours(c) || Some(c) == start && c == '#').collect();
        Self::new(&name).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What looks like that which the screens write beside names: the mark of somebody who is verified, and the sign before
/// the begin of a key (`bob#c04e`).
const fn is_ours(c: char) -> bool {
    matches!(c, '√' | '☑' | '✅' | '✓' | '✔' | '🗸' | '🗹' | '#' | '♯' | '﹟' | '＃')
}

impl fmt::Display for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nick({:?})", &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_people_really_have_are_accepted() {
        for name in ["alice", "Zoë 山田", "o'brien", "x", " bob ", "Ünïcödé_99", "🦀"] {
            assert_eq!(Nick::new(name).map(|n| n.to_string()), Ok(name.trim().to_owned()));
        }
    }

    #[test]
    fn names_that_would_mislead_are_refused() {
        assert_eq!(Nick::new("  "), Err(NickError::Empty));
        assert_eq!(Nick::new("a:b"), Err(NickError::Forbidden(':')));
        assert_eq!(Nick::new("a\u{202E}b"), Err(NickError::Forbidden('\u{202E}')));
        assert_eq!(Nick::new("bob#c04e"), Err(NickError::Forbidden('#')));
        assert_eq!(Nick::new("bob ✓"), Err(NickError::Forbidden('✓')));
        assert_eq!(Nick::new("a\nb"), Err(NickError::Forbidden('\n')));
        assert_eq!(Nick::new("/quit"), Err(NickError::ForbiddenStart('/')));
        assert_eq!(Nick::new("who has the key"), Err(NickError::TooManyWords));
        assert_eq!(Nick::new("a  b"), Err(NickError::TooManyWords));
        assert_eq!(Nick::new(&"w".repeat(25)), Err(NickError::TooWide(25)));
        assert_eq!(Nick::new("\u{301}"), Err(NickError::Empty));
    }

    #[test]
    fn a_peers_name_is_cleaned_before_it_is_judged() {
        assert_eq!(Nick::clean("b\u{1b}[31mob\u{200B}").map(|n| n.to_string()), Some("b[31mob".to_owned()));
        assert_eq!(Nick::clean("\u{1b}\u{7}"), None);
        assert_eq!(Nick::clean("bob#c04e").map(|n| n.to_string()), Some("bobc04e".to_owned()));
        assert_eq!(Nick::clean("#lab"), None);
        assert_eq!(Nick::clean("bob ✔").map(|n| n.to_string()), Some("bob".to_owned()));
        let zalgo = format!("a{}", "\u{301}".repeat(40));
        assert_eq!(Nick::clean(&zalgo).map(|n| n.as_str().chars().count()), Some(5));
    }
}
