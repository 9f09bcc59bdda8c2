//! We dial impostors.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
    thread::JoinHandle,
};

use rustls::AlertDescription as Alert;

use super::{assert_unmoved, honest, with_others};
use crate::{
    attack::{
        End, Face, Key, Link, SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY, accept, hello,
        proto::{Address, Peers, Sighting, frame::Body},
    },
    support::{Node, Ports, Process, Python, seconds},
};

/// Waits for one dial at `at`. Returns how its handshake ended.
fn host(at: SocketAddr, face: Face) -> JoinHandle<End> {
    let listener = TcpListener::bind(at).unwrap();
    thread::spawn(move || match accept(&listener, &face) {
        Ok(mut secure) => secure.end(),
        Err(end) => end,
    })
}

#[test]
fn a_dialled_server_must_prove_the_key_it_shows() {
    let ports = Ports::take();
    let refused = [Alert::BadCertificate, Alert::UnsupportedCertificate, Alert::AccessDenied, Alert::IllegalParameter];
    let refused = refused.map(End::Alert).to_vec();
    let victim = Key::random();
    let hosts = [
        (Face::pretending(&victim.id(), &Key::random()), vec![End::Alert(Alert::DecryptError)]),
        (Face::p256(), refused.clone()),
        (Face::certificate(false), refused),
        (Face::of(&Key::random()).alpn(&[]), vec![End::Closed, End::Alert(Alert::NoApplicationProtocol)]),
    ];
    let dialled: Vec<_> = (6..).zip(hosts).map(|(n, (face, ends))| (host(ports.addr(n), face), ends)).collect();
    let alice = Node::listening("alice", with_others(&ports, 4));
    for (host, ends) in dialled {
        let end = host.join().unwrap();
        assert!(ends.contains(&end), "{end:?}, not {ends:?}");
    }
    assert_unmoved(&alice, &[]);
}

/// Waits until a node has swept its ports. A node that comes to one of them later is not found for a while.
fn wait_swept(node: &Node) {
    let done = |e: &&serde_json::Value| e["event"] == "sweep" && e["state"] == "done";
    node.wait("a sweep", seconds(30), |events| events.iter().find(done).map(drop));
}

/// An address that was passed on for one key is dialled for that key alone. The node does not find the address in any
/// other way, because it swept the port before anybody was there.
#[test]
fn an_address_passed_on_for_one_key_links_no_other() {
    let ports = Ports::take();
    let (named, there) = (Key::random(), Key::random());
    let alice = Node::listening("alice", with_others(&ports, 1));
    let (bob, mut link) = honest(&alice, "bob");
    wait_swept(&alice);
    let host = host(ports.addr(6), Face::of(&there));
    let addr = Address { ip: vec![127, 0, 0, 1], port: ports.port(6).into() };
    let peers = vec![Sighting { node: named.bytes().to_vec(), addrs: vec![addr] }];
    link.send(Body::Peers(Peers { peers })).unwrap();
    let end = host.join().unwrap();
    let refused = [Alert::AccessDenied, Alert::BadCertificate, Alert::CertificateUnknown].map(End::Alert);
    assert!(refused.contains(&end), "{end:?}");
    assert_unmoved(&alice, &[bob.id()]);
}

/// With the right key, the address is dialled and linked.
#[test]
fn an_address_passed_on_for_the_right_key_is_linked() {
    let ports = Ports::take();
    let there = Key::random();
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    let (_bob, mut link) = honest(&alice, "bob");
    wait_swept(&alice);
    let listener = TcpListener::bind(ports.addr(6)).unwrap();
    let theirs = there.clone();
    let host = thread::spawn(move || {
        let mut link = Link::answer(accept(&listener, &Face::of(&theirs)).unwrap()).unwrap();
        link.greet(hello(&theirs, "dave")).unwrap();
        link.stay(seconds(20)).unwrap_err()
    });
    let addr = Address { ip: vec![127, 0, 0, 1], port: ports.port(6).into() };
    let peers = vec![Sighting { node: there.bytes().to_vec(), addrs: vec![addr] }];
    link.send(Body::Peers(Peers { peers })).unwrap();
    alice.wait_peer(&there.id());
    alice.quit();
    host.join().unwrap();
}

/// OpenSSL instead of rustls. Neither an old version nor a certificate is a reason to go on in plain text.
#[test]
fn old_tls_and_certificates_never_lead_to_plain_text() {
    let test = "old_tls_and_certificates_never_lead_to_plain_text";
    let Some(python) = Python::or_skip(test) else { return };
    let ports = Ports::take();
    let servers: Vec<_> = (6..)
        .zip(["1.2", "1.3"])
        .map(|(n, version)| {
            let mut command = python.command("attack/tls.py");
            let addr = ports.addr(n).to_string();
            command.args(["server", &addr, version, SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY]);
            let server = Process::start_other("openssl", &mut command);
            server.wait("listening", seconds(30), |events| events.first().map(|_| ()));
            server
        })
        .collect();
    let alice = Node::listening("alice", with_others(&ports, 2));
    for (server, reason) in servers.iter().zip(["UNSUPPORTED_PROTOCOL", "HANDSHAKE_FAILURE"]) {
        let first = |events: &[serde_json::Value]| events.iter().find(|e| e["event"] == "connection").cloned();
        let dial = server.wait("a dial", seconds(30), first).0;
        let error = dial["error"].as_str().unwrap();
        assert!(dial["first"] == "16" && error.contains(reason), "{dial}");
        server.never("a dial in plain text", seconds(3), |events| {
            events.iter().find(|e| e["event"] == "connection" && e["first"] != "16").cloned()
        });
    }
    assert_unmoved(&alice, &[]);
}
