use std::time::Duration;

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tonic::{Request, Response, Status, body::Body};
use tower::ServiceExt;

use super::*;
use crate::{
    domain::model::Guests,
    protocol::{
        codec::Protocol,
        identity::Identity,
        wire::chat_server::{Chat, ChatServer},
    },
    runtime::{
        io::MemoryNet,
        net::{LinkEvent, Tls},
    },
};

/// A reference node that lets everybody in and never ends a stream.
struct Clinging;

#[tonic::async_trait]
impl Chat for Clinging {
    type NewNodeStream = std::pin::Pin<Box<dyn tokio_stream::Stream<Item = Result<Line, Status>> + Send>>;

    async fn new_node(&self, _: Request<Streaming<Line>>) -> Result<Response<Self::NewNodeStream>, Status> {
        let ok = tokio_stream::once(Ok(Line::new(OK)));
        Ok(Response::new(Box::pin(ok.chain(tokio_stream::pending()))))
    }
}

async fn cling(net: MemoryNet, addr: SocketAddr) {
    let listener = net.bind(addr).await.unwrap();
    let (stream, _) = net.accept(&listener).await.unwrap();
    let service =
        ChatServer::new(Clinging).map_request(|request: http::Request<hyper::body::Incoming>| request.map(Body::new));
    let http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let _ = http2.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_for_a_link_that_only_we_end() {
    let net = MemoryNet::default();
    let addr = SocketAddr::from(([127, 0, 0, 1], 7001));
    let server = tokio::spawn(cling(net.clone(), addr));
    tokio::task::yield_now().await;
    let tls = Tls::new(&Identity::from_secret(&[1; 32])).unwrap();
    let shared = Shared::new(tls, Guests::Loopback);
    let link = LinkId::Dialled(1);
    let mut handle = dial(net, shared.clone(), link, None, addr, Via::Plain);
    assert!(matches!(shared.inbox.next(|_| true).await, LinkEvent::Node(Input::DialConnected { .. })));
    handle.offer(Bytes::from("127.0.0.1:7002"));
    assert!(matches!(shared.inbox.next(|_| true).await, LinkEvent::Node(Input::DialAnswered { .. })));
    shared.outbox.open(link, Protocol::Reference, None);
    handle.open();
    assert_eq!(shared.outbox.readers(), 1);
    // As the actor does when the node wants a link closed.
    shared.outbox.finish(link, None);
    handle.close(None, &shared.closing);
    tokio::time::sleep(crate::runtime::net::CLOSE_TIMEOUT * 2).await;
    assert_eq!(shared.outbox.readers(), 0);
    assert!(matches!(shared.inbox.next(|_| true).await, LinkEvent::Node(Input::Closed { .. })));
    tokio::time::timeout(Duration::from_secs(1), server).await.expect("the connection is still open").unwrap();
}
