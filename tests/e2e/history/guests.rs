//! Guests sign nothing: their lines are kept here, marked, and go no further.

use super::{few, wait_history};
use crate::{
    reference::{Player, guest},
    support::{Node, Ports, Python, Setup, seconds},
};

#[test]
fn guests_lines_are_kept_and_never_passed_on() {
    let Some(python) = Python::or_skip("guests_lines_are_kept_and_never_passed_on") else { return };
    let ports = Ports::take();
    let mut carol = Player::listening(&python, ports.addr(0));
    let mut alice = Node::start(&Setup::new("alice", few(&ports)));
    let carols = guest(ports.addr(0));
    alice.wait_peer(&carols);
    alice.say("by alice");
    let link = carol.wait_frame("alice: by alice", seconds(30));
    carol.send(&link, "carol: by carol");
    alice.wait_text("by carol");
    alice.say("by alice again");
    alice.wait_own("by alice again");
    drop(carol);
    alice.wait_left(&carols, seconds(30));
    wait_history(&alice, &["by alice", "by carol", "by alice again"]);
    let kept = alice.history();
    assert_eq!((&kept[1]["from"], &kept[1]["protocol"]), (&carols.as_str().into(), &"reference".into()), "{}", kept[1]);
    alice.quit();
    let alice = alice.start_again();
    alice.addr();

    let bob = Node::start(&Setup::new("bob", few(&ports)));
    bob.wait_text("by alice again");
    // Nodes begin to forward other people's lines after two seconds.
    bob.never("what a guest said", seconds(4), |events| events.iter().find(|e| e["text"] == "by carol").cloned());
    wait_history(&bob, &["by alice", "by alice again"]);
    wait_history(&alice, &["by alice", "by carol", "by alice again"]);
}
