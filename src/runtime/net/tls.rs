//! TLS 1.3 between nodes: raw public keys on both sides (RFC 7250), and nothing else that a certificate would contain.
//!
//! The other end is identified by its key. This module only makes sure that the other end holds the key. Whether the
//! user knows it is decided elsewhere.

use std::{io, net::SocketAddr, sync::Arc};

use ed25519_dalek::VerifyingKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error as TlsError, InvalidMessage,
    ServerConfig, SignatureScheme,
    client::{
        AlwaysResolvesClientRawPublicKeys, Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime},
    server::{
        AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
    version::TLS13,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::{
    core::node::{DialFailure, Secure},
    domain::model::NodeId,
    protocol::identity::Identity,
    runtime::io::Stream,
};

/// The protocol that nodes speak inside TLS. Another protocol over the same keys would have another name, so that
/// nobody can be lured from one into the other.
const ALPN: &[u8] = b"proximity/1";

/// The label of `tls-exporter` (RFC 9266).
const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// What precedes the 32 bytes of an Ed25519 key in its `SubjectPublicKeyInfo` (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The private key cannot be used. This has never been seen with an [`Identity`].
#[derive(Debug, thiserror::Error)]
#[error("The profile's key cannot be used for TLS: {0}.")]
pub struct TlsSetupError(#[from] TlsError);

/// This node's side of every TLS session.
#[derive(Debug, Clone)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    key: Arc<CertifiedKey>,
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

impl Tls {
    /// TLS under `identity`.
    ///
    /// # Errors
    /// [`TlsSetupError`] if the library does not take the key.
    pub fn new(identity: &Identity) -> Result<Self, TlsSetupError> {
        let provider = Arc::new(ring::default_provider());
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.to_der().to_vec()));
        let private = provider.key_provider.load_private_key(der)?;
        let key = Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki(&identity.node()))], private));
        let server = server_config(&provider, &key)?;
        let client = client_config(&provider, &key, None)?;
        Ok(Self { provider, key, server, client })
    }

    /// The handshake of a connection that came in.
    ///
    /// # Errors
    /// Whatever the other side did wrong, or [`io::ErrorKind::InvalidData`] if it does not speak our protocol.
    pub(super) async fn accept<S: Stream>(&self, stream: S) -> io::Result<(server::TlsStream<S>, Secure)> {
        let stream = TlsAcceptor::from(self.server.clone()).accept(stream).await?;
        let secure = secure(stream.get_ref().1).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok((stream, secure))
    }

    /// The handshake of a connection to `addr`. If `only` is given, nobody else is accepted there.
    pub(super) async fn connect<S: Stream>(
        &self,
        stream: S,
        addr: SocketAddr,
        only: Option<NodeId>,
    ) -> Result<(client::TlsStream<S>, Secure), DialFailure> {
        let config = match only {
            None => self.client.clone(),
            Some(node) => client_config(&self.provider, &self.key, Some(node)).map_err(|_| DialFailure::Untrusted)?,
        };
        let name = ServerName::IpAddress(addr.ip().into());
        let stream = TlsConnector::from(config).connect(name, stream).await.map_err(|error| {
            tracing::debug!(%addr, %error, "handshake failed");
            failure(&error)
        })?;
        let secure = secure(stream.get_ref().1).map_err(|error| {
            tracing::debug!(%addr, %error, "handshake failed");
            DialFailure::Untrusted
        })?;
        Ok((stream, secure))
    }
}

fn server_config(provider: &Arc<CryptoProvider>, key: &Arc<CertifiedKey>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Arc::new(HoldsItsKey::new(provider, None)))
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(key.clone())));
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Every session proves both keys anew.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Arc::new(config))
}

fn client_config(
    provider: &Arc<CryptoProvider>,
    key: &Arc<CertifiedKey>,
    only: Option<NodeId>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(HoldsItsKey::new(provider, only)))
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(key.clone())));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    Ok(Arc::new(config))
}

/// What is wrong with a handshake that the library accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unproven {
    #[error("no ALPN protocol of ours was offered")]
    Protocol,
    #[error("no Ed25519 key was shown")]
    Key,
}

/// What a finished handshake has proved.
fn secure<D>(session: &rustls::ConnectionCommon<D>) -> Result<Secure, Unproven> {
    // A side that offers no protocol at all still passes the handshake.
    if session.alpn_protocol() != Some(ALPN) {
        return Err(Unproven::Protocol);
    }
    let shown = session.peer_certificates().and_then(<[_]>::first);
    let node = shown.and_then(node_of).ok_or(Unproven::Key)?;
    let exporter = session.export_keying_material([0; 32], EXPORTER, Some(b"")).map_err(|_| Unproven::Key)?;
    Ok(Secure { node, exporter })
}

fn failure(error: &io::Error) -> DialFailure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(TlsError::InvalidMessage(InvalidMessage::InvalidContentType)) => DialFailure::NotTls,
        Some(_) => DialFailure::Untrusted,
        None => DialFailure::Ended,
    }
}

fn spki(node: &NodeId) -> Vec<u8> {
    [SPKI_PREFIX.as_slice(), node.as_bytes()].concat()
}

/// Whose key it is. `None` if it is not an Ed25519 key, or if it is one of small order: anybody can sign under such a
/// key, and the library would accept the signature.
fn node_of(spki: &CertificateDer<'_>) -> Option<NodeId> {
    let key: [u8; 32] = spki.as_ref().strip_prefix(SPKI_PREFIX.as_slice())?.try_into().ok()?;
    VerifyingKey::from_bytes(&key).ok().filter(|key| !key.is_weak()).map(|_| NodeId::new(key))
}

/// Accepts any Ed25519 key, or only the given one, if its holder has signed the handshake with it.
#[derive(Debug)]
struct HoldsItsKey {
    algorithms: WebPkiSupportedAlgorithms,
    only: Option<NodeId>,
}

impl HoldsItsKey {
    fn new(provider: &CryptoProvider, only: Option<NodeId>) -> Self {
        Self { algorithms: provider.signature_verification_algorithms, only }
    }

    fn check_key(&self, spki: &CertificateDer<'_>) -> Result<(), TlsError> {
        match node_of(spki) {
            Some(node) if self.only.is_none_or(|only| only == node) => Ok(()),
            _ => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn check_signature(
        &self,
        message: &[u8],
        spki: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let spki = SubjectPublicKeyInfoDer::from(spki.as_ref());
        verify_tls13_signature_with_raw_key(message, &spki, signature, &self.algorithms)
    }
}

/// TLS 1.2 is not offered, so nothing of it can be valid.
fn no_tls12() -> Result<HandshakeSignatureValid, TlsError> {
    Err(TlsError::General("TLS 1.2 was not offered".to_owned()))
}

impl ServerCertVerifier for HoldsItsKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        self.check_key(end_entity).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.check_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for HoldsItsKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        self.check_key(end_entity).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.check_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
