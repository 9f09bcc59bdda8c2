//! The mesh protocol against a Python client that was written from `docs/protocol.md` and `proto/` alone.
//!
//! `client.py` says what it is, and how it may be changed.

mod client;
mod direct;
mod open_rooms;

use std::{net::TcpListener, thread};

use client::Client;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    attack::{
        Author, End, Face, Key, Link, accept, batch, have, hello, hex,
        proto::{Event, LogId, Signed},
        unhex,
    },
    support::{Node, PATIENCE, Ports, Python, seconds},
};

/// A node that finds others only on its own two ports.
fn node(ports: &Ports, nick: &str) -> Node {
    Node::listening(nick, ports.port(0)..=ports.port(1))
}

/// Waits for an event of a node with this key and value, and returns it.
fn wait(node: &Node, event: &str, key: &str, value: &str) -> Value {
    let find = |events: &[Value]| events.iter().find(|e| e["event"] == event && e[key] == value).cloned();
    node.wait(&format!("{event} with {key} {value}"), PATIENCE, find).0
}

#[test]
fn a_client_made_from_the_document_chats_with_a_node() {
    let Some(python) = Python::for_interop_or_skip("a_client_made_from_the_document_chats_with_a_node") else { return };
    let ports = Ports::take();
    let mut alice = node(&ports, "alice");
    let mut carol = Client::linked(&python, "carol", &alice);
    let joined = wait(&alice, "peer", "peer", &carol.id());
    assert_eq!((&joined["nick"], &joined["verified"]), (&json!("carol"), &json!(false)));

    // Each answers the other's pings.
    carol.wait(&json!({ "event": "ping" }));
    alice.say("/whois carol");
    let whois = wait(&alice, "whois", "nick", "carol");
    assert!(whois["round_trip_us"].is_u64() && whois["clock_ahead_ms"].as_i64().unwrap().abs() < 60_000, "{whois}");

    let text = "hello\n\tfrom Python: äöü €";
    let id = carol.say(text);
    alice.wait_said("carol", text);
    let shown = alice.wait_text(text);
    assert!(id.starts_with(shown["id"].as_str().unwrap()) && shown["from"] == carol.id().as_str(), "{shown}");
    assert!(shown["trust"] == "new" && shown["mark"].is_null() && shown["history"] == false, "{shown}");
    carol.wait_delivered(&id);

    alice.say("hello carol");
    let own = alice.wait_own("hello carol");
    carol.wait(&json!({ "event": "message", "nick": "alice", "from": alice.id(), "text": "hello carol" }));
    alice.wait_delivered(&own, 1, 1);

    alice.quit();
    carol.wait(&json!({ "event": "left", "reason": "bye: leaving" }));
}

#[test]
fn a_client_fetches_the_whole_history_in_the_nodes_order() {
    let test = "a_client_fetches_the_whole_history_in_the_nodes_order";
    let Some(python) = Python::for_interop_or_skip(test) else { return };
    let ports = Ports::take();
    let (mut alice, mut bob) = (node(&ports, "alice"), node(&ports, "bob"));
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    for n in 0..10 {
        alice.say(&format!("question {n}"));
        // Some answers follow their question, and some cross with it.
        if n % 3 > 0 {
            bob.wait_text(&format!("question {n}"));
        }
        bob.say(&format!("answer {n}"));
    }
    alice.wait_text("answer 9");
    bob.wait_text("question 9");
    // One author leaves, and another is there for one line only.
    bob.quit();
    let mut dave = Client::linked(&python, "dave", &alice);
    let id = dave.say("passing by");
    dave.wait_delivered(&id);
    drop(dave);
    alice.wait_peers(0);

    let history = Client::linked(&python, "carol", &alice).history("#lobby");
    let shown = alice.history();
    let keys = |line: &Value| {
        let id = line["id"].as_str().unwrap();
        (id[..32].to_owned(), line["from"].clone(), line["nick"].clone(), line["text"].clone())
    };
    let keys = |lines: &[Value]| lines.iter().map(keys).collect::<Vec<_>>();
    assert_eq!(keys(&history), keys(&shown));
    assert_eq!(history.len(), 21);
    // The hash, as docs/guide.md defines it.
    let ids = history.iter().flat_map(|line| unhex(line["id"].as_str().unwrap())[..16].to_vec());
    assert_eq!(alice.hash().trim(), hex(&Sha256::digest(ids.collect::<Vec<_>>())));
}

#[test]
fn a_node_shows_no_forged_event_from_a_client() {
    let Some(python) = Python::for_interop_or_skip("a_node_shows_no_forged_event_from_a_client") else { return };
    let ports = Ports::take();
    let alice = node(&ports, "alice");
    let mut carol = Client::linked(&python, "carol", &alice);
    for fault in ["signature", "content", "author"] {
        carol.tell(&json!({ "do": "forge", "fault": fault }));
    }
    // It is said after them, so the node has checked them once it shows this.
    carol.say("an honest line");
    alice.wait_said("carol", "an honest line");
    assert_eq!((alice.messages(), alice.history_texts()), (1, vec!["an honest line".to_owned()]));
}

/// An event in the victim's log, signed by the author.
fn in_the_name_of(victim: &Key, author: &Author, text: &str) -> Signed {
    let log = LogId { author: victim.bytes().to_vec(), ..author.log() };
    author.sign(Event { log: Some(log), ..author.draft() }, author.content(text))
}

#[test]
fn a_client_shows_no_forged_event_from_a_node() {
    let Some(python) = Python::for_interop_or_skip("a_client_shows_no_forged_event_from_a_node") else { return };
    let ports = Ports::take();
    let listener = TcpListener::bind(ports.addr(0)).unwrap();
    let mallory = thread::spawn(move || {
        let key = Key::random();
        let mut author = Author::new(&key, "mallory");
        let mut link = Link::answer(accept(&listener, &Face::of(&key)).unwrap()).unwrap();
        link.greet(hello(&key, "mallory")).unwrap();
        link.send(have(Vec::new())).unwrap();
        let genuine = author.try_line("forged");
        let events = [
            Signed { sig: author.try_line("another").sig, ..genuine.clone() },
            Signed { content: author.content("forged content"), ..genuine },
            in_the_name_of(&Key::random(), &author, "forged author"),
            author.line("an honest line"),
        ];
        for event in events {
            link.send(batch(vec![event])).unwrap();
        }
        // The client ends the link when the test is over.
        assert_ne!(link.stay(seconds(30)).unwrap_err(), End::Silence);
    });
    let mut carol = Client::start(&python, "carol");
    carol.link(ports.addr(0));
    carol.wait(&json!({ "event": "message", "nick": "mallory", "text": "an honest line" }));
    assert_eq!(carol.texts(), ["an honest line"]);
    assert_eq!(carol.refused(), ["signature", "content", "signature"]);
    drop(carol);
    mallory.join().unwrap();
}

#[test]
fn both_sides_show_the_same_short_code_whoever_begins() {
    let Some(python) = Python::for_interop_or_skip("both_sides_show_the_same_short_code_whoever_begins") else {
        return;
    };
    let ports = Ports::take();
    let mut alice = node(&ports, "alice");
    let (mut carol, dave) = (Client::linked(&python, "carol", &alice), Client::linked(&python, "dave", &alice));
    carol.tell(&json!({ "do": "compare" }));
    alice.say("/verify dave");
    for client in [&carol, &dave] {
        let code = wait(&alice, "verify", "peer", &client.id())["code"].clone();
        assert!(code.as_str().unwrap().len() == 11 && client.wait(&json!({ "event": "code" }))["code"] == code);
    }
}
