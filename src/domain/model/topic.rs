//! What a room is about.

use std::fmt;

use super::{Text, text::group};

/// The longest topic, in characters: what a wide window shows in one row.
pub const MAX_TOPIC_CHARS: usize = 200;

/// The topic of a room: one line of text, of 1 to [`MAX_TOPIC_CHARS`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Topic(Text);

/// Why a string is no topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// Nothing visible is left after cleaning.
    #[error("A topic needs a text.")]
    Empty,
    /// More than [`MAX_TOPIC_CHARS`].
    #[error("Topic too long: {} of {MAX_TOPIC_CHARS} characters. Shorten it.", group(*.0))]
    TooLong(usize),
}

impl Topic {
    /// Cleans `raw`, makes it one line, and checks its length.
    ///
    /// # Errors
    /// [`TopicError`] when nothing visible is left or it is too long.
    pub fn new(raw: &str) -> Result<Self, TopicError> {
        let line = one_line(raw).ok_or(TopicError::Empty)?;
        match line.as_str().chars().count() {
            ..=MAX_TOPIC_CHARS => Ok(Self(line)),
            chars => Err(TopicError::TooLong(chars)),
        }
    }

    /// Cleans a topic that somebody else set and cuts it to the limit; `None` if nothing visible is left.
    pub fn cut(raw: &str) -> Option<Self> {
        let line = one_line(raw)?;
        match line.as_str().char_indices().nth(MAX_TOPIC_CHARS) {
            None => Some(Self(line)),
            Some((end, _)) => one_line(line.as_str().get(..end)?).map(Self),
        }
    }

    /// The same as a text.
    pub const fn as_text(&self) -> &Text {
        &self.0
    }

    /// The line with which a user sets it.
    pub fn typed(&self) -> Text {
        Text::new(&format!("/topic {self}")).unwrap_or_else(|_| self.0.clone())
    }

    /// The cleaned topic.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The cleaned text with single spaces in place of all white space.
fn one_line(raw: &str) -> Option<Text> {
    let cleaned = Text::cut(raw)?;
    Text::new(&cleaned.as_str().split_whitespace().collect::<Vec<_>>().join(" ")).ok()
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_one_clean_line() {
        let topic = |raw: &str| Topic::new(raw).map(|topic| topic.to_string());
        assert_eq!(topic("  release\n\tday \u{1b}[31m"), Ok("release day [31m".to_owned()));
        assert_eq!(topic(" \u{202E}\n"), Err(TopicError::Empty));
        assert_eq!(topic(&"ä".repeat(200)), Ok("ä".repeat(200)));
        let error = topic(&"ä".repeat(1_201)).unwrap_err();
        assert_eq!(error.to_string(), "Topic too long: 1,201 of 200 characters. Shorten it.");
    }

    #[test]
    fn topics_of_others_are_cut() {
        let cut = |raw: &str| Topic::cut(raw).map(|topic| topic.to_string());
        assert_eq!(cut(&"x".repeat(70_000)), Some("x".repeat(200)));
        assert_eq!(cut(&format!("{} yz", "x".repeat(199))), Some("x".repeat(199)), "no space at the end");
        assert_eq!(cut("\n"), None);
    }
}
