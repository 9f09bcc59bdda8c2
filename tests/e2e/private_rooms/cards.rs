//! Strangers whose card has a key that everybody knows, or the key of somebody else.

use prost::Message as _;
use proximity_chat::protocol::{
    identity::Identity,
    sealing::{Card, PairSecret, SealingKey},
};
use serde_json::Value;

use super::{hacker::Hacker, *};
use crate::attack::{Key, batch, have, proto, proto::frame::Body};

/// The points of small order on the curve and its twist, as far as they are written below 2^255. With each of them, what
/// two people have in common is zero, whatever the other key is.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// The card of `node` with this sealing key, signed by somebody, whether the key is theirs or not.
fn card(node: &[u8; 32], sealing_key: &[u8; 32], by: &Identity) -> Vec<u8> {
    let tag = b"proximity-chat/1 card\0".as_slice();
    let message = [tag, node, sealing_key, &0_u64.to_be_bytes()].concat();
    let sig = by.sign(&message).to_vec();
    proto::Card { node: node.to_vec(), sealing_key: sealing_key.to_vec(), serial: 0, sig }.encode_to_vec()
}

/// Waits until the node has refused something once more, and returns its words.
fn refusal(node: &mut Node, command: &str) -> String {
    let before = node.all(|e| (e["event"] == "error").then_some(())).len();
    node.say(command);
    let words = |events: &[Value]| {
        let error = events.iter().filter(|e| e["event"] == "error").nth(before)?;
        Some(error["text"].as_str().unwrap().to_owned())
    };
    node.wait(&format!("the refusal of {command:?}"), seconds(30), words).0
}

/// Two people who write to each other alone, whatever strangers do.
fn honest_people_go_on(alice: &mut Node, bob: &mut Node) {
    alice.say("/msg bob how are you");
    assert_eq!(bob.wait_text("how are you")["room"], format!("@{}", alice.id()));
    bob.say("/msg alice fine");
    assert_eq!(alice.wait_text("fine")["room"], format!("@{}", bob.id()));
}

/// Asserts that no event in a room that is not the lobby has come over the link.
fn nothing_sealed_came(mallory: &mut Hacker) {
    while let Ok(body) = mallory.link.next_within(std::time::Duration::from_millis(300)) {
        let Body::Batch(sent) = body else { continue };
        for signed in &sent.events {
            let room = crate::attack::read(signed).log.unwrap().room;
            assert_eq!(room, crate::attack::LOBBY, "a line was sealed for a card that proves nothing");
        }
    }
}

#[test]
fn nothing_is_sealed_for_a_card_that_proves_nothing() {
    let ports = Ports::take();
    let (mut alice, mut bob) = (owner(&ports), node("bob", &ports));
    alice.wait_nick("bob");
    bob.wait_nick("alice");
    let identity = |secret: &[u8; 32]| Identity::from_secret(secret);
    let bobs = crate::attack::unhex(&bob.id());
    let mut cards: Vec<([u8; 32], Vec<u8>)> = Vec::new();
    for point in SMALL_ORDER.map(crate::attack::unhex) {
        for high_bit in [0, 0x80] {
            let (secret, mut point) = (Key::random_bytes(), point);
            point[31] |= high_bit;
            cards.push((secret, card(identity(&secret).node().as_bytes(), &point, &identity(&secret))));
        }
    }
    // Bob's name on it, and the stranger's key and signature; and a card of the stranger's that is somebody else's.
    let secret = Key::random_bytes();
    let own: [u8; 32] = *SealingKey::of(&identity(&secret)).public().as_bytes();
    cards.push((secret, card(&bobs, &own, &identity(&secret))));
    cards.push((Key::random_bytes(), Card::sign(&identity(&secret), 0).encode()));
    for (n, (secret, card)) in cards.into_iter().enumerate() {
        let nick = format!("mallory{n}");
        let mut mallory = Hacker::meet_with(&alice, &nick, &secret, card);
        alice.wait_nick(&nick);
        mallory.link.send(have(Vec::new())).unwrap();
        for command in [format!("/msg {nick} {SECRET}"), format!("/invite {nick}")] {
            let words = refusal(&mut alice, &command);
            assert!(words.contains(&format!("direct messages to {nick}")), "{command:?}: {words}");
        }
        nothing_sealed_came(&mut mallory);
    }
    assert!(!holds(alice.home().path(), SECRET), "kept for nobody");
    honest_people_go_on(&mut alice, &mut bob);
    for node in [&alice, &bob] {
        node.assert_clean();
    }
}

/// A stranger can sign a card with bob's sealing key. It makes no room of bob's, and nobody can open what is said there:
/// not the stranger, who lacks the private half.
#[test]
fn a_card_with_anothers_key_opens_nothing() {
    let ports = Ports::take();
    let (mut alice, mut bob) = (node("alice", &ports), node("bob", &ports));
    alice.wait_nick("bob");
    bob.wait_nick("alice");
    let bobs = Hacker::meet(&bob, "trent").card_of_other();
    let secret = Key::random_bytes();
    let identity = Identity::from_secret(&secret);
    let stolen = card(identity.node().as_bytes(), bobs.sealing_key().as_bytes(), &identity);
    let mut mallory = Hacker::meet_with(&alice, "mallory", &secret, stolen);
    alice.wait_nick("mallory");
    mallory.link.send(have(Vec::new())).unwrap();
    alice.say(&format!("/msg mallory {SECRET}"));
    let line = mallory.link.wait(|body| match body {
        Body::Batch(sent) => sent.events.iter().find(|signed| signed.content.len() > 64).cloned(),
        _ => None,
    });
    let line = line.unwrap();
    let room = crate::attack::read(&line).log.unwrap().room;
    let pair = PairSecret::new(&SealingKey::of(&identity), &mallory.card_of_other()).unwrap();
    assert_ne!(room, pair.room().0, "the stranger comes to another room");
    assert!(!line.content.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
    // What is sealed with the key that the stranger does have is not for that room.
    let mut log = crate::attack::Author::in_room(&mallory.key, "mallory", pair.room().0);
    let forged = Hacker::line(&mut log, pair.generation(), "in the wrong room");
    mallory.link.send(batch(vec![forged])).unwrap();
    mallory.link.send(have(vec![log.range()])).unwrap();
    let mut log = crate::attack::Author::in_room(&mallory.key, "mallory", room.try_into().unwrap());
    let forged = Hacker::line(&mut log, pair.generation(), "in the wrong room");
    mallory.link.send(batch(vec![forged])).unwrap();
    mallory.link.send(have(vec![log.range()])).unwrap();
    mallory.link.say(&mut crate::attack::Author::new(&mallory.key, "mallory"), "good morning").unwrap();
    alice.wait_text("good morning");
    honest_people_go_on(&mut alice, &mut bob);
    assert!(!has_heard(&alice, "in the wrong room") && !has_heard(&bob, SECRET));
    for node in [&alice, &bob] {
        node.assert_clean();
    }
}
