//! The listening side: accept, look at the first byte, serve HTTP/2, hand the stream to the actor.

mod pending_link;
mod service;
mod stream_count;

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use service::{ConnectionService, PlainService, SecureService};
use tokio::{io::AsyncReadExt, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::ServiceExt;

use super::{
    admission::WaitingSlot,
    limits::{
        CONNECTION_WINDOW, HELLO_TIMEOUT, MAX_FRAME_BYTES, MAX_HEADER_LIST, MAX_MESSAGE_BYTES, MAX_SEND_BUFFER,
        STREAM_WINDOW,
    },
    liveness::{HEARD_EVERY, PING_INTERVAL, PING_TIMEOUT},
    shared::Shared,
};
use crate::{
    protocol::wire::{chat_server::ChatServer, mesh_server::MeshServer},
    runtime::io::{Guarded, Net, Stream},
};

/// How long a connection may take for its first byte.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(3);

/// The first byte of HTTP/2 in plain text ("PRI * HTTP/2.0").
const HTTP2: u8 = b'P';

/// The first byte of a TLS handshake record (RFC 8446, section 5.1). Any other byte comes from an unknown program.
const TLS: u8 = 0x16;

/// How many streams one connection may have open at once.
const MAX_STREAMS: u32 = 8;

/// The wait after a failed accept. Most likely there are no descriptors left, and trying again at once would not help.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Accepts connections at an address until it is dropped. Every connection ends with it.
pub async fn serve<N: Net>(net: N, (addr, listener): (SocketAddr, N::Listener), shared: Shared) {
    // From a link-local address, the system finds the way by the scope of the other side's address.
    let local = Some(addr.ip()).filter(|ip| !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            accepted = net.accept(&listener) => match accepted {
                Ok((stream, from)) => {
                    let cut = CancellationToken::new();
                    let slot = Arc::new(shared.admission.admit(from, cut.clone()));
                    let connection = Connection { net: net.clone(), local, from, cut, slot, shared: shared.clone() };
                    connections.spawn(connection.serve(stream));
                }
                Err(error) => {
                    tracing::debug!(%error, "accept failed");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }
}

/// One accepted connection.
#[derive(Debug, Clone)]
struct Connection<N> {
    net: N,
    /// The local address that it came to.
    local: Option<IpAddr>,
    from: SocketAddr,
    cut: CancellationToken,
    slot: Arc<WaitingSlot>,
    shared: Shared,
}

impl<N: Net> Connection<N> {
    async fn serve<S: Stream>(self, stream: S) {
        let (cut, slot) = (self.cut.clone(), self.slot.clone());
        let deadline = async {
            tokio::time::sleep(HELLO_TIMEOUT).await;
            if !slot.is_waiting() {
                std::future::pending::<()>().await;
            }
        };
        // If the connection ends by itself, its links are not cut: they still have to read what came before the end.
        tokio::select! {
            biased;
            () = cut.cancelled() => {}
            () = deadline => cut.cancel(),
            () = self.converse(stream) => {}
        }
    }

    async fn converse<S: Stream>(self, mut stream: S) {
        let first = tokio::time::timeout(FIRST_BYTE_TIMEOUT, stream.read_u8()).await;
        let Ok(Ok(first)) = first else { return };
        let guarded = Guarded::new(stream, Some(first), self.cut.clone(), Some(HEARD_EVERY));
        let vitals = guarded.vitals();
        match first {
            HTTP2 if self.shared.guests.admits(self.from.ip()) => {
                let service = PlainService(ConnectionService::new(self, vitals));
                let service = ChatServer::new(service).max_decoding_message_size(MAX_MESSAGE_BYTES);
                serve_http2(guarded, service).await;
            }
            TLS => match self.shared.tls.accept(guarded).await {
                Ok((stream, secure)) => {
                    let service = SecureService::new(ConnectionService::new(self, vitals), secure);
                    let service = MeshServer::new(service).max_decoding_message_size(MAX_FRAME_BYTES);
                    serve_http2(stream, service).await;
                }
                Err(error) => tracing::debug!(from = %self.from, %error, "handshake failed"),
            },
            _ => tracing::debug!(from = %self.from, first, "not for us"),
        }
    }
}

/// Serves one connection to its end.
async fn serve_http2<S, T>(stream: S, service: T)
where
    S: Stream,
    T: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    T::Future: Send + 'static,
{
    let service = service.map_request(|request: http::Request<hyper::body::Incoming>| request.map(Body::new));
    let ended = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(MAX_HEADER_LIST)
        .max_send_buf_size(MAX_SEND_BUFFER)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .await;
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

#[cfg(test)]
mod tests;
