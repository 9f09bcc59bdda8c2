//! The two gRPC services, as seen by one connection.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::oneshot;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::{Connection, pending_link::PendingLink, stream_count::StreamCount};
use crate::{
    core::node::{Input, Secure},
    protocol::{
        codec::{
            self,
            mesh::{self, Frame, Reason},
        },
        wire::{Line, RawFrame, chat_server::Chat, mesh_server::Mesh},
    },
    runtime::{
        io::{Net, Vitals},
        net::{LinkEvent, link, send_stream::Outgoing},
    },
};

/// How many probes one connection may ask. One is enough.
const MAX_PROBES: usize = 8;

/// What the services of both protocols share on one connection.
#[derive(Debug)]
pub(super) struct ConnectionService<N> {
    connection: Connection<N>,
    vitals: Arc<Vitals>,
    streams: StreamCount,
}

/// `message.Chat`, for one connection in plain text.
#[derive(Debug)]
pub(super) struct PlainService<N>(pub(super) ConnectionService<N>);

/// `proximity.v1.Mesh`, for one connection inside TLS.
#[derive(Debug)]
pub(super) struct SecureService<N> {
    service: ConnectionService<N>,
    secure: Secure,
    /// How many probes were asked.
    probes: AtomicUsize,
}

impl<N: Net> ConnectionService<N> {
    pub(super) fn new(connection: Connection<N>, vitals: Arc<Vitals>) -> Self {
        let streams = StreamCount::new(connection.cut.clone());
        Self { connection, vitals, streams }
    }
}

impl<N: Net> SecureService<N> {
    pub(super) fn new(service: ConnectionService<N>, secure: Secure) -> Self {
        Self { service, secure, probes: AtomicUsize::new(0) }
    }
}

#[tonic::async_trait]
impl<N: Net> Chat for PlainService<N> {
    type NewNodeStream = Answers<Line>;

    async fn new_node(&self, request: Request<Streaming<Line>>) -> Result<Response<Self::NewNodeStream>, Status> {
        let (pending, outgoing) = self.0.enter(request.into_inner());
        let introduce =
            |link, source, first: Line| Ok(Input::GuestArrived { link, source, claim: codec::claim(&first.msg) });
        self.0.connection.shared.run(pending.link, pending.run(introduce));
        Ok(Response::new(Box::pin(outgoing.map(|msg| Ok(Line { msg })))))
    }
}

#[tonic::async_trait]
impl<N: Net> Mesh for SecureService<N> {
    type LinkStream = Answers<RawFrame>;

    async fn link(&self, request: Request<Streaming<RawFrame>>) -> Result<Response<Self::LinkStream>, Status> {
        let (pending, outgoing) = self.service.enter(request.into_inner());
        let secure = self.secure;
        let introduce = move |link, source, RawFrame(first)| match link::greeting(&first, &secure) {
            Some(hello) => Ok(Input::NodeArrived { link, source, secure, hello }),
            None => Err(mesh::encode(&Frame::Bye(Reason::Protocol))),
        };
        self.service.connection.shared.run(pending.link, pending.run(introduce));
        Ok(Response::new(Box::pin(outgoing.map(|frame| Ok(RawFrame(frame))))))
    }

    async fn probe(&self, request: Request<RawFrame>) -> Result<Response<RawFrame>, Status> {
        let Ok(Frame::Probe(probe)) = mesh::decode(&request.into_inner().0) else {
            return Err(Status::invalid_argument("not a probe"));
        };
        if self.probes.fetch_add(1, Ordering::Relaxed) >= MAX_PROBES {
            return Err(Status::resource_exhausted("enough probes"));
        }
        let Connection { net, from, local, shared, .. } = &self.service.connection;
        let dial_back = match probe.dial_back {
            Some(port) => shared.dial_backs.dial(net, *local, *from, port).await,
            None => None,
        };
        let (answer, facts) = oneshot::channel();
        let leaving = || Status::unavailable("leaving");
        if !shared.inbox.tell(None, LinkEvent::Probed(self.secure.node, answer)).await {
            return Err(leaving());
        }
        let facts = facts.await.map_err(|_| leaving())?;
        Ok(Response::new(RawFrame(mesh::encode(&Frame::ProbeReply(facts.reply(dial_back))))))
    }
}

/// A stream of answers, as tonic wants it.
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl<N: Net> ConnectionService<N> {
    /// Starts a link that the peer has opened on this connection.
    fn enter<T>(&self, frames: Streaming<T>) -> (PendingLink<T, N>, Outgoing) {
        let (outgoing_decision, decision) = oneshot::channel();
        let link = self.connection.shared.next_accepted();
        let (outgoing, fallen) = Outgoing::accepted(link, self.connection.shared.outbox.clone(), decision);
        let pending = PendingLink {
            link,
            frames,
            outgoing_decision,
            fallen,
            connection: self.connection.clone(),
            vitals: self.vitals.clone(),
            stream: self.streams.enter(),
        };
        (pending, outgoing)
    }
}
