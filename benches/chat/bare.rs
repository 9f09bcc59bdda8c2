//! The least that does the same: lines from standard input over one tonic stream to standard output, and nothing more.
//!
//! The benchmark starts itself again in one of these roles.

mod secure;

use std::{
    io::{BufRead, BufWriter, Write},
    net::SocketAddr,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use proximity_chat::protocol::wire::{
    Line,
    chat_client::ChatClient,
    chat_server::{Chat, ChatServer},
};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    sync::mpsc,
};
use tokio_stream::{
    StreamExt,
    wrappers::{ReceiverStream, TcpListenerStream},
};
use tonic::{Request, Response, Status, Streaming, transport::Server};

use crate::{child::Child, report::Times};

/// Lines that may wait for a stream: about as many as a node's own queues hold.
const QUEUE: usize = 1_024;

/// The role of the process.
pub(crate) enum Role {
    /// Accepts streams. What it reads from standard input goes to all of them.
    Server(SocketAddr),
    /// Dials one stream.
    Client(SocketAddr),
    /// Answers each line on the stream it came from, without pipes.
    Echo(SocketAddr),
    /// Sends lines one at a time, and prints how long the answers took, without pipes.
    Ping(SocketAddr, u32),
    /// The same two roles inside TLS.
    TlsEcho(SocketAddr),
    TlsPing(SocketAddr, u32),
}

impl Role {
    /// Reads the arguments that [`start`] passed.
    pub(crate) fn from_arguments(arguments: &[String]) -> Option<Self> {
        let addr = || arguments.get(1)?.parse().ok();
        match arguments.first()?.as_str() {
            "bare-server" => addr().map(Self::Server),
            "bare-client" => addr().map(Self::Client),
            "bare-echo" => addr().map(Self::Echo),
            "bare-ping" => Some(Self::Ping(addr()?, arguments.get(2)?.parse().ok()?)),
            "bare-tls-echo" => addr().map(Self::TlsEcho),
            "bare-tls-ping" => Some(Self::TlsPing(addr()?, arguments.get(2)?.parse().ok()?)),
            _ => None,
        }
    }
}

/// Starts this program again in `role`.
pub(crate) fn start(role: &Role) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    match role {
        Role::Server(addr) => command.arg("bare-server").arg(addr.to_string()),
        Role::Client(addr) => command.arg("bare-client").arg(addr.to_string()),
        Role::Echo(addr) => command.arg("bare-echo").arg(addr.to_string()),
        Role::Ping(addr, count) => command.arg("bare-ping").arg(addr.to_string()).arg(count.to_string()),
        Role::TlsEcho(addr) => command.arg("bare-tls-echo").arg(addr.to_string()),
        Role::TlsPing(addr, count) => command.arg("bare-tls-ping").arg(addr.to_string()).arg(count.to_string()),
    };
    Child::start(&mut command)
}

/// Starts a server, and waits until it listens.
pub(crate) fn listening(role: &Role) -> Child {
    let mut child = start(role);
    child.wait_line("listening");
    child
}

/// Plays the role until the process is killed.
pub(crate) fn run(role: &Role) {
    // A multi-threaded runtime is slower for chat: this is the fastest bare stream.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    match *role {
        Role::Server(addr) => serve(&runtime, addr, false, false),
        Role::Echo(addr) => serve(&runtime, addr, true, false),
        Role::TlsEcho(addr) => serve(&runtime, addr, true, true),
        Role::Client(addr) => runtime.block_on(client(addr)),
        Role::Ping(addr, count) => runtime.block_on(ping(addr, count, false)),
        Role::TlsPing(addr, count) => runtime.block_on(ping(addr, count, true)),
    }
}

type Links = Arc<Mutex<Vec<mpsc::Sender<Line>>>>;

struct Service {
    echo: bool,
    links: Links,
}

#[tonic::async_trait]
impl Chat for Service {
    type NewNodeStream = tokio_stream::adapters::Map<ReceiverStream<Line>, fn(Line) -> Result<Line, Status>>;

    async fn new_node(&self, request: Request<Streaming<Line>>) -> Result<Response<Self::NewNodeStream>, Status> {
        let mut incoming = request.into_inner();
        let (sender, receiver) = mpsc::channel(QUEUE);
        incoming.message().await?;
        sender.send(Line::new("ok")).await.unwrap();
        if self.echo {
            tokio::spawn(async move {
                while let Ok(Some(line)) = incoming.message().await {
                    sender.send(line).await.unwrap();
                }
            });
        } else {
            self.links.lock().unwrap().push(sender);
            tokio::spawn(print(incoming));
        }
        Ok(Response::new(ReceiverStream::new(receiver).map(Ok)))
    }
}

fn serve(runtime: &Runtime, addr: SocketAddr, echo: bool, tls: bool) {
    let links = Links::default();
    let to_links = Arc::clone(&links);
    runtime.block_on(async move {
        let listener = TcpListener::bind(addr).await.unwrap();
        println!("listening");
        let mut typed = stdin_lines();
        tokio::spawn(async move {
            while let Some(line) = typed.recv().await {
                let links = to_links.lock().unwrap().clone();
                for link in links {
                    link.send(line.clone()).await.unwrap();
                }
            }
        });
        let incoming = TcpListenerStream::new(listener).map(|stream| stream.inspect(|s| s.set_nodelay(true).unwrap()));
        let service = ChatServer::new(Service { echo, links });
        if tls {
            let incoming = incoming.then(|stream| async { secure::accept(stream?).await });
            Server::builder().serve_with_incoming(service, incoming).await.unwrap();
        } else {
            Server::builder().serve_with_incoming(service, incoming).await.unwrap();
        }
    });
}

/// A stream to `addr` that has received its "ok".
async fn dial(addr: SocketAddr, tls: bool) -> (mpsc::Sender<Line>, Streaming<Line>) {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{addr}")).unwrap();
    let channel = if tls { secure::channel(endpoint, addr).await } else { endpoint.connect().await.unwrap() };
    let (sender, receiver) = mpsc::channel(QUEUE);
    sender.send(Line::new(addr.to_string())).await.unwrap();
    let mut incoming = ChatClient::new(channel).new_node(ReceiverStream::new(receiver)).await.unwrap().into_inner();
    incoming.message().await.unwrap().expect("ok");
    (sender, incoming)
}

async fn client(addr: SocketAddr) {
    let (sender, incoming) = dial(addr, false).await;
    println!("joined");
    let mut lines = stdin_lines();
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            sender.send(line).await.unwrap();
        }
        // The end of input must not end the stream.
        std::future::pending::<()>().await;
    });
    print(incoming).await;
}

async fn ping(addr: SocketAddr, count: u32, tls: bool) {
    let (sender, mut incoming) = dial(addr, tls).await;
    let line = Line::new("a line of about the length that people write in a chat");
    let mut times = Times::default();
    for _ in 0..count {
        let begun = Instant::now();
        sender.send(line.clone()).await.unwrap();
        incoming.message().await.unwrap().expect("an answer");
        times.add(begun.elapsed() / 2);
    }
    let [p50, p99] = [50, 99].map(|percent| times.percentile(percent).as_nanos());
    println!("oneway {p50} {p99}");
}

/// Standard input, line by line.
fn stdin_lines() -> mpsc::Receiver<Line> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(Line::new(line)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Prints incoming lines, and flushes whenever no more are ready.
async fn print(mut incoming: Streaming<Line>) {
    let (sender, mut ready) = mpsc::channel::<Line>(QUEUE);
    tokio::spawn(async move {
        while let Ok(Some(line)) = incoming.message().await {
            if sender.send(line).await.is_err() {
                return;
            }
        }
    });
    let mut stdout = BufWriter::with_capacity(1 << 16, std::io::stdout());
    while let Some(mut line) = ready.recv().await {
        loop {
            stdout.write_all(&line.msg).and_then(|()| stdout.write_all(b"\n")).unwrap();
            match ready.try_recv() {
                Ok(next) => line = next,
                Err(_) => break,
            }
        }
        stdout.flush().unwrap();
    }
}
