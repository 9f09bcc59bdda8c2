//! Addresses that a stranger passes on must not make a node connect to other services.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use super::{link_as, own_port};
use crate::{
    attack::{
        Author, Key,
        proto::{Address, Peers, Sighting, frame::Body},
    },
    support::{Node, Ports, until_passed},
};

/// How long nobody may connect after the last frame. A dial on this machine takes a millisecond.
const QUIET: Duration = Duration::from_secs(1);

#[test]
fn a_stranger_cannot_make_nodes_dial_other_services() {
    let ports = Ports::take();
    let alice = Node::listening("alice", own_port(&ports));
    let others: Vec<TcpListener> = (20..24).map(|n| TcpListener::bind(ports.addr(n)).unwrap()).collect();
    let addrs: Vec<SocketAddr> = others.iter().map(|other| other.local_addr().unwrap()).collect();
    for n in 0..4 {
        let key = Key::random();
        let mut mallory = link_as(&alice, &key, &format!("mallory{n}")).unwrap();
        for _ in 0..8 {
            let peers = addrs.iter().map(|addr| Sighting {
                node: Key::random_bytes().to_vec(),
                addrs: vec![Address { ip: vec![127, 0, 0, 1], port: addr.port().into() }],
            });
            mallory.send(Body::Peers(Peers { peers: peers.collect() })).unwrap();
        }
        // The frames of a link are read in order, so this line comes after the addresses.
        let mut author = Author::new(&key, &format!("mallory{n}"));
        mallory.say(&mut author, &format!("that was all, {n}")).unwrap();
        alice.wait_text(&format!("that was all, {n}"));
    }
    until_passed(QUIET);
    for other in others {
        other.set_nonblocking(true).unwrap();
        let came = other.accept();
        assert!(came.is_err(), "{came:?}");
    }
}
