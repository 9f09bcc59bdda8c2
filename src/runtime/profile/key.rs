//! The identity file: who this profile is.

use std::path::Path;

use zeroize::Zeroizing;

use super::{ProfileError, error::File, private};
use crate::protocol::identity::{Identity, KeyFileError, SECRET_BYTES};

/// The largest file that is read, in bytes. A key in PEM has some 120 (with its public half 170).
const MAX_BYTES: u64 = 4 * 1024;

/// The key in `directory`. If there is none, a new key is made: the locked profile then gets a new identity.
///
/// # Errors
/// [`ProfileError`] as [`load`], or when a new key cannot be written.
pub(super) fn load_or_make(directory: &Path) -> Result<Identity, ProfileError> {
    if let Some(identity) = load(directory)? {
        return Ok(identity);
    }
    let identity = make()?;
    // No one else writes here: the profile is locked, and nothing was there.
    private::replace(&directory.join(File::Identity.name()), identity.to_pem().as_bytes())?;
    Ok(identity)
}

/// The key in `directory`, if there is one.
///
/// # Errors
/// [`ProfileError`] when the file is there and is not a key that only its user can read. It is never touched.
pub(super) fn load(directory: &Path) -> Result<Option<Identity>, ProfileError> {
    let path = directory.join(File::Identity.name());
    let Some(bytes) = private::read(&path, File::Identity, MAX_BYTES)?.map(Zeroizing::new) else { return Ok(None) };
    let pem = std::str::from_utf8(&bytes).map_err(|_| KeyFileError::NoKey);
    pem.and_then(Identity::from_pem).map(Some).map_err(|error| {
        let what = error.to_string();
        ProfileError::Damaged { path, file: File::Identity, what }
    })
}

/// A new random key.
///
/// # Errors
/// [`ProfileError::Random`] if the system has no random bytes.
pub(super) fn make() -> Result<Identity, ProfileError> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    getrandom::fill(secret.as_mut_slice())?;
    Ok(Identity::from_secret(&secret))
}
