//! The mark beside a file that is known to be damaged. The next start sees it and recovers the file.

use std::{fs, io, path::Path};

use super::{
    error::is_damage,
    paths::{sidecar, unless_absent},
};

/// Suffix of the mark's name.
const MARK: &str = "-damaged";

/// Marks a file as damaged.
///
/// # Errors
/// Those of the system.
pub(super) fn set(path: &Path) -> io::Result<()> {
    fs::write(sidecar(path, MARK), b"")
}

/// Marks the file, if there is one, when `error` says that it is damaged.
pub(super) fn note(path: Option<&Path>, error: &rusqlite::Error) {
    if let Some(path) = path.filter(|_| is_damage(error)) {
        // If not even this can be written, the next start finds the damage by itself.
        let _ = set(path);
    }
}

/// Whether a file is marked.
pub(super) fn is_set(path: &Path) -> bool {
    path.exists() && sidecar(path, MARK).exists()
}

/// Removes the mark.
///
/// # Errors
/// Those of the system. That there was no mark is not an error.
pub(super) fn clear(path: &Path) -> io::Result<()> {
    fs::remove_file(sidecar(path, MARK)).or_else(unless_absent)
}
