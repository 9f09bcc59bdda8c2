//! The contract, byte for byte, and the life of the front end between in-memory pipes.

mod contract;
mod life;
mod network;
mod private_rooms;
mod rooms;
mod schema;
mod trusted;

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, mpsc},
};

use jiff::tz::TimeZone;

use super::{Form, Options};
use crate::domain::model::{
    Author, Delivery, Hlc, Mark, Message, MessageId, MessageKind, Nick, NodeId, Peer, PeerId, Position, Repute, Room,
    Software, Text, Timestamp, Trust,
};

fn options(json: bool) -> Options {
    let form = Form { json, commands: true, stay: true };
    Options { form, zone: TimeZone::UTC, warnings: Vec::new(), room: Room::Lobby }
}

fn addr(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

fn peer(name: Option<&str>, port: u16) -> Peer {
    let (id, software) = (PeerId::Guest(addr(port)), Software::Reference);
    Peer { id, nick: name.map(nick), addr: addr(port), software, repute: Repute::of(Trust::Guest) }
}

/// A key made of the digit `digit`.
fn key(digit: char) -> NodeId {
    digit.to_string().repeat(64).parse().unwrap()
}

/// Somebody with the key [`key`].
fn node(name: &str, digit: char, trust: Trust) -> Peer {
    let software = Software::Ours { version: "0.1.0".into() };
    Peer { id: PeerId::Node(key(digit)), software, repute: Repute::of(trust), ..peer(Some(name), 4567) }
}

/// A message from bob, at 127.0.0.1:4566.
fn message(text: &str) -> Message {
    Message {
        id: MessageId([0xab; 16]),
        room: Room::Lobby,
        author: Author::Peer(PeerId::Guest(addr(4566))),
        nick: Some(nick("bob")),
        repute: Repute::of(Trust::Guest),
        text: Text::new(text).unwrap(),
        action: false,
        sent_at: Timestamp::from_millis(1_767_323_045_678),
        delivery: Delivery::Sent,
        position: Position::unlogged(Hlc(0), MessageId([0xab; 16])),
        history: false,
        mark: Mark::None,
        kind: MessageKind::Said,
        again: None,
    }
}

/// A message from bob, who has a key.
fn from_node(text: &str) -> Message {
    Message { author: Author::Peer(PeerId::Node(key('b'))), repute: Repute::of(Trust::Known), ..message(text) }
}

fn own(text: &str, delivery: Delivery) -> Message {
    Message { author: Author::Own, nick: Some(nick("alice")), delivery, ..message(text) }
}

/// An output that the test can read, and that can fail after some length.
#[derive(Clone)]
struct Sink {
    written: Arc<Mutex<Vec<u8>>>,
    /// Writes wait until the other end is dropped.
    stopped: Option<Arc<Mutex<mpsc::Receiver<()>>>>,
    /// Writes fail with this error once this many bytes have been written.
    full: Option<(usize, io::ErrorKind)>,
}

impl Sink {
    fn new() -> Self {
        Self { written: Arc::default(), stopped: None, full: None }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(stopped) = &self.stopped {
            let _ = stopped.lock().unwrap().recv();
        }
        let mut written = self.written.lock().unwrap();
        match self.full {
            Some((length, error)) if written.len() >= length => Err(error.into()),
            _ => written.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
