//! What is wrong with a place on a disk, in words that name the cause.

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

/// Why the file at `path`, or another one beside it, cannot be written; `None` if no reason is found. It makes a file
/// beside `path` and removes it, and changes nothing else.
pub fn at(path: &Path) -> Option<DiskTrouble> {
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Some(of(&error)),
        _ => {}
    }
    let probe = beside(path);
    let made = File::create(&probe).and_then(|mut file| io::Write::write_all(&mut file, &vec![0; PROBE]));
    // The file may not even exist.
    let _ = std::fs::remove_file(&probe);
    made.err().map(|error| of(&error))
}

/// Bytes that are written to see whether there is room: the least that SQLite keeps beside a history.
const PROBE: usize = 32 * 1024;

fn beside(path: &Path) -> PathBuf {
    path.with_extension("probe")
}

/// Why a path cannot be used, in words that can follow a colon. They name the directory or file that is in the way.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// It is mounted read-only.
    #[error("the disk is read-only")]
    ReadOnly,
    /// There is no room.
    #[error("the disk is full")]
    Full,
    /// A file has reached the limit that the system sets.
    #[error("the file would be larger than this system allows (see ulimit -f)")]
    FileLimit,
    /// A file is where a directory should be.
    #[error("{} is a file, not a directory", .0.display())]
    File(PathBuf),
    /// It belongs to another user.
    #[error("{} belongs to another user ({owner})", place.display())]
    Foreign {
        /// The directory or file.
        place: PathBuf,
        /// Who owns it, and who the user is.
        owner: ForeignOwner,
    },
    /// It is the user's own, but they may not write there.
    #[error("you may not write to {}", .0.display())]
    NotAllowed(PathBuf),
    /// It gives errors or no answer.
    #[error("the disk does not work")]
    Failing,
    /// Anything else, in the system's words.
    #[error("{0}")]
    Other(String),
}

/// Why `path` cannot be used.
pub fn why(path: &Path, error: &io::Error) -> Obstacle {
    let known = match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => Some(Obstacle::ReadOnly),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(Obstacle::Full),
        io::ErrorKind::FileTooLarge => Some(Obstacle::FileLimit),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            first_file(path).map(|file| Obstacle::File(file.to_owned()))
        }
        io::ErrorKind::PermissionDenied => existing(path).map(|place| match (foreign_owner(place), place.to_owned()) {
            (Some(owner), place) => Obstacle::Foreign { place, owner },
            (None, place) => Obstacle::NotAllowed(place),
        }),
        _ => None,
    };
    known.unwrap_or_else(|| Obstacle::Other(error.to_string()))
}

/// The file that should be a directory: a parent of `path`, or `path` itself.
fn first_file(path: &Path) -> Option<&Path> {
    path.ancestors().find(|place| place.is_file())
}

/// The deepest part of `path` that exists.
fn existing(path: &Path) -> Option<&Path> {
    path.ancestors().find(|place| place.exists())
}

/// Another user that a file or directory belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("user {owner}, and you are user {me}")]
pub struct ForeignOwner {
    /// The owner's number.
    owner: u32,
    /// The user's own.
    me: u32,
}

/// The owner of a file or directory, unless it is this user.
#[cfg(unix)]
pub fn foreign_owner(path: &Path) -> Option<ForeignOwner> {
    let owner = std::os::unix::fs::MetadataExt::uid(&path.metadata().ok()?);
    let me = rustix::process::geteuid().as_raw();
    (owner != me).then_some(ForeignOwner { owner, me })
}

/// Windows keeps the directories of its users apart by itself.
#[cfg(not(unix))]
pub fn foreign_owner(_: &Path) -> Option<ForeignOwner> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_cause_and_the_path_in_the_way() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        let inside = file.join("proximity-chat/default");
        let error = std::fs::create_dir_all(&inside).unwrap_err();
        assert_eq!(why(&inside, &error).to_string(), format!("{} is a file, not a directory", file.display()));
        for (kind, obstacle, trouble) in [
            (io::ErrorKind::ReadOnlyFilesystem, Obstacle::ReadOnly, DiskTrouble::ReadOnly),
            (io::ErrorKind::StorageFull, Obstacle::Full, DiskTrouble::Full),
            (io::ErrorKind::FileTooLarge, Obstacle::FileLimit, DiskTrouble::Full),
        ] {
            assert_eq!((why(&file, &kind.into()), of(&kind.into())), (obstacle, trouble));
        }
        assert_eq!(at(&file), None);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
