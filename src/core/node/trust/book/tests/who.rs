//! Whom the user may mean.

use super::*;

use Match::*;

fn found(desk: &Desk, who: &str) -> Vec<(u8, Match)> {
    let who = Who::new(who).unwrap();
    desk.book.find(&Wanted::new(&who)).into_iter().map(|(node, how)| (node.as_bytes()[0], how)).collect()
}

#[test]
fn exact_names_are_distinguished_from_look_alikes() {
    let desk = Desk::new(vec![old(1, "bob"), old(2, "b0b"), old(3, "Bob")]);
    assert_eq!(found(&desk, "bob"), [(1, Name), (2, Alike), (3, Alike)]);
    assert_eq!(found(&desk, "@b0b"), [(1, Alike), (2, Name), (3, Alike)]);
    assert_eq!(found(&desk, "BOB"), [(1, Alike), (2, Alike), (3, Alike)]);
    assert_eq!(found(&desk, "carol"), []);
}

#[test]
fn suspects_match_their_present_name_and_linked_keys_come_first() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "mallory")]);
    desk.met(2, "bob");
    assert_eq!(found(&desk, "bob"), [(2, Name), (1, Name)]);
    assert_eq!(found(&desk, "mallory"), []);
    assert_eq!(desk.book.nick(&key(2)), Some(&nick("bob")));
    desk.parted(2);
    desk.met(1, "bob");
    assert_eq!(found(&desk, "bob"), [(1, Name), (2, Name)]);
}

#[test]
fn a_key_prefix_tells_two_namesakes_apart() {
    let desk = Desk::new(vec![old(0xc0, "bob"), old(0x4e, "bob")]);
    assert_eq!(found(&desk, "bob#c0c0"), [(0xc0, Tag)]);
    assert_eq!(found(&desk, "bob#4E4e4"), [(0x4e, Tag)]);
    assert_eq!(found(&desk, "Bob#4E4e4"), [(0x4e, Alike)], "four digits are soon ground");
    assert_eq!(found(&desk, "bob#c0c1"), []);
    assert_eq!(found(&desk, "bob#c0"), [], "too short");
}

#[test]
fn a_key_prefix_matches_in_any_grouping_despite_namesakes() {
    let desk = Desk::new(vec![old(0xab, "bob"), old(0xff, "eve"), old(0xac, "cafe"), old(0xca, "caca")]);
    assert_eq!(found(&desk, "abab"), [(0xab, Key)]);
    assert_eq!(found(&desk, "ABAB abab  ab"), [(0xab, Key)]);
    assert_eq!(found(&desk, "ffffffff"), [(0xff, Key)]);
    assert_eq!(found(&desk, &key(0xff).groups()), [(0xff, Key)]);
    assert_eq!(found(&desk, &format!("{}0", key(0xff))), []);
    assert_eq!(found(&desk, "aba"), []);
    assert_eq!(found(&desk, "cafe"), [(0xac, Name)]);
    assert_eq!(found(&desk, "caca"), [(0xca, Key)]);
    let desk = Desk::new(vec![old(0xab, "bob"), old(0xff, "abab")]);
    assert_eq!(found(&desk, "abab"), [(0xab, Key), (0xff, Name)]);
}

#[test]
fn a_nameless_peer_is_found_by_its_key() {
    let mut desk = Desk::new(Vec::new());
    desk.book.met(key(7), None, None, |_| true, desk.clocks());
    assert_eq!(found(&desk, "0707"), [(7, Key)]);
    assert_eq!(desk.trust(7), Trust::New);
}
