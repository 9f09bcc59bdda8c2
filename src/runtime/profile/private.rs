//! Files and directories that only their user can read. Only this module knows about permissions. On systems without
//! those of Unix, the user's directories are private by themselves.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use super::{
    ProfileError,
    error::{self, SaveError},
};

/// Makes a directory, and its missing parents, for this user alone. It may exist already.
///
/// # Errors
/// [`ProfileError::Directory`] if that fails.
pub(super) fn create_directory(path: &Path) -> Result<(), ProfileError> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path).map_err(|error| ProfileError::Directory { path: path.to_owned(), error })
}

/// Refuses a directory in which other users can read or write.
///
/// # Errors
/// [`ProfileError::NotPrivate`], or [`ProfileError::Directory`] if its metadata cannot be read.
pub(super) fn check_directory(path: &Path) -> Result<(), ProfileError> {
    let failed = |error| ProfileError::Directory { path: path.to_owned(), error };
    let metadata = path.metadata().map_err(failed)?;
    if is_private(&metadata) { Ok(()) } else { Err(ProfileError::NotPrivate { path: path.to_owned(), mode: "700" }) }
}

/// Opens a file for a lock, and makes it if need be.
///
/// # Errors
/// Those of the system.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)
}

/// Opens a file for a lock where nothing can be written. If it does not exist, the directory is opened instead: nobody
/// can make the file then.
///
/// # Errors
/// Those of the system. On Windows a directory cannot be opened, so there must be a file.
pub(super) fn open_lock_as_it_is(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => File::open(path.parent().unwrap_or(path)),
        opened => opened,
    }
}

/// What is wrong with a file as a whole.
#[derive(Debug, thiserror::Error)]
enum Flaw {
    #[error("it is not a file")]
    NotAFile,
    #[error("it is empty")]
    Empty,
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
}

/// The contents of a file of a profile; `None` if the file does not exist.
///
/// # Errors
/// [`ProfileError`] if the path exists, but others can read or write it, or it is empty, larger than `max` bytes, not a
/// file, or unreadable.
pub(super) fn read(path: &Path, file: error::File, max: u64) -> Result<Option<Vec<u8>>, ProfileError> {
    let unreadable = |error| ProfileError::Read { path: path.to_owned(), error };
    let damaged = |what: Flaw| ProfileError::Damaged { path: path.to_owned(), file, what: what.to_string() };
    // Check this before opening it, because opening a pipe would wait for ever.
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(damaged(Flaw::NotAFile)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match path.symlink_metadata() {
                Ok(_) => Err(ProfileError::Dangling { path: path.to_owned(), file }),
                Err(_) => Ok(None),
            };
        }
        Err(error) => return Err(unreadable(error)),
    }
    let opened = File::open(path).map_err(unreadable)?;
    if !is_private(&opened.metadata().map_err(unreadable)?) {
        return Err(ProfileError::NotPrivate { path: path.to_owned(), mode: "600" });
    }
    let mut bytes = Vec::new();
    let length = opened.take(max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match length as u64 {
        0 => Err(damaged(Flaw::Empty)),
        length if length > max => Err(damaged(Flaw::TooLarge(max))),
        _ => Ok(Some(bytes)),
    }
}

/// Replaces the contents of a file with `bytes`, as a whole or not at all, even if the machine fails meanwhile. The
/// caller must be the only one who writes to the directory.
///
/// # Errors
/// [`SaveError`]; the file is then unchanged.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    let failed = |error| SaveError { path: path.to_owned(), error };
    // A link to the real file stays a link.
    let target = match path.canonicalize() {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(failed(error)),
    };
    let new = target.with_extension("new");
    write(&new, &target, bytes).map_err(|error| {
        // The file may not even exist.
        let _ = std::fs::remove_file(&new);
        failed(error)
    })
}

fn write(new: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    // A copy that ended halfway may have left it. The new file must not get its permissions.
    match std::fs::remove_file(new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(new, target)?;
    sync_directory(target)
}

/// The rename itself must reach the disk too, where the file system can do that.
#[cfg(unix)]
fn sync_directory(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |directory| unless_unknown(File::open(directory)?.sync_all()))
}

/// Some file systems cannot sync directories. The file is written and renamed all the same.
#[cfg(unix)]
fn unless_unknown(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature everywhere")]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the new file private from the start.
fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(unix)]
fn is_private(metadata: &Metadata) -> bool {
    let for_others = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077;
    for_others == 0
}

#[cfg(not(unix))]
fn is_private(_: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_atomically_and_nothing_is_left_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("known.json");
        // What a copy that was killed left behind.
        fs::write(path.with_extension("new"), "half").unwrap();
        for text in ["first", "second"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_written_stays_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("known.json");
        fs::write(&path, "old").unwrap();
        // This is in the way of the new file, even for root.
        fs::create_dir(path.with_extension("new")).unwrap();
        let error = replace(&path, b"new").unwrap_err();
        assert!(error.to_string().starts_with(&format!("Cannot write {}: ", path.display())), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn only_a_failed_sync_of_a_directory_is_an_error() {
        let error = |errno: rustix::io::Errno| Err(io::Error::from_raw_os_error(errno.raw_os_error()));
        assert!(unless_unknown(error(rustix::io::Errno::INVAL)).is_ok());
        assert!(unless_unknown(error(rustix::io::Errno::IO)).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn new_files_are_private_and_a_link_stays_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let deep = directory.path().join("a/b");
        create_directory(&deep).unwrap();
        assert_eq!((mode(&deep), mode(deep.parent().unwrap())), (0o700, 0o700));
        let (link, target) = (deep.join("settings.json"), directory.path().join("elsewhere"));
        fs::write(&target, "old").unwrap();
        symlink(&target, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!((fs::read_to_string(&target).unwrap().as_str(), mode(&target)), ("new", 0o600));
        let lock = deep.join("lock");
        open_lock(&lock).unwrap();
        assert_eq!(mode(&lock), 0o600);
    }
}
