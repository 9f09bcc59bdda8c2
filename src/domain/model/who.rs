//! People as the user names them.

use std::fmt;

/// The longest text that is looked up, in bytes: a whole key in groups of four, with room for a name before it.
const MAX_BYTES: usize = 160;

/// The person a command is about, as typed: a name, `bob#c04e`, a key prefix (at least 4 digits), or a guest's address.
/// The node finds out who that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who(Box<str>);

impl Who {
    /// `text` without the space around it and an `@` before it; `None` if nothing is left or it is too long.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('@').unwrap_or(text);
        (!text.is_empty() && text.len() <= MAX_BYTES).then(|| Self(text.into()))
    }

    /// What was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
