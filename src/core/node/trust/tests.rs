//! The trust machine alone: who is here is a list.

use std::time::Instant;

use super::*;
use crate::domain::model::{Peer, Software, Timestamp, Trust};

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
        self.0.push(Peer { id, nick: Nick::new(name).ok(), addr, software, trust: Trust::New, ignored: false });
    }
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
    Known {
        node: key(n),
        nick: Nick::new(name).ok(),
        first_seen: zero,
        last_seen: zero,
        addrs: Vec::new(),
        verified: true,
        trusted: false,
        ignored: false,
        met: None,
    }
}

fn guest() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 9], 50_000))
}

#[test]
fn a_new_key_under_a_known_name_raises_an_alarm_and_is_suspect() {
    let (mut keyring, here, now) = (Keyring::new(vec![verified(1, "bob")]), FakeDirectory::default(), now());
    let mut out = Vec::new();
    keyring.renamed(key(2), &nick("bob"), &here, now, &mut out);
    assert!(
        matches!(&out[..], [Output::Standing(node), Output::Update(Update::Alarm(_))] if *node == key(2)),
        "{out:?}"
    );
    assert_eq!(keyring.book().standing(&key(2), now.wall).0, Trust::Suspect);
    assert!(!keyring.is_acquainted(&key(2)) && keyring.is_acquainted(&key(1)));
}

#[test]
fn alarms_beyond_a_few_are_one_notice() {
    let (mut keyring, here, now) = (Keyring::new(vec![verified(1, "bob")]), FakeDirectory::default(), now());
    let mut out = Vec::new();
    for n in 2..20 {
        let alarm = keyring.met(key(n), Some(&nick("bob")), None, &here, now);
        keyring.raise(alarm, now.mono, &mut out);
    }
    let alarms = out.iter().filter(|out| matches!(out, Output::Update(Update::Alarm(_)))).count();
    let notices = out.iter().filter(|out| matches!(out, Output::Update(Update::Notice { .. }))).count();
    assert_eq!((alarms, notices), (ALARM_BURST as usize, 1));
}

#[test]
fn somebody_who_shares_a_name_is_judged_again_when_its_owner_leaves() {
    let (mut keyring, mut here, now) = (Keyring::new(vec![verified(1, "bob")]), FakeDirectory::default(), now());
    here.add(PeerId::Node(key(1)), "bob");
    assert_eq!(keyring.met(key(2), Some(&nick("bob")), None, &here, now), None, "two people of one name are here");
    here.0.clear();
    here.add(PeerId::Node(key(2)), "bob");
    let mut out = Vec::new();
    keyring.name_left(&nick("bob"), &here, now, &mut out);
    assert!(matches!(&out[..], [Output::Standing(_), Output::Update(Update::Alarm(_))]), "{out:?}");
}

#[test]
fn trust_and_ignore_say_whose_standing_has_changed() {
    let (mut keyring, mut here, now) = (Keyring::new(Vec::new()), FakeDirectory::default(), now());
    here.add(PeerId::Node(key(1)), "bob");
    here.add(PeerId::Guest(guest()), "eve");
    keyring.met(key(1), Some(&nick("bob")), None, &here, now);
    let mut out = Vec::new();
    keyring.trust(&who("bob"), &here, &mut out);
    keyring.ignore(&who("bob"), true, &here, &mut out);
    assert_eq!(out.iter().filter(|out| **out == Output::Standing(key(1))).count(), 2);
    assert!(keyring.book().get(&key(1)).is_some_and(|known| known.trusted && known.ignored));
    out.clear();
    keyring.ignore(&who("eve"), true, &here, &mut out);
    assert!(out.contains(&Output::GuestIgnored { addr: guest(), ignored: true }));
    assert!(keyring.is_ignored_guest(&guest()));
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], 50_000));
    out.clear();
    keyring.guest_left(guest(), None, Some(elsewhere), &mut out);
    assert!(out.is_empty() && keyring.is_ignored_guest(&elsewhere), "the same link");
    assert!(!keyring.is_ignored_guest(&guest()));
    keyring.guest_left(elsewhere, Some(&nick("eve")), None, &mut out);
    assert!(!keyring.is_ignored_guest(&elsewhere));
    let [Output::Update(Update::Notice { code: NoticeCode::Trust, text })] = &out[..] else { panic!("{out:?}") };
    assert!(text.starts_with("The guest ?eve (127.0.0.1:50000), which you ignored, has left."), "{text}");
    keyring.guest_left(elsewhere, None, None, &mut out);
    assert_eq!(out.len(), 1, "nobody was ignored there");
    out.clear();
    keyring.trust(&who("eve"), &here, &mut out);
    assert!(matches!(&out[..], [Output::Update(Update::Failed { .. })]), "nobody can say who a guest is: {out:?}");
}

#[test]
fn a_command_that_could_mean_two_people_asks_by_their_keys() {
    let (mut keyring, mut here) = (Keyring::new(Vec::new()), FakeDirectory::default());
    here.add(PeerId::Node(key(1)), "bob");
    here.add(PeerId::Node(key(2)), "bob");
    let mut out = Vec::new();
    keyring.trust(&who("bob"), &here, &mut out);
    let [Output::Update(Update::Failed { text, .. })] = out.as_slice() else { panic!("{out:?}") };
    assert!(text.contains("bob#01010101") && text.contains("bob#02020202"), "{text}");
    let people = keyring.people(&here);
    assert_eq!(people.resolve(&who("bob#02020202")), Ok(PeerId::Node(key(2))));
    assert_eq!(people.names().name(PeerId::Node(key(1))), "bob");
    assert_eq!(people.names().name(PeerId::Node(key(3))), key(3).tag(8), "unknown");
}

#[test]
fn a_guest_under_the_name_of_a_known_key_is_pointed_out_once_a_minute() {
    let (mut keyring, now) = (Keyring::new(vec![verified(1, "bob")]), now());
    let mut out = Vec::new();
    for _ in 0..3 {
        keyring.guest_named(guest(), &nick("bob"), now, &mut out);
        keyring.guest_named(guest(), &nick("eve"), now, &mut out);
    }
    assert!(matches!(&out[..], [Output::Update(Update::Notice { code: NoticeCode::GuestName, .. })]), "{out:?}");
}
