use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

fn tls(secret: u8) -> (Tls, NodeId) {
    let identity = Identity::from_secret(&[secret; 32]);
    (Tls::new(&identity).unwrap(), identity.node())
}

/// Somebody who presents the key of `shown` and signs with that of `held`.
fn impostor(shown: u8, held: u8) -> Tls {
    let (held, _) = tls(held);
    let node = Identity::from_secret(&[shown; 32]).node();
    let key = Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki(&node))], held.key.key.clone()));
    let server = server_config(&held.provider, &key).unwrap();
    let client = client_config(&held.provider, &key, None).unwrap();
    Tls { key, server, client, ..held }
}

/// Both ends' view of one handshake. Each sends a byte to prove that the session carries data.
async fn shake(
    client: &Tls,
    server: &Tls,
    only: Option<NodeId>,
) -> (Result<Secure, DialFailure>, Result<Secure, io::Error>) {
    let (near, far) = tokio::io::duplex(1 << 14);
    let addr = SocketAddr::from(([127, 0, 0, 1], 1));
    let dial = async {
        let (mut stream, secure) = client.connect(near, addr, only).await?;
        stream.write_u8(1).await.map_err(|_| DialFailure::Ended)?;
        stream.read_u8().await.map_err(|_| DialFailure::Untrusted)?;
        Ok(secure)
    };
    let accept = async {
        let (mut stream, secure) = server.accept(far).await?;
        stream.write_u8(2).await?;
        stream.read_u8().await?;
        Ok(secure)
    };
    tokio::join!(dial, accept)
}

fn tls_error(error: &io::Error) -> &TlsError {
    error.get_ref().and_then(|inner| inner.downcast_ref()).unwrap()
}

#[tokio::test]
async fn both_ends_learn_the_other_key_and_share_an_exporter() {
    let ((alice, alice_id), (bob, bob_id)) = (tls(1), tls(2));
    let (dialled, accepted) = shake(&alice, &bob, Some(bob_id)).await;
    let (dialled, accepted) = (dialled.unwrap(), accepted.unwrap());
    assert_eq!((dialled.node, accepted.node), (bob_id, alice_id));
    assert_eq!(dialled.exporter, accepted.exporter);
    let (again, _) = shake(&alice, &bob, None).await;
    assert_ne!(again.unwrap().exporter, dialled.exporter);
}

#[tokio::test]
async fn the_key_of_somebody_else_proves_nothing() {
    let ((alice, _), (bob, _)) = (tls(1), tls(2));
    let (dialled, accepted) = shake(&impostor(1, 9), &bob, None).await;
    assert_eq!(dialled, Err(DialFailure::Untrusted));
    let error = accepted.unwrap_err();
    assert_eq!(tls_error(&error), &TlsError::InvalidCertificate(CertificateError::BadSignature));
    let (dialled, accepted) = shake(&alice, &impostor(2, 9), None).await;
    assert_eq!(dialled, Err(DialFailure::Untrusted));
    assert_eq!(tls_error(&accepted.unwrap_err()), &TlsError::AlertReceived(rustls::AlertDescription::DecryptError));
}

#[tokio::test]
async fn a_pinned_dial_accepts_nobody_else() {
    let ((alice, alice_id), (bob, _)) = (tls(1), tls(2));
    let (dialled, accepted) = shake(&alice, &bob, Some(alice_id)).await;
    assert_eq!(dialled, Err(DialFailure::Untrusted));
    assert!(accepted.is_err());
}

#[tokio::test]
async fn a_peer_without_our_protocol_is_refused() {
    let ((alice, _), (bob, _)) = (tls(1), tls(2));
    for (protocols, passes_the_handshake) in [(vec![], true), (vec![b"h2".to_vec()], false)] {
        let mut config = (*alice.client).clone();
        config.alpn_protocols = protocols;
        let stranger = Tls { client: Arc::new(config), ..alice.clone() };
        let (dialled, accepted) = shake(&stranger, &bob, None).await;
        assert!(dialled.is_err());
        let error = accepted.unwrap_err();
        if passes_the_handshake {
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        } else {
            assert_eq!(tls_error(&error), &TlsError::NoApplicationProtocol);
        }
    }
}

#[tokio::test]
async fn plain_text_is_distinguished_from_a_broken_handshake() {
    let (alice, _) = tls(1);
    let addr = SocketAddr::from(([127, 0, 0, 1], 1));
    // The first bytes of an HTTP/2 server: a SETTINGS frame.
    for (answer, failure) in [(&[0, 0, 0, 4, 0, 0, 0, 0, 0][..], DialFailure::NotTls), (&[], DialFailure::Ended)] {
        let (near, mut far) = tokio::io::duplex(1 << 14);
        far.write_all(answer).await.unwrap();
        if answer.is_empty() {
            drop(far);
        }
        assert_eq!(alice.connect(near, addr, None).await.map(|_| ()), Err(failure));
    }
}

/// Keys of small order: the eight points in their canonical encoding, then the non-canonical ones, with y beyond the
/// prime or a sign where x is zero.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

#[test]
fn keys_under_which_anybody_can_sign_are_rejected() {
    for key in SMALL_ORDER {
        let node: NodeId = key.parse().unwrap();
        assert_eq!(node_of(&CertificateDer::from(spki(&node))), None, "{key}");
    }
    // Not on the curve.
    let nowhere = NodeId::new(std::array::from_fn(|n| u8::from(n == 0) * 2));
    assert_eq!(node_of(&CertificateDer::from(spki(&nowhere))), None);
    let (_, alice) = tls(1);
    assert_eq!(node_of(&CertificateDer::from(spki(&alice))), Some(alice));
}
