//! The direct room of a node and the client.

use serde_json::json;

use super::{Client, node};
use crate::support::{Ports, Python};

/// The client's name for the direct room with the node.
const DIRECT: &str = "@";

#[test]
fn a_client_opens_and_seals_direct_lines() {
    let Some(python) = Python::for_interop_or_skip("a_client_opens_and_seals_direct_lines") else { return };
    let ports = Ports::take();
    let mut alice = node(&ports, "alice");
    let eve = Client::linked(&python, "eve", &alice);
    let mut carol = Client::linked(&python, "carol", &alice);
    let (theirs, ours) = (format!("@{}", carol.id()), format!("@{}", alice.id()));
    carol.wait_listed(&ours);

    alice.say("/msg carol just for you");
    let own = alice.wait_own("just for you");
    let came = carol.wait(&json!({ "event": "message", "room": ours, "from": alice.id(), "text": "just for you" }));
    assert!(came["id"].as_str().unwrap().starts_with(&own) && came["nick"] == "alice", "{came}");
    alice.wait_delivered(&own, 1, 1);

    for text in ["and for you\n\täöü €".to_owned(), "x".repeat(65_000)] {
        let line = carol.say_in(DIRECT, &text);
        let shown = alice.wait_text(&text);
        assert_eq!(
            (&shown["room"], &shown["from"], &shown["nick"]),
            (&json!(theirs), &json!(carol.id()), &json!("carol"))
        );
        assert!(line["id"].as_str().unwrap().starts_with(shown["id"].as_str().unwrap()) && shown["mark"].is_null());
        carol.wait_delivered(line["id"].as_str().unwrap());
    }
    alice.say("in the lobby");
    eve.wait(&json!({ "event": "message", "text": "in the lobby" }));
    assert_eq!((eve.texts().len(), eve.count("ignored")), (1, 0));
}

#[test]
fn a_node_ignores_sealed_content_that_was_changed_or_moved() {
    let test = "a_node_ignores_sealed_content_that_was_changed_or_moved";
    shows_only_the_untouched_one(test, &["changed", "moved"]);
}

#[test]
fn a_node_ignores_a_third_person_in_a_direct_room() {
    shows_only_the_untouched_one("a_node_ignores_a_third_person_in_a_direct_room", &["third_person"]);
}

/// Sends events with these faults to the direct room, and then one that is made in the same way and has none.
fn shows_only_the_untouched_one(test: &str, faults: &[&str]) {
    let Some(python) = Python::for_interop_or_skip(test) else { return };
    let ports = Ports::take();
    let alice = node(&ports, "alice");
    let mut carol = Client::linked(&python, "carol", &alice);
    carol.wait_listed(&format!("@{}", alice.id()));
    for fault in faults.iter().chain(&["none"]) {
        carol.tell(&json!({ "do": "forge", "fault": fault, "room": DIRECT }));
    }
    let shown = alice.wait_text("untouched");
    assert_eq!(shown["room"], format!("@{}", carol.id()));
    // The node confirms what it has on disk, so what it ignored is not there.
    carol.wait(&json!({ "event": "offered", "seq": 1 }));
    assert_eq!((alice.messages(), carol.count("offered")), (1, 1));
}
