//! Backups of what a program keeps.

use std::{fs, path::Path, sync::Arc};

use tempfile::TempDir;

/// A copy of a user's directories.
pub(crate) fn copy_home(home: &TempDir) -> Arc<TempDir> {
    let copy = TempDir::new().unwrap();
    copy_directory(home.path(), copy.path());
    Arc::new(copy)
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
