//! What it costs to know who is at the other end.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Instant,
};

use crate::{
    attack::{Face, Key, Link, connect, hello, serve},
    child::Child,
    report::{self, Times},
    support::Ports,
};

const ROUNDS: u32 = 200;

pub(crate) fn measure() {
    let ports = Ports::take();
    let mut node = Child::node("node", ports.port(0)..=ports.port(0), true);
    node.wait_line("\"listening\"");
    node.discard_output();
    let server = server();
    let [mut tcp, mut bare, mut secure, mut linked] = [(); 4].map(|()| Times::default());
    for _ in 0..ROUNDS {
        let key = Key::random();
        let face = Face::of(&key);
        let begun = Instant::now();
        drop(TcpStream::connect(server).unwrap());
        tcp.add(begun.elapsed());

        let begun = Instant::now();
        let mut session = connect(server, &face).unwrap();
        // Its end shows that the server has checked our key too.
        session.end();
        bare.add(begun.elapsed());

        let begun = Instant::now();
        let session = connect(ports.addr(0), &face).unwrap();
        secure.add(begun.elapsed());
        Link::dial(session).unwrap().greet(hello(&key, "guest")).unwrap();
        linked.add(begun.elapsed());
    }
    report::line("TCP connect", &tcp);
    report::line("bare TLS server, both keys checked", &bare);
    report::line("node, TLS", &secure);
    report::line("node, TCP and TLS and Hello", &linked);
    report::ratio("linked / bare TLS", &linked, &bare);
}

/// A server that shakes hands and then closes.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let face = Face::of(&Key::random());
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            // A client that only connects is not a failure.
            drop(serve(socket, &face));
        }
    });
    addr
}
