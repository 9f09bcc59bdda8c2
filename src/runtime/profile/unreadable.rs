//! Why the contents of a file cannot be used.

use serde_json::error::Category;

use super::error::{File, ProfileError};

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// It is not JSON: somebody or something has broken it.
    #[error("{0}")]
    Broken(String),
    /// It is not the object that it should be. A later release may have written it.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// It is only the beginning of JSON.
    #[error("it ends too early")]
    CutOff,
    /// It is JSON, but says something that this release does not know. A later one may have written it.
    #[error("{0}")]
    Unknown(String),
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            Category::Data => Self::Unknown(error.to_string()),
            Category::Eof => Self::CutOff,
            Category::Io | Category::Syntax => Self::Broken(error.to_string()),
        }
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
            Self::CutOff => ProfileError::Damaged { path, file, what: self.to_string() },
            Self::NotAnObject => ProfileError::NotUnderstood { path, what: self.to_string() },
            Self::Unknown(what) => ProfileError::NotUnderstood { path, what: shown(&what) },
        }
    }
}
