//! Whole connections: what strangers send to our server, and how they answer our dials.
//!
//! They run over in-memory pipes on a paused clock, so that time limits cost no time.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use proximity_chat::{
    core::node::{Input, Via},
    domain::model::{Guests, LinkId},
    protocol::{codec::Protocol, identity::Identity},
    runtime::{
        io::{MemoryNet, Net, Stream},
        net::{self, LinkEvent, Shared, Tls},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use super::frames;

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const OURS: SocketAddr = SocketAddr::new(HOST, 4565);
const THEIRS: SocketAddr = SocketAddr::new(HOST, 4566);

/// The longest that a stranger who has stopped sending can keep a connection open.
const LONGEST: Duration = Duration::from_secs(30);

/// Time for everything to settle; the paused clock moves only once nothing else can run.
const PAUSE: Duration = Duration::from_millis(100);

fn on_paused_clock<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(run)
}

fn shared() -> Shared {
    thread_local! {
        static TLS: Tls = Tls::new(&Identity::from_secret(&[7; 32])).expect("a key");
    }
    Shared::new(TLS.with(Tls::clone), Guests::Loopback)
}

/// Waits until the other side has sent what it wanted to, sends `bytes` and no more, and then reads to the end.
async fn say(stream: impl Stream, bytes: &[u8]) {
    let (mut from, mut to) = tokio::io::split(stream);
    let speak = async {
        sleep(PAUSE).await;
        // Writing fails if the other side has already refused.
        let _ = to.write_all(bytes).await;
        sleep(PAUSE).await;
        let _ = to.shutdown().await;
    };
    let listen = async {
        let mut buffer = vec![0; 4_096];
        while from.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    };
    tokio::join!(speak, listen);
}

/// How far a connection got.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether it could have become a link.
    pub(super) met: bool,
    /// The lines that came over it then.
    pub(super) lines: Vec<String>,
}

/// Checks that everything that links pass to their node is clean.
fn check(event: &Input, seen: &mut Seen) {
    match event {
        Input::GuestLines { lines, .. } => {
            frames::heard(lines);
            seen.lines.extend(lines.iter().map(|line| line.text.to_string()));
        }
        Input::GuestArrived { claim, .. } => {
            assert!(claim.is_none_or(|addr| addr.port() != 0));
            seen.met = true;
        }
        Input::DialAnswered { .. } => seen.met = true,
        Input::Frames { .. } | Input::NodeArrived { .. } => panic!("a node without a key was let in as one: {event:?}"),
        _ => {}
    }
}

/// Somebody dials us and sends `bytes`. Whoever arrives properly is let in.
pub(super) fn arriving(bytes: &[u8]) -> Seen {
    on_paused_clock(async {
        let mut seen = Seen::default();
        let (net, shared) = (MemoryNet::default(), shared());
        let listener = net.bind(OURS).await.expect("a free port");
        let server = tokio::spawn(net::serve(net.clone(), (OURS, listener), shared.clone()));
        let stream = net.connect(Some(HOST), OURS).await.expect("somebody listens");
        let let_in = async {
            let mut handles = Vec::new();
            loop {
                match shared.inbox.next(|_| true).await {
                    LinkEvent::Arrived { input: event, mut handle, .. } => {
                        check(&event, &mut seen);
                        if let Input::GuestArrived { link, .. } = event {
                            shared.outbox.open(link, Protocol::Reference, Some(Bytes::from_static(b"ok")));
                        }
                        handle.open();
                        handles.push(handle);
                    }
                    LinkEvent::Node(event) | LinkEvent::Read(event) => check(&event, &mut seen),
                    // There is no node that could answer.
                    LinkEvent::Probed(..) => {}
                }
            }
        };
        let spoken = async {
            timeout(LONGEST, say(stream, bytes)).await.expect("who says no more is cut");
            assert!(!server.is_finished(), "the server has ended");
            // The server must still serve the next caller.
            let later = net.connect(Some(HOST), OURS).await.expect("somebody listens");
            timeout(LONGEST, say(later, b"GET / HTTP/1.1\r\n\r\n")).await.expect("the next one is cut");
        };
        tokio::select! {
            () = let_in => unreachable!("it never ends"),
            () = spoken => {}
        }
        server.abort();
        seen
    })
}

/// We dial somebody who answers with `bytes`.
pub(super) fn answering(bytes: &[u8], via: Via) -> Seen {
    on_paused_clock(async {
        let mut seen = Seen::default();
        let (net, shared) = (MemoryNet::default(), shared());
        let listener = net.bind(THEIRS).await.expect("a free port");
        let link = LinkId::Dialled(1);
        let mut handle = net::dial(net.clone(), shared.clone(), link, Some(HOST), THEIRS, via);
        let answer = async {
            let (stream, _) = net.accept(&listener).await.expect("a dial");
            say(stream, bytes).await;
        };
        let follow = async {
            while let LinkEvent::Node(event) | LinkEvent::Read(event) = shared.inbox.next(|_| true).await {
                check(&event, &mut seen);
                match event {
                    Input::DialConnected { .. } => handle.offer(Bytes::from_static(b"127.0.0.1:4565")),
                    Input::DialAnswered { .. } => {
                        shared.outbox.open(link, Protocol::Reference, None);
                        handle.open();
                    }
                    Input::DialFailed { .. } | Input::DialRefused { .. } | Input::Closed { .. } => return,
                    _ => {}
                }
            }
        };
        let both = async { tokio::join!(answer, follow) };
        timeout(LONGEST, both).await.expect("a dial that comes to an end");
        seen
    })
}
