//! The listening side: accept, look at the first byte, serve HTTP/2, hand the stream to the actor.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{io::AsyncReadExt, sync::oneshot, task::JoinSet};
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, body::Body};
use tower::ServiceExt;

use super::{
    CONNECTION_WINDOW, Event, HEARD_EVERY, HELLO_TIMEOUT, Handle, LINGER, MAX_FRAME_BYTES, MAX_HEADER_LIST,
    MAX_MESSAGE_BYTES, MAX_SEND_BUFFER, PING_INTERVAL, PING_TIMEOUT, STREAM_WINDOW, Shared,
    doorman::Ticket,
    link::{self, Incoming},
    outgoing::{Outgoing, Verdict},
};
use crate::{
    core::node::{CloseReason, Input, Secure},
    domain::model::LinkId,
    protocol::{
        codec::{
            self,
            mesh::{self, Frame, Reason},
        },
        wire::{
            Line, RawFrame,
            chat_server::{Chat, ChatServer},
            mesh_server::{Mesh, MeshServer},
        },
    },
    runtime::io::{Guarded, Net, Vitals},
};

/// How long a connection may take for its first byte.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(3);

/// The first byte of HTTP/2 in plain text ("PRI * HTTP/2.0").
const HTTP2: u8 = b'P';

/// The first byte of a TLS handshake record (RFC 8446, section 5.1). Everything else is nobody that we know.
const TLS: u8 = 0x16;

/// Streams that one connection may have open at once (DESIGN.md section 7).
const MAX_STREAMS: u32 = 8;

/// Probes that one connection may ask: one is what they are for.
const MAX_PROBES: usize = 8;

/// The wait after a failed accept: out of descriptors, most likely, which does not pass by trying at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Accepts connections at an address until dropped; with it every connection ends.
pub async fn serve<N: Net>(net: N, (addr, listener): (SocketAddr, N::Listener), shared: Shared) {
    // From a link-local address the system finds the way by the other's scope.
    let local = Some(addr.ip()).filter(|ip| !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            accepted = net.accept(&listener) => match accepted {
                Ok((stream, from)) => {
                    let cut = CancellationToken::new();
                    let ticket = Arc::new(shared.doorman.admit(from, cut.clone()));
                    let visitor = Visitor { net: net.clone(), local, from, cut, ticket, shared: shared.clone() };
                    connections.spawn(visitor.serve(stream));
                }
                Err(error) => {
                    tracing::debug!(%error, "accept failed");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }
}

/// One connection, and the service that it meets.
#[derive(Debug, Clone)]
struct Visitor<N> {
    net: N,
    /// The address that it came to.
    local: Option<IpAddr>,
    from: SocketAddr,
    cut: CancellationToken,
    ticket: Arc<Ticket>,
    shared: Shared,
}

impl<N: Net> Visitor<N> {
    async fn serve<S: crate::runtime::io::Stream>(self, stream: S) {
        let (cut, ticket) = (self.cut.clone(), self.ticket.clone());
        let deadline = async {
            tokio::time::sleep(HELLO_TIMEOUT).await;
            if !ticket.is_waiting() {
                std::future::pending::<()>().await;
            }
        };
        // Where the connection ends by itself its links are not cut: they have yet to read what came before the end.
        tokio::select! {
            biased;
            () = cut.cancelled() => {}
            () = deadline => cut.cancel(),
            () = self.converse(stream) => {}
        }
    }

    async fn converse<S: crate::runtime::io::Stream>(self, mut stream: S) {
        let first = tokio::time::timeout(FIRST_BYTE_TIMEOUT, stream.read_u8()).await;
        let Ok(Ok(first)) = first else { return };
        let guarded = Guarded::new(stream, Some(first), self.cut.clone(), Some(HEARD_EVERY));
        let vitals = guarded.vitals();
        let tenants = Tenants::new(self.cut.clone());
        match first {
            HTTP2 if self.shared.guests.admits(self.from.ip()) => {
                let door = PlainDoor(Door { visitor: self, vitals, tenants });
                let service = ChatServer::new(door).max_decoding_message_size(MAX_MESSAGE_BYTES);
                serve_http2(guarded, service).await;
            }
            TLS => match self.shared.tls.accept(guarded).await {
                Ok((stream, secure)) => {
                    let door = SecureDoor {
                        door: Door { visitor: self, vitals, tenants },
                        secure,
                        probes: AtomicUsize::new(0),
                    };
                    let service = MeshServer::new(door).max_decoding_message_size(MAX_FRAME_BYTES);
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
    S: crate::runtime::io::Stream,
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

/// What both protocols find behind one connection.
#[derive(Debug)]
struct Door<N> {
    visitor: Visitor<N>,
    vitals: Arc<Vitals>,
    tenants: Tenants,
}

/// `message.Chat`, for one connection in plain text.
#[derive(Debug)]
struct PlainDoor<N>(Door<N>);

/// `proximity.v1.Mesh`, for one connection inside TLS.
#[derive(Debug)]
struct SecureDoor<N> {
    door: Door<N>,
    secure: Secure,
    /// Probes that were asked.
    probes: AtomicUsize,
}

/// The links of one connection. Some clients open several on one: a link that ends must not take the others with it.
/// Without an open link the connection ends, so that nobody keeps one that counts neither as waiting nor as a guest.
#[derive(Debug, Clone)]
struct Tenants {
    all: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    connection: CancellationToken,
}

/// One of them.
#[derive(Debug)]
struct Tenant {
    tenants: Tenants,
    is_open: bool,
}

impl Tenants {
    fn new(connection: CancellationToken) -> Self {
        Self { all: Arc::default(), open: Arc::default(), connection }
    }

    fn enter(&self) -> Tenant {
        self.all.fetch_add(1, Ordering::Relaxed);
        Tenant { tenants: self.clone(), is_open: false }
    }
}

impl Tenant {
    fn open(&mut self) {
        self.is_open = true;
        self.tenants.open.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let Tenants { all, open, connection } = &self.tenants;
        let others = all.fetch_sub(1, Ordering::Relaxed) - 1;
        let others_open = open.fetch_sub(usize::from(self.is_open), Ordering::Relaxed) - usize::from(self.is_open);
        if others_open == 0 && (self.is_open || others == 0) {
            connection.cancel();
        }
    }
}

#[tonic::async_trait]
impl<N: Net> Chat for PlainDoor<N> {
    type NewNodeStream = Answers<Line>;

    async fn new_node(&self, request: Request<Streaming<Line>>) -> Result<Response<Self::NewNodeStream>, Status> {
        let (newcomer, outgoing) = self.0.enter(request.into_inner());
        let introduce =
            |link, source, first: Line| Ok(Input::Arrived { link, source, claim: codec::claim(&first.msg) });
        self.0.visitor.shared.run(newcomer.link, newcomer.run(introduce));
        Ok(Response::new(Box::pin(outgoing.map(|msg| Ok(Line { msg })))))
    }
}

#[tonic::async_trait]
impl<N: Net> Mesh for SecureDoor<N> {
    type LinkStream = Answers<RawFrame>;

    async fn link(&self, request: Request<Streaming<RawFrame>>) -> Result<Response<Self::LinkStream>, Status> {
        let (newcomer, outgoing) = self.door.enter(request.into_inner());
        let secure = self.secure;
        let introduce = move |link, source, RawFrame(first)| match link::greeting(&first, &secure) {
            Some(hello) => Ok(Input::Introduced { link, source, secure, hello }),
            None => Err(mesh::encode(&Frame::Bye(Reason::Protocol))),
        };
        self.door.visitor.shared.run(newcomer.link, newcomer.run(introduce));
        Ok(Response::new(Box::pin(outgoing.map(|frame| Ok(RawFrame(frame))))))
    }

    async fn probe(&self, request: Request<RawFrame>) -> Result<Response<RawFrame>, Status> {
        let Ok(Frame::Probe(probe)) = mesh::decode(&request.into_inner().0) else {
            return Err(Status::invalid_argument("not a probe"));
        };
        if self.probes.fetch_add(1, Ordering::Relaxed) >= MAX_PROBES {
            return Err(Status::resource_exhausted("enough probes"));
        }
        let Visitor { net, from, local, shared, .. } = &self.door.visitor;
        let dial_back = match probe.dial_back {
            Some(port) => shared.dial_backs.dial(net, *local, *from, port).await,
            None => None,
        };
        let (answer, facts) = oneshot::channel();
        let leaving = || Status::unavailable("leaving");
        shared.inbox.send(Event::Probed(self.secure.node, answer)).await.map_err(|_| leaving())?;
        let facts = facts.await.map_err(|_| leaving())?;
        Ok(Response::new(RawFrame(mesh::encode(&Frame::ProbeReply(facts.reply(dial_back))))))
    }
}

/// A stream of answers, as tonic wants it.
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl<N: Net> Door<N> {
    /// Somebody has opened a link on this connection.
    fn enter<T>(&self, frames: Streaming<T>) -> (Newcomer<T, N>, Outgoing) {
        let (open_here, gate) = oneshot::channel();
        let link = self.visitor.shared.next_accepted();
        let (outgoing, fallen) = Outgoing::accepted(link, self.visitor.shared.outbox.clone(), gate);
        let newcomer = Newcomer {
            link,
            frames,
            open_here,
            fallen,
            visitor: self.visitor.clone(),
            vitals: self.vitals.clone(),
            tenant: self.tenants.enter(),
        };
        (newcomer, outgoing)
    }
}

/// A link that was opened and has not been let in yet.
struct Newcomer<T, N> {
    link: LinkId,
    frames: Streaming<T>,
    open_here: oneshot::Sender<Verdict>,
    fallen: oneshot::Receiver<()>,
    visitor: Visitor<N>,
    vitals: Arc<Vitals>,
    tenant: Tenant,
}

impl<T: Incoming, N: Net> Newcomer<T, N> {
    /// Waits for the first frame, lets the node decide what to make of it, and reads on if it lets the link in.
    async fn run(self, introduce: impl FnOnce(LinkId, SocketAddr, T) -> Result<Input, Bytes>) {
        let Self { link, mut frames, open_here, fallen, visitor, vitals, mut tenant } = self;
        let Visitor { from, cut: connection, ticket, shared, .. } = visitor;
        let cut = connection.child_token();
        let first = tokio::select! {
            biased;
            () = cut.cancelled() => return,
            first = tokio::time::timeout(HELLO_TIMEOUT, frames.message()) => first,
        };
        let Ok(Ok(Some(first))) = first else { return };
        let arrived = match introduce(link, from, first) {
            Ok(arrived) => arrived,
            Err(bye) => {
                // What else it has sent must not wait for the end: small frames cost many times their bytes.
                drop(frames);
                let _ = open_here.send(Verdict::Bye(bye));
                let _ = tokio::time::timeout(LINGER, cut.cancelled()).await;
                return cut.cancel();
            }
        };
        let (handle, judged) = Handle::accepted(cut.clone());
        let told = tokio::select! {
            biased;
            () = cut.cancelled() => return,
            told = shared.inbox.send(Event::Arrived { link, input: arrived, handle }) => told,
        };
        if told.is_err() {
            return;
        }
        let judged = tokio::select! {
            biased;
            () = cut.cancelled() => {
                // The node may be letting it in this moment, and has to hear that it is gone.
                return shared.tell(Input::Closed { link, reason: CloseReason::Ended }).await;
            }
            judged = judged => judged,
        };
        match judged {
            Ok(Verdict::Open) => {}
            refused => {
                drop(frames);
                // The last frame and the end of the stream need a moment to leave.
                match refused {
                    Ok(bye) => drop(open_here.send(bye)),
                    Err(_) => drop(open_here),
                }
                return cut.cancelled().await;
            }
        }
        tenant.open();
        ticket.let_in();
        // The other end of this is the stream that tonic pulls; it may have been dropped with the connection.
        let _ = open_here.send(Verdict::Open);
        link::read(link, frames, shared, vitals, link::ended(&cut, fallen)).await;
    }
}

#[cfg(test)]
mod tests;
