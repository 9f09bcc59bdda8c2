//! Which command an update answers.

use std::{fmt, sync::Arc};

/// What a front end calls one of its commands. The node only hands it back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(Arc<str>);

impl Tag {
    /// A tag with these characters. The front end limits their number.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
