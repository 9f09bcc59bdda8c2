//! The ways in which a headless node ends, and what its exit code tells programs.

use std::net::TcpListener;

use crate::support::{Node, Ports, Setup, seconds};

/// The exit code and the output of a node that ends by itself.
fn refused(setup: &Setup) -> (Option<i32>, String) {
    let mut node = Node::start(setup);
    let status = node.wait_exit(seconds(30));
    (status.code(), node.other().join("\n"))
}

#[test]
#[cfg(unix)]
fn signals_end_a_node_and_its_peers_hear_it_leave() {
    use rustix::process::Signal;
    let ports = Ports::take();
    let range = ports.port(0)..=ports.port(1);
    let alice = Node::listening("alice", range.clone());
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 0)] {
        let mut bob = Node::listening("bob", range.clone());
        let bobs = bob.id();
        alice.wait_peer(&bobs);
        bob.wait_peers(1);
        bob.say("my last line");
        bob.wait("its own line", seconds(30), |events| events.iter().find(|e| e["own"] == true).map(|_| ()));
        bob.signal(signal);
        assert_eq!(bob.wait_exit(seconds(30)).code(), Some(code), "{signal:?}");
        assert_eq!(alice.wait_left(&bobs, seconds(30)).0, "closed");
        bob.assert_clean();
    }
    assert_eq!(alice.texts(), ["my last line", "my last line"]);
}

#[test]
fn having_no_free_port_fails_and_says_what_to_do() {
    let ports = Ports::take();
    let _taken = [TcpListener::bind(ports.addr(0)).unwrap(), TcpListener::bind(ports.addr(1)).unwrap()];
    let (code, said) = refused(&Setup::new("alice", ports.port(0)..=ports.port(1)));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&ports.port(0).to_string()), "the ports are named: {said}");
}

#[test]
fn a_bad_setting_is_refused_and_named() {
    let ports = Ports::take();
    let mut setup = Setup::new("alice", ports.port(0)..=ports.port(1));
    "127.0.0.1/33".clone_into(&mut setup.cidr);
    let (code, said) = refused(&setup);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("127.0.0.1/33"), "{said}");
    let mut setup = Setup::new("alice", ports.port(0)..=ports.port(1));
    setup.more = vec!["--no-such-option".to_owned()];
    assert_eq!(refused(&setup).0, Some(2));
}
