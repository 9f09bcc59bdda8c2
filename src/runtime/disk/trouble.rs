//! What is wrong with a place on a disk, and in words that name the cause.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::domain::model::DiskTrouble;

/// What an error of the system says about the disk.
pub fn of(error: &io::Error) -> DiskTrouble {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => DiskTrouble::Full,
        io::ErrorKind::ReadOnlyFilesystem => DiskTrouble::ReadOnly,
        io::ErrorKind::PermissionDenied => DiskTrouble::NotAllowed,
        _ => DiskTrouble::Failing,
    }
}

/// Why the file at `path`, or another one beside it, cannot be written; none if nothing is found. It changes nothing but
/// for a file that it makes beside it and removes.
pub fn at(path: &Path) -> Option<DiskTrouble> {
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Some(of(&error)),
        _ => {}
    }
    let probe = beside(path);
    let made = File::create(&probe).and_then(|mut file| io::Write::write_all(&mut file, &vec![0; PROBE]));
    // It may not even be there.
    let _ = std::fs::remove_file(&probe);
    made.err().map(|error| of(&error))
}

/// Bytes that are written to see whether there is room: as many as SQLite keeps beside a history at least.
const PROBE: usize = 32 * 1024;

fn beside(path: &Path) -> PathBuf {
    path.with_extension("probe")
}

/// Why `path` cannot be used, in words that go on after a colon. They name the directory or file that is in the way.
pub fn why(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        io::ErrorKind::FileTooLarge => "a file would exceed the limit of this system (see ulimit -f)".to_owned(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => match first_file(path) {
            Some(file) => format!("{} is a file, not a directory", file.display()),
            None => error.to_string(),
        },
        io::ErrorKind::PermissionDenied => match existing(path) {
            Some(place) => match foreign_owner(place) {
                Some(owner) => format!("{} belongs to another user ({owner})", place.display()),
                None => format!("you may not write to {}", place.display()),
            },
            None => error.to_string(),
        },
        _ => error.to_string(),
    }
}

/// The file among the parents of `path`, or itself, that should be a directory.
fn first_file(path: &Path) -> Option<&Path> {
    path.ancestors().find(|place| place.is_file())
}

/// The deepest part of `path` that is there.
fn existing(path: &Path) -> Option<&Path> {
    path.ancestors().find(|place| place.exists())
}

/// The user that a file or directory belongs to, unless it is this one.
#[cfg(unix)]
pub fn foreign_owner(path: &Path) -> Option<String> {
    let owner = std::os::unix::fs::MetadataExt::uid(&path.metadata().ok()?);
    let me = rustix::process::geteuid().as_raw();
    (owner != me).then(|| format!("user {owner}, and you are {me}"))
}

/// Windows keeps the directories of its users apart by itself.
#[cfg(not(unix))]
pub fn foreign_owner(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_named_with_what_is_in_the_way() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        let inside = file.join("proximity-chat/default");
        let error = std::fs::create_dir_all(&inside).unwrap_err();
        assert_eq!(why(&inside, &error), format!("{} is a file, not a directory", file.display()));
        for (kind, words, trouble) in [
            (io::ErrorKind::ReadOnlyFilesystem, "the disk is read-only", DiskTrouble::ReadOnly),
            (io::ErrorKind::StorageFull, "the disk is full", DiskTrouble::Full),
            (
                io::ErrorKind::FileTooLarge,
                "a file would exceed the limit of this system (see ulimit -f)",
                DiskTrouble::Full,
            ),
        ] {
            assert_eq!((why(&file, &kind.into()).as_str(), of(&kind.into())), (words, trouble));
        }
        assert_eq!(at(&file), None);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
