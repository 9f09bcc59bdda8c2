//! The trust machine alone: the linked peers are a list.

use std::time::Instant;

use super::*;
use crate::domain::{
    bus::{Candidate, NamedKey, Notice, TrustFailure, TrustNotice, WhoFailure},
    model::{Peer, Repute, Software, Timestamp, Trust},
};

/// Who is linked.
#[derive(Default)]
struct FakeDirectory(Vec<Peer>);

impl Directory for FakeDirectory {
    fn everyone(&self) -> Box<dyn Iterator<Item = &Peer> + '_> {
        Box::new(self.0.iter())
    }

    fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.0.iter().find(|peer| peer.id == id)
    }
}

impl FakeDirectory {
    fn add(&mut self, id: PeerId, name: &str) {
        let addr = SocketAddr::from(([10, 0, 0, 7], 4565));
        let software = Software::Reference;
        self.0.push(Peer { id, nick: Nick::new(name).ok(), addr, software, repute: Repute::of(Trust::New) });
    }
}

/// The keyring of a user called zoe.
fn keyring(known: Vec<Known>) -> Keyring {
    Keyring::new(known, key(0xee), &nick("zoe"))
}

fn key(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

fn who(name: &str) -> Who {
    Who::new(name).unwrap()
}

fn now() -> Now {
    Now { mono: Instant::now(), wall: Timestamp::from_millis(0) }
}

/// Somebody whom the user has verified.
fn verified(n: u8, name: &str) -> Known {
    let zero = Timestamp::from_millis(0);
    Known { nick: Nick::new(name).ok(), verified: true, ..Known::new(key(n), zero) }
}

fn guest() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 9], 50_000))
}

#[test]
fn a_new_key_under_a_known_name_is_suspect() {
    let (mut keyring, here, now) = (keyring(vec![verified(1, "bob")]), FakeDirectory::default(), now());
    let mut out = Vec::new();
    keyring.renamed(key(2), &nick("bob"), &here, now, &mut out);
    assert!(
        matches!(
            &out[..],
            [Output::Repute(node), Output::NameTaken { node: told, .. }, Output::Update(Update::Alarm(_))]
                if *node == key(2) && told == node
        ),
        "{out:?}"
    );
    assert_eq!(keyring.book().repute(&key(2), now.wall).trust, Trust::Suspect);
    assert!(!keyring.is_acquainted(&key(2)) && keyring.is_acquainted(&key(1)));
}

#[test]
fn further_alarms_become_one_notice() {
    let (mut keyring, here, now) = (keyring(vec![verified(1, "bob")]), FakeDirectory::default(), now());
    let mut out = Vec::new();
    for n in 2..20 {
        let alarm = keyring.met(key(n), Some(&nick("bob")), None, &here, now);
        keyring.raise(alarm, now.mono, &mut out);
    }
    let alarms = out.iter().filter(|out| matches!(out, Output::Update(Update::Alarm(_)))).count();
    let notices = out.iter().filter(|out| matches!(out, Output::Update(Update::Notice(_)))).count();
    assert_eq!((alarms, notices), (ALARM_BURST as usize, 1));
}

#[test]
fn a_namesake_is_judged_again_when_an_unproven_key_leaves() {
    let (mut keyring, mut here, now) = (keyring(Vec::new()), FakeDirectory::default(), now());
    here.add(PeerId::Node(key(1)), "bob");
    assert_eq!(keyring.met(key(1), Some(&nick("bob")), None, &here, now), None);
    assert!(keyring.met(key(2), Some(&nick("bob")), None, &here, now).is_some(), "two people of one name are here");
    keyring.parted(&key(1), now);
    here.0.clear();
    here.add(PeerId::Node(key(2)), "bob");
    let mut out = Vec::new();
    keyring.name_left(&nick("bob"), &here, now, &mut out);
    assert_eq!(out, [Output::Repute(key(2))]);
    assert!(!keyring.book().repute(&key(2), now.wall).namesake, "the first one said nothing");
}

/// No key that is verified or here is displaced without a question.
#[test]
fn displacing_a_verified_or_present_key_needs_confirmation() {
    let (mut keyring, mut here, now) = (keyring(vec![verified(1, "bob")]), FakeDirectory::default(), now());
    here.add(PeerId::Node(key(2)), "bob");
    keyring.met(key(2), Some(&nick("bob")), None, &here, now);
    let mut out = Vec::new();
    keyring.trust(&who("bob#0202"), false, &here, now, &mut out);
    let asked = TrustFailure::Displaces {
        key: NamedKey { name: "bob#0202".to_owned(), node: key(2) },
        nick: "bob".to_owned(),
        rival: key(1),
        verified: true,
    };
    assert_eq!(out, [Output::Update(asked.into())]);
    out.clear();
    keyring.trust(&who("bob#0202"), true, &here, now, &mut out);
    let trusted =
        TrustNotice::Trusted { key: NamedKey { name: "bob#0202".to_owned(), node: key(2) }, displaced: Some(key(1)) };
    assert!(matches!(&out[..], [_, Output::Repute(_), Output::Repute(_)]) && out[0] == Output::Update(trusted.into()));
    assert!(!keyring.book().is_namesake(&key(2)) && keyring.book().is_namesake(&key(1)));
    out.clear();
    keyring.untrust(&who("bob#0202"), &here, now, &mut out);
    assert!(keyring.book().is_namesake(&key(2)) && !keyring.book().is_namesake(&key(1)), "{out:?}");
    out.clear();
    keyring.untrust(&who("bob#0202"), &here, now, &mut out);
    assert!(matches!(&out[..], [Output::Update(Update::Failed(_))]), "there is nothing to take back");
}

#[test]
fn every_answer_names_the_key() {
    let (mut keyring, mut here, now) = (keyring(Vec::new()), FakeDirectory::default(), now());
    here.add(PeerId::Node(key(1)), "bob");
    here.add(PeerId::Node(key(2)), "bob");
    for n in [1, 2] {
        keyring.met(key(n), Some(&nick("bob")), None, &here, now);
    }
    keyring.compared(key(2), true, &here, &mut Vec::new());
    let mut out = Vec::new();
    keyring.ignore(&who("bob#0202"), true, &here, now, &mut out);
    keyring.ignore(&who("bob#0202"), false, &here, now, &mut out);
    keyring.trust(&who("bob#0202"), true, &here, now, &mut out);
    keyring.untrust(&who("bob#0202"), &here, now, &mut out);
    keyring.unverify(&who("bob#0202"), &here, now, &mut out);
    let key_of = |notice: &Notice| match notice {
        Notice::Trust(
            TrustNotice::Trusted { key, .. }
            | TrustNotice::Untrusted { key, .. }
            | TrustNotice::Unverified { key, .. }
            | TrustNotice::Ignored(key)
            | TrustNotice::Unignored(key),
        ) => key.node,
        other => panic!("{other:?}"),
    };
    let notices = out.iter().filter_map(|out| match out {
        Output::Update(Update::Notice(notice)) => Some(key_of(notice)),
        _ => None,
    });
    assert_eq!(notices.collect::<Vec<_>>(), [key(2); 5], "{out:?}");
}

#[test]
fn trust_and_ignore_report_whose_standing_changed() {
    let (mut keyring, mut here, now) = (keyring(Vec::new()), FakeDirectory::default(), now());
    here.add(PeerId::Node(key(1)), "bob");
    here.add(PeerId::Guest(guest()), "eve");
    keyring.met(key(1), Some(&nick("bob")), None, &here, now);
    let mut out = Vec::new();
    keyring.trust(&who("bob"), false, &here, now, &mut out);
    keyring.ignore(&who("bob"), true, &here, now, &mut out);
    assert_eq!(out.iter().filter(|out| **out == Output::Repute(key(1))).count(), 2);
    assert!(keyring.book().get(&key(1)).is_some_and(|known| known.trusted && known.ignored));
    out.clear();
    keyring.ignore(&who("eve"), true, &here, now, &mut out);
    assert!(out.contains(&Output::GuestIgnored { addr: guest(), ignored: true }));
    assert!(keyring.is_ignored_guest(&guest()));
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], 50_000));
    out.clear();
    keyring.guest_left(guest(), None, Some(elsewhere), &mut out);
    assert!(out.is_empty() && keyring.is_ignored_guest(&elsewhere), "the same link");
    assert!(!keyring.is_ignored_guest(&guest()));
    keyring.guest_left(elsewhere, Some(&nick("eve")), None, &mut out);
    assert!(!keyring.is_ignored_guest(&elsewhere));
    let left = TrustNotice::IgnoredGuestLeft { addr: elsewhere, nick: Some(nick("eve")) };
    assert_eq!(out, [Output::Update(left.into())]);
    keyring.guest_left(elsewhere, None, None, &mut out);
    assert_eq!(out.len(), 1, "nobody was ignored there");
    out.clear();
    keyring.trust(&who("eve"), false, &here, now, &mut out);
    assert!(matches!(&out[..], [Output::Update(Update::Failed(_))]), "nobody can say who a guest is: {out:?}");
}

#[test]
fn an_ambiguous_command_lists_the_candidates_with_their_keys() {
    let (mut keyring, mut here) = (keyring(Vec::new()), FakeDirectory::default());
    here.add(PeerId::Node(key(1)), "bob");
    here.add(PeerId::Node(key(2)), "bob");
    let mut out = Vec::new();
    keyring.trust(&who("bob"), false, &here, now(), &mut out);
    let person = |name: &str| Candidate { name: name.to_owned(), trust: Trust::New };
    let people = ["bob#01010101", "bob#02020202"].map(person).to_vec();
    assert_eq!(out, [Output::Update(WhoFailure::Several { who: who("bob"), people }.into())]);
    let people = keyring.people(&here, now().wall);
    assert_eq!(people.resolve(&who("bob#02020202")), Ok(PeerId::Node(key(2))));
    assert_eq!(people.names().name(PeerId::Node(key(1))), "bob");
    assert_eq!(people.names().name(PeerId::Node(key(3))), key(3).tag(8), "unknown");
}

#[test]
fn a_guest_under_a_known_name_is_reported_once() {
    let (mut keyring, now) = (keyring(vec![verified(1, "bob")]), now());
    let mut out = Vec::new();
    for _ in 0..3 {
        keyring.guest_named(guest(), &nick("bob"), now, &mut out);
        keyring.guest_named(guest(), &nick("eve"), now, &mut out);
    }
    assert!(
        matches!(&out[..], [Output::Update(Update::Notice(Notice::Trust(TrustNotice::GuestName { .. })))]),
        "{out:?}"
    );
}
