//! The program as a whole: what it says besides its output, and when it starts.

use std::fmt::Display;

use crate::domain::model::Nick;

/// A sentence on the standard error, with who says it.
pub(crate) fn signed(text: &impl Display) -> String {
    format!("proximity-chat: {text}")
}

/// Whether an answer is a yes.
pub(crate) fn is_yes(answer: &str) -> bool {
    answer.trim().eq_ignore_ascii_case("yes")
}

/// A name was not saved; `error` says why and what to do.
pub(crate) fn name_not_saved(error: &impl Display, nick: &Nick) -> String {
    format!("{error} The next start will not use the name {nick}.")
}
