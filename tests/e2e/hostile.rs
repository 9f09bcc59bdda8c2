//! Connections that do not speak gRPC, or only begin to.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::{
    attack::{self, EMPTY_SETTINGS, Face, Key, Link, PREFACE, first_flight, frame, headers},
    support::{Node, Ports, seconds},
};

/// The gRPC path of the reference protocol.
const CHAT: &str = "/message.Chat/NewNode";

/// Ten times the promised five seconds after which a silent connection is cut.
const CUT: Duration = seconds(50);

/// Two nodes that chat. The first one is attacked.
fn pair(ports: &Ports) -> (Node, Node) {
    let range = ports.port(0)..=ports.port(2);
    let alice = Node::listening("alice", range.clone());
    let bob = Node::listening("bob", range);
    alice.wait_peers(1);
    bob.wait_peers(1);
    (alice, bob)
}

/// The two still chat over their old link, and a newcomer gets in.
fn assert_unharmed(ports: &Ports, alice: &mut Node, bob: &mut Node) {
    alice.say("are you well");
    bob.wait_text("are you well");
    bob.say("quite well");
    alice.wait_text("quite well");
    let carol = Node::listening("carol", ports.port(0)..=ports.port(2));
    let took = carol.wait_peers(2);
    println!("a newcomer was in after {took:?}");
    alice.wait_peer(&carol.id());
    assert_eq!(alice.peer_changes().iter().filter(|change| change.starts_with("left")).count(), 0);
    alice.assert_clean();
}

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(CUT)).unwrap();
    stream.set_write_timeout(Some(CUT)).unwrap();
    stream
}

/// Reads until the node cuts the connection. Returns how long that took, counted from `begun`.
fn wait_cut(mut stream: &TcpStream, begun: Instant) -> Duration {
    let mut bytes = [0; 4_096];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return begun.elapsed(),
            Ok(_) => assert!(begun.elapsed() < CUT, "it talks on instead of cutting"),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                panic!("not cut within {CUT:?}")
            }
            // A reset is a cut too.
            Err(_) => return begun.elapsed(),
        }
    }
}

#[test]
fn anything_but_http2_is_dropped() {
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let garbage: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\xff",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        &[0; 64],
        &[0xff; 10_000],
    ];
    for bytes in garbage {
        let mut stream = connect(alice.addr());
        let begun = Instant::now();
        // Writing fails if the node has already cut, which is what the test wants.
        let _ = stream.write_all(bytes);
        let took = wait_cut(&stream, begun);
        println!("{:?}… was cut after {took:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(10)]));
    }
    assert_unharmed(&ports, &mut alice, &mut bob);
}

#[test]
fn silent_connections_are_cut_while_others_are_served() {
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let begun = Instant::now();
    let face = Face::of(&Key::random());
    let hello = first_flight(&face);
    let beginnings: [&[u8]; 8] = [
        b"",
        b"P",
        &PREFACE[..10],
        PREFACE,
        &[PREFACE, EMPTY_SETTINGS].concat(),
        &hello[..1],
        &hello[..hello.len() / 2],
        &hello,
    ];
    let mut streams: Vec<_> = beginnings
        .iter()
        .map(|bytes| {
            let mut stream = connect(alice.addr());
            stream.write_all(bytes).unwrap();
            (format!("after {} bytes", bytes.len()), stream)
        })
        .collect();
    let secure = attack::connect(alice.addr(), &face).unwrap();
    streams.push(("after the handshake".to_owned(), secure.socket().try_clone().unwrap()));
    let link = Link::dial(attack::connect(alice.addr(), &face).unwrap()).unwrap();
    streams.push(("after the call".to_owned(), link.socket().try_clone().unwrap()));
    assert_unharmed(&ports, &mut alice, &mut bob);
    for (beginning, stream) in &streams {
        println!("{beginning}: cut after {:?}", wait_cut(stream, begun));
    }
}

/// Opens the stream and sends nothing on it, not even a first frame.
#[test]
fn a_stream_without_a_first_frame_is_cut() {
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let mut stream = connect(alice.addr());
    let begun = Instant::now();
    stream.write_all(&call()).unwrap();
    println!("cut after {:?}", wait_cut(&stream, begun));
    assert_unharmed(&ports, &mut alice, &mut bob);
}

#[test]
fn a_message_that_claims_a_gibibyte_is_refused() {
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let mut stream = connect(alice.addr());
    let begun = Instant::now();
    let mut bytes = call();
    bytes.extend(frame(0, 0, 1, &[0, 0x40, 0, 0, 0, 0x0a, 0xff, 0xff, 0xff, 0xff, 0x03]));
    stream.write_all(&bytes).unwrap();
    println!("cut after {:?}", wait_cut(&stream, begun));
    assert_small(&alice);
    assert_unharmed(&ports, &mut alice, &mut bob);
}

#[test]
fn streams_that_are_opened_and_reset_cost_nothing() {
    const STREAMS: u32 = 5_000;
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let mut stream = connect(alice.addr());
    let mut bytes = [PREFACE, EMPTY_SETTINGS].concat();
    for n in 0..STREAMS {
        let id = 2 * n + 1;
        bytes.extend(frame(1, 4, id, &headers("http", CHAT)));
        bytes.extend(frame(3, 0, id, &[0, 0, 0, 8]));
    }
    // Being cut in the middle is the best answer.
    let _ = stream.write_all(&bytes);
    assert_small(&alice);
    assert_unharmed(&ports, &mut alice, &mut bob);
}

/// Frames that must be answered, from a client that reads no answers.
#[test]
fn answers_that_nobody_reads_are_not_kept() {
    const FRAMES: usize = 200_000;
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    for answered in [frame(6, 0, 0, &[7; 8]), EMPTY_SETTINGS.to_vec()] {
        let mut stream = connect(alice.addr());
        // The node may stop reading, or cut in the middle: both are fine.
        stream.set_write_timeout(Some(seconds(5))).unwrap();
        let _ = stream.write_all(PREFACE).and_then(|()| stream.write_all(EMPTY_SETTINGS));
        let _ = stream.write_all(&answered.repeat(FRAMES));
        assert_small(&alice);
    }
    assert_unharmed(&ports, &mut alice, &mut bob);
}

/// More silent connections than there are places: clients that speak still get in.
#[test]
fn hundreds_of_silent_connections_keep_nobody_out() {
    const CONNECTIONS: usize = 500;
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    let begun = Instant::now();
    let silent: Vec<_> = (0..CONNECTIONS)
        .map(|n| {
            let mut stream = connect(alice.addr());
            if n % 2 == 0 {
                let _ = stream.write_all(PREFACE);
            }
            stream
        })
        .collect();
    assert_small(&alice);
    assert_unharmed(&ports, &mut alice, &mut bob);
    for stream in &silent {
        wait_cut(stream, begun);
    }
    println!("all cut after {:?}", begun.elapsed());
}

/// Connections that come and go as fast as one client can make them.
#[test]
fn thousands_of_short_connections_leave_nothing_behind() {
    const CONNECTIONS: usize = 3_000;
    let ports = Ports::take();
    let (mut alice, mut bob) = pair(&ports);
    #[cfg(target_os = "linux")]
    let before = crate::support::proc::descriptors(alice.pid());
    for n in 0..CONNECTIONS {
        let mut stream = connect(alice.addr());
        if n % 3 == 0 {
            let _ = stream.write_all(PREFACE);
        }
    }
    #[cfg(target_os = "linux")]
    crate::support::until("descriptors as before", CUT, || {
        (crate::support::proc::descriptors(alice.pid()) <= before + 2).then_some(())
    });
    assert_small(&alice);
    assert_unharmed(&ports, &mut alice, &mut bob);
}

/// Asserts limits far below what a node would use if it kept something for each connection, stream or claimed byte.
fn assert_small(node: &Node) {
    #[cfg(target_os = "linux")]
    {
        use crate::support::proc;
        let (memory, descriptors) = (proc::memory_kib(node.pid()), proc::descriptors(node.pid()));
        println!("{memory} KiB, {descriptors} descriptors");
        assert!(memory < 60 * 1024, "{memory} KiB");
        assert!(descriptors < 250, "{descriptors} descriptors");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = node;
}

/// The start of a connection: one call of `NewNode`, up to its headers.
fn call() -> Vec<u8> {
    [PREFACE, EMPTY_SETTINGS, &frame(1, 4, 1, &headers("http", CHAT))].concat()
}
