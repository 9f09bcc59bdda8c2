//! Guests that follow the reference protocol, and guests that do not.

use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Streaming, body::Body};

use super::*;
use crate::{
    protocol::wire::{Line, chat_client::ChatClient},
    runtime::net::OneShot,
};

/// HTTP/2's own default, which most libraries keep.
const WINDOW: u32 = 65_535;

/// A guest's stream: what it says, and what it is told.
struct Guest {
    says: mpsc::Sender<Line>,
    hears: Streaming<Line>,
}

async fn connect(net: &MemoryNet, to: SocketAddr) -> OneShot {
    OneShot(drive(net, to).await.0)
}

/// A connection, and the task that drives it.
async fn drive(net: &MemoryNet, to: SocketAddr) -> (SendRequest<Body>, tokio::task::JoinHandle<()>) {
    drive_on(net.connect(None, to).await.unwrap()).await
}

async fn drive_on(stream: DuplexStream) -> (SendRequest<Body>, tokio::task::JoinHandle<()>) {
    let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(WINDOW)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    // The tests check from the other side how it ends.
    let driver = tokio::spawn(async move { drop(connection.await) });
    (sender, driver)
}

/// A wire that passes everything on until `hold`, and then gathers what the guest sends. At `release` it delivers that
/// together with the end of the connection, as a network does with data that was sent in one go.
async fn wire(net: MemoryNet, to: SocketAddr, hold: CancellationToken, release: CancellationToken) -> DuplexStream {
    let mut there = net.connect(None, to).await.unwrap();
    let (guest, mut here) = tokio::io::duplex(1 << 20);
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
            () = hold.cancelled() => {}
        }
        let mut gathered = Vec::new();
        let mut buf = vec![0; 4096];
        while let Some(n) = tokio::select! {
            n = here.read(&mut buf) => n.ok().filter(|n| *n > 0),
            () = release.cancelled() => None,
        } {
            gathered.extend_from_slice(&buf[..n]);
        }
        there.write_all(&gathered).await.unwrap();
    });
    guest
}

impl Guest {
    async fn open(connection: &OneShot, claim: &str) -> Self {
        let (says, lines) = mpsc::channel(8);
        says.send(Line::new(claim.to_owned())).await.unwrap();
        let origin = "http://guest".parse().unwrap();
        let mut client = ChatClient::with_origin(connection.clone(), origin);
        let hears = client.new_node(ReceiverStream::new(lines)).await.unwrap().into_inner();
        Self { says, hears }
    }

    async fn arrive(net: &MemoryNet, claim: &str, to: SocketAddr) -> Self {
        Self::open(&connect(net, to).await, claim).await
    }

    async fn hear(&mut self) -> Option<String> {
        let line = self.hears.message().await.unwrap()?;
        Some(String::from_utf8(line.msg.to_vec()).unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn the_transcript_matches_the_reference_program() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let mut guest = Guest::arrive(&net, "127.0.0.1:7001", alice.addr).await;
    assert_eq!(guest.hear().await.as_deref(), Some("ok"));
    alice.until(|n| n.peers.len() == 1).await;
    alice.say("hello big world").await;
    assert_eq!(guest.hear().await.as_deref(), Some("alice: hello big world"));
    alice.say("one\n\ntwo").await;
    assert_eq!(guest.hear().await.as_deref(), Some("alice: one"));
    assert_eq!(guest.hear().await.as_deref(), Some("alice: two"));
    guest.says.send(Line::new("hi\nthere")).await.unwrap();
    alice.until(|n| n.heard_from_others() == ["hi", "there"]).await;
    drop(guest.says);
    assert_eq!(guest.hears.message().await.ok().flatten(), None);
    alice.until(|n| n.peers.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn a_repeated_claim_gets_no_ok_and_spares_the_link() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let connection = connect(&net, alice.addr).await;
    let mut first = Guest::open(&connection, "127.0.0.1:7001").await;
    assert_eq!(first.hear().await.as_deref(), Some("ok"));
    let mut again = Guest::open(&connection, "127.0.0.1:7001").await;
    assert_eq!(again.hear().await, None);
    tokio::time::sleep(Duration::from_mins(1)).await;
    alice.until(|n| n.peers.len() == 1).await;
    alice.say("still here").await;
    assert_eq!(first.hear().await.as_deref(), Some("alice: still here"));
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_never_reads_delays_nobody_and_is_dropped() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let frozen = Guest::arrive(&net, "127.0.0.1:7001", alice.addr).await;
    let mut quick = Guest::arrive(&net, "127.0.0.1:7002", alice.addr).await;
    assert_eq!(quick.hear().await.as_deref(), Some("ok"));
    alice.until(|n| n.peers.len() == 2).await;
    // More than all windows and pipes of the frozen guest hold.
    let line = "x".repeat(60_000);
    for _ in 0..20 {
        alice.say(&line).await;
        assert_eq!(quick.hear().await.map(|l| l.len()), Some("alice: ".len() + 60_000));
    }
    let before = Instant::now();
    alice.until(|n| n.peers.len() == 1).await;
    assert!(before.elapsed() <= Duration::from_secs(12), "{:?}", before.elapsed());
    drop(frozen);
    alice.say("on we go").await;
    assert_eq!(quick.hear().await.as_deref(), Some("alice: on we go"));
}

#[tokio::test(start_paused = true)]
async fn a_frozen_guest_times_out_within_eleven_seconds() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let (hold, release) = (CancellationToken::new(), CancellationToken::new());
    let stream = wire(net.clone(), alice.addr, hold.clone(), release).await;
    let mut guest = Guest::open(&OneShot(drive_on(stream).await.0), "127.0.0.1:7001").await;
    assert_eq!(guest.hear().await.as_deref(), Some("ok"));
    alice.until(|n| n.peers.len() == 1).await;
    // From here on nothing passes in either direction.
    hold.cancel();
    let before = Instant::now();
    alice.until(|n| n.peers.is_empty()).await;
    assert!(before.elapsed() <= Duration::from_secs(11), "{:?}", before.elapsed());
    assert_eq!(alice.reasons, [LeaveReason::Timeout]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_first_frame_costs_five_seconds_and_one_place() {
    let net = MemoryNet::default();
    let alice = start(&net, "alice", 1).await;
    let connection = connect(&net, alice.addr).await;
    let (_says, lines) = mpsc::channel::<Line>(1);
    let mut client = ChatClient::with_origin(connection, "http://guest".parse().unwrap());
    let mut hears = client.new_node(ReceiverStream::new(lines)).await.unwrap().into_inner();
    let before = Instant::now();
    assert!(!matches!(hears.message().await, Ok(Some(_))));
    assert!((4..=6).contains(&before.elapsed().as_secs()), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn lines_said_before_the_end_are_heard() {
    for clean in [true, false] {
        let net = MemoryNet::default();
        let mut alice = start(&net, "alice", 1).await;
        let (hold, release) = (CancellationToken::new(), CancellationToken::new());
        let stream = wire(net.clone(), alice.addr, hold.clone(), release.clone()).await;
        let mut guest = Guest::open(&OneShot(drive_on(stream).await.0), "127.0.0.1:7001").await;
        assert_eq!(guest.hear().await.as_deref(), Some("ok"));
        alice.until(|n| n.peers.len() == 1).await;
        hold.cancel();
        for n in 0..20 {
            guest.says.send(Line::new(format!("line {n}"))).await.unwrap();
        }
        let Guest { says, hears } = guest;
        let says = Some(says).filter(|_| !clean);
        // On a paused clock this ends when all tasks have done what they can: the lines are on the wire.
        tokio::time::sleep(Duration::from_millis(1)).await;
        release.cancel();
        // A received line is shown once it is on disk, which may be after its author has left the list.
        alice.until(|n| n.peers.is_empty() && n.heard.len() == 20).await;
        drop((says, hears));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_an_open_link_ends() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let (sender, driver) = drive(&net, alice.addr).await;
    let connection = OneShot(sender);
    let mut first = Guest::open(&connection, "127.0.0.1:7001").await;
    assert_eq!(first.hear().await.as_deref(), Some("ok"));
    let (_silent, lines) = mpsc::channel::<Line>(1);
    let mut client = ChatClient::with_origin(connection.clone(), "http://guest".parse().unwrap());
    let _second = client.new_node(ReceiverStream::new(lines)).await.unwrap();
    alice.until(|n| n.peers.len() == 1).await;
    drop(first);
    alice.until(|n| n.peers.is_empty()).await;
    tokio::time::timeout(Duration::from_secs(1), driver).await.expect("the connection is still open").unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_congested_node_can_still_leave() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let _frozen = Guest::arrive(&net, "127.0.0.1:7001", alice.addr).await;
    alice.until(|n| n.peers.len() == 1).await;
    // Speaks until commands have to wait. Updates are drained, so that a full channel of updates is not the cause.
    let say =
        Command::Say { room: Room::Lobby, text: Text::new(&"x".repeat(60_000)).unwrap(), action: false, network: None };
    while tokio::time::timeout(Duration::from_millis(100), alice.commands.send(say.clone())).await.is_ok() {
        while alice.updates.try_recv().is_ok() {}
    }
    alice.leave.cancel();
    let end = async { while alice.updates.recv().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(1), end).await.expect("the node does not end");
}

#[tokio::test(start_paused = true)]
async fn peers_cannot_fill_memory_behind_a_stopped_front_end() {
    // As much as eight guests may say at once: 48 MB.
    const GUESTS: usize = 8;
    const EACH: usize = 100;
    const LINES: usize = GUESTS * EACH;
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let mut guests = Vec::new();
    for n in 0..GUESTS {
        let mut guest = Guest::arrive(&net, &format!("127.0.0.1:{}", 7_001 + n), alice.addr).await;
        assert_eq!(guest.hear().await.as_deref(), Some("ok"));
        guests.push(guest);
    }
    alice.until(|n| n.peers.len() == GUESTS).await;
    let says: Vec<_> = guests.iter().map(|guest| guest.says.clone()).collect();
    let flood = tokio::spawn(async move {
        for _ in 0..EACH {
            for says in &says {
                says.send(Line::new("x".repeat(60_000))).await.unwrap();
            }
        }
    });
    // On a paused clock this ends when all tasks have done what they can.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!flood.is_finished());
    let text = |update: &Update| if let Update::Message(message) = update { message.text.as_str().len() } else { 0 };
    let mut waiting = 0;
    let mut lines = 0;
    while let Ok(update) = alice.updates.try_recv() {
        waiting += text(&update);
        lines += usize::from(matches!(update, Update::Message(_)));
    }
    assert!((16 << 20..=24 << 20).contains(&waiting), "{waiting} bytes");
    // Nothing is lost.
    while lines < LINES {
        let update = tokio::time::timeout(Duration::from_secs(5), alice.updates.recv()).await.expect("it is stuck");
        lines += usize::from(matches!(update, Some(Update::Message(_))));
    }
}
