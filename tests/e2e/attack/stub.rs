//! A proper gRPC client, to see the status with which a call ends.

use std::net::SocketAddr;

use hyper_util::rt::TokioIo;
use proximity_chat::protocol::wire::{Line, RawFrame, chat_client::ChatClient, mesh_client::MeshClient};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};

use super::{Face, client_config};

/// What the mesh answers to a call in plain text.
pub(crate) fn mesh_in_plain(to: SocketAddr) -> Code {
    block_on(async {
        let channel = channel(TcpStream::connect(to).await.unwrap()).await;
        let never = tokio_stream::pending::<RawFrame>();
        MeshClient::new(channel).link(never).await.map_or_else(|status| status.code(), |_| Code::Ok)
    })
}

/// What the reference protocol answers to a call inside TLS.
pub(crate) fn chat_in_tls(to: SocketAddr, face: &Face) -> Code {
    block_on(async {
        let socket = TcpStream::connect(to).await.unwrap();
        let name = ServerName::IpAddress(to.ip().into());
        let connector = TlsConnector::from(std::sync::Arc::new(client_config(face)));
        let channel = channel(connector.connect(name, socket).await.unwrap()).await;
        let never = tokio_stream::pending::<Line>();
        ChatClient::new(channel).new_node(never).await.map_or_else(|status| status.code(), |_| Code::Ok)
    })
}

/// Runs `future` in its own runtime, for at most ten times the promised five seconds.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime
        .block_on(async { tokio::time::timeout(std::time::Duration::from_secs(50), future).await })
        .expect("an answer")
}

async fn channel(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Channel {
    let mut io = Some(TokioIo::new(io));
    let once = tower::service_fn(move |_| {
        let io = io.take().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotConnected));
        async move { io }
    });
    Endpoint::from_static("http://node").connect_with_connector(once).await.unwrap()
}
