//! Why a start was refused.

use std::path::PathBuf;

use super::source::Origin;
use crate::{domain::model::NickError, runtime::disk::trouble::why};

/// Why the program does not start with these settings (exit code 2). The text says where the problem is and how to fix
/// it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("Cannot read {}: {}. Check the path after --config. Without --config, check that HOME is your own directory.", path.display(), why(path, error))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is too large to be a config file.
    #[error("{} is larger than {max} bytes, so it is not a config file. Check the path after --config.", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size that is read, in bytes.
        max: u64,
    },
    /// The file is not UTF-8.
    #[error("{0}: the text is not UTF-8 from here on. Save the file as UTF-8.")]
    NotUtf8(Origin),
    /// The file is not strict JSON.
    #[error("{origin}: {what}. The file must be one JSON object, without comments or trailing commas.")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser says.
        what: String,
    },
    /// A setting appears twice.
    #[error("{origin}: \"{name}\" is set twice, first at {first}. Remove one of them.")]
    Duplicate {
        /// The second one.
        origin: Origin,
        /// The first one.
        first: Origin,
        /// The setting.
        name: String,
    },
    /// A value that the setting does not allow.
    #[error("{} must be {allowed}, not {got}.", subject(origin, setting))]
    Value {
        /// Where.
        origin: Origin,
        /// The setting.
        setting: &'static str,
        /// What is allowed.
        allowed: &'static str,
        /// What was written, shortened and escaped.
        got: String,
    },
    /// A nickname that is not valid.
    #[error("{origin}: {error}")]
    Nick {
        /// Where.
        origin: Origin,
        /// Why.
        error: NickError,
    },
    /// Values that do not fit together, or need the user's explicit consent.
    #[error("{origin}: {what}")]
    Conflict {
        /// Where.
        origin: Origin,
        /// What is wrong and what to do.
        what: String,
    },
}

/// An option already names its setting. Elsewhere, the message needs both the place and the setting's name.
fn subject(origin: &Origin, setting: &str) -> String {
    match origin {
        Origin::Flag(flag) => (*flag).to_owned(),
        _ => format!("{origin}: {setting}"),
    }
}
