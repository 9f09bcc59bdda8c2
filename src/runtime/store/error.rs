//! What went wrong, for people: what happened and what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Error, ErrorCode};

use crate::{
    domain::model::{DiskTrouble, StoreAdvice, StoreFailure, StoreFault, StoreTask},
    runtime::disk::{
        file_size_limit,
        trouble::{self as disk_trouble, Obstacle},
    },
};

/// Why the history cannot be opened. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A later version of this program wrote it.
    #[error(
        "{} was written by a newer version of this program (format {found}; this version reads up to {known}). Update this copy, or move that file away to begin a new history.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest one that this program knows.
        known: i64,
    },
    /// Another program has locked it.
    #[error("Another program has locked {}. Close that program, then start again.", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It is damaged, and what can be read of it cannot be saved.
    #[error("{} is damaged, and what can be read of it could not be saved: {failure}. Check the disk, or restore the file from a copy.", path.display())]
    Recovery {
        /// The file.
        path: PathBuf,
        /// Why not.
        failure: StoreFailure,
    },
    /// It cannot be made, read or written.
    #[error(
        "Cannot use {}: {reason}. {advice}, or add --ephemeral to store nothing.",
        path.display()
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite says.
        reason: String,
        /// What to do about it.
        advice: StoreAdvice,
        /// What is wrong with the disk.
        trouble: DiskTrouble,
    },
}

impl OpenError {
    /// What SQLite's answer to an attempt to open `path` means.
    pub(super) fn of(path: &Path, error: &Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            code => {
                // SQLite says "unable to open" in most cases, so the disk is examined.
                let trouble = match trouble(error) {
                    DiskTrouble::Failing => disk_trouble::at(&path).unwrap_or(DiskTrouble::Failing),
                    known => known,
                };
                match trouble {
                    DiskTrouble::Failing => {
                        Self::Unusable { path, reason: error.to_string(), advice: advice(code), trouble }
                    }
                    trouble => Self::troubled(path, trouble),
                }
            }
        }
    }

    /// What the system's answer to an attempt to use `path` means.
    pub(super) fn of_io(path: &Path, error: &io::Error) -> Self {
        match disk_trouble::of(error) {
            trouble @ DiskTrouble::Failing => {
                let (path, reason) = (path.to_owned(), error.to_string());
                Self::Unusable { path, reason, advice: advice(None), trouble }
            }
            trouble => Self::troubled(path.to_owned(), trouble),
        }
    }

    fn troubled(path: PathBuf, trouble: DiskTrouble) -> Self {
        let (obstacle, advice) = match trouble {
            DiskTrouble::Full => (Obstacle::Full, StoreAdvice::FreeSpace),
            DiskTrouble::ReadOnly => (Obstacle::ReadOnly, StoreAdvice::AnotherDisk),
            DiskTrouble::NotAllowed => (Obstacle::NotAllowed(path.clone()), StoreAdvice::MakeWritable),
            DiskTrouble::Failing => (Obstacle::Failing, StoreAdvice::CheckAccess),
        };
        Self::Unusable { path, reason: obstacle.to_string(), advice, trouble }
    }

    /// The failure of a request that needed the file.
    pub(super) fn into_failure(self, task: StoreTask) -> StoreFailure {
        let trouble = self.trouble().unwrap_or(DiskTrouble::Failing);
        let fault = match self {
            Self::Unusable { reason, advice, .. } => StoreFault::Error { reason, advice },
            other => StoreFault::Error { reason: other.to_string(), advice: StoreAdvice::CheckAccess },
        };
        StoreFailure { task, fault, trouble }
    }

    /// What is wrong with the disk, if that is why the file cannot be used.
    pub(super) fn trouble(&self) -> Option<DiskTrouble> {
        if let Self::Unusable { trouble, .. } = self { Some(*trouble) } else { None }
    }
}

/// What to do about an error.
const fn advice(code: Option<ErrorCode>) -> StoreAdvice {
    match code {
        Some(ErrorCode::DiskFull) => StoreAdvice::FreeSpace,
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreAdvice::MakeWritable,
        Some(ErrorCode::SystemIoFailure) => StoreAdvice::CheckDisk,
        _ => StoreAdvice::CheckAccess,
    }
}

/// A row that is not what was written.
pub(super) fn damage() -> Error {
    Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None)
}

/// Whether the file itself is broken, or holds something that was never written.
pub(super) fn is_damage(error: &Error) -> bool {
    match error {
        Error::InvalidColumnType(..)
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::Utf8Error(..) => true,
        error => matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)),
    }
}

/// Whether a statement of ours does not fit this file, because it lacks the tables of its version.
pub(super) fn is_of_other_tables(error: &Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code & 0xff);
    code == Some(rusqlite::ffi::SQLITE_ERROR)
}

/// The failure of a request while the store runs.
pub(super) fn failure(task: StoreTask, error: &Error) -> StoreFailure {
    let advice = match error.sqlite_error_code() {
        _ if is_damage(error) => StoreAdvice::Restart,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreAdvice::Unlock,
        code => advice(code),
    };
    let fault = StoreFault::Error { reason: error.to_string(), advice };
    StoreFailure { task, fault, trouble: trouble(error) }
}

/// What an error of SQLite says about the disk.
pub(super) fn trouble(error: &Error) -> DiskTrouble {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => DiskTrouble::Full,
        Some(ErrorCode::ReadOnly) => DiskTrouble::ReadOnly,
        Some(ErrorCode::PermissionDenied) => DiskTrouble::NotAllowed,
        Some(ErrorCode::SystemIoFailure) if is_for_want_of_room(error) => DiskTrouble::Full,
        _ => DiskTrouble::Failing,
    }
}

/// Whether an I/O error means that there is no room. SQLite recognizes only one of the system's errors as a full disk.
/// It reports a file that has reached the system's limit, and a disk that is too full for the files beside it, as I/O
/// errors.
fn is_for_want_of_room(error: &Error) -> bool {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => true,
        Some(rusqlite::ffi::SQLITE_IOERR_WRITE | rusqlite::ffi::SQLITE_IOERR_TRUNCATE) => file_size_limit().is_some(),
        _ => false,
    }
}
