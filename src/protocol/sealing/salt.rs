//! Salts: what gives every sealed text a key of its own.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::kdf::KEY_BYTES;

/// Bytes of a salt.
pub(super) const SALT_BYTES: usize = 16;

/// What a salt is made from. A virtual machine that is resumed twice from one image draws the same numbers twice; because
/// the text goes into the salt as well, two texts still get two salts.
#[derive(Clone, Copy)]
pub struct SaltSource<'a> {
    /// From the operating system, drawn for this run.
    pub secret: &'a [u8; KEY_BYTES],
    /// Drawn for this one salt.
    pub random: &'a [u8; KEY_BYTES],
}

impl SaltSource<'_> {
    /// The salt of `text` for the use that `tag` names.
    ///
    /// # Panics
    /// Never: HMAC takes keys of every length.
    pub(super) fn salt(&self, tag: &[u8], text: &[u8]) -> [u8; SALT_BYTES] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mac = Hmac::<Sha256>::new_from_slice(self.secret).expect("a key of any length");
        let mac = mac.chain_update(tag).chain_update(self.random).chain_update(text);
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(whole.split_at(SALT_BYTES).0);
        salt
    }
}

impl fmt::Debug for SaltSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SaltSource(..)")
    }
}
