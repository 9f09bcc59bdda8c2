//! The listening side: accept, look at the first byte, serve HTTP/2, hand the stream to the actor.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::HeaderMap;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{io::AsyncReadExt, sync::oneshot, task::JoinSet};
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, metadata::MetadataMap};
use tower::ServiceExt;

use super::{
    CONNECTION_WINDOW, Event, HELLO_TIMEOUT, Handle, MAX_HEADER_LIST, MAX_MESSAGE_BYTES, PING_INTERVAL, PING_TIMEOUT,
    STREAM_WINDOW, Shared,
    doorman::{Doorman, Ticket},
    link,
    outgoing::Outgoing,
};
use crate::{
    convert::{self, Stranger},
    io::{Guarded, Net, Vitals},
    node::{In, LinkId},
    wire::{Line, chat_server},
};

/// How long a connection may take for its first byte.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(3);

/// The first byte of HTTP/2 in plain text ("PRI * HTTP/2.0"). Everything else is nobody that we know.
const HTTP2: u8 = b'P';

/// Who is alive answers our pings, and is therefore heard more often than this.
const HEARD_EVERY: Duration = Duration::from_secs(8);

/// Streams that one connection may have open at once (DESIGN.md section 7).
const MAX_STREAMS: u32 = 8;

/// The wait after a failed accept: out of descriptors, most likely, which does not pass by trying at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Accepts connections until dropped; with it every connection ends.
pub async fn serve<N: Net>(net: N, listener: N::Listener, shared: Shared) {
    let (doorman, counter) = (Doorman::default(), Arc::new(Counter::default()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            accepted = net.accept(&listener) => match accepted {
                Ok((stream, from)) => {
                    let cut = CancellationToken::new();
                    let ticket = Arc::new(doorman.admit(from, cut.clone()));
                    let visitor = Visitor { from, cut, ticket, counter: counter.clone(), shared: shared.clone() };
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

/// Names accepted links.
#[derive(Debug, Default)]
struct Counter(AtomicU32);

impl Counter {
    fn next(&self) -> LinkId {
        LinkId::Accepted(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// One connection, and the service that it meets.
#[derive(Debug, Clone)]
struct Visitor {
    from: SocketAddr,
    cut: CancellationToken,
    ticket: Arc<Ticket>,
    counter: Arc<Counter>,
    shared: Shared,
}

impl Visitor {
    async fn serve<S: crate::io::Stream>(self, stream: S) {
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

    async fn converse<S: crate::io::Stream>(self, mut stream: S) {
        let first = tokio::time::timeout(FIRST_BYTE_TIMEOUT, stream.read_u8()).await;
        if !matches!(first, Ok(Ok(HTTP2))) {
            return;
        }
        let guarded = Guarded::new(stream, Some(HTTP2), self.cut.clone(), Some(HEARD_EVERY));
        let vitals = guarded.vitals();
        let tenants = Tenants::new(self.cut.clone());
        let service = chat_server::ChatServer::new(Door { visitor: self, vitals, tenants })
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .map_request(|request: http::Request<hyper::body::Incoming>| request.map(tonic::body::Body::new));
        let ended = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEADER_LIST)
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .serve_connection(TokioIo::new(guarded), TowerToHyperService::new(service))
            .await;
        if let Err(error) = ended {
            tracing::debug!(%error, "connection ended");
        }
    }
}

/// `message.Chat`, for one connection.
#[derive(Debug)]
struct Door {
    visitor: Visitor,
    vitals: Arc<Vitals>,
    tenants: Tenants,
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
impl chat_server::Chat for Door {
    type NewNodeStream = Pin<Box<dyn Stream<Item = Result<Line, Status>> + Send>>;

    async fn new_node(&self, request: Request<Streaming<Line>>) -> Result<Response<Self::NewNodeStream>, Status> {
        let shared = &self.visitor.shared;
        let (open_here, gate) = oneshot::channel();
        let link = self.visitor.counter.next();
        let (outgoing, fallen) = Outgoing::accepted(link, shared.outbox.clone(), gate);
        let mut response = Response::new(Box::pin(outgoing.map(Ok)) as Self::NewNodeStream);
        let mut headers = HeaderMap::new();
        convert::introduce(&mut headers, &shared.nick());
        *response.metadata_mut() = MetadataMap::from_headers(headers);
        let newcomer = Newcomer {
            link,
            stranger: convert::introduction(request.metadata().as_ref()),
            frames: request.into_inner(),
            open_here,
            fallen,
            visitor: self.visitor.clone(),
            vitals: self.vitals.clone(),
            tenant: self.tenants.enter(),
        };
        self.visitor.shared.run(link, newcomer.run());
        Ok(response)
    }
}

/// A link that was opened and has not been let in yet.
struct Newcomer {
    link: LinkId,
    stranger: Stranger,
    frames: Streaming<Line>,
    open_here: oneshot::Sender<()>,
    fallen: oneshot::Receiver<()>,
    visitor: Visitor,
    vitals: Arc<Vitals>,
    tenant: Tenant,
}

impl Newcomer {
    async fn run(self) {
        let Self { link, stranger, mut frames, open_here, fallen, visitor, vitals, mut tenant } = self;
        let Visitor { from, cut: connection, ticket, shared, .. } = visitor;
        let cut = connection.child_token();
        let first = tokio::select! {
            biased;
            () = cut.cancelled() => return,
            first = tokio::time::timeout(HELLO_TIMEOUT, frames.message()) => first,
        };
        let Ok(Ok(Some(first))) = first else { return };
        let framing = convert::framing(&stranger.software);
        let (handle, opened) = Handle::accepted(cut.clone());
        let arrived = In::Arrived { link, source: from, claim: convert::claim(&first.msg), stranger };
        let told = tokio::select! {
            biased;
            () = cut.cancelled() => return,
            told = shared.inbox.send(Event::Arrived(arrived, handle)) => told,
        };
        if told.is_err() {
            return;
        }
        if opened.await.is_err() {
            // Refused: the end of the stream needs a moment to leave.
            drop(open_here);
            return cut.cancelled().await;
        }
        tenant.open();
        ticket.let_in();
        // The other end of this is the stream that tonic pulls; it may have been dropped with the connection.
        let _ = open_here.send(());
        link::read(link, framing, frames, shared, vitals, link::ended(&cut, fallen)).await;
    }
}
