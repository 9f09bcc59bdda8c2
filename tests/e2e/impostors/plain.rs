//! Plain text where it must not be, and services where they must not be.

use tonic::Code;

use super::{alone, with_others};
use crate::{
    attack::{Face, Key, chat_in_tls, mesh_in_plain},
    reference::{Player, guest},
    support::{Node, Ports, Python, seconds},
};

#[test]
fn each_service_is_met_on_its_own_side_only() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    assert_eq!(mesh_in_plain(alice.addr()), Code::Unimplemented);
    assert_eq!(chat_in_tls(alice.addr(), &Face::of(&Key::random())), Code::Unimplemented);
    assert_eq!(alice.peer_changes(), [""; 0]);
    alice.assert_clean();
}

/// Where a node of ours was once, a reference node is not believed to be what has come of it. Beside it is one at an
/// address that was never secure: that one is dialled.
#[test]
fn an_address_that_was_secure_is_never_dialled_in_plain_text_again() {
    let test = "an_address_that_was_secure_is_never_dialled_in_plain_text_again";
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
