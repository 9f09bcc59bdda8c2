//! Names of the files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The file in the profile's directory.
pub(super) const FILE: &str = "history.db";

/// A file that SQLite keeps beside another.
pub(super) fn sidecar(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether SQLite has left a write-ahead log beside a file: a copy that ends properly removes its own.
pub(super) fn has_journal(path: &Path) -> bool {
    fs::metadata(sidecar(path, "-wal")).is_ok_and(|wal| wal.len() > 0)
}

/// Accepts that a file to be removed or renamed does not exist.
pub(super) fn unless_absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Whether a file exists but is empty. The program leaves such a file only if it is killed in the first milliseconds of
/// its first start.
pub(super) fn is_emptied(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0)
}
