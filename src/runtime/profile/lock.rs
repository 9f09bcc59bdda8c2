//! A profile belongs to one copy of the program at a time.

use std::{
    fs::{File, TryLockError},
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use super::{ProfileError, private};
use crate::domain::model::ProfileName;

/// The file that is locked; it is empty.
const LOCK: &str = "lock";

/// How many profiles are tried when none was named: more terminals than one person has open. Each costs an open file.
const MAX_COPIES: u32 = 64;

/// A profile's directory, which belongs to this copy as long as this value lives. If the program is killed, it is free
/// again.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) name: ProfileName,
    pub(super) directory: PathBuf,
    lock: File,
}

/// Closing the file is not enough: a process that another thread is just starting has it open, too, until it runs its
/// own program, and would keep the lock that long.
impl Drop for Locked {
    fn drop(&mut self) {
        // If this fails, closing the file still gives the profile back.
        let _ = self.lock.unlock();
    }
}

/// Takes the profile called `name` below `root`, and makes it if need be.
///
/// # Errors
/// [`ProfileError`], above all when another copy has it.
pub(super) fn take(root: &Path, name: &ProfileName) -> Result<Locked, ProfileError> {
    try_take(root, name)?.ok_or_else(|| ProfileError::InUse(name.clone()))
}

/// Takes the first profile below `root` that no other copy has.
///
/// # Errors
/// [`ProfileError`], above all when there is none.
pub(super) fn take_free(root: &Path) -> Result<Locked, ProfileError> {
    let names = (1..=MAX_COPIES).filter_map(NonZeroU32::new).map(ProfileName::of_copy);
    for name in names {
        if let Some(locked) = try_take(root, &name)? {
            return Ok(locked);
        }
    }
    Err(ProfileError::AllInUse(MAX_COPIES))
}

/// `None` if another copy has it.
fn try_take(root: &Path, name: &ProfileName) -> Result<Option<Locked>, ProfileError> {
    let directory = root.join(name.as_str());
    private::create_directory(&directory)?;
    private::check_directory(&directory)?;
    let path = directory.join(LOCK);
    let lock = private::open_lock(&path).or_else(|error| private::open_lock_as_it_is(&path).map_err(|_| error));
    let lock = lock.map_err(|error| ProfileError::Directory { path: directory.clone(), error })?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(Locked { name: name.clone(), directory, lock })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(ProfileError::Lock { path, error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that is being started has the same file open.
    #[test]
    fn a_process_being_started_does_not_keep_the_profile() {
        let root = tempfile::tempdir().unwrap();
        let locked = take_free(root.path()).unwrap();
        let name = locked.name.clone();
        let inherited = locked.lock.try_clone().unwrap();
        drop(locked);
        assert_eq!(take_free(root.path()).unwrap().name, name);
        drop(inherited);
    }
}
