//! The dialling side: connect, offer, wait for "ok".

use std::{
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tonic::{Request, metadata::MetadataMap};

use super::{
    CONNECTION_WINDOW, HELLO_TIMEOUT, MAX_HEADER_LIST, MAX_MESSAGE_BYTES, PING_INTERVAL, PING_TIMEOUT, STREAM_WINDOW,
    Shared,
    link::{self, Handle},
    one_shot::OneShot,
    outgoing::{OK, Outgoing},
};
use crate::{
    convert::{self, Stranger},
    io::{Guarded, Net, Vitals},
    model::Software,
    node::{CloseReason, DialFailure, In, LinkId},
    wire::chat_client::ChatClient,
};

/// How long to wait for a connection: what finds everybody on a Wi-Fi that loses or holds back packets (DESIGN.md
/// section 4).
const CONNECT_TIMEOUT: Duration = Duration::from_millis(2_300);

/// The call that asks a node of our kind whether it is alive. It exists nowhere: that it does not is the answer.
const ALIVE_PATH: &str = "/proximity.v1.Alive/Ask";

/// Dials `to` from `from`, in a task of its own, and reports as `link`.
pub fn dial<N: Net>(net: N, shared: Shared, link: LinkId, from: SocketAddr, to: SocketAddr) -> Handle {
    let cut = CancellationToken::new();
    let (handle, offered, opened) = Handle::dialled(cut.clone());
    shared.clone().run(link, async move {
        tokio::select! {
            biased;
            () = cut.cancelled() => {}
            () = Dial { net, shared, link, from, to }.run(offered, opened, &cut) => {}
        }
        cut.cancel();
    });
    handle
}

struct Dial<N> {
    net: N,
    shared: Shared,
    link: LinkId,
    from: SocketAddr,
    to: SocketAddr,
}

impl<N: Net> Dial<N> {
    async fn run(self, offered: oneshot::Receiver<()>, opened: oneshot::Receiver<()>, cut: &CancellationToken) {
        let (link, shared) = (self.link, self.shared.clone());
        let stream = match connect(&self.net, self.from.ip(), self.to).await {
            Ok(stream) => stream,
            Err(failure) => return shared.tell(In::DialFailed { link, failure }).await,
        };
        shared.tell(In::DialConnected { link }).await;
        if offered.await.is_err() {
            return;
        }
        match tokio::time::timeout(HELLO_TIMEOUT, self.offer(stream, opened, cut)).await {
            Ok(Ok(Some(open))) => open.live(link, shared, cut.clone()).await,
            Ok(Ok(None)) => shared.tell(In::DialRefused { link }).await,
            Ok(Err(failure)) => shared.tell(In::DialFailed { link, failure }).await,
            Err(_) => shared.tell(In::DialFailed { link, failure: DialFailure::Timeout }).await,
        }
    }

    /// Sends the first frame and waits for the answer; none is a refusal.
    async fn offer(
        &self,
        stream: N::Stream,
        gate: oneshot::Receiver<()>,
        cut: &CancellationToken,
    ) -> Result<Option<Open>, DialFailure> {
        let guarded = Guarded::new(stream, None, cut.clone(), None);
        let vitals = guarded.vitals();
        let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEADER_LIST)
            .handshake(TokioIo::new(guarded))
            .await
            .map_err(|_| DialFailure::Ended)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
        let sender = OneShot(sender);
        // An address is always a valid authority; if it ever were not, the dial merely fails.
        let origin: http::Uri = format!("http://{}", self.to).parse().map_err(|_| DialFailure::Protocol)?;
        let mut client =
            ChatClient::with_origin(sender.clone(), origin.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let (outgoing, fallen) = Outgoing::dialled(self.link, self.shared.outbox.clone(), self.from.to_string(), gate);
        let mut request = Request::new(outgoing);
        let mut headers = http::HeaderMap::new();
        convert::introduce(&mut headers, &self.shared.nick());
        *request.metadata_mut() = MetadataMap::from_headers(headers);
        let response = client.new_node(request).await.map_err(|status| failure(&status))?;
        let stranger = convert::introduction(response.metadata().as_ref());
        let mut frames = response.into_inner();
        match frames.message().await {
            Ok(Some(first)) if first.msg == OK => Ok(Some(Open { stranger, frames, vitals, fallen, sender, origin })),
            Ok(None) => Ok(None),
            Ok(Some(_)) => Err(DialFailure::Protocol),
            Err(status) => Err(failure(&status)),
        }
    }
}

/// A dial that was let in.
struct Open {
    stranger: Stranger,
    frames: tonic::Streaming<crate::wire::Line>,
    vitals: Arc<Vitals>,
    fallen: oneshot::Receiver<()>,
    sender: OneShot,
    origin: http::Uri,
}

impl Open {
    async fn live(self, link: LinkId, shared: Shared, cut: CancellationToken) {
        let Self { stranger, frames, vitals, fallen, sender, origin } = self;
        let ours = matches!(stranger.software, Software::Ours { .. });
        let framing = convert::framing(&stranger.software);
        shared.tell(In::DialAnswered { link, stranger }).await;
        let silent = async {
            if ours {
                until_silent(sender, origin).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        let end = async {
            tokio::select! {
                biased;
                reason = link::ended(&cut, fallen) => reason,
                () = silent => CloseReason::Timeout,
            }
        };
        link::read(link, framing, frames, shared, vitals, end).await;
    }
}

/// Connects, within [`CONNECT_TIMEOUT`].
async fn connect<N: Net>(net: &N, from: IpAddr, to: SocketAddr) -> Result<N::Stream, DialFailure> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, net.connect(from, to)).await;
    connected.map_err(|_| DialFailure::Timeout)?.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => DialFailure::Refused,
        io::ErrorKind::TimedOut => DialFailure::Timeout,
        _ => DialFailure::Unreachable,
    })
}

/// Why there was no "ok": a connection that broke, which has a cause below gRPC, or an answer that is none of ours.
fn failure(status: &tonic::Status) -> DialFailure {
    if status.source().is_some() { DialFailure::Ended } else { DialFailure::Protocol }
}

/// Returns when a node of our kind has stopped answering. Its server pings us, which notices when we freeze; this is
/// the other direction. HTTP/2 pings of our own would have to be switched on before we know whom we dialled, and
/// reference servers answer those with GOAWAY.
async fn until_silent(sender: OneShot, origin: http::Uri) {
    let mut alive = tonic::client::Grpc::with_origin(sender, origin);
    loop {
        tokio::time::sleep(PING_INTERVAL).await;
        let asked = async {
            alive.ready().await.ok()?;
            let path = http::uri::PathAndQuery::from_static(ALIVE_PATH);
            let codec = tonic_prost::ProstCodec::<crate::wire::Line, crate::wire::Line>::default();
            // Any answer will do, and "no such call" is the expected one.
            Some(alive.unary(Request::new(crate::wire::Line::default()), path, codec).await)
        };
        match tokio::time::timeout(PING_TIMEOUT, asked).await {
            Ok(Some(_)) => {}
            // The connection has ended, which its stream tells when everything on it was read.
            Ok(None) => std::future::pending().await,
            Err(_) => return,
        }
    }
}
