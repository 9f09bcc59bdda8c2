//! Owners who go back to a copy of their profile that is older than their last decision.

use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use super::{hacker::Hacker, *};
use crate::{
    attack::Author,
    support::{copy_home, until},
};

/// A copy of what the owner knows now. Only what has ended is complete on disk.
fn backed_up(mut owner: Node) -> (Node, Arc<TempDir>) {
    owner.quit();
    let backup = copy_home(&owner.home());
    (owner.start_again(), backup)
}

/// Somebody was removed, as a node that did not do it itself is told.
fn wait_removed(node: &Node, who: &str) {
    node.wait(&format!("the removal of {who}"), seconds(30), |events| {
        let removed = |e: &&Value| e["event"] == "member" && e["change"] == "removed";
        events.iter().filter(removed).find(|e| e["from"] == who).map(drop)
    });
}

#[test]
fn a_removal_outlasts_a_restored_owner() {
    let ports = Ports::take();
    let (mut alice, mut mallory, room, decision) = Hacker::inside(&ports);
    let key = mallory.room_key(&decision);
    let mut bob = invited(&mut alice, "bob", &ports);
    wait_members(&bob, 1);
    let (mut alice, backup) = backed_up(alice);
    // Mallory says one line as a member, and is removed.
    mallory.go_on_at(&alice, "mallory", &room);
    let mut log = Author::in_room(&mallory.key, "mallory", room);
    let inside = Hacker::line(&mut log, &key, "i am a member");
    mallory.hand(&log, vec![inside.clone()]);
    bob.wait_text("i am a member");
    alice.say("/kick mallory");
    wait_removed(&bob, &mallory.key.id());
    passes(&mut alice, &bob, "without mallory");
    let id = alice.wait_own("without mallory");
    alice.wait_delivered(&id, 1, 1);
    bob.quit();
    alice.quit();

    // The owner knows nothing of that before somebody comes who does, so what Mallory says meanwhile looks genuine.
    let mut alice = alice.start_again_from(&backup);
    mallory.go_on_at(&alice, "mallory", &room);
    assert_eq!(members(&mut alice), 3, "the backup is older than the removal");
    let goes_on = Hacker::line(&mut log, &key, "i go on");
    mallory.hand(&log, vec![inside, goes_on]);
    alice.wait_text("i go on");
    let mut bob = bob.start_again();
    wait_removed(&alice, &mallory.key.id());
    alice.wait_said("alice", "without mallory");

    mallory.wait_removal();
    // From here on Mallory hears nothing of the room, and what they say is not taken.
    let more = Hacker::line(&mut log, &key, "and on");
    mallory.hand(&log, vec![more]);
    let mut fresh = Author::in_room(&mallory.key, "mallory", room);
    let begins = Hacker::line(&mut fresh, &key, "i begin anew");
    mallory.hand(&fresh, vec![begins]);
    mallory.link.say(&mut Author::new(&mallory.key, "mallory"), "good morning").unwrap();
    alice.wait_text("good morning");
    passes(&mut alice, &bob, SECRET);
    passes(&mut bob, &alice, "as you say");
    let mut carol = invited(&mut alice, "carol", &ports);
    for text in ["i am a member", "without mallory", SECRET, "as you say"] {
        // Some have come before the restart that makes carol speak there.
        until(text, seconds(30), || carol.log(&["--room", "plan"]).contains(text).then_some(()));
    }
    passes(&mut carol, &bob, "carol is here");
    for node in [&mut alice, &mut bob, &mut carol] {
        assert_eq!(members(node), 3, "{}", node.nick);
    }
    alice.say("/kick carol");
    wait_room(&carol, "left");
    wait_removed(&bob, &carol.id());
    passes(&mut alice, &bob, "without carol");
    mallory.hears_nothing_of(&room);
    for node in [&alice, &bob] {
        let kept = node.log(&["--room", "plan"]);
        assert!(kept.contains("i am a member") && !kept.contains("i go on"), "{}: {kept}", node.nick);
    }
    for node in [&alice, &bob, &carol] {
        assert!(!has_heard(node, "and on") && !has_heard(node, "i begin anew"), "{}", node.nick);
        node.assert_clean();
    }
    assert!(!has_heard(&bob, "i go on") && !has_heard(&carol, "i go on") && !has_heard(&carol, "without carol"));
}

#[test]
fn what_a_restored_owner_decides_alone_holds_besides() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let bob = invited(&mut alice, "bob", &ports);
    let carol = invited(&mut alice, "carol", &ports);
    let dave = invited(&mut alice, "dave", &ports);
    wait_members(&alice, 3);
    let (mut alice, backup) = backed_up(alice);
    for node in [&alice, &bob, &carol, &dave] {
        wait_members(node, 3);
    }
    alice.say("/kick carol");
    for node in [&bob, &dave] {
        wait_removed(node, &carol.id());
    }
    wait_room(&carol, "left");
    let mut nodes = [alice, bob, carol, dave];
    nodes.iter_mut().for_each(Node::quit);
    let [alice, bob, carol, dave] = nodes;

    // Alone, from the backup, the owner removes somebody else.
    let mut alice = alice.start_again_from(&backup);
    assert_eq!(members(&mut alice), 4, "the backup is older than the removal");
    alice.say("/kick dave");
    until("the removal of dave", seconds(30), || (members(&mut alice) == 3).then_some(()));
    let [mut bob, carol, mut dave] = [bob, carol, dave].map(Node::start_again);
    wait_removed(&alice, &carol.id());
    wait_removed(&bob, &dave.id());
    wait_room(&dave, "left");
    for node in [&mut alice, &mut bob] {
        assert_eq!(members(node), 2, "{}", node.nick);
    }
    passes(&mut alice, &bob, SECRET);
    passes(&mut bob, &alice, "just us");
    // And what the owner decides after that holds too.
    alice.say("/invite dave");
    dave.wait("another invitation", seconds(30), |events| {
        events.iter().find(|e| e["change"] == "invited" && e["room"] == "#plan").map(drop)
    });
    dave.say("/join #plan");
    dave.wait_text(SECRET);
    for node in [&mut alice, &mut bob, &mut dave] {
        assert_eq!(members(node), 3, "{}", node.nick);
    }
    carol.wait_peers(3);
    assert!(!has_heard(&carol, SECRET) && !has_heard(&carol, "just us"));
}
