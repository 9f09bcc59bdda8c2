//! Whom the user may mean.

use super::*;

fn found(desk: &Desk, who: &str) -> Vec<u8> {
    desk.book.find(&Who::new(who).unwrap()).into_iter().map(|node| node.as_bytes()[0]).collect()
}

#[test]
fn a_name_as_it_is_written_goes_before_one_that_looks_so() {
    let desk = Desk::new(vec![old(1, "bob"), old(2, "b0b"), old(3, "Bob")]);
    assert_eq!(found(&desk, "bob"), [1]);
    assert_eq!(found(&desk, "@b0b"), [2]);
    assert_eq!(found(&desk, "BOB").len(), 3);
    assert_eq!(found(&desk, "carol"), [0; 0]);
}

#[test]
fn a_suspect_is_found_by_the_name_it_goes_by_and_who_is_linked_comes_first() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "mallory")]);
    desk.met(2, "bob");
    assert_eq!(found(&desk, "bob"), [2, 1]);
    assert_eq!(found(&desk, "mallory"), [0; 0]);
    desk.parted(2);
    desk.met(1, "bob");
    assert_eq!(found(&desk, "bob"), [1, 2]);
}

#[test]
fn the_begin_of_the_key_tells_two_of_one_name_apart() {
    let desk = Desk::new(vec![old(0xc0, "bob"), old(0x4e, "bob")]);
    assert_eq!(found(&desk, "bob#c0c0"), [0xc0]);
    assert_eq!(found(&desk, "Bob#4E4e4"), [0x4e]);
    assert_eq!(found(&desk, "bob#c0c1"), [0; 0]);
    assert_eq!(found(&desk, "bob#c0"), [0; 0], "too short");
}

#[test]
fn a_key_is_found_by_its_begin_in_any_groups_and_after_names() {
    let mut desk = Desk::new(vec![old(0xab, "bob"), old(0xff, "eve"), old(0xac, "cafe"), old(0xca, "x")]);
    assert_eq!(found(&desk, "abab"), [0xab]);
    assert_eq!(found(&desk, "ABAB abab  ab"), [0xab]);
    assert_eq!(found(&desk, "ffffffff"), [0xff]);
    assert_eq!(found(&desk, &key(0xff).groups()), [0xff]);
    assert_eq!(found(&desk, &format!("{}0", key(0xff))), [0; 0]);
    assert_eq!(found(&desk, "aba"), [0; 0]);
    assert_eq!(found(&desk, "cafe"), [0xac], "a name");
    desk.met(0xac, "other");
    assert_eq!(found(&desk, "cafe"), [0; 0], "caca is not cafe");
    assert_eq!(found(&desk, "caca"), [0xca]);
}

#[test]
fn whoever_has_no_name_is_found_by_the_key() {
    let mut desk = Desk::new(Vec::new());
    desk.book.met(key(7), None, |_| true, desk.now);
    assert_eq!(found(&desk, "0707"), [7]);
    assert_eq!(desk.trust(7), Trust::New);
}
