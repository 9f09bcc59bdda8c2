//! Other people's names.

use serde_json::Value;

use super::{alone, honest};
use crate::support::{Node, Ports, Setup, seconds};

/// Waits for an event that is like this.
fn wait_for(node: &Node, what: &str, like: impl Fn(&Value) -> bool) -> Value {
    node.wait(what, seconds(30), |events| events.iter().find(|e| like(e)).cloned()).0
}

/// Two who have met and compared codes; the second is gone again. Returns the first, and the key of the other.
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

/// The alarms so far: kind, who raised it, whose name it is.
fn alarms(node: &Node) -> Vec<[String; 3]> {
    let of = |e: &Value, key: &str| e[key].as_str().unwrap_or_default().to_owned();
    node.all(|e| e["known"].is_string().then(|| [of(e, "code"), of(e, "peer"), of(e, "known")]))
}

#[test]
fn whoever_takes_the_name_of_a_verified_one_raises_an_alarm() {
    let ports = Ports::take();
    let (alice, bob) = alice_who_has_verified_bob(&ports);
    // Cyrillic о, a digit, and the very name.
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

/// The first one keeps a name, even if nobody knew that one before today: see the rules in docs/security.md.
#[test]
fn of_two_strangers_of_one_name_the_second_one_is_told_apart() {
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
