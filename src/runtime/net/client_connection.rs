//! Opens connections and speaks HTTP/2 on them as a client.

use std::{
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::{
    limits::{CONNECTION_WINDOW, MAX_HEADER_LIST, MAX_SEND_BUFFER, STREAM_WINDOW},
    liveness::{PING_INTERVAL, PING_TIMEOUT},
    one_shot::OneShot,
};
use crate::{
    core::node::DialFailure,
    runtime::io::{Net, Stream},
};

/// How long to wait for a connection. This finds everybody on a Wi-Fi network that loses or delays packets.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(2_300);

/// Connects, within [`CONNECT_TIMEOUT`].
pub(super) async fn connect<N: Net>(net: &N, from: Option<IpAddr>, to: SocketAddr) -> Result<N::Stream, DialFailure> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, net.connect(from, to)).await;
    connected.map_err(|_| DialFailure::Timeout)?.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => DialFailure::Refused,
        io::ErrorKind::TimedOut => DialFailure::Timeout,
        _ => DialFailure::Unreachable,
    })
}

/// Why there was no "ok". A connection that broke has a cause below gRPC; otherwise the answer does not belong to our
/// protocol.
pub(super) fn failure(status: &tonic::Status) -> DialFailure {
    if status.source().is_some() { DialFailure::Ended } else { DialFailure::Protocol }
}

/// Starts HTTP/2 on a connection. `pings`: whether to send keepalives; reference servers answer them with GOAWAY.
pub(super) async fn speak(stream: impl Stream, pings: bool) -> Result<OneShot, DialFailure> {
    let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(MAX_HEADER_LIST)
        .max_send_buf_size(MAX_SEND_BUFFER)
        .keep_alive_interval(pings.then_some(PING_INTERVAL))
        .keep_alive_timeout(PING_TIMEOUT)
        .keep_alive_while_idle(pings)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| DialFailure::Ended)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
    });
    Ok(OneShot(sender))
}

/// The authority that requests name. It has no scope, because a scope means something on this machine only.
pub(super) fn origin(mut to: SocketAddr) -> Result<http::Uri, DialFailure> {
    if let SocketAddr::V6(v6) = &mut to {
        v6.set_scope_id(0);
    }
    // An address is always a valid authority; if one ever is not, only the dial fails.
    format!("http://{to}").parse().map_err(|_| DialFailure::Protocol)
}
