//! The bare stream inside TLS 1.3 with raw public keys, as between nodes.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, server::TlsStream};
use tonic::transport::{Channel, Endpoint, server::Connected};

use crate::attack::{Face, Key, client_config, server_config};

/// A session that tonic's server accepts.
pub(super) struct Session(TlsStream<TcpStream>);

/// Shakes hands with a dialler.
pub(super) async fn accept(socket: TcpStream) -> io::Result<Session> {
    let config = server_config(&Face::of(&Key::random()));
    TlsAcceptor::from(Arc::new(config)).accept(socket).await.map(Session)
}

/// Dials, and shakes hands.
pub(super) async fn channel(endpoint: Endpoint, addr: SocketAddr) -> Channel {
    let socket = TcpStream::connect(addr).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let connector = TlsConnector::from(Arc::new(client_config(&Face::of(&Key::random()))));
    let session = connector.connect(ServerName::IpAddress(addr.ip().into()), socket).await.unwrap();
    let mut once = Some(TokioIo::new(session));
    let once = tower::service_fn(move |_| {
        let io = once.take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected));
        async move { io }
    });
    endpoint.connect_with_connector(once).await.unwrap()
}

impl Connected for Session {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Session {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Session {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
