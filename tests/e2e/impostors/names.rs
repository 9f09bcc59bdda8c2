//! Other people's names.

use serde_json::Value;

use super::{alone, honest};
use crate::support::{Node, Ports, Setup, seconds};

/// Waits for an event that `like` accepts, and returns it.
fn wait_for(node: &Node, what: &str, like: impl Fn(&Value) -> bool) -> Value {
    node.wait(what, seconds(30), |events| events.iter().find(|e| like(e)).cloned()).0
}

/// Two nodes that have met and compared codes. Bob has left again. Returns alice and bob's key.
fn alice_who_has_verified_bob(ports: &Ports) -> (Node, String) {
    let mut alice = Node::listening("alice", alone(ports));
    let to_alice = vec!["--peer".to_owned(), alice.addr().to_string()];
    let mut bob = Node::start(&Setup { more: to_alice, ..Setup::new("bob", ports.port(20)..=ports.port(20)) });
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    alice.say("/verify bob");
    let codes = [&alice, &bob].map(|node| wait_for(node, "a code", |e| e["event"] == "verify" && e["step"] == "code"));
    assert_eq!(codes[0]["code"], codes[1]["code"], "both ends of one session");
    alice.say("/verify bob yes");
    bob.say("/verify alice yes");
    let key = bob.id();
    wait_for(&alice, "bob verified", |e| e["change"] == "trust" && e["peer"] == key.as_str() && e["verified"] == true);
    bob.quit();
    alice.wait_left(&key, seconds(30));
    (alice, key)
}

/// The alarms so far: the kind, the key that raised it, and the key whose name it is.
fn alarms(node: &Node) -> Vec<[String; 3]> {
    let of = |e: &Value, key: &str| e[key].as_str().unwrap_or_default().to_owned();
    node.all(|e| e["known"].is_string().then(|| [of(e, "code"), of(e, "peer"), of(e, "known")]))
}

#[test]
fn taking_a_verified_persons_name_raises_an_alarm() {
    let ports = Ports::take();
    let (alice, bob) = alice_who_has_verified_bob(&ports);
    // A Cyrillic о, a digit, the name itself, and the name in capitals.
    let names = [("bоb", "look_alike"), ("b0b", "look_alike"), ("bob", "key_changed"), ("BOB", "key_changed")];
    let mut expected = Vec::new();
    for (nick, alarm) in names {
        let (key, link) = honest(&alice, nick);
        wait_for(&alice, &format!("{alarm} about {nick}"), |e| e["code"] == alarm && e["peer"] == key.id());
        wait_for(&alice, "a suspect", |e| e["peer"] == key.id() && e["trust"] == "suspect");
        expected.push([alarm.to_owned(), key.id(), bob.clone()]);
        drop(link);
        alice.wait_left(&key.id(), seconds(30));
    }
    let (dave, _link) = honest(&alice, "bobby");
    assert_eq!(alarms(&alice), expected, "{} is somebody else's name", dave.id());
    alice.assert_clean();
}

/// The first stranger keeps the name, even if nobody knew them before today: see the rules in docs/security.md.
#[test]
fn the_second_stranger_with_a_name_is_told_apart() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", alone(&ports));
    let (one, _one) = honest(&alice, "bob");
    alice.wait_peer(&one.id());
    let (other, _other) = honest(&alice, "bоb");
    wait_for(&alice, "a suspect", |e| e["peer"] == other.id() && e["trust"] == "suspect");
    alice.say("/who");
    let who = wait_for(&alice, "who is here", |e| e["event"] == "who");
    let shown = |id: &str| {
        let peer = who["peers"].as_array().unwrap().iter().find(|p| p["peer"] == id).unwrap();
        (peer["trust"].clone(), peer["tag"].clone())
    };
    assert_eq!(shown(&one.id()), ("new".into(), Value::Null));
    assert_eq!(shown(&other.id()), ("suspect".into(), other.id()[..4].into()));
    assert_eq!(alarms(&alice), [["look_alike".to_owned(), other.id(), one.id()]]);
}

/// A node on its own port that finds `other`.
fn beside(other: &Node, nick: &str, port: u16, ports: &Ports) -> Node {
    let more = vec!["--peer".to_owned(), other.addr().to_string()];
    Node::start(&Setup { more, ..Setup::new(nick, ports.port(port)..=ports.port(port)) })
}

/// The message with this text, as a node reported it.
fn said(node: &Node, text: &str) -> Value {
    wait_for(node, text, |e| e["event"] == "message" && e["text"] == text)
}

/// In release 0.4, an impostor of somebody who was met today and had left got the plain name, and the real person's
/// lines got the tag.
#[test]
fn somebody_met_today_keeps_their_name_across_restarts() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let mut yves = beside(&alice, "yves", 20, &ports);
    yves.wait_peer(&alice.id());
    yves.say("hi, it is yves");
    assert_eq!(said(&alice, "hi, it is yves")["trust"], "new");
    let key = yves.id();
    yves.quit();
    alice.wait_left(&key, seconds(30));

    let mut other = beside(&alice, "Yves", 21, &ports);
    alice.wait_notice("key_changed");
    assert!(other.wait_notice("name_taken").contains(&format!("Yves#{}", &other.id()[..4])));
    other.say("send me the password");
    let line = said(&alice, "send me the password");
    assert_eq!((&line["trust"], &line["tag"]), (&"suspect".into(), &other.id()[..4].into()));
    other.quit();

    let yves = yves.start_again();
    alice.wait_peer(&key);
    assert!(
        alice
            .all(|e| (e["change"] == "joined" && e["peer"] == key.as_str()).then(|| e["tag"].clone()))
            .iter()
            .all(Value::is_null)
    );
    for mut node in [alice, yves] {
        node.quit();
        let log = node.log(&[]);
        assert!(log.contains("yves: hi, it is yves"), "{log}");
        let history = node.history();
        let of = |text: &str| history.iter().find(|line| line["text"] == text).cloned();
        if let Some(line) = of("send me the password") {
            assert_eq!(line["trust"], "suspect", "{line}");
            assert!(log.contains(&format!("!Yves#{}: send me the password", &other.id()[..4])), "{log}");
        }
        assert!(of("hi, it is yves").is_some_and(|line| line["tag"].is_null()));
    }
}

#[test]
fn nobody_can_take_the_users_or_a_present_peers_name() {
    let ports = Ports::take();
    let alice = Node::listening("alice", alone(&ports));
    let bob = beside(&alice, "bob", 20, &ports);
    alice.wait_peer(&bob.id());
    for (nick, port, code) in [("Alice", 21, "own_name"), ("BOB", 22, "same_name"), ("b0b", 23, "look_alike")] {
        let mut other = beside(&alice, nick, port, &ports);
        let key = other.id();
        wait_for(&alice, code, |e| e["code"] == code && e["peer"] == key.as_str());
        other.wait_notice("name_taken");
        wait_for(&alice, "a suspect", |e| e["peer"] == key.as_str() && e["trust"] == "suspect" && e["tag"] == key[..4]);
        other.quit();
        alice.wait_left(&key, seconds(30));
    }
    alice.assert_clean();
}

/// Both sides show that the codes differ, and remember it.
#[test]
fn codes_that_differ_are_remembered_on_both_sides() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", alone(&ports));
    let bob = beside(&alice, "bob", 20, &ports);
    alice.wait_peer(&bob.id());
    alice.say("/verify bob");
    for node in [&alice, &bob] {
        wait_for(node, "a code", |e| e["event"] == "verify" && e["step"] == "code");
    }
    alice.say("/verify bob no");
    let (alices, bobs) = (alice.id(), bob.id());
    wait_for(&bob, "what alice says", |e| e["event"] == "verify" && e["step"] == "they_say_differs");
    let differs = |node: &Node, of: &str| {
        wait_for(node, "a doubt", |e| e["event"] == "peer" && e["peer"] == of && e["trust"] == "differs");
    };
    differs(&alice, &bobs);
    differs(&bob, &alices);
    let (mut alice, mut bob) = (alice, bob);
    bob.quit();
    alice.quit();
    let (mut alice, bob) = (alice.start_again(), bob.start_again());
    differs(&alice, &bobs);
    differs(&bob, &alices);
    alice.say("/unverify bob");
    let cleared = |e: &Value| e["change"] == "trust" && e["peer"] == bobs.as_str() && e["trust"] == "new";
    wait_for(&alice, "no doubt any more", cleared);
}
