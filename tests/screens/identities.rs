//! A snapshot of every state that has to do with names and keys, at three sizes.

use std::time::Duration;

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    screen::*,
    states::{chat, people, shoot},
};

#[test]
fn first_run() {
    let welcome = |size| Screen::new(lan().with(|s| s.ask_name = true), size);
    shoot("first_run", welcome);
    shoot("first_run_empty", |size| {
        let mut s = welcome(size);
        s.ctrl('c');
        s
    });
    shoot("first_run_invalid", |size| {
        let mut s = welcome(size);
        s.enter(": the great");
        s
    });
}

/// Everything that can stand beside a name.
pub(crate) fn everybody(size: (u16, u16)) -> Screen {
    let mut s = chat(lan(), size);
    let [bob, carol, ..] = people();
    let eve = node("c04e", "192.168.1.66:4565");
    s.joins(eve, Some("Bob"));
    s.trust(eve, Trust::Suspect);
    let mallory = node("bad0", "192.168.1.67:4565");
    s.joins(mallory, Some("mallory"));
    s.update(Update::PeerTrust { peer: mallory.id, repute: Repute { ignored: true, ..Repute::of(Trust::New) } });
    s.joins(addr("192.168.1.70:4565"), Some("frank"));
    s.joins(addr("192.168.1.71:31250"), None);
    s.is_at(carol, Presence::Here, true);
    let long = node("10e6", "192.168.1.72:4565");
    s.joins(long, Some("alexandria thegreat"));
    s.trust(long, Trust::Verified);
    s.answers_in(long, 0);
    s.answers_in(bob, 2);
    s
}

#[test]
fn everybody_in_the_sidebar() {
    shoot("everybody", everybody);
    shoot("everybody_overlay", |size| {
        let mut s = everybody(size);
        s.press(KeyCode::F(8));
        s
    });
    shoot("everybody_who", |size| {
        let mut s = everybody(size);
        s.enter("/who");
        s
    });
}

#[test]
fn away() {
    shoot("away", |size| {
        let mut s = chat(lan(), size);
        s.update(Update::PresenceSet(Presence::away("back at 3")));
        s
    });
}

#[test]
fn typing() {
    shoot("typing", |size| {
        let mut s = chat(lan(), size);
        let [bob, carol, ..] = people();
        s.is_at(bob, Presence::Here, true);
        s.is_at(carol, Presence::Here, true);
        s
    });
}

/// An alarm about a key with this prefix.
pub(crate) fn alarm(kind: AlarmKind, begin: &str, nick: &str, verified: bool) -> Update {
    Update::Alarm(Alarm {
        kind,
        node: key(begin),
        nick: Nick::new(nick).unwrap(),
        known: people()[0].id.node().copied().unwrap(),
        known_nick: Nick::new("bob").unwrap(),
        known_last_seen: Timestamp::from_millis(1_793_714_700_000),
        known_verified: verified,
    })
}

#[test]
fn key_change() {
    shoot("key_change", |size| {
        let mut s = chat(lan(), size);
        s.leaves(people()[0]);
        let other = node("c04e", "192.168.1.24:4565");
        s.update(Update::PeerJoined(Peer { repute: repute(Trust::Suspect), ..peer(other, Some("bob")) }));
        s.update(alarm(AlarmKind::KeyChanged, "c04e", "bob", true));
        s.says(other, "bob", "hi, new laptop");
        s
    });
}

#[test]
fn look_alike() {
    shoot("look_alike", |size| {
        let mut s = chat(lan(), size);
        let other = node("c04e", "192.168.1.24:4565");
        s.joins(other, Some("bοb"));
        s.trust(other, Trust::Suspect);
        s.update(alarm(AlarmKind::LookAlike, "c04e", "bοb", true));
        s.update(alarm(AlarmKind::KeyChanged, "7f3a5d17c0de", "bob", false));
        s
    });
}

#[test]
fn whois() {
    shoot("whois", |size| {
        let mut s = chat(lan(), size);
        let [bob, ..] = people();
        let known = Known {
            card: None,
            node: *bob.id.node().unwrap(),
            nick: Nick::new("bob").ok(),
            first_seen: Timestamp::from_millis(1_762_167_900_000),
            last_seen: s.now.wall,
            addrs: vec![bob.addr],
            verified: true,
            differs: false,
            trusted: false,
            displaced: false,
            ignored: false,
            met: None,
        };
        s.update(Update::Whois(Box::new(Whois {
            peer: Some(Peer { repute: repute(Trust::Verified), ..peer(bob, Some("bob")) }),
            known: Some(known),
            repute: repute(Trust::Verified),
            addrs: vec![bob.addr, addr("10.0.0.7:4565")],
            presence: Presence::away("lunch"),
            round_trip: Some(Duration::from_millis(2)),
            clock_ahead_ms: Some(-185_000),
        })));
        s
    });
    shoot("whois_guest", |size| {
        let mut s = chat(lan(), size);
        let frank = addr("192.168.1.70:4565");
        s.joins(frank, Some("frank"));
        s.update(Update::Whois(Box::new(Whois {
            peer: Some(peer(frank, Some("frank"))),
            known: None,
            repute: repute(Trust::Guest),
            addrs: vec![frank],
            presence: Presence::Here,
            round_trip: None,
            clock_ahead_ms: None,
        })));
        s.enter("/whois alice");
        s
    });
}

#[test]
fn verify() {
    let code = || "493 201 778".to_owned();
    shoot("verify", |size| {
        let mut s = chat(lan(), size);
        let [bob, carol, ..] = people();
        s.update(Update::Verify { peer: carol.id, step: VerifyStep::Code { code: code(), began: true } });
        s.update(Update::Verify { peer: carol.id, step: VerifyStep::Verified });
        s.trust(carol, Trust::Verified);
        s.update(Update::Verify { peer: bob.id, step: VerifyStep::Code { code: code(), began: false } });
        s
    });
    shoot("verify_differs", |size| {
        let mut s = chat(lan(), size);
        let [bob, carol, ..] = people();
        s.update(Update::Verify { peer: carol.id, step: VerifyStep::Ended });
        s.update(Update::Verify { peer: bob.id, step: VerifyStep::Differs });
        s
    });
}
