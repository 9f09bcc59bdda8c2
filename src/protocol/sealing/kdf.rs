//! SHA-256 and HKDF-SHA256 (RFC 5869) with a tag in front. All parts have a fixed length, so none needs a length of its own.

use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of a hash and of a key.
pub(super) const KEY_BYTES: usize = 32;

/// Hashes `parts` for the use that `tag` names.
pub(super) fn hash(tag: &[u8], parts: &[&[u8]]) -> [u8; KEY_BYTES] {
    let hash = Sha256::new().chain_update(tag);
    parts.iter().fold(hash, Digest::chain_update).finalize().into()
}

/// HKDF-Extract.
pub(super) fn extract(salt: &[u8], secret: &[u8]) -> Hkdf<Sha256> {
    Hkdf::new(Some(salt), secret)
}

/// HKDF-Expand to one key for the use that `tag` names; `parts` are the rest of `info`.
///
/// # Panics
/// Never: a key is shorter than HKDF's limit of 255 hashes.
pub(super) fn expand(secret: &Hkdf<Sha256>, tag: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; KEY_BYTES]> {
    let info = [&[tag], parts].concat();
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    #[expect(clippy::expect_used, reason = "a key is shorter than HKDF's limit of 255 hashes")]
    secret.expand_multi_info(&info, key.as_mut_slice()).expect("a short output");
    key
}
