//! Private rooms among real processes, and who tries to get in.

mod cards;
mod carriers;
mod forgers;
mod hacker;
mod outsiders;
mod restored;

use std::ops::RangeInclusive;

use crate::{
    attack::Recorder,
    secrets::{has_heard, holds},
    support::{Node, Ports, Setup, seconds},
};

const SECRET: &str = "the ptarmigan nests behind the mill";

fn few(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(0)..=ports.port(3)
}

fn node(nick: &str, ports: &Ports) -> Node {
    Node::start(&Setup::new(nick, few(ports)))
}

/// Waits until this has happened to a room.
fn wait_room(node: &Node, change: &str) -> String {
    let wait = node.wait(&format!("{change} a room"), seconds(30), |events| {
        let mut of_room = events.iter().filter(|e| e["event"] == "room" && e["room"] == "#plan");
        Some(of_room.find(|e| e["change"] == change)?["room_id"].as_str().unwrap().to_owned())
    });
    wait.0
}

/// Waits until so many others have joined the room, by the changes that the node has told.
fn wait_members(node: &Node, count: usize) {
    node.wait(&format!("{count} people in #plan"), seconds(30), |events| {
        let members = events.iter().filter(|e| e["event"] == "member" && e["room"] == "#plan" && e["by"].is_null());
        let change =
            |what: &'static str| members.clone().filter(|e| e["change"] == what && e["for_good"] != true).count();
        (change("joined") == count + change("left")).then_some(())
    });
}

/// How many members the room has, as this node says when it is asked.
fn members(node: &mut Node) -> usize {
    let seen = node.all(|e| (e["event"] == "members").then_some(())).len();
    node.say("/members");
    let found = node.wait("the members", seconds(30), |events| {
        let lists: Vec<_> = events.iter().filter(|e| e["event"] == "members").collect();
        (lists.len() > seen).then(|| lists.last().unwrap()["members"].as_array().unwrap().len())
    });
    found.0
}

/// A member who says this, and a member who must hear it.
fn passes(from: &mut Node, to: &Node, text: &str) {
    from.say(text);
    let line = to.wait_text(text);
    assert_eq!((line["room"].as_str(), line["private"].as_bool()), (Some("#plan"), Some(true)), "{line}");
}

/// The same node, which says everything in the room from now on.
fn speaks(mut node: Node, nick: &str, ports: &Ports) -> Node {
    node.quit();
    Node::start_at(
        &node.home(),
        &Setup { more: vec!["--room".to_owned(), "plan".to_owned()], ..Setup::new(nick, few(ports)) },
    )
}

/// A node that has joined the room of another one, and speaks there.
fn invited(owner: &mut Node, nick: &str, ports: &Ports) -> Node {
    let mut guest = node(nick, ports);
    owner.wait_nick(nick);
    owner.say(&format!("/invite {nick}"));
    wait_room(&guest, "invited");
    guest.say("/join #plan");
    wait_room(&guest, "joined");
    speaks(guest, nick, ports)
}

/// A node that owns the room, and speaks there.
fn owner(ports: &Ports) -> Node {
    let mut alice = node("alice", ports);
    alice.say("/create plan private");
    wait_room(&alice, "joined");
    speaks(alice, "alice", ports)
}

#[test]
fn what_members_say_is_on_no_other_disk() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let mut bob = invited(&mut alice, "bob", &ports);
    let mut carol = node("carol", &ports);
    wait_members(&alice, 1);
    carol.wait_peers(2);
    passes(&mut alice, &bob, SECRET);
    passes(&mut bob, &alice, "heard");
    let id = alice.wait_own(SECRET);
    alice.wait_delivered(&id, 1, 1);
    carol.say("hello everyone");
    alice.wait_text("hello everyone");
    assert_eq!(bob.log(&["--room", "plan"]).matches(SECRET).count(), 1);
    assert!(!bob.log(&[]).contains(SECRET));
    for node in [&mut alice, &mut bob, &mut carol] {
        node.quit();
    }
    assert!(!has_heard(&carol, SECRET) && !holds(carol.home().path(), SECRET));
    assert!(holds(bob.home().path(), SECRET), "so the search was worth something");
}

#[test]
fn who_is_removed_hears_no_more_and_may_come_back() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let bob = invited(&mut alice, "bob", &ports);
    let mut carol = invited(&mut alice, "carol", &ports);
    wait_members(&bob, 2);
    wait_members(&alice, 2);
    passes(&mut carol, &bob, "carol was here");
    passes(&mut alice, &carol, "as you say");
    alice.say("/kick carol");
    wait_room(&carol, "left");
    passes(&mut alice, &bob, "without carol");
    carol.say("can you hear me");
    // Said in the lobby, it would be no secret: it must not be said at all.
    carol.wait("the refusal", seconds(30), |events| events.iter().find(|e| e["event"] == "error").map(|_| ()));
    alice.say("/invite carol");
    carol.wait("another invitation", seconds(30), |events| {
        (events.iter().filter(|e| e["change"] == "invited").count() == 1).then_some(())
    });
    carol.say("/join #plan");
    wait_room(&carol, "joined");
    carol.wait_text("without carol");
    carol.say("back again");
    bob.wait_text("back again");
    alice.wait_text("back again");
    assert!(!has_heard(&alice, "can you hear me") && !has_heard(&bob, "can you hear me"));
}

#[test]
fn an_invitation_reaches_who_was_away_from_any_member() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let bob = invited(&mut alice, "bob", &ports);
    let mut carol = node("carol", &ports);
    alice.wait_nick("carol");
    let key = carol.id();
    carol.quit();
    alice.wait_left(&key, seconds(30));
    wait_members(&alice, 1);
    alice.say("/invite carol");
    bob.wait("the decision", seconds(30), |events| {
        events.iter().find(|e| e["event"] == "member" && e["change"] == "invited" && e["from"] == key).map(|_| ())
    });
    alice.say("for carol as well");
    bob.wait_text("for carol as well");
    // The owner is away when the invited comes back.
    let alices = alice.id();
    alice.quit();
    bob.wait_left(&alices, seconds(30));
    let mut carol = carol.start_again();
    wait_room(&carol, "invited");
    carol.say("/join #plan");
    carol.wait_text("for carol as well");
}

#[test]
fn who_leaves_is_gone_for_all() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let mut bob = invited(&mut alice, "bob", &ports);
    wait_members(&alice, 1);
    passes(&mut bob, &alice, "goodbye");
    bob.say("/part plan yes");
    wait_room(&bob, "left");
    alice.wait("that bob has left", seconds(30), |events| {
        events.iter().find(|e| e["event"] == "member" && e["for_good"] == true).map(|_| ())
    });
    alice.say("/members");
    let (members, _) = alice.wait("the members", seconds(30), |events| {
        Some(events.iter().rfind(|e| e["event"] == "members")?["members"].as_array().unwrap().len())
    });
    assert_eq!(members, 1);
}

#[test]
fn an_eavesdropper_sees_nothing_of_a_private_room() {
    let ports = Ports::take();
    let alone = |nick: &str, port: u16, more: &[String]| {
        Node::start(&Setup { more: more.to_vec(), ..Setup::new(nick, ports.port(port)..=ports.port(port)) })
    };
    let mut alice = alone("alice", 0, &[]);
    alice.say("/create plan private");
    wait_room(&alice, "joined");
    alice.quit();
    let room = ["--room".to_owned(), "plan".to_owned()];
    let mut alice = Node::start_at(
        &alice.home(),
        &Setup { more: room.to_vec(), ..Setup::new("alice", ports.port(0)..=ports.port(0)) },
    );
    let recorder = Recorder::start(ports.addr(1), alice.addr());
    let mut bob = alone("bob", 2, &["--peer".to_owned(), ports.addr(1).to_string()]);
    alice.wait_nick("bob");
    alice.say("/invite bob");
    wait_room(&bob, "invited");
    bob.say("/join #plan");
    alice.say(SECRET);
    bob.wait_text(SECRET);
    bob.quit();
    let bytes = recorder.everything();
    assert!(bytes.len() > 10 * SECRET.len(), "they met elsewhere");
    for words in [SECRET, "plan"] {
        assert!(!bytes.windows(words.len()).any(|part| part == words.as_bytes()), "{words}");
    }
}
