//! False claims made inside a session.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use prost::Message;

use super::{alone, assert_unmoved, honest, with_others};
use crate::{
    attack::{
        Author, End, Face, Key, Link, Recorder, accept, connect, hello, hello_of, hex, middle,
        proto::{Bye, Frame, Hello, Reason, frame::Body},
        unhex,
    },
    support::{Node, Ports, Setup, seconds, until},
};

#[test]
fn a_dialler_that_greets_under_another_key_is_sent_away() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let (bob, _link) = honest(&alice, "bob");
    let names = [bob.bytes().to_vec(), unhex(&alice.id()).to_vec(), vec![7; 32]];
    for named in names {
        let mut link = Link::dial(connect(alice.addr(), &Face::of(&Key::random())).unwrap()).unwrap();
        link.send(Body::Hello(hello_of(&named, "bob"))).unwrap();
        let (reason, end) = link.end();
        assert_eq!(reason, Some(Reason::Protocol), "{end:?} for {}", hex(&named));
    }
    // A value that is not a key makes no valid greeting.
    for named in [Vec::new(), vec![7; 31], vec![7; 33]] {
        let mut link = Link::dial(connect(alice.addr(), &Face::of(&Key::random())).unwrap()).unwrap();
        link.send(Body::Hello(hello_of(&named, "bob"))).unwrap();
        let (reason, end) = link.end();
        assert!([Some(Reason::Protocol), None].contains(&reason) && end == End::Closed, "{reason:?} {end:?}");
    }
    assert_unmoved(&alice, &[bob.id()]);
}

#[test]
fn a_server_that_greets_under_another_key_is_left() {
    let ports = Ports::take();
    let listener = TcpListener::bind(ports.addr(6)).unwrap();
    let alice = Node::listening("alice", with_others(&ports, 1));
    let mut link = Link::answer(accept(&listener, &Face::of(&Key::random())).unwrap()).unwrap();
    let Body::Hello(theirs) = link.next().unwrap() else { panic!("the dialler greets first") };
    assert_eq!(hex(&theirs.node), alice.id());
    link.send(Body::Hello(hello(&Key::random(), "bob"))).unwrap();
    let (reason, end) = link.end();
    assert_eq!(reason, Some(Reason::Protocol), "{end:?}");
    assert_unmoved(&alice, &[]);
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The relay has its own key in both sessions, and forwards every byte inside. Each side sees the other's name, and a
/// key that does not belong to it.
#[test]
fn a_relay_between_two_sessions_links_nobody() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let listener = TcpListener::bind(ports.addr(20)).unwrap();
    let relay = ports.addr(20).to_string();
    let bob = Node::start(&Setup {
        more: vec!["--peer".to_owned(), relay],
        ..Setup::new("bob", ports.port(21)..=ports.port(21))
    });
    let mallory = Key::random();
    let [from_bob, from_alice] = middle(&listener, alice.addr(), &mallory).unwrap();
    // What mallory reads inside: the whole greeting, and the reason why it is not enough.
    let bye = Frame { body: Some(Body::Bye(Bye { reason: Reason::Protocol.into() })) }.encode_to_vec();
    assert!(contains(&from_bob, &unhex(&bob.id())), "bob's greeting went through");
    assert!(contains(&from_alice, &bye), "alice says why");
    for node in [&alice, &bob] {
        assert_eq!(node.peer_changes(), [""; 0], "{}", node.nick);
    }
    bob.assert_clean();
    assert_unmoved(&alice, &[]);
}

/// Replays every byte that a client once sent.
#[test]
fn a_recorded_session_opens_nothing() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let recorder = Recorder::start(ports.addr(20), alice.addr());
    let key = Key::random();
    let mut link = Link::dial(connect(ports.addr(20), &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello(&key, "bob")).unwrap();
    link.say(&mut Author::new(&key, "bob"), "only once").unwrap();
    alice.wait_text("only once");
    drop(link);
    alice.wait_left(&key.id(), seconds(30));

    let said = recorder.clients().concat();
    assert!(said.len() > 500, "{} bytes", said.len());
    for _ in 0..3 {
        let mut replay = TcpStream::connect(alice.addr()).unwrap();
        replay.set_read_timeout(Some(seconds(50))).unwrap();
        // Being cut in the middle is fine.
        let _ = replay.write_all(&said);
        let mut answer = Vec::new();
        let end = replay.read_to_end(&mut answer);
        assert!(!end.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock), "not cut");
    }
    assert_eq!(alice.texts(), ["only once"]);
    assert_eq!(alice.peer_changes(), [format!("joined {}", key.id()), format!("left {}", key.id())]);
    honest(&alice, "carol");
}

/// Sends the greeting that bob sent to us on to alice.
#[test]
fn a_recorded_greeting_opens_nothing() {
    let ports = Ports::take();
    let listener = TcpListener::bind(ports.addr(20)).unwrap();
    let to_us = vec!["--peer".to_owned(), ports.addr(20).to_string()];
    let _bob = Node::start(&Setup { more: to_us, ..Setup::new("bob", ports.port(21)..=ports.port(21)) });
    let key = Key::random();
    let mut from_bob = Link::answer(accept(&listener, &Face::of(&key)).unwrap()).unwrap();
    let Body::Hello(recorded) = from_bob.next().unwrap() else { panic!("the dialler greets first") };

    let alice = Node::listening("alice", alone(&ports));
    let mut link = Link::dial(connect(alice.addr(), &Face::of(&key)).unwrap()).unwrap();
    link.send(Body::Hello(recorded)).unwrap();
    let (reason, end) = link.end();
    assert_eq!(reason, Some(Reason::Protocol), "{end:?}");
    assert_unmoved(&alice, &[]);
}

/// Each link has one greeting. A second one changes nothing, and ends the link.
#[test]
fn a_second_greeting_ends_the_link() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let (key, mut link) = honest(&alice, "mallory");
    link.send(Body::Hello(hello(&key, "alice"))).unwrap();
    let (reason, end) = link.end();
    assert_eq!(reason, Some(Reason::Protocol), "{end:?}");
    assert_eq!(alice.wait_left(&key.id(), seconds(30)).0, "protocol");
    assert_eq!(alice.peer_changes().len(), 2, "{:?}", alice.peer_changes());
    assert_eq!(alice.all(|e| (e["change"] == "renamed").then_some(())), []);
}

#[test]
fn nothing_is_heard_before_a_greeting() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let key = Key::random();
    let mut link = Link::dial(connect(alice.addr(), &Face::of(&key)).unwrap()).unwrap();
    link.say(&mut Author::new(&key, "bob"), "no hello").unwrap();
    let (reason, end) = link.end();
    assert!([Some(Reason::Protocol), None].contains(&reason) && end == End::Closed, "{reason:?} {end:?}");
    assert_eq!(alice.texts(), [""; 0]);
    assert_unmoved(&alice, &[]);
}

#[test]
fn an_unsupported_version_is_sent_away_and_reported() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let key = Key::random();
    let mut link = Link::dial(connect(alice.addr(), &Face::of(&key)).unwrap()).unwrap();
    link.send(Body::Hello(Hello { min: 1_000, max: 2_000, ..hello(&key, "tomorrow") })).unwrap();
    assert_eq!(link.end().0, Some(Reason::Version));
    assert!(!alice.wait_notice("version_mismatch").is_empty());
    assert_unmoved(&alice, &[]);
}

/// Two links under one key, one after the other: one of them ends, and both never count at once.
#[test]
fn one_key_has_one_link() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let (key, mut first) = honest(&alice, "bob");
    let mut second = super::link_as(&alice, &key, "bob").unwrap();
    // It is another start of the program, so the newer link stays.
    assert_eq!(first.end().0, Some(Reason::Replaced));
    second.say(&mut Author::new(&key, "bob"), "it is me again").unwrap();
    assert_eq!(alice.wait_text("it is me again")["from"], key.id());
    until("one person", seconds(30), || (alice.roster() == [key.id()]).then_some(()));
}
