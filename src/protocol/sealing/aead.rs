//! ChaCha20-Poly1305 (RFC 8439) under a key that seals one text only.

use chacha20poly1305::{AeadInOut as _, ChaCha20Poly1305, KeyInit as _, Nonce};

use super::kdf::KEY_BYTES;

/// Bytes by which a sealed text is longer than the text: the authenticator of Poly1305.
pub(super) const AUTHENTICATOR_BYTES: usize = 16;

/// A nonce must not come twice under one key. Each key is derived for one text, so there is only one nonce.
const NONCE: [u8; 12] = [0; 12];

/// Seals `text` where it stands, and appends the authenticator.
///
/// # Panics
/// Never: memory holds no text of 256 GiB, the limit of the cipher.
pub(super) fn seal(key: &[u8; KEY_BYTES], associated: &[u8], text: &mut Vec<u8>) {
    // Otherwise the vector could move when it grows, and leave the text behind.
    text.reserve_exact(AUTHENTICATOR_BYTES);
    #[expect(clippy::expect_used, reason = "memory holds no text of 256 GiB, the limit of the cipher")]
    cipher(key).encrypt_in_place(&Nonce::from(NONCE), associated, text).expect("a short text");
}

/// Opens `text` where it stands. False if the key, the associated data or a byte of it is another; `text` is useless then.
pub(super) fn open(key: &[u8; KEY_BYTES], associated: &[u8], text: &mut Vec<u8>) -> bool {
    cipher(key).decrypt_in_place(&Nonce::from(NONCE), associated, text).is_ok()
}

fn cipher(key: &[u8; KEY_BYTES]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.into())
}
