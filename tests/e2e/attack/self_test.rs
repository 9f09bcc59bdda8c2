//! The hostile node against a second copy of itself, so that its reports about our node can be trusted.

use std::{net::TcpListener, thread};

use rustls::AlertDescription as Alert;

use super::{Author, End, Face, Key, Link, accept, connect, hello, proto::frame::Body};

/// The key of the dialling peer, and the link to it.
type Answered = Result<(Vec<u8>, Link), End>;

/// A server that accepts everything, for one connection.
fn server(face: Face) -> (std::net::SocketAddr, thread::JoinHandle<Answered>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let secure = accept(&listener, &face)?;
        Ok((secure.peer_key(), Link::answer(secure)?))
    });
    (addr, server)
}

#[test]
fn the_attacker_plays_both_sides_of_a_link() {
    let (alice, bob) = (Key::random(), Key::random());
    let (addr, server) = server(Face::of(&bob));
    let mut dialled = Link::dial(connect(addr, &Face::of(&alice)).unwrap()).unwrap();
    let (key, mut accepted) = server.join().unwrap().unwrap();
    assert!(key.ends_with(&alice.bytes()), "{key:?}");

    let other = thread::spawn(move || {
        let theirs = accepted.next().unwrap();
        accepted.send(Body::Hello(hello(&bob, "bob"))).unwrap();
        accepted.say(&mut Author::new(&bob, "bob"), "from bob").unwrap();
        // More than a window: the reader has to grant more.
        let read = accepted.wait_line(&"x".repeat(200_000)).is_ok();
        (theirs, read)
    });
    let theirs = dialled.greet(hello(&alice, "alice")).unwrap();
    assert_eq!(theirs.nick, "bob");
    dialled.wait_line("from bob").unwrap();
    dialled.say(&mut Author::new(&alice, "alice"), &"x".repeat(200_000)).unwrap();
    let (theirs, read) = other.join().unwrap();
    assert!(matches!(theirs, Body::Hello(hello) if hello.nick == "alice") && read);
    let (_, end) = dialled.end();
    assert_eq!(end, End::Closed);
}

/// A wrong face gets as far as the other side lets it: here, all the way.
#[test]
fn the_attacker_shows_every_face_it_is_given() {
    let victim = Key::random();
    for face in [Face::pretending(&victim.id(), &Key::random()), Face::p256(), Face::certificate(false), Face::nobody()]
    {
        let (addr, server) = server(Face::of(&Key::random()));
        let _link = Link::dial(connect(addr, &face).unwrap()).unwrap();
        server.join().unwrap().unwrap();
    }
    let (addr, server) = server(Face::of(&Key::random()).alpn(&[b"other"]));
    let end = connect(addr, &Face::of(&Key::random())).and_then(|mut secure| Err::<(), _>(secure.end())).unwrap_err();
    assert_eq!(end, End::Alert(Alert::NoApplicationProtocol));
    assert!(matches!(server.join().unwrap().unwrap_err(), End::Ours(_)));
}
