//! A guest with the reference program: a gRPC server that answers "ok" and then says lines.

#![expect(clippy::expect_used, reason = "an example: whoever runs it reads what failed")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::mpsc::sync_channel,
    thread,
};

use proximity_chat::protocol::wire::{
    Line,
    chat_server::{Chat, ChatServer},
};
use tokio::{net::TcpListener, runtime, sync::broadcast};
use tokio_stream::{Stream, StreamExt as _, wrappers::TcpListenerStream};
use tonic::{Request, Response, Status, Streaming, transport::Server};

/// Lines that may wait for a stream: more than the conversation has.
const QUEUE: usize = 64;

/// A guest that ends with this program.
pub(crate) struct Guest {
    nick: &'static str,
    lines: broadcast::Sender<String>,
}

impl Guest {
    /// Starts listening on `port` of this machine.
    pub(crate) fn spawn(nick: &'static str, port: u16) -> Self {
        let (lines, _) = broadcast::channel(QUEUE);
        let service = ChatServer::new(Service { lines: lines.clone() });
        let (listening, listens) = sync_channel(1);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                let listener = TcpListener::bind(addr).await.expect("a free port");
                listening.send(()).expect("whoever started it waits");
                let incoming = TcpListenerStream::new(listener);
                Server::builder().serve_with_incoming(service, incoming).await.expect("it serves");
            });
        });
        listens.recv().expect("the guest listens");
        Self { nick, lines }
    }

    /// Says something to everyone who is linked.
    pub(crate) fn say(&self, text: &str) {
        let _ = self.lines.send(format!("{}: {text}", self.nick));
    }
}

struct Service {
    lines: broadcast::Sender<String>,
}

#[tonic::async_trait]
impl Chat for Service {
    type NewNodeStream = Pin<Box<dyn Stream<Item = Result<Line, Status>> + Send>>;

    async fn new_node(&self, request: Request<Streaming<Line>>) -> Result<Response<Self::NewNodeStream>, Status> {
        let mut incoming = request.into_inner();
        let mut lines = self.lines.subscribe();
        incoming.message().await?;
        let (said, to_say) = tokio::sync::mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let _ = said.send(Line::new("ok")).await;
            loop {
                tokio::select! {
                    // Lines of others are read and discarded.
                    heard = incoming.message() => if !matches!(heard, Ok(Some(_))) { return },
                    line = lines.recv() => match line {
                        Ok(line) => drop(said.send(Line::new(line)).await),
                        Err(_) => return,
                    },
                }
            }
        });
        let stream = tokio_stream::wrappers::ReceiverStream::new(to_say).map(Ok);
        Ok(Response::new(Box::pin(stream)))
    }
}
