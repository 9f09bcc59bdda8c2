//! Strangers and removed members who ask and write on.

use std::collections::BTreeMap;

use super::{
    hacker::{Hacker, is_about},
    *,
};
use crate::attack::{
    Author, batch, have, id, proto,
    proto::{Have, HeldRange, Private, Standing, frame::Body},
    unhex,
};

#[test]
fn a_stranger_who_knows_the_id_gets_nothing() {
    let ports = Ports::take();
    let mut alice = owner(&ports);
    let room = unhex(&wait_room(&alice, "joined"));
    let bob = invited(&mut alice, "bob", &ports);
    wait_members(&alice, 1);
    passes(&mut alice, &bob, SECRET);
    let mut mallory = Hacker::meet(&alice, "mallory");
    let nothing = |author: Vec<u8>| HeldRange {
        name: 0,
        log: Some(proto::LogId { room: room.to_vec(), author, epoch: 1 }),
        seq: 0,
        head: Vec::new(),
        base: 1,
    };
    let standing = Standing { room: room.to_vec(), version: 1, digest: vec![1; 8], joined: true };
    mallory.say_private(Private { standings: vec![standing], ..Private::default() });
    mallory.say_private(Private { wanted: vec![room.to_vec()], ..Private::default() });
    let ranges = vec![nothing(unhex(&alice.id()).to_vec()), nothing(mallory.key.bytes().to_vec())];
    mallory.link.send(Body::Have(Have { ranges, changes: Vec::new(), more: false, want: true })).unwrap();
    let mut log = Author::in_room(&mallory.key, "mallory", room);
    let line = log.line("in clear");
    mallory.hand(&log, vec![line]);
    // What comes later on the same link has overtaken nothing.
    let mut lobby = Author::new(&mallory.key, "mallory");
    mallory.link.say(&mut lobby, "good morning").unwrap();
    alice.wait_text("good morning");
    passes(&mut alice, &bob, "still among us");
    let end = std::time::Instant::now();
    while let Ok(body) = mallory.link.next_within(seconds(5)) {
        assert!(!is_about(&body, &room), "{body:?}");
        if end.elapsed() > seconds(10) {
            break;
        }
    }
    assert!(!has_heard(&alice, "in clear") && !has_heard(&bob, "in clear"));
    alice.assert_clean();
}

#[test]
fn a_removed_member_writes_no_more_whatever_they_sign() {
    let ports = Ports::take();
    let (mut alice, mut mallory, room, decision) = Hacker::inside(&ports);
    let key = mallory.room_key(&decision);
    let mut log = Author::in_room(&mallory.key, "mallory", room);
    let inside = Hacker::line(&mut log, &key, "i am a member");
    mallory.hand(&log, vec![inside.clone()]);
    alice.wait_text("i am a member");

    alice.say("/kick mallory");
    mallory.wait_removal();
    // On in the same log, in a new one, one dated before the removal, and another history of the first.
    let goes_on = Hacker::line(&mut log, &key, "i go on");
    let mut fresh = Author::in_room(&mallory.key, "mallory", room);
    let begins = Hacker::line(&mut fresh, &key, "i begin anew");
    let mut old = Author::in_room(&mallory.key, "mallory", room);
    old.fix_clock(1_600_000_000_000);
    let dated = Hacker::line(&mut old, &key, "i was always here");
    let logs: BTreeMap<&str, Vec<proto::Signed>> =
        BTreeMap::from([("log", vec![goes_on]), ("fresh", vec![begins]), ("old", vec![dated])]);
    for events in logs.into_values() {
        mallory.link.send(batch(events)).unwrap();
    }
    mallory.link.send(have(vec![log.range(), fresh.range(), old.range()])).unwrap();
    mallory.say_private(Private { wanted: vec![room.to_vec()], ..Private::default() });
    let mut lobby = Author::new(&mallory.key, "mallory");
    mallory.link.say(&mut lobby, "good morning").unwrap();
    alice.wait_text("good morning");

    // A friend inside, who comes later, gets what counted and nothing else.
    let bob = invited(&mut alice, "bob", &ports);
    bob.wait_text("i am a member");
    passes(&mut alice, &bob, SECRET);
    for text in ["i go on", "i begin anew", "i was always here"] {
        assert!(!has_heard(&alice, text) && !has_heard(&bob, text), "{text}");
    }
    assert_eq!(id(&inside).len(), 32);
    let begun = std::time::Instant::now();
    while let Ok(body) = mallory.link.next_within(seconds(5)) {
        let has_decision = matches!(&body, Body::Private(private) if private.decision.is_some());
        let events = matches!(&body, Body::Batch(_)) && is_about(&body, &room);
        assert!(!has_decision && !events, "{body:?}");
        if begun.elapsed() > seconds(10) {
            break;
        }
    }
    alice.assert_clean();
}
