//! `proximity-chat identity`.

use std::path::Path;

use crate::domain::model::ProfileName;

/// Asks before a profile gets a new key. The answer follows on the same line.
pub(crate) fn question(profile: &ProfileName) -> String {
    format!(
        "This gives profile {profile} a new key. Others will see you as someone new, and those who verified you must compare \
         codes with you again. What you said so far stays in your history, under the old key. Type yes to continue: "
    )
}

/// A profile has a new key. `kept` is the file of the old one.
pub(crate) fn renewed(new: &str, old: &str, kept: &Path) -> String {
    format!(
        "Your new key is {new}. The old key {old} is kept in {}. If someone else has the old key, delete that file and tell \
         the others your new key.",
        kept.display()
    )
}
