//! What a hostile node shows of itself in a handshake.

use std::{fmt, sync::Arc};

use rustls::{
    SignatureAlgorithm, SignatureScheme,
    client::ResolvesClientCert,
    crypto::ring::sign::{any_ecdsa_type, any_eddsa_type},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer},
    server::{ClientHello, ResolvesServerCert},
    sign::{CertifiedKey, Signer, SigningKey},
};

use super::ALPN;

/// A self-signed certificate with an Ed25519 key, for a peer that presents a certificate where raw keys are expected.
pub(crate) const SELF_SIGNED_CERTIFICATE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/attack/keys/self_signed.pem");

/// The key of that certificate.
pub(crate) const SELF_SIGNED_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/attack/keys/self_signed.key");

/// What comes before the 32 bytes of an Ed25519 public key (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// What comes before the 32 bytes of an Ed25519 secret (PKCS#8, RFC 8410).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// An Ed25519 key pair.
#[derive(Clone)]
pub(crate) struct Key {
    public: [u8; 32],
    private: Arc<dyn SigningKey>,
}

impl Key {
    /// A key that nobody else has.
    pub(crate) fn random() -> Self {
        Self::of(&Self::random_bytes())
    }

    /// The key with this secret half.
    pub(crate) fn of(secret: &[u8; 32]) -> Self {
        let pkcs8 = PrivatePkcs8KeyDer::from([&PKCS8[..], secret].concat());
        let private = any_eddsa_type(&pkcs8).unwrap();
        let public = private.public_key().unwrap()[SPKI.len()..].try_into().unwrap();
        Self { public, private }
    }

    /// Looks like a key or a hash, but is neither.
    pub(crate) fn random_bytes() -> [u8; 32] {
        std::array::from_fn(|_| fastrand::u8(..))
    }

    /// The public half.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.public
    }

    /// Its signature of a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signer = self.private.choose_scheme(&[SignatureScheme::ED25519]).expect("an Ed25519 key");
        signer.sign(message).expect("a signature")
    }

    /// The public half as nodes write it.
    pub(crate) fn id(&self) -> String {
        hex(&self.public)
    }
}

/// Turns 64 hex digits into 32 bytes.
pub(crate) fn unhex(id: &str) -> [u8; 32] {
    let bytes: Vec<u8> = (0..32).map(|n| u8::from_str_radix(&id[2 * n..2 * n + 2], 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// What a peer shows in a handshake, in either role.
#[derive(Clone)]
pub(crate) struct Face {
    shown: Option<Arc<CertifiedKey>>,
    /// Whether the TLS extension calls it a raw key, whatever it really is.
    pub(super) raw: bool,
    pub(super) alpn: Vec<Vec<u8>>,
}

impl Face {
    fn new(shown: Option<CertifiedKey>, raw: bool) -> Self {
        Self { shown: shown.map(Arc::new), raw, alpn: vec![ALPN.to_vec()] }
    }

    /// An honest face.
    pub(crate) fn of(key: &Key) -> Self {
        Self::raw(&key.public, key.private.clone())
    }

    /// Somebody else's public key over a private key of our own.
    pub(crate) fn pretending(node: &str, key: &Key) -> Self {
        Self::raw(&unhex(node), key.private.clone())
    }

    /// A raw key that is not an Ed25519 key, with a matching signature, whatever the other side accepts.
    pub(crate) fn p256() -> Self {
        let der = PrivateKeyDer::Pkcs8(include_bytes!("keys/p256.key.der").as_slice().into());
        let private = any_ecdsa_type(&der).unwrap();
        let spki = private.public_key().unwrap().to_vec();
        Self::new(Some(CertifiedKey::new(vec![spki.into()], Arc::new(Blunt(private)))), true)
    }

    /// No key at all, where one is asked for.
    pub(crate) fn nobody() -> Self {
        Self::new(None, true)
    }

    /// An X.509 certificate, declared as one (`said`) or passed off as a raw key.
    pub(crate) fn certificate(said: bool) -> Self {
        let private = any_eddsa_type(&include_bytes!("keys/self_signed.key.der").as_slice().into()).unwrap();
        let der = CertificateDer::from(include_bytes!("keys/self_signed.der").as_slice());
        Self::new(Some(CertifiedKey::new(vec![der], private)), !said)
    }

    /// The same with these protocols.
    pub(crate) fn alpn(mut self, protocols: &[&[u8]]) -> Self {
        self.alpn = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        self
    }

    fn raw(public: &[u8; 32], private: Arc<dyn SigningKey>) -> Self {
        let spki = [&SPKI[..], public].concat();
        Self::new(Some(CertifiedKey::new(vec![spki.into()], private)), true)
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Face")
    }
}

impl ResolvesClientCert for Face {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.shown.clone()
    }

    fn only_raw_public_keys(&self) -> bool {
        self.raw
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl ResolvesServerCert for Face {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.shown.clone()
    }

    fn only_raw_public_keys(&self) -> bool {
        self.raw
    }
}

/// A key that signs with its own scheme, even if the other side did not offer it.
#[derive(Debug)]
struct Blunt(Arc<dyn SigningKey>);

impl SigningKey for Blunt {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        self.0.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        self.0.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}
