//! An open room, between a node and the client.

use serde_json::{Value, json};

use super::{Client, node, wait};
use crate::support::{Node, Ports, Python, Setup};

/// A node whose lines go to `#dev`.
fn node_in_dev(ports: &Ports, nick: &str) -> Node {
    let setup = Setup::new(nick, ports.port(0)..=ports.port(1));
    let node = Node::start(&Setup { more: vec!["--room".into(), "dev".into()], ..setup });
    wait(&node, "room", "room", "#dev");
    node
}

/// Who said what, in order.
fn said(lines: &[Value]) -> Vec<(&str, &str)> {
    lines.iter().map(|line| (line["nick"].as_str().unwrap(), line["text"].as_str().unwrap())).collect()
}

#[test]
fn a_client_talks_and_is_counted_in_an_open_room() {
    let test = "a_client_talks_and_is_counted_in_an_open_room";
    let Some(python) = Python::for_interop_or_skip(test) else { return };
    let ports = Ports::take();
    let mut alice = node_in_dev(&ports, "alice");
    alice.say("before anyone came");
    let before = alice.wait_own("before anyone came");

    // She is there all the time, does not name the room, and is not counted in it.
    let eve = Client::linked(&python, "eve", &alice);
    let mut carol = Client::start(&python, "carol");
    carol.join("dev");
    carol.link(alice.addr());
    let member = wait(&alice, "member", "from", &carol.id());
    assert_eq!((&member["room"], &member["change"]), (&json!("#dev"), &json!("joined")));
    carol.wait(&json!({ "event": "rooms", "open": ["dev"] }));
    carol.wait(&json!({ "event": "message", "room": "#dev", "from": alice.id(), "text": "before anyone came" }));
    alice.wait_delivered(&before, 1, 1);

    let line = carol.say_in("#dev", "hello from Python");
    let shown = alice.wait_text("hello from Python");
    assert_eq!((&shown["room"], &shown["from"]), (&json!("#dev"), &json!(carol.id())));
    assert!(shown["mark"].is_null() && shown["history"] == false, "{shown}");
    carol.wait_delivered(line["id"].as_str().unwrap());
    alice.say("hello carol");
    let own = alice.wait_own("hello carol");
    carol.wait(&json!({ "event": "message", "room": "#dev", "text": "hello carol" }));
    alice.wait_delivered(&own, 1, 1);
    assert_eq!((eve.texts().len(), eve.count("ignored")), (0, 0));

    // Someone who comes later is given the lines of both, in their order.
    let mut dave = Client::linked(&python, "dave", &alice);
    dave.join("dev");
    let expected = [("alice", "before anyone came"), ("carol", "hello from Python"), ("alice", "hello carol")];
    // A `Have` of other rooms may cross with the name of this one, and seem to complete an empty list of it.
    for (nick, text) in expected {
        dave.wait(&json!({ "event": "message", "room": "#dev", "nick": nick, "text": text }));
    }
    let lines = dave.history("#dev");
    assert_eq!(said(&lines), expected);
    assert_eq!(dave.history("#lobby"), Vec::<Value>::new());
}

#[test]
fn a_client_offers_what_it_holds_when_a_node_joins() {
    let test = "a_client_offers_what_it_holds_when_a_node_joins";
    let Some(python) = Python::for_interop_or_skip(test) else { return };
    let ports = Ports::take();
    let mut alice = node(&ports, "alice");
    let mut carol = Client::linked(&python, "carol", &alice);
    carol.join("dev");
    let line = carol.say_in("#dev", "before alice came");
    alice.say("in the lobby");
    carol.wait(&json!({ "event": "message", "room": "#lobby", "text": "in the lobby" }));
    assert_eq!(alice.texts(), [""; 0]);
    alice.say("/join dev");
    let shown = alice.wait_text("before alice came");
    assert_eq!((&shown["room"], &shown["from"]), (&json!("#dev"), &json!(carol.id())));
    carol.wait_delivered(line["id"].as_str().unwrap());
}

#[test]
fn a_room_that_a_node_joins_again_is_listed_anew() {
    let test = "a_room_that_a_node_joins_again_is_listed_anew";
    let Some(python) = Python::for_interop_or_skip(test) else { return };
    let ports = Ports::take();
    let mut alice = node_in_dev(&ports, "alice");
    let mut carol = Client::linked(&python, "carol", &alice);
    carol.join("dev");
    carol.wait(&json!({ "event": "listed", "room": "#dev", "logs": 0 }));
    // The second line gives the log its name on the link. The list may use it later.
    for text in ["one", "two"] {
        alice.say(text);
        alice.wait_delivered(&alice.wait_own(text), 1, 1);
    }
    alice.say("/part dev");
    carol.wait(&json!({ "event": "rooms", "open": [] }));
    alice.say("/join dev");
    carol.wait(&json!({ "event": "listed", "room": "#dev", "logs": 1 }));
    alice.say("three");
    alice.wait_delivered(&alice.wait_own("three"), 1, 1);
    assert_eq!(said(&carol.history("#dev")), [("alice", "one"), ("alice", "two"), ("alice", "three")]);
}

#[test]
fn a_line_never_reaches_a_client_outside_its_room() {
    let test = "a_line_never_reaches_a_client_outside_its_room";
    let Some(python) = Python::for_interop_or_skip(test) else { return };
    let ports = Ports::take();
    let mut alice = node(&ports, "alice");
    alice.say("/join dev");
    let (mut carol, mut dave) = (Client::linked(&python, "carol", &alice), Client::linked(&python, "dave", &alice));
    carol.join("dev");
    let secret = carol.say_in("#dev", "for the room");
    carol.wait_delivered(secret["id"].as_str().unwrap());
    let passing = dave.say("passing by");
    dave.wait_delivered(&passing);
    drop((carol, dave));
    alice.wait_peers(0);

    let mut eve = Client::linked(&python, "eve", &alice);
    eve.wait_listed("#lobby");
    let ask = json!({ "do": "ask", "log": secret["log"] });
    eve.tell(&ask);
    // The node answers a question with everything at once, so this comes with what else it would give.
    eve.wait(&json!({ "event": "message", "text": "passing by" }));
    eve.tell(&ask);
    alice.say("in the lobby");
    eve.wait(&json!({ "event": "message", "text": "in the lobby" }));
    assert_eq!((eve.texts(), eve.count("ignored")), (vec![json!("passing by"), json!("in the lobby")], 0));
    assert!(!eve.was_offered(&secret["log"]));

    // Nothing but the name was missing.
    eve.join("dev");
    eve.tell(&ask);
    eve.wait(&json!({ "event": "message", "room": "#dev", "text": "for the room" }));
    assert!(eve.was_offered(&secret["log"]));
}
