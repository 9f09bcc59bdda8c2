//! Gives a profile a new key. The old one is kept beside it.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Options, Profile, ProfileError, error::File, key, open, private};
use crate::domain::model::NodeId;
use crate::runtime::disk::HomeError;

/// How many old keys of one day are kept: more than anybody makes.
const MAX_OLD: u32 = 1_000;

/// The result of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// The key that others know the user by.
    pub old: NodeId,
    /// The key from now on.
    pub new: NodeId,
    /// The file that has the old key.
    pub kept: PathBuf,
}

/// A profile that is locked, and whose key can be replaced.
#[derive(Debug)]
pub struct Renewal(Profile);

impl Renewal {
    /// Locks the profile that `options` name: no copy may run with it.
    ///
    /// # Errors
    /// [`ProfileError`], whose text says what to do.
    pub fn begin(options: &Options) -> Result<Self, ProfileError> {
        open(options).map(Self)
    }

    /// Gives the profile a new key. `date` becomes part of the old file's name. If the machine fails in between, the
    /// old key stays.
    ///
    /// # Errors
    /// [`ProfileError`], whose text says what to do.
    pub fn make(self, date: &str) -> Result<Renewed, ProfileError> {
        let identity = self.0.identity();
        let Some(directory) = self.0.directory() else { return Err(HomeError::Unknown.into()) };
        let kept = unused(directory, date);
        let new = key::make()?;
        private::replace(&kept, Zeroizing::new(identity.to_pem()).as_bytes())?;
        private::replace(&directory.join(File::Identity.name()), Zeroizing::new(new.to_pem()).as_bytes())?;
        Ok(Renewed { old: identity.node(), new: new.node(), kept })
    }
}

/// An unused file name for the old key.
fn unused(directory: &Path, date: &str) -> PathBuf {
    let name = |number: u32| {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        directory.join(format!("{}-until-{date}{number}", File::Identity.name()))
    };
    (1..MAX_OLD).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(MAX_OLD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_key_is_kept_and_the_profile_gets_another() {
        let root = tempfile::tempdir().unwrap();
        let options = Options { data_dir: Some(root.path().to_owned()), ..Options::default() };
        let first = open(&options).unwrap();
        let (node, directory) = (first.identity().node(), first.directory().unwrap().to_owned());
        let name = first.name().cloned();
        let named = Options { name, ..options.clone() };
        assert!(matches!(Renewal::begin(&named), Err(ProfileError::InUse(_))));
        drop(first);
        let renewed = Renewal::begin(&named).unwrap().make("2026-11-30").unwrap();
        assert_eq!((renewed.old, &renewed.kept), (node, &directory.join("identity-until-2026-11-30")));
        assert_eq!(open(&options).unwrap().identity().node(), renewed.new);
        let again = Renewal::begin(&named).unwrap().make("2026-11-30").unwrap();
        assert_eq!((again.old, &again.kept), (renewed.new, &directory.join("identity-until-2026-11-30-2")));
        // The old key can be put back.
        std::fs::rename(&renewed.kept, directory.join("identity")).unwrap();
        assert_eq!(open(&options).unwrap().identity().node(), node);
    }
}
