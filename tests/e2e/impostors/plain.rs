//! Plain text, and services, where they must not be.

use tonic::Code;

use super::{alone, with_others};
use crate::{
    attack::{Face, Key, chat_in_tls, mesh_in_plain},
    reference::{Player, guest},
    support::{Node, Ports, Python, seconds},
};

#[test]
fn each_service_answers_only_on_its_own_side_of_tls() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    assert_eq!(mesh_in_plain(alice.addr()), Code::Unimplemented);
    assert_eq!(chat_in_tls(alice.addr(), &Face::of(&Key::random())), Code::Unimplemented);
    assert_eq!(alice.peer_changes(), [""; 0]);
    alice.assert_clean();
}

/// Where one of our nodes once was, alice does not believe that a reference node has taken its place. Beside it is a
/// reference node at an address that was never secure, and she dials that one.
#[test]
fn a_once_secure_address_is_never_dialled_in_plain_text() {
    let test = "a_once_secure_address_is_never_dialled_in_plain_text";
    let Some(python) = Python::or_skip(test) else { return };
    let ports = Ports::take();
    let mut bob = Node::listening("bob", ports.port(6)..=ports.port(6));
    assert_eq!(bob.addr(), ports.addr(6));
    let alice = Node::listening("alice", with_others(&ports, 2));
    alice.wait_peer(&bob.id());
    bob.kill();
    alice.wait_left(&bob.id(), seconds(30));

    let downgraded = Player::listening(&python, ports.addr(6));
    let fresh = Player::listening(&python, ports.addr(7));
    alice.wait_peer(&guest(ports.addr(7)));
    fresh.wait_frames("s1", 1);
    downgraded
        .process()
        .never("a call in plain text", seconds(6), |events| events.iter().find(|e| e["event"] == "open").cloned());
    assert_eq!(alice.roster(), [guest(ports.addr(7))]);
    alice.assert_clean();
}
