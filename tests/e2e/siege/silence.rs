//! Attackers that wait.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use prost::Message;

use super::{Outcome, PATIENCE, Target};
use crate::attack::{Face, Key, Link, PREFACE, connect, first_flight, hello, proto};

/// Attackers at the same time.
const MANY: usize = 50;

/// The time between two bytes of a slow attacker.
const BYTE_EVERY: Duration = Duration::from_millis(400);

/// Reads until the node cuts the connection.
fn wait_cut(mut socket: &TcpStream) {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = [0; 4_096];
    loop {
        match socket.read(&mut bytes) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "not cut within {PATIENCE:?}");
                return;
            }
        }
    }
}

/// Opens [`MANY`] connections, and waits until each is cut.
fn all_cut(target: &Target, open: impl Fn(&Target) -> TcpStream) -> Outcome {
    let begun = Instant::now();
    let sockets: Vec<_> = (0..MANY).map(|_| open(target)).collect();
    let mut first = None;
    for socket in &sockets {
        wait_cut(socket);
        first.get_or_insert_with(|| begun.elapsed());
    }
    let what = format!("{MANY} cut, the first after {:.1?}", first.unwrap());
    Outcome { what, cut: Some(begun.elapsed()) }
}

/// Sends these bytes and nothing more.
fn saying(target: &Target, bytes: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(target.addr).unwrap();
    socket.write_all(bytes).unwrap();
    socket
}

pub(super) fn nothing(target: &Target) -> Outcome {
    all_cut(target, |target| saying(target, b""))
}

pub(super) fn client_hello(target: &Target) -> Outcome {
    all_cut(target, |target| saying(target, &first_flight(&Face::of(&Key::random()))))
}

pub(super) fn half_client_hello(target: &Target) -> Outcome {
    all_cut(target, |target| {
        let hello = first_flight(&Face::of(&Key::random()));
        saying(target, &hello[..hello.len() / 2])
    })
}

pub(super) fn handshake(target: &Target) -> Outcome {
    all_cut(target, |target| connect(target.addr, &Face::of(&Key::random())).unwrap().socket().try_clone().unwrap())
}

pub(super) fn call(target: &Target) -> Outcome {
    all_cut(target, |target| {
        let link = Link::dial(connect(target.addr, &Face::of(&Key::random())).unwrap()).unwrap();
        link.socket().try_clone().unwrap()
    })
}

pub(super) fn half_greeting(target: &Target) -> Outcome {
    all_cut(target, |target| {
        let mut link = Link::dial(connect(target.addr, &Face::of(&Key::random())).unwrap()).unwrap();
        link.send_data(&[0, 0, 0, 0, 100, 10, 98]).unwrap();
        link.socket().try_clone().unwrap()
    })
}

/// Sends one byte at a time until sending fails.
fn drip(bytes: &[u8], mut send: impl FnMut(u8) -> bool) -> Outcome {
    let begun = Instant::now();
    let taken = bytes.iter().take_while(|byte| {
        thread::park_timeout(BYTE_EVERY);
        begun.elapsed() < PATIENCE && send(**byte)
    });
    let taken = taken.count();
    assert!(taken < bytes.len() && begun.elapsed() < PATIENCE, "not cut");
    Outcome { what: format!("after {taken} bytes"), cut: Some(begun.elapsed()) }
}

pub(super) fn slow_preface(target: &Target) -> Outcome {
    let mut socket = TcpStream::connect(target.addr).unwrap();
    drip(&PREFACE.repeat(5), |byte| socket.write_all(&[byte]).is_ok())
}

pub(super) fn slow_greeting(target: &Target) -> Outcome {
    let key = Key::random();
    let mut link = Link::dial(connect(target.addr, &Face::of(&key)).unwrap()).unwrap();
    let hello = proto::Frame { body: Some(proto::frame::Body::Hello(hello(&key, &"x".repeat(100)))) };
    let message = hello.encode_to_vec();
    let head = [0, 0, 0, 0, u8::try_from(message.len()).unwrap()];
    drip(&[&head, &message[..]].concat(), |byte| link.send_data(&[byte]).is_ok())
}

/// Links, and then neither reads nor answers, while the node has much to say.
pub(super) fn frozen(target: &Target) -> Outcome {
    let (_key, link) = target.link("frozen");
    let begun = Instant::now();
    // Nothing is read meanwhile. The cut shows in the kernel's table of connections.
    let socket = link.socket();
    while begun.elapsed() < PATIENCE * 3 && !gone(socket) {
        thread::park_timeout(Duration::from_millis(50));
    }
    Outcome { what: "unread".to_owned(), cut: Some(begun.elapsed()) }
}

/// Whether the other side has closed or reset: the socket is no longer established.
fn gone(socket: &TcpStream) -> bool {
    const ESTABLISHED: &str = "01";
    let (local, peer) = (socket.local_addr().unwrap(), socket.peer_addr());
    let Ok(peer) = peer else { return true };
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let port = |addr: std::net::SocketAddr| format!(":{:04X}", addr.port());
    !table.lines().any(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        columns.get(1).is_some_and(|column| column.ends_with(&port(local)))
            && columns.get(2).is_some_and(|column| column.ends_with(&port(peer)))
            && columns.get(3) == Some(&ESTABLISHED)
    })
}
