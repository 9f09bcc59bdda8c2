//! Two dials at once make two links for a moment. Lines said while one replaces the other arrive over either of them.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::{
    attack::{Author, End, Face, Key, Link, accept, batch, connect, have, hello, proto::frame::Body, texts},
    support::{Node, Ports, seconds, until_passed},
};

/// A node that has dialled us and linked to a key whose own dials take precedence. Returns the node, the key and the
/// link.
fn dialled(ports: &Ports) -> (Node, Key, Link) {
    let listener = TcpListener::bind(ports.addr(6)).unwrap();
    let alice = Node::listening("alice", ports.port(5)..=ports.port(6));
    let key = std::iter::repeat_with(Key::random).find(|key| key.id() < alice.id()).unwrap();
    let mut link = Link::answer(accept(&listener, &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello_again(&key, ports)).unwrap();
    alice.wait_peer(&key.id());
    (alice, key, link)
}

/// The greeting of one and the same start of a program.
fn hello_again(key: &Key, ports: &Ports) -> crate::attack::proto::Hello {
    crate::attack::proto::Hello { boot: 7, port: ports.port(6).into(), ..hello(key, "bob") }
}

#[test]
fn a_line_lost_on_a_replaced_link_arrives_over_another() {
    let ports = Ports::take();
    let (alice, key, mut old) = dialled(&ports);
    let mut new = Link::dial(connect(alice.addr(), &Face::of(&key)).unwrap()).unwrap();
    new.greet(hello_again(&key, &ports)).unwrap();
    // Bob says this before he knows that the link is being replaced.
    let mut bob = Author::new(&key, "bob");
    let lines = ["on the old one", "on the new one"].map(|text| bob.line(text));
    // The other side may have ended the old link already.
    let _ = old.send(batch(lines[..1].to_vec()));
    new.send(batch(lines[1..].to_vec())).unwrap();
    // Alice's `Have` shows what was lost. Like any node, bob sends that again.
    new.send(have(vec![bob.range()])).unwrap();
    new.send(batch(lines.to_vec())).unwrap();
    alice.wait_text("on the new one");
    assert_eq!(alice.texts(), ["on the old one", "on the new one"]);
    assert_eq!(alice.peer_changes(), [format!("joined {}", key.id())]);
}

#[test]
fn lines_said_while_a_link_is_replaced_arrive() {
    const LINES: usize = 2_000;
    let ports = Ports::take();
    let (mut alice, key, mut old) = dialled(&ports);
    let addr = alice.addr();
    let talk = thread::spawn(move || {
        for n in 0..LINES {
            alice.say(&format!("{n}"));
            if n % 20 == 0 {
                until_passed(Duration::from_millis(1));
            }
        }
        alice
    });
    // Nothing acknowledges what came over the old link, so the new one may bring it again.
    let came = Arc::new(Mutex::new(BTreeSet::new()));
    let note = |came: &Mutex<BTreeSet<usize>>, body: &Body| {
        let lines = texts(body);
        came.lock().unwrap().extend(lines.iter().map(|text| text.parse::<usize>().unwrap()));
        lines.len()
    };
    let came_here = Arc::clone(&came);
    let listening = thread::spawn(move || {
        let mut lines = 0;
        loop {
            match old.next() {
                Ok(body) => lines += note(&came_here, &body),
                Err(end) => return (lines, end),
            }
        }
    });
    until_passed(Duration::from_millis(20));
    let mut new = Link::dial(connect(addr, &Face::of(&key)).unwrap()).unwrap();
    new.greet(hello_again(&key, &ports)).unwrap();
    let (mut on_new, begun) = (0, Instant::now());
    while came.lock().unwrap().len() < LINES {
        assert!(begun.elapsed() < seconds(60), "{} lines of {LINES}", came.lock().unwrap().len());
        // The old link may bring the last of them.
        match new.next_within(Duration::from_millis(100)) {
            Ok(body) => on_new += note(&came, &body),
            Err(End::Silence) => {}
            Err(end) => panic!("the new link ends: {end:?}"),
        }
    }
    assert!(came.lock().unwrap().iter().copied().eq(0..LINES), "each line");
    let (on_old, end) = listening.join().unwrap();
    let _alice = talk.join().unwrap();
    assert_ne!(end, End::Silence, "the old link ends");
    println!("{on_old} lines on the old link, {on_new} on the new one");
}
