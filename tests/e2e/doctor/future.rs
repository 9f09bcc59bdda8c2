//! A node of a later release that speaks only a later version of the protocol.

use std::{net::SocketAddr, pin::Pin, sync::Arc, thread};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use proximity_chat::{
    domain::model::{Nick, Timestamp},
    protocol::{
        codec::mesh::{self, Frame, ProbeReply},
        wire::{
            RawFrame,
            mesh_server::{Mesh, MeshServer},
        },
    },
};
use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Request, Response, Status, Streaming, body::Body};
use tower::ServiceExt;

use crate::{
    attack::{Face, Key, server_config},
    support::Host,
};

/// The node. It ends when this is dropped.
pub(super) struct Future {
    _end: DropGuard,
}

impl Future {
    pub(super) fn start(host: &Host, at: SocketAddr) -> Self {
        let listener = host.inside(|| std::net::TcpListener::bind(at).unwrap());
        let token = CancellationToken::new();
        let end = token.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = end.cancelled() => {}
                    () = serve(listener) => {}
                }
            });
        });
        Self { _end: token.drop_guard() }
    }
}

async fn serve(listener: std::net::TcpListener) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let tls = tokio_rustls::TlsAcceptor::from(Arc::new(server_config(&Face::of(&Key::random()))));
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let tls = tls.clone();
        tokio::spawn(async move {
            // A probe connects, says nothing and leaves.
            let Ok(stream) = tls.accept(socket).await else { return };
            let service = MeshServer::new(Later)
                .map_request(|request: http::Request<hyper::body::Incoming>| request.map(Body::new));
            let serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            let _ = serving.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await;
        });
    }
}

struct Later;

#[tonic::async_trait]
impl Mesh for Later {
    type LinkStream = Pin<Box<dyn Stream<Item = Result<RawFrame, Status>> + Send>>;

    async fn link(&self, _: Request<Streaming<RawFrame>>) -> Result<Response<Self::LinkStream>, Status> {
        Err(Status::unavailable("not today"))
    }

    async fn probe(&self, _: Request<RawFrame>) -> Result<Response<RawFrame>, Status> {
        let reply = ProbeReply {
            min: 99,
            max: 99,
            nick: Nick::new("zed").ok(),
            version: "9.0.0".into(),
            wall: Some(Timestamp::from_millis(
                i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap(),
            )),
            dial_back: None,
            heard: true,
            people: 0,
        };
        Ok(Response::new(RawFrame(mesh::encode(&Frame::ProbeReply(reply)))))
    }
}
