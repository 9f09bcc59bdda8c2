//! Somebody who hands sealed lines over in another order, more than once, changed, or in another place.

use proximity_chat::protocol::sealing::{KIND_SEALED, PairSecret, SealingKey};

use super::{hacker::Hacker, *};
use crate::attack::{Author, batch, have, id, proto, proto::frame::Body, read, unhex};

/// Lines of one log.
const LINES: usize = 6;

fn expected(of: &str) -> Vec<String> {
    (1..=LINES).map(|n| format!("{of} {n}")).collect()
}

/// The texts that a node has shown and that begin like this, in order.
fn shown(node: &Node, of: &str) -> Vec<String> {
    node.all(|e| e["text"].as_str().filter(|text| text.starts_with(of)).map(str::to_owned))
}

/// These events with something in them changed.
fn changed(genuine: &proto::Signed) -> Vec<proto::Signed> {
    let mut all = vec![genuine.clone(), genuine.clone(), genuine.clone()];
    // The sealed bytes; what is signed, in a part that is not sealed; and the signature.
    *all[0].content.last_mut().unwrap() ^= 1;
    let mut event = read(genuine);
    event.hlc += 1;
    all[1].body = prost::Message::encode_to_vec(&event);
    all[2].sig[9] ^= 1;
    all
}

/// Hands over a log backwards, again and again, and then twice as it is.
fn shuffle(mallory: &mut Hacker, range: proto::HeldRange, lines: &[proto::Signed]) {
    let backwards: Vec<_> = lines.iter().rev().cloned().collect();
    mallory.link.send(have(vec![range])).unwrap();
    for line in &backwards {
        mallory.link.send(batch(vec![line.clone()])).unwrap();
    }
    // Each round lets at least one more find its place.
    for _ in 0..lines.len() {
        mallory.link.send(batch(backwards.clone())).unwrap();
    }
    for _ in 0..2 {
        mallory.link.send(batch(lines.to_vec())).unwrap();
    }
}

/// An event of this log that says what was sealed for another place.
fn transplanted(to: &mut Author, sealed: &proto::Signed) -> proto::Signed {
    let event = proto::Event { kind: KIND_SEALED, ..to.draft() };
    let signed = to.sign(event, sealed.content.clone());
    to.follow(&signed);
    signed
}

/// The sealed lines that a member says to the carrier.
fn collect(mallory: &mut Hacker, author: &[u8; 32]) -> Vec<proto::Signed> {
    let mut lines: Vec<proto::Signed> = Vec::new();
    mallory
        .link
        .wait(|body| {
            if let Body::Batch(sent) = body {
                let theirs = |signed: &&proto::Signed| {
                    let event = read(signed);
                    event.kind == KIND_SEALED && event.log.is_some_and(|log| log.author == author)
                };
                lines.extend(sent.events.iter().filter(theirs).cloned());
            }
            (lines.len() >= LINES).then_some(())
        })
        .unwrap();
    lines
}

#[test]
fn a_carrier_changes_nothing_in_a_private_room() {
    let ports = Ports::take();
    let (mut alice, mut mallory, room, decision) = Hacker::inside(&ports);
    let key = mallory.room_key(&decision);
    let mut bob = invited(&mut alice, "bob", &ports);
    wait_members(&bob, 1);
    alice.quit();
    // What bob says while the owner is away, the owner gets from the carrier only.
    mallory.go_on_at(&bob, "mallory", &room);
    for text in expected("bob") {
        bob.say(&text);
    }
    let lines = collect(&mut mallory, &unhex(&bob.id()));
    bob.kill();
    let mut alice = alice.start_again();
    mallory.go_on_at(&alice, "mallory", &room);
    let log = read(&lines[0]).log;
    let head = id(lines.last().unwrap());
    let range = proto::HeldRange { name: 0, log, seq: LINES as u64, head, base: 1 };
    mallory.link.send(batch(changed(&lines[0]))).unwrap();
    shuffle(&mut mallory, range, &lines);
    // The carrier's own line, in another place of its log, in another log, and in another room.
    let mut own = Author::in_room(&mallory.key, "mallory", room);
    let genuine = Hacker::line(&mut own, &key, "mallory 1");
    mallory.hand(&own, vec![genuine.clone()]);
    alice.wait_text("mallory 1");
    let pair = PairSecret::new(&SealingKey::of(&mallory.identity()), &mallory.card_of_other()).unwrap();
    let direct = pair.room().0;
    let places = [own.clone(), Author::in_room(&mallory.key, "m", room), Author::in_room(&mallory.key, "m", direct)];
    for mut place in places {
        let moved = transplanted(&mut place, &genuine);
        mallory.hand(&place, vec![moved]);
    }
    mallory.link.say(&mut Author::new(&mallory.key, "mallory"), "good morning").unwrap();
    alice.wait_text("good morning");
    assert_eq!((shown(&alice, "bob"), shown(&alice, "mallory")), (expected("bob"), vec!["mallory 1".to_owned()]));
    let bob = bob.start_again();
    passes(&mut alice, &bob, "all is well");
    let plan = ["--room", "plan"];
    crate::support::until("the same lines", seconds(30), || (alice.log(&plan) == bob.log(&plan)).then_some(()));
    let kept = alice.log(&plan);
    assert_eq!(kept.lines().count(), LINES + 2, "{kept}");
    assert!(kept.lines().zip(expected("bob")).all(|(line, text)| line.ends_with(&text)), "{kept}");
    alice.assert_clean();
}

#[test]
fn direct_lines_are_shown_once_and_in_order() {
    let ports = Ports::take();
    let alice = owner(&ports);
    let mut mallory = Hacker::meet(&alice, "mallory");
    alice.wait_nick("mallory");
    mallory.link.send(have(Vec::new())).unwrap();
    let pair = PairSecret::new(&SealingKey::of(&mallory.identity()), &mallory.card_of_other()).unwrap();
    let mut log = Author::in_room(&mallory.key, "mallory", pair.room().0);
    let lines: Vec<_> = expected("direct").iter().map(|text| Hacker::line(&mut log, pair.generation(), text)).collect();
    mallory.link.send(batch(changed(&lines[0]))).unwrap();
    shuffle(&mut mallory, log.range(), &lines);
    // The same text once more, where another one belongs, in another log, and in the lobby.
    let mut other = Author::in_room(&mallory.key, "mallory", pair.room().0);
    for place in [&mut log, &mut other, &mut Author::new(&mallory.key, "mallory")] {
        let moved = transplanted(place, &lines[0]);
        mallory.hand(place, vec![moved]);
    }
    mallory.link.say(&mut Author::new(&mallory.key, "mallory"), "good morning").unwrap();
    alice.wait_text("good morning");
    alice.wait_text(&format!("direct {LINES}"));
    assert_eq!(shown(&alice, "direct"), expected("direct"));
    let room = format!("@{}", mallory.key.id());
    assert!(alice.all(|e| (e["text"] == "direct 1").then(|| e["room"] == room)).iter().all(|is_there| *is_there));
    let mut bob = node("bob", &ports);
    alice.wait_nick("bob");
    bob.wait_nick("alice");
    bob.say("/msg alice all is well");
    alice.wait_text("all is well");
    bob.quit();
    alice.assert_clean();
}
