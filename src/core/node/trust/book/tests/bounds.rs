//! What is kept, and how much of it.

use super::*;
use crate::core::budgets::{MAX_KEYS, MAX_UNPROVEN_KEPT};

fn flood(desk: &mut Desk, keys: std::ops::Range<u32>) {
    for n in keys {
        desk.book.met(NodeId::numbered(n), Some(&nick(&format!("x{n}"))), None, |_| false, desk.clocks());
        desk.book.parted(&NodeId::numbered(n), desk.clocks());
    }
}

#[test]
fn thousands_of_new_keys_push_out_nobody_who_matters() {
    let mut known: Vec<Known> = (1..=50).map(|n| old(n, &format!("colleague{n}"))).collect();
    known.push(Known { verified: true, ..fresh(101, "verified") });
    known.push(Known { trusted: true, ..fresh(102, "trusted") });
    known.push(Known { ignored: true, ..fresh(103, "ignored") });
    let mut desk = Desk::new(known);
    desk.met(104, "linked");
    desk.met(105, "colleague1");
    assert_eq!(desk.trust(105), Trust::Suspect);
    desk.now = hour(1);
    flood(&mut desk, 0..3 * MAX_KEYS as u32);
    assert_eq!(desk.book.known().count(), MAX_KEYS);
    for n in (1..=50).chain(101..=105) {
        assert!(desk.book.get(&key(n)).is_some(), "{n}");
    }
    assert_eq!(desk.trust(105), Trust::Suspect, "nobody washes off a suspicion so");
    desk.parted(104);
    desk.now = hour(2);
    flood(&mut desk, 20_000..20_000 + MAX_KEYS as u32);
    assert!(desk.book.get(&key(104)).is_some(), "it was here for longer than a moment");
}

/// How long a test may take for 100,000 keys: 200 µs each, in a program that is not optimised.
const FAST: Duration = Duration::from_secs(20);

#[test]
fn a_flood_of_keys_does_not_displace_proven_ones() {
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "speaker");
    desk.book.spoke(&key(1));
    desk.parted(1);
    desk.met(2, "stayer");
    desk.now = Timestamp::from_millis(hour(0).as_millis() + 60_000);
    desk.parted(2);
    desk.met(3, "linked");
    let began = Instant::now();
    flood(&mut desk, 0..100_000);
    assert!(began.elapsed() < FAST, "{:?}", began.elapsed());
    assert_eq!(desk.book.known().count(), MAX_KEYS);
    assert!((1..=3).all(|n| desk.book.get(&key(n)).is_some()));
    assert!(desk.book.kept().count() <= MAX_UNPROVEN_KEPT + 3, "a few of the others are written to the file");
    desk.restart();
    assert!((1..=3).all(|n| desk.book.get(&key(n)).is_some()));
}

#[test]
fn the_fullest_hosts_keys_are_forgotten_first_even_if_proven() {
    let mut desk = Desk::new(Vec::new());
    let mut meet = |n: u32, host: u8| {
        let host = Some(Host::of([10, 0, 0, host].into()));
        desk.book.met(NodeId::numbered(n), None, host, |_| false, desk.clocks());
        desk.book.spoke(&NodeId::numbered(n));
        desk.book.parted(&NodeId::numbered(n), desk.clocks());
    };
    for n in 0..2 * MAX_KEYS as u32 {
        meet(n, 1);
    }
    for n in 0..20 {
        meet(100_000 + n, 2);
    }
    let of = |host: u8| {
        let host = Some(Host::of([10, 0, 0, host].into()));
        desk.book.known().filter(|known| known.met.is_some_and(|met| met.host == host)).count()
    };
    assert_eq!((of(1), of(2)), (MAX_KEYS - 20, 20));
    assert!(desk.book.get(&NodeId::numbered(0)).is_some(), "the newest of them go");
}

#[test]
fn a_key_becomes_known_on_day_two_or_by_trust() {
    let mut desk = Desk::new(Vec::new());
    let class = |desk: &Desk, n| desk.book.class(&key(n), true);
    for n in [1, 2, 3] {
        desk.met(n, &format!("person{n}"));
        assert_eq!(class(&desk, n), Class::PresentStranger);
    }
    desk.trusts(2);
    desk.compared(3, true);
    assert_eq!((class(&desk, 2), class(&desk, 3)), (Class::Known, Class::Verified));
    desk.now = hour(5);
    desk.book.tick(desk.clocks());
    assert_eq!(class(&desk, 1), Class::PresentStranger);
    desk.now = hour(30);
    desk.book.tick(desk.clocks());
    assert_eq!(class(&desk, 1), Class::Known, "it stayed overnight");
    desk.book.ignore(&key(1));
    assert_eq!(class(&desk, 1), Class::PresentStranger, "the user shut it out");
    assert_eq!(desk.book.class(&key(9), false), Class::AbsentStranger);
}

#[test]
fn days_missing_from_an_older_file_are_estimated() {
    let desk = Desk::new(vec![Known { met: None, ..old(1, "bob") }, Known { met: None, ..fresh(2, "carol") }]);
    let class = |n| desk.book.class(&key(n), false);
    assert_eq!((class(1), class(2)), (Class::Known, Class::AbsentStranger));
}

#[test]
fn an_oversized_file_keeps_the_keys_seen_last() {
    let many = |n| Known { node: NodeId::numbered(n), last_seen: hour(i64::from(n) - 10_000), ..fresh(0, "x") };
    let desk = Desk::new((0..MAX_KEYS as u32 + 10).map(many).chain([old(1, "bob")]).collect());
    assert_eq!(desk.book.known().count(), MAX_KEYS);
    assert!(desk.book.get(&key(1)).is_some() && desk.book.get(&NodeId::numbered(10)).is_none());
    assert!(desk.book.get(&NodeId::numbered(11)).is_some());
    let twice = Desk::new(vec![old(1, "bob"), old(1, "robert")]);
    assert_eq!(twice.book.known().map(|known| known.nick.clone()).collect::<Vec<_>>(), [Some(nick("robert"))]);
    assert_eq!(twice.book.find(&Wanted::new(&Who::new("bob").unwrap())), []);
}

#[test]
fn thousands_of_keys_under_one_name_are_handled_quickly() {
    let mut desk = Desk::new(Vec::new());
    for n in 0..MAX_KEYS as u32 {
        desk.book.met(NodeId::numbered(n), Some(&nick("bob")), None, |_| false, desk.clocks());
    }
    let named = desk.book.known().filter(|known| known.nick.is_some()).count();
    assert!(named == 1, "{named}");
}

#[test]
fn a_key_keeps_few_addresses_newest_first() {
    let at = |port: u16| SocketAddr::from(([10, 0, 0, 1], port));
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "bob");
    for port in [1, 2, 3, 1] {
        desk.book.listens(&key(1), at(port));
    }
    assert_eq!(desk.book.get(&key(1)).unwrap().addrs, [at(1), at(3), at(2)]);
    for port in 100..200 {
        desk.book.listens(&key(1), at(port));
    }
    assert_eq!(desk.book.get(&key(1)).unwrap().addrs.len(), crate::domain::model::MAX_ADDRESSES);
    desk.book.listens(&key(2), at(1));
    assert_eq!(desk.book.get(&key(2)), None, "nobody knows that key");
}

#[test]
fn keys_seen_last_are_dialled_first_without_scanning_hosts() {
    let at = |host: u8, port: u16| SocketAddr::from(([10, 0, 0, host], port));
    let known = |n: u8, seen: i64, addrs: Vec<SocketAddr>| Known { last_seen: hour(seen), addrs, ..old(n, "x") };
    let crowd = |n: u8| known(n, -90, (0..8).map(|port| at(99, u16::from(n) * 10 + port)).collect());
    let mut all: Vec<Known> = (10..20).map(crowd).collect();
    all.push(known(1, -3, vec![at(1, 1), at(1, 2)]));
    all.push(known(2, -2, vec![at(2, 1), at(1, 1)]));
    all.push(Known { verified: true, ..known(3, -80, vec![at(3, 1)]) });
    all.push(Known { ignored: true, ..known(4, -1, vec![at(4, 1)]) });
    let addrs = Desk::new(all).book.addresses();
    assert_eq!(addrs[..4], [at(3, 1), at(2, 1), at(1, 1), at(1, 2)]);
    assert_eq!(addrs.len(), 4 + MAX_REDIALS_PER_HOST);
    let everybody = |n: u8| known(n, -1, (0..8).map(|host| SocketAddr::from(([10, 1, n, host], 1))).collect());
    assert_eq!(Desk::new((0..=255).map(everybody).collect()).book.addresses().len(), MAX_REDIALS);
}

#[test]
fn every_change_to_be_saved_is_reported_once() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    let changed = |desk: &mut Desk, what: &dyn Fn(&mut Desk)| {
        what(desk);
        (desk.book.take_changed(), desk.book.take_changed())
    };
    let addr = SocketAddr::from(([10, 0, 0, 1], 1));
    assert_eq!(changed(&mut desk, &|_| {}), (false, false));
    assert_eq!(changed(&mut desk, &|desk| drop(desk.met(1, "bob"))), (true, false), "last sight");
    assert_eq!(changed(&mut desk, &|desk| drop(desk.met(1, "rob"))), (true, false));
    assert_eq!(changed(&mut desk, &|desk| drop(desk.met(1, "rob"))), (false, false), "the same hour");
    assert_eq!(changed(&mut desk, &|desk| drop(desk.met(2, "new"))), (true, false));
    assert_eq!(changed(&mut desk, &|desk| desk.book.listens(&key(1), addr)), (true, false));
    assert_eq!(changed(&mut desk, &|desk| desk.book.listens(&key(1), addr)), (false, false));
    assert_eq!(changed(&mut desk, &|desk| desk.book.ignore(&key(1))), (true, false));
    assert_eq!(changed(&mut desk, &|desk| desk.book.unignore(&key(1))), (true, false));
    assert_eq!(changed(&mut desk, &|desk| desk.trusts(1)), (true, false));
    assert_eq!(changed(&mut desk, &|desk| desk.compared(1, true)), (true, false));
    assert_eq!(changed(&mut desk, &|desk| desk.compared(1, true)), (false, false));
    assert_eq!(changed(&mut desk, &|desk| desk.trusts(9)), (false, false), "nobody");
}
