//! Why a profile cannot be used, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    domain::{bus::NotSaved, model::ProfileName},
    runtime::disk::{HomeError, trouble::why},
};

/// Why there is no profile. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// It is not known where the user's data is.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The directory cannot be made or used.
    #[error("Cannot use the directory {}: {}. Give another one with --data-dir, or add --ephemeral to store nothing.", path.display(), why(path, error))]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another copy uses the profile that was asked for.
    #[error(
        "Profile {0} is in use by another copy. Quit that copy, or give another --profile. Without --profile, the next free one is used."
    )]
    InUse(ProfileName),
    /// Other copies use all of the default profiles.
    #[error(
        "{0} copies are running, one in each of the default profiles. Quit one of them, or give a --profile of your own."
    )]
    AllInUse(u32),
    /// The disk cannot lock files.
    #[error("Cannot lock {}: {error}. Give a --data-dir on a local disk, or add --ephemeral to store nothing.", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Other users may read or write it.
    #[error("Other users can read or change {}. Make it private: chmod {mode} {}", path.display(), quoted(path))]
    NotPrivate {
        /// The file or directory.
        path: PathBuf,
        /// The permissions that it should have, as `chmod` takes them.
        mode: &'static str,
    },
    /// A link that leads nowhere.
    #[error("{} is a link to a file that is not there. Restore that file, or remove the link {}.", path.display(), file.without())]
    Dangling {
        /// The link.
        path: PathBuf,
        /// Which file of the profile it should be.
        file: File,
    },
    /// A file exists but cannot be read.
    #[error("Cannot read {}: {}. Fix its permissions (chmod 600 {}), or restore it from a copy.", path.display(), why(path, error), quoted(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file exists but is not what it should be.
    #[error("{} is damaged: {what}. Restore it from a copy, or move it away {}.", path.display(), file.without())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which file of the profile it should be.
        file: File,
        /// What is wrong with it.
        what: String,
    },
    /// A file says something that this release does not know.
    #[error("{} contains something that this version cannot read: {what}. If a newer version wrote it, use that one. If you edited the file, undo your change.", path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
        /// What this release cannot read.
        what: String,
    },
    /// A file that must be written cannot be written.
    #[error("{0} You can also give another directory with --data-dir, or add --ephemeral to store nothing.")]
    Write(#[from] SaveError),
    /// The system has no random bytes for a key.
    #[error("The system gives no random bytes for your key: {0}. Try again.")]
    Random(#[from] getrandom::Error),
}

/// Something could not be stored. What was stored before is still there.
#[derive(Debug, thiserror::Error)]
#[error("Cannot write {}: {}. Free some space, or check who may write there.", path.display(), why(path, error))]
pub struct SaveError {
    /// The file.
    pub(super) path: PathBuf,
    /// What the system says.
    pub(super) error: io::Error,
}

impl From<SaveError> for NotSaved {
    fn from(SaveError { path, error }: SaveError) -> Self {
        Self { reason: why(&path, &error).to_string(), path: path.display().to_string() }
    }
}

/// A file of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The private key.
    Identity,
    /// What the user set on the screen.
    Settings,
    /// The keys of others.
    Known,
    /// The networks that the profile was on.
    Networks,
    /// Private rooms.
    Rooms,
}

impl File {
    /// Its name in the profile's directory.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Settings => "settings.json",
            Self::Known => "known.json",
            Self::Networks => "networks.json",
            Self::Rooms => "rooms.json",
        }
    }

    /// What happens without it.
    const fn without(self) -> Without {
        match self {
            Self::Identity => Without::Identity,
            Self::Settings => Without::Settings,
            Self::Networks => Without::Networks,
            Self::Known => Without::Known,
            Self::Rooms => Without::Rooms,
        }
    }
}

/// What happens without a file, in words that follow the advice to move it away.
#[derive(Debug, thiserror::Error)]
enum Without {
    #[error("to become someone new, with a new key")]
    Identity,
    #[error("to start without what you set on the screen, such as your name")]
    Settings,
    #[error("to start as if you had never been on a network: each one is recognized anew")]
    Networks,
    #[error("to start without your private rooms; their members tell you of them again")]
    Rooms,
    #[error("to start as if you had never met anyone: this forgets whom you verified and ignored")]
    Known,
}

/// A path, quoted for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_pasted_into_a_shell() {
        for (path, shown) in
            [("/home/a/.local/x-1", "/home/a/.local/x-1"), ("/a b", "'/a b'"), ("/it's", r"'/it'\''s'")]
        {
            assert_eq!(quoted(Path::new(path)), shown);
        }
    }
}
