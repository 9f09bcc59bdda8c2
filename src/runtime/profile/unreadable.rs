//! Why the text of a file means nothing here.

use super::error::{File, ProfileError};

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// It is no JSON: somebody or something has broken it.
    #[error("{0}")]
    Broken(String),
    /// It is JSON and says something that this release does not know. A later one may have written it.
    #[error("{0}")]
    Unknown(String),
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let what = error.to_string();
        if error.is_data() { Self::Unknown(what) } else { Self::Broken(what) }
    }
}

impl From<String> for Unreadable {
    fn from(what: String) -> Self {
        Self::Unknown(what)
    }
}

impl Unreadable {
    /// The error for the file at `path`; `shown` makes what is quoted from it fit for a terminal.
    pub(super) fn into_error(
        self,
        path: std::path::PathBuf,
        file: File,
        shown: impl FnOnce(&str) -> String,
    ) -> ProfileError {
        match self {
            Self::Broken(what) => ProfileError::Damaged { path, file, what: shown(&what) },
            Self::Unknown(what) => ProfileError::NotUnderstood { path, what: shown(&what) },
        }
    }
}
