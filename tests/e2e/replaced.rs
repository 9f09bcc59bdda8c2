//! Two dials at once make two links for a moment. What is said while one of them gives way arrives over either of them.

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

/// A node that has dialled us, linked under a key whose own dials stay; and that key.
fn dialled(ports: &Ports) -> (Node, Key, Link) {
    let listener = TcpListener::bind(ports.addr(6)).unwrap();
    let alice = Node::listening("alice", ports.port(5)..=ports.port(6));
    let key = std::iter::repeat_with(Key::random).find(|key| key.id() < alice.id()).unwrap();
    let mut link = Link::answer(accept(&listener, &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello_again(&key, ports)).unwrap();
    alice.wait_peer(&key.id());
    (alice, key, link)
}

/// The same start of the same program, every time.
fn hello_again(key: &Key, ports: &Ports) -> crate::attack::proto::Hello {
    crate::attack::proto::Hello { boot: 7, port: ports.port(6).into(), ..hello(key, "bob") }
}

#[test]
fn a_line_on_a_link_that_gives_way_is_had_over_the_other() {
    let ports = Ports::take();
    let (alice, key, mut old) = dialled(&ports);
    let mut new = Link::dial(connect(alice.addr(), &Face::of(&key)).unwrap()).unwrap();
    new.greet(hello_again(&key, &ports)).unwrap();
    // Said before anything was heard of it that this link gives way.
    let mut bob = Author::new(&key, "bob");
    let lines = ["on the old one", "on the new one"].map(|text| bob.line(text));
    // The end of the old one may be on its way already.
    let _ = old.send(batch(lines[..1].to_vec()));
    new.send(batch(lines[1..].to_vec())).unwrap();
    // What she says that she holds lacks what is lost: as any node, bob sends that again.
    new.send(have(vec![bob.range()])).unwrap();
    new.send(batch(lines.to_vec())).unwrap();
    alice.wait_text("on the new one");
    assert_eq!(alice.texts(), ["on the old one", "on the new one"]);
    assert_eq!(alice.peer_changes(), [format!("joined {}", key.id())]);
}

#[test]
fn what_a_node_says_while_a_link_gives_way_arrives() {
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
    // Nothing is said of what came over the old link: the new one may bring it again.
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
        // The old one may bring the last of them.
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
