//! Impostors dial us.

use rustls::AlertDescription as Alert;

use super::{alone, assert_unmoved, honest};
use crate::{
    attack::{Author, End, Face, Key, SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY, connect},
    support::{Node, Ports, Process, Python, seconds},
};

/// Each is tried this often. No number of failures lets it in, or keeps others out.
const TRIES: u32 = 3;

/// How a handshake with this face ends.
fn end(node: &Node, face: &Face) -> End {
    match connect(node.addr(), face) {
        Ok(mut secure) => secure.end(),
        Err(end) => end,
    }
}

/// The client itself is sound: if nothing is wrong about it, it is let in and heard.
#[test]
fn an_honest_stranger_is_let_in_and_heard() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", alone(&ports));
    let (key, mut link) = honest(&alice, "mallory");
    link.say(&mut Author::new(&key, "mallory"), "good morning").unwrap();
    let heard = alice.wait_text("good morning");
    assert_eq!(
        [&heard["from"], &heard["nick"], &heard["protocol"]],
        [&key.id().into(), &"mallory".into(), &"mesh".into()] as [&serde_json::Value; 3]
    );
    alice.say("and to you");
    link.wait_line("and to you").unwrap();
}

#[test]
fn a_client_showing_somebody_elses_key_is_refused() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let (bob, _link) = honest(&alice, "bob");
    for _ in 0..TRIES {
        assert_eq!(end(&alice, &Face::pretending(&bob.id(), &Key::random())), End::Alert(Alert::DecryptError));
        // Not even our own key works.
        assert_eq!(end(&alice, &Face::pretending(&alice.id(), &Key::random())), End::Alert(Alert::DecryptError));
    }
    assert_unmoved(&alice, &[bob.id()]);
}

#[test]
fn a_client_without_an_ed25519_key_is_refused() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    for _ in 0..TRIES {
        assert_eq!(end(&alice, &Face::nobody()), End::Alert(Alert::CertificateRequired));
        assert_eq!(end(&alice, &Face::certificate(true)), End::Alert(Alert::HandshakeFailure));
        for face in [Face::p256(), Face::certificate(false)] {
            let end = end(&alice, &face);
            let refused = [Alert::BadCertificate, Alert::UnsupportedCertificate, Alert::AccessDenied].map(End::Alert);
            assert!(refused.contains(&end), "{end:?}");
        }
    }
    assert_unmoved(&alice, &[]);
}

#[test]
fn a_client_with_another_protocol_inside_tls_is_refused() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    for _ in 0..TRIES {
        let key = Key::random();
        assert_eq!(end(&alice, &Face::of(&key).alpn(&[b"h2"])), End::Alert(Alert::NoApplicationProtocol));
        let silent = end(&alice, &Face::of(&key).alpn(&[]));
        assert!([End::Closed, End::Alert(Alert::NoApplicationProtocol)].contains(&silent), "{silent:?}");
    }
    assert_unmoved(&alice, &[]);
}

/// OpenSSL instead of rustls: an old version, and a certificate as used on the web.
#[test]
fn old_tls_and_certificates_are_refused() {
    let Some(python) = Python::or_skip("old_tls_and_certificates_are_refused") else { return };
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    for (version, reason) in [("1.2", "PROTOCOL_VERSION"), ("1.3", "HANDSHAKE_FAILURE")] {
        let mut command = python.command("attack/tls.py");
        command.args(["client", &alice.addr().to_string(), version, SELF_SIGNED_CERTIFICATE, SELF_SIGNED_KEY]);
        let client = Process::start_other("openssl", &mut command);
        let error =
            client.wait("the end", seconds(60), |events| events.first()?["error"].as_str().map(str::to_owned)).0;
        assert!(error.contains(reason), "TLS {version}: {error}");
    }
    assert_unmoved(&alice, &[]);
}
