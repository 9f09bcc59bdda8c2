//! The private key and the form in which it is kept.

use std::fmt;

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::domain::model::NodeId;

/// Bytes of the secret that a key is made from (RFC 8032).
pub const SECRET_BYTES: usize = 32;

/// Bytes of a signature (RFC 8032).
pub const SIGNATURE_BYTES: usize = 64;

/// A node's Ed25519 key pair. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Identity(SigningKey);

/// Why a file is not a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// It is not a private key in PEM.
    #[error("it holds no Ed25519 private key in PEM (\"-----BEGIN PRIVATE KEY-----\")")]
    NoKey,
}

impl Identity {
    /// The key that is made from a secret, which must be random and used for nothing else.
    pub fn from_secret(secret: &[u8; SECRET_BYTES]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The public half.
    pub fn node(&self) -> NodeId {
        NodeId::new(self.0.verifying_key().to_bytes())
    }

    /// Signs a message. The caller must put its kind in front of it, so that no signature fits two kinds.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(message).to_bytes()
    }

    /// A secret for one more use of this identity. The label names the use, and nothing else has it. Who learns the secret
    /// learns nothing about the key.
    ///
    /// # Panics
    /// Never: 32 bytes are fewer than HKDF's limit of 255 hashes.
    pub fn derive(&self, label: &'static [u8]) -> Zeroizing<[u8; SECRET_BYTES]> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        #[expect(clippy::expect_used, reason = "32 bytes are fewer than HKDF's limit of 255 hashes")]
        Hkdf::<Sha256>::new(None, self.0.as_bytes()).expand(label, secret.as_mut_slice()).expect("a short output");
        secret
    }

    /// The key as a file: PKCS#8 in PEM (RFC 5958, RFC 8410), which other tools read too.
    ///
    /// # Panics
    /// Never: a key of constant length always fits the encoding.
    pub fn to_pem(&self) -> Zeroizing<String> {
        #[expect(clippy::expect_used, reason = "a key of constant length always fits the encoding")]
        self.0.to_pkcs8_pem(LineEnding::LF).expect("an encodable key")
    }

    /// Reads what [`Self::to_pem`] wrote.
    ///
    /// # Errors
    /// [`KeyFileError`] for anything that is not an Ed25519 private key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyFileError> {
        SigningKey::from_pkcs8_pem(pem.trim_start()).map(Self).map_err(|_| KeyFileError::NoKey)
    }

    /// The key in the form that TLS wants: PKCS#8 in DER.
    ///
    /// # Panics
    /// Never: a key of constant length always fits the encoding.
    pub fn to_der(&self) -> Zeroizing<Vec<u8>> {
        #[expect(clippy::expect_used, reason = "a key of constant length always fits the encoding")]
        self.0.to_pkcs8_der().expect("an encodable key").to_bytes()
    }
}

/// Whether the owner of this key signed `message`. Strict: for one message and key, only one signature passes.
pub fn is_signed_by(node: &NodeId, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
    let key = VerifyingKey::from_bytes(node.as_bytes());
    key.is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?})", self.node())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_other_files_are_refused() {
        let identity = Identity::from_secret(&[7; SECRET_BYTES]);
        let pem = identity.to_pem();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(Identity::from_pem(&pem).unwrap().node(), identity.node());
        let half = &pem[..pem.len() / 2];
        for bad in ["", "hello", half, &pem.replace('M', "N")] {
            assert_eq!(Identity::from_pem(bad).unwrap_err(), KeyFileError::NoKey);
        }
    }

    #[test]
    fn a_signature_fits_one_message_and_one_key() {
        let (one, other) = (Identity::from_secret(&[7; SECRET_BYTES]), Identity::from_secret(&[8; SECRET_BYTES]));
        let signature = one.sign(b"hello");
        assert!(is_signed_by(&one.node(), b"hello", &signature));
        assert!(!is_signed_by(&one.node(), b"hullo", &signature));
        assert!(!is_signed_by(&other.node(), b"hello", &signature));
        assert!(!is_signed_by(&NodeId::new([2; 32]), b"hello", &signature), "no key at all");
    }

    #[test]
    fn the_secret_is_not_shown() {
        let identity = Identity::from_secret(&[7; SECRET_BYTES]);
        assert_eq!(format!("{identity:?}"), format!("Identity({:?})", identity.node()));
    }
}
