//! Rooms and direct messages among real processes.

#[cfg(target_os = "linux")]
mod idle;

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::{
    secrets::{has_heard, holds},
    support::{Node, Ports, Setup, seconds, until},
};

const SECRET: &str = "the key is under the third stone";

fn few(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(0)..=ports.port(3)
}

/// A node that speaks in the room "dev".
fn in_dev(nick: &str, ports: &Ports) -> Node {
    Node::start(&Setup { more: vec!["--room".to_owned(), "dev".to_owned()], ..Setup::new(nick, few(ports)) })
}

fn in_lobby(nick: &str, ports: &Ports) -> Node {
    Node::start(&Setup::new(nick, few(ports)))
}

/// Waits until a node has seen so many others in the room "dev".
fn wait_members(node: &Node, count: usize) {
    node.wait(&format!("{count} people in #dev"), seconds(30), |events| {
        let members = events.iter().filter(|e| e["event"] == "member" && e["room"] == "#dev");
        let change = |what: &'static str| members.clone().filter(|e| e["change"] == what).count();
        (change("joined") == count + change("left")).then_some(())
    });
}

/// Waits for a line, and returns the room that it was said in.
fn room_of(node: &Node, text: &str) -> String {
    node.wait_text(text)["room"].as_str().unwrap().to_owned()
}

#[test]
fn a_line_of_a_room_reaches_its_people_only() {
    let ports = Ports::take();
    let (mut alice, bob) = (in_dev("alice", &ports), in_dev("bob", &ports));
    let mut carol = in_lobby("carol", &ports);
    for node in [&alice, &bob, &carol] {
        node.wait_peers(2);
    }
    wait_members(&alice, 1);
    alice.say(SECRET);
    assert_eq!(room_of(&bob, SECRET), "#dev");
    let id = alice.wait_own(SECRET);
    alice.wait_delivered(&id, 1, 1);
    // What comes later has overtaken nothing.
    carol.say("hello everyone");
    assert_eq!([room_of(&alice, "hello everyone"), room_of(&bob, "hello everyone")], ["#lobby", "#lobby"]);
    assert!(!has_heard(&carol, SECRET) && !holds(carol.home().path(), SECRET));
    assert_eq!(bob.log(&["--room", "dev"]).matches(SECRET).count(), 1);
    assert!(!bob.log(&[]).contains(SECRET) && bob.log(&[]).contains("hello everyone"));
}

#[test]
fn who_joins_a_room_later_gets_its_history() {
    let ports = Ports::take();
    let (mut alice, mut carol) = (in_dev("alice", &ports), in_lobby("carol", &ports));
    alice.wait_peers(1);
    alice.say("one");
    alice.say("two");
    alice.wait_own("two");
    carol.say("/list");
    carol.say("/join dev");
    assert_eq!([room_of(&carol, "one"), room_of(&carol, "two")], ["#dev", "#dev"]);
    wait_members(&alice, 1);
    carol.say("/part dev");
    wait_members(&alice, 0);
    alice.say("three");
    alice.wait_own("three");
    carol.say("/join dev");
    carol.wait_text("three");
}

#[test]
fn a_direct_message_is_on_no_third_disk() {
    let ports = Ports::take();
    let mut nodes = ["alice", "bob", "carol"].map(|nick| in_lobby(nick, &ports));
    for node in &nodes {
        node.wait_peers(2);
    }
    let keys = nodes.each_ref().map(Node::id);
    let [alice, bob, carol] = &mut nodes;
    alice.wait_nick("bob");
    alice.wait_nick("carol");
    alice.say(&format!("/msg bob {SECRET}"));
    assert_eq!(room_of(bob, SECRET), format!("@{}", keys[0]));
    bob.wait_nick("alice");
    bob.say("/msg alice found it");
    assert_eq!(room_of(alice, "found it"), format!("@{}", keys[1]));
    alice.say("hello everyone");
    carol.wait_text("hello everyone");
    for node in &mut nodes {
        node.quit();
    }
    let [alice, bob, carol] = &nodes;
    assert!(!has_heard(carol, SECRET) && !holds(carol.home().path(), SECRET));
    assert!(
        holds(alice.home().path(), SECRET) && holds(bob.home().path(), SECRET),
        "so the search was worth something"
    );
}

#[test]
fn a_direct_message_waits_for_someone_away() {
    let ports = Ports::take();
    let mut alice = in_lobby("alice", &ports);
    let mut bob = in_lobby("bob", &ports);
    for node in [&alice, &bob] {
        node.wait_peers(1);
    }
    alice.wait_nick("bob");
    let bobs = bob.id();
    bob.quit();
    alice.wait_left(&bobs, seconds(30));
    alice.say(&format!("/msg bob {SECRET}"));
    alice.wait_own(SECRET);
    // Also over a restart of the one who waits.
    alice.quit();
    let alice = alice.start_again();
    let bob = bob.start_again();
    assert_eq!(room_of(&bob, SECRET), format!("@{}", alice.id()));
}

#[test]
fn a_room_survives_a_restart() {
    let ports = Ports::take();
    let mut alice = in_lobby("alice", &ports);
    alice.say("/join dev");
    alice.wait("the room", seconds(30), joined);
    alice.quit();
    let alice = alice.start_again();
    alice.wait("the room again", seconds(30), joined);
    until("the settings", seconds(30), || holds(alice.home().path(), "#dev").then_some(()));
}

fn joined(events: &[Value]) -> Option<()> {
    events.iter().any(|e| e["event"] == "room" && e["room"] == "#dev" && e["change"] == "joined").then_some(())
}

#[test]
fn a_topic_reaches_everyone_and_outlasts_a_restart() {
    let ports = Ports::take();
    let (mut alice, bob) = (in_dev("alice", &ports), in_dev("bob", &ports));
    wait_members(&alice, 1);
    wait_members(&bob, 1);
    alice.say("/topic  code   freeze");
    let topic = |node: &Node, topic: &str| {
        node.wait(&format!("the topic {topic:?}"), seconds(30), |events| {
            let is_told = |e: &&Value| e["event"] == "room" && e["change"] == "topic" && e["room"] == "#dev";
            events.iter().filter(is_told).find(|e| e["topic"] == topic).cloned()
        })
        .0
    };
    let told = topic(&bob, "code freeze");
    assert_eq!((told["nick"].as_str(), told["from"].as_str()), (Some("alice"), Some(alice.id().as_str())));
    let said = bob.wait_text("code freeze");
    assert_eq!((said["kind"].as_u64(), &said["id"]), (Some(6), &told["id"]));
    let id = alice.wait_own("code freeze");
    alice.wait_delivered(&id, 1, 1);
    let mut bob = bob.start_again();
    topic(&bob, "code freeze");
    bob.say("/topic thaw");
    topic(&alice, "thaw");
    bob.quit();
    alice.quit();
}
