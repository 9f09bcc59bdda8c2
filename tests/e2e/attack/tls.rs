//! TLS that accepts everything.

use std::{
    fmt, io,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustls::{
    AlertDescription, ClientConfig, ClientConnection, DigitallySignedStruct, DistinguishedName, ServerConfig,
    ServerConnection, SignatureScheme, StreamOwned,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::{Face, proto::Reason};

/// The first byte of a TLS connection.
const HANDSHAKE: u8 = 0x16;

/// How often to check for a new connection.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Ten times the longest that anything here should take.
const PATIENCE: Duration = Duration::from_secs(50);

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The other side refused with this alert.
    Alert(AlertDescription),
    /// We refused to go on, for this reason.
    Ours(String),
    /// Sent away inside the session.
    Bye(Reason),
    /// Closed or reset.
    Closed,
    /// Nothing came.
    Silence,
    /// The first byte was this one, with which TLS does not begin.
    Plain(u8),
}

impl End {
    pub(super) fn of(error: &io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match (tls, error.kind()) {
            (Some(rustls::Error::AlertReceived(alert)), _) => Self::Alert(*alert),
            (Some(other), _) => Self::Ours(other.to_string()),
            (None, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Self::Silence,
            (None, _) => Self::Closed,
        }
    }
}

/// A TLS session over a socket, in either role.
pub(crate) struct Secure {
    session: Session,
    socket: TcpStream,
}

enum Session {
    Client(Box<StreamOwned<ClientConnection, TcpStream>>),
    Server(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Secure {
    /// The public key that the other side proved, in DER.
    pub(crate) fn peer_key(&self) -> Vec<u8> {
        let shown = match &self.session {
            Session::Client(stream) => stream.conn.peer_certificates(),
            Session::Server(stream) => stream.conn.peer_certificates(),
        };
        shown.and_then(|chain| chain.first()).map(|key| key.to_vec()).unwrap_or_default()
    }

    /// The underlying socket.
    pub(crate) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Reads until the end, and returns how it came.
    pub(crate) fn end(&mut self) -> End {
        let mut bytes = [0; 4_096];
        let begun = Instant::now();
        loop {
            match self.read(&mut bytes) {
                Ok(0) => return End::Closed,
                Ok(_) if begun.elapsed() < PATIENCE => {}
                Ok(_) => return End::Silence,
                Err(error) => return End::of(&error),
            }
        }
    }
}

impl Read for Secure {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match &mut self.session {
            Session::Client(stream) => stream.read(bytes),
            Session::Server(stream) => stream.read(bytes),
        }
    }
}

impl Write for Secure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.session {
            Session::Client(stream) => stream.write(bytes),
            Session::Server(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.session {
            Session::Client(stream) => stream.flush(),
            Session::Server(stream) => stream.flush(),
        }
    }
}

impl fmt::Debug for Secure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secure({:?})", self.socket.peer_addr())
    }
}

/// Connects, and shakes hands as the client.
pub(crate) fn connect(to: SocketAddr, face: &Face) -> Result<Secure, End> {
    let mut socket = TcpStream::connect(to).map_err(|error| End::of(&error))?;
    patient(&socket);
    // The name is an address, which is never sent.
    let name = ServerName::IpAddress(socket.peer_addr().map_err(|error| End::of(&error))?.ip().into());
    let mut session = ClientConnection::new(Arc::new(client_config(face)), name).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut socket).map_err(|error| End::of(&error))?;
    }
    // Sends the last flight. The other side's reaction to it is read later.
    while session.wants_write() {
        session.write_tls(&mut socket).map_err(|error| End::of(&error))?;
    }
    let kept = socket.try_clone().unwrap();
    Ok(Secure { session: Session::Client(Box::new(StreamOwned::new(session, socket))), socket: kept })
}

/// The first bytes of a client's handshake, and nothing else.
pub(crate) fn first_flight(face: &Face) -> Vec<u8> {
    let name = ServerName::IpAddress(std::net::IpAddr::from([127, 0, 0, 1]).into());
    let mut session = ClientConnection::new(Arc::new(client_config(face)), name).unwrap();
    let mut flight = Vec::new();
    while session.wants_write() {
        session.write_tls(&mut flight).unwrap();
    }
    flight
}

/// Takes the next connection on which something is said, and shakes hands as the server.
///
/// # Errors
/// [`End::Plain`] for a peer that does not begin with TLS.
pub(crate) fn accept(listener: &TcpListener, face: &Face) -> Result<Secure, End> {
    serve(speaking(listener)?, face)
}

/// Shakes hands as the server.
pub(crate) fn serve(mut socket: TcpStream, face: &Face) -> Result<Secure, End> {
    patient(&socket);
    let mut session = ServerConnection::new(Arc::new(server_config(face))).unwrap();
    while session.is_handshaking() || session.wants_write() {
        session.complete_io(&mut socket).map_err(|error| End::of(&error))?;
    }
    let kept = socket.try_clone().unwrap();
    Ok(Secure { session: Session::Server(Box::new(StreamOwned::new(session, socket))), socket: kept })
}

/// The next connection on which TLS begins. Connections that say nothing are probes, and are skipped.
fn speaking(listener: &TcpListener) -> Result<TcpStream, End> {
    let begun = Instant::now();
    listener.set_nonblocking(true).unwrap();
    while begun.elapsed() < PATIENCE {
        let Ok((socket, _)) = listener.accept() else {
            thread::park_timeout(LOOK_EVERY);
            continue;
        };
        patient(&socket);
        let mut first = [0];
        match socket.peek(&mut first) {
            Ok(1) if first[0] == HANDSHAKE => return Ok(socket),
            Ok(1) => return Err(End::Plain(first[0])),
            _ => {}
        }
    }
    Err(End::Silence)
}

fn patient(socket: &TcpStream) {
    socket.set_nonblocking(false).unwrap();
    socket.set_nodelay(true).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_write_timeout(Some(PATIENCE)).unwrap();
}

pub(crate) fn client_config(face: &Face) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Credulous))
        .with_client_cert_resolver(Arc::new(face.clone()));
    config.alpn_protocols.clone_from(&face.alpn);
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    config
}

pub(crate) fn server_config(face: &Face) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_client_cert_verifier(Arc::new(Credulous))
        .with_cert_resolver(Arc::new(face.clone()));
    config.alpn_protocols.clone_from(&face.alpn);
    config.send_tls13_tickets = 0;
    config
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Accepts every key and every signature.
#[derive(Debug)]
struct Credulous;

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519, SignatureScheme::ECDSA_NISTP256_SHA256]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for Credulous {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        ServerCertVerifier::verify_tls12_signature(self, message, key, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        ServerCertVerifier::verify_tls13_signature(self, message, key, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ServerCertVerifier::supported_verify_schemes(self)
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
