//! Whose a name is.

use super::*;

const CHANGED: Option<AlarmKind> = Some(AlarmKind::KeyChanged);
const ALIKE: Option<AlarmKind> = Some(AlarmKind::LookAlike);

#[test]
fn a_new_key_behind_a_known_name_raises_the_alarm() {
    let mut desk = Desk::new(vec![Known { verified: true, ..old(1, "bob") }]);
    let alarm = desk.met(2, "Bob").unwrap();
    assert_eq!(
        alarm,
        Alarm {
            kind: AlarmKind::KeyChanged,
            node: key(2),
            nick: nick("Bob"),
            known: key(1),
            known_nick: nick("bob"),
            known_last_seen: hour(-24),
            known_verified: true,
        }
    );
    assert_eq!((desk.trust(2), desk.trust(1)), (Trust::Suspect, Trust::Verified));
}

#[test]
fn a_look_alike_of_a_known_name_raises_the_alarm_whoever_is_here() {
    let mut desk = Desk::new(vec![old(1, "alice")]);
    assert_eq!(desk.kind(2, "аlice"), ALIKE);
    desk.met(1, "alice");
    assert_eq!(desk.kind(3, "a1ice"), ALIKE);
    assert_eq!((desk.trust(2), desk.trust(3), desk.trust(1)), (Trust::Suspect, Trust::Suspect, Trust::Known));
}

#[test]
fn a_name_is_not_reserved_for_who_is_known_for_less_than_a_day_unless_verified() {
    let mut desk = Desk::new(vec![
        fresh(1, "bob"),
        Known { first_seen: hour(-24), ..fresh(2, "carol") },
        Known { verified: true, ..fresh(3, "dave") },
        Known { first_seen: Timestamp::from_millis(hour(-24).as_millis() + 1), ..fresh(4, "erin") },
    ]);
    assert_eq!(desk.kind(11, "bob"), None);
    assert_eq!(desk.kind(12, "carol"), CHANGED);
    assert_eq!(desk.kind(13, "dave"), CHANGED);
    assert_eq!(desk.kind(14, "erin"), None);
    assert_eq!(desk.trust(11), Trust::New);
}

#[test]
fn two_people_who_are_here_share_a_name() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(1, "bob");
    assert_eq!(desk.kind(2, "BOB"), None);
    assert_eq!(desk.trust(2), Trust::New);
    desk.parted(1);
    assert_eq!(desk.again(2, "bob"), CHANGED, "alone it would pass for the other");
}

#[test]
fn whoever_has_a_right_to_the_name_raises_none() {
    let mut desk = Desk::new(vec![
        old(1, "bob"),
        old(2, "bob"),
        Known { verified: true, ..fresh(3, "carol") },
        Known { trusted: true, ..fresh(4, "bob") },
    ]);
    for n in 1..=4 {
        assert_eq!(desk.kind(n, "bob"), None, "{n}");
        desk.parted(n);
    }
}

#[test]
fn a_numbered_default_name_raises_none_but_hides_no_look_alike() {
    for (known, claimed, kind) in [
        ("bob-2", "bob-2", None),
        ("bob-2", "Bob-20", None),
        ("bob-12", "bob-12", None),
        ("bob-1", "bob-1", CHANGED),
        ("bob-02", "bob-02", CHANGED),
        ("bob-x", "bob-x", CHANGED),
        ("bob-1000", "bob-1000", CHANGED),
        ("-", "-", CHANGED),
        ("bob-2", "bоb-2", ALIKE),
        ("bob-ll", "bob-11", ALIKE),
        ("bob-+2", "bob-+2", CHANGED),
    ] {
        let mut desk = Desk::new(vec![old(1, known)]);
        assert_eq!(desk.kind(2, claimed), kind, "{claimed}");
        desk.now = hour(100);
        desk.restart();
        assert_eq!(desk.again(2, claimed), kind, "{claimed}: and it is not its own later");
    }
}

#[test]
fn an_alarm_is_raised_once_for_a_key_and_a_name() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "carol")]);
    assert_eq!(desk.kind(3, "bob"), CHANGED);
    assert_eq!(desk.kind(3, "Bob"), None);
    assert_eq!(desk.again(3, "b0b"), None);
    assert_eq!(desk.trust(3), Trust::Suspect);
    assert_eq!(desk.kind(3, "carol"), CHANGED);
    assert_eq!(desk.kind(4, "bob"), CHANGED, "another key");
    desk.restart();
    assert_eq!(desk.kind(3, "bob"), CHANGED, "another run");
}

#[test]
fn an_innocent_name_ends_the_suspicion_and_a_shared_one_does_not() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "carol")]);
    desk.met(2, "carol");
    desk.met(3, "bob");
    assert_eq!(desk.kind(3, "carol"), None);
    assert_eq!(desk.trust(3), Trust::Suspect);
    desk.met(3, "mallory");
    assert_eq!(desk.trust(3), Trust::New);
    desk.met(3, "bob");
    assert_eq!(desk.trust(3), Trust::Suspect, "no second alarm, but the mark");
}

#[test]
fn a_suspect_does_not_become_known_by_waiting() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(2, "bob");
    for _ in 0..3 {
        desk.now = Timestamp::from_millis(desk.now.as_millis() + 2 * DAY);
        assert_eq!(desk.again(2, "bob"), None);
        assert_eq!(desk.trust(2), Trust::Suspect);
        desk.restart();
        assert_eq!(desk.kind(2, "bob"), CHANGED);
    }
    assert_eq!(desk.book.get(&key(2)).unwrap().nick, None);
}

#[test]
fn who_is_known_under_another_name_cannot_take_over_a_reserved_one() {
    for present in [false, true] {
        let mut desk = Desk::new(vec![old(1, "bob"), old(2, "mallory")]);
        if present {
            desk.met(1, "bob");
        }
        desk.met(2, "mallory");
        assert_eq!(desk.kind(2, "bob").is_some(), !present);
        desk.now = hour(48);
        desk.restart();
        assert_eq!(desk.kind(2, "bob"), CHANGED, "the owner was here: {present}");
        desk.parted(2);
        assert_eq!(desk.kind(1, "bob"), None);
        assert_eq!(desk.trust(1), Trust::Known);
    }
}

#[test]
fn who_leaves_a_name_for_an_hour_finds_it_as_it_was() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "mallory")]);
    desk.met(1, "bob");
    desk.met(1, "bob lunch");
    assert_eq!(desk.kind(2, "bob"), None, "only the last name is reserved");
    desk.parted(2);
    assert_eq!(desk.kind(1, "bob"), None);
    desk.parted(1);
    desk.now = hour(1);
    assert_eq!(desk.kind(2, "bob"), CHANGED);
    desk.now = hour(48);
    assert_eq!(desk.again(2, "bob"), None);
    assert_eq!(desk.trust(2), Trust::Suspect);
    desk.restart();
    assert_eq!(desk.kind(2, "bob"), CHANGED);
}

#[test]
fn who_gives_a_name_up_for_good_loses_it() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(1, "robert");
    desk.parted(1);
    assert_eq!(desk.kind(2, "robert"), CHANGED, "reserved at once");
    desk.restart();
    assert_eq!(desk.kind(3, "bob"), None);
    assert_eq!(desk.book.get(&key(3)).unwrap().nick, Some(nick("bob")));
}

#[test]
fn who_is_known_cannot_reserve_a_newcomers_name_against_them() {
    let mut desk = Desk::new(vec![old(1, "mallory")]);
    desk.met(2, "dave");
    assert_eq!(desk.kind(1, "dave"), None);
    desk.parted(1);
    assert_eq!(desk.again(2, "dave"), None);
    desk.restart();
    assert_eq!(desk.kind(2, "dave"), None);
    desk.now = hour(25);
    assert_eq!((desk.again(2, "dave"), desk.trust(2)), (None, Trust::Known));
    desk.parted(2);
    assert_eq!(desk.kind(1, "dave"), CHANGED, "they were first");
}

#[test]
fn two_newcomers_of_one_name_are_both_known_by_it_a_day_later() {
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "bob");
    desk.now = hour(10);
    desk.met(2, "bob");
    desk.now = hour(40);
    desk.restart();
    for n in 1..=2 {
        assert_eq!((desk.kind(n, "bob"), desk.trust(n)), (None, Trust::Known));
        desk.parted(n);
    }
}

#[test]
fn the_users_word_gives_the_name_away() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(2, "bob");
    desk.book.trust(&key(2));
    assert_eq!(desk.trust(2), Trust::New);
    assert_eq!(desk.again(2, "bob"), None);
    desk.restart();
    assert_eq!(desk.kind(2, "bob"), None);
    assert_eq!(desk.kind(1, "bob"), None, "the old key is the second bob");
    assert_eq!(desk.trust(1), Trust::Known);
    desk.parted(1);
    assert_eq!(desk.again(2, "bob"), None);
    assert_eq!(desk.kind(3, "bob"), None, "the bob who counts is here");
    desk.parted(2);
    let alarm = desk.met(4, "bob").unwrap();
    assert_eq!(alarm.known, key(2));
}

#[test]
fn the_users_word_is_for_one_name() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(3, "alice")]);
    desk.met(2, "bob");
    desk.book.trust(&key(2));
    assert_eq!(desk.kind(2, "alice"), CHANGED);
    assert_eq!(desk.kind(2, "bob"), None);
    assert_eq!(desk.trust(2), Trust::New);
}

#[test]
fn codes_that_were_compared_end_the_suspicion_for_good() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(3, "alice")]);
    desk.met(2, "bob");
    desk.book.verified(&key(2));
    desk.restart();
    for name in ["bob", "alice"] {
        assert_eq!(desk.kind(2, name), None);
        assert_eq!(desk.trust(2), Trust::Verified);
    }
}

#[test]
fn an_ignored_key_raises_no_alarm_and_gains_nothing() {
    let mut desk = Desk::new(vec![old(1, "bob"), Known { ignored: true, ..old(2, "mallory") }]);
    assert_eq!(desk.kind(2, "bob"), None);
    assert_eq!(desk.book.standing(&key(2), desk.now), (Trust::Known, true));
    desk.book.unignore(&key(2));
    assert_eq!(desk.book.standing(&key(2), desk.now), (Trust::Suspect, false));
    assert_eq!(desk.again(2, "bob"), CHANGED, "it was not raised before");
    desk.book.ignore(&key(2));
    assert_eq!(desk.book.standing(&key(2), desk.now), (Trust::Known, true), "shutting out is an answer");
}

#[test]
fn of_several_owners_the_worst_case_and_the_best_known_counts() {
    let mut desk = Desk::new(vec![old(1, "b0b"), old(2, "bob"), Known { verified: true, ..old(3, "bob") }]);
    desk.met(1, "b0b");
    let alarm = desk.met(9, "bob").unwrap();
    assert_eq!((alarm.kind, alarm.known), (AlarmKind::KeyChanged, key(3)));
}

#[test]
fn names_taken_one_after_the_other_do_not_fill_the_screen() {
    let mut desk = Desk::new((1..=40).map(|n| old(n, &format!("name{n}"))).collect());
    let alarms = (1..=40).filter_map(|n| desk.kind(99, &format!("name{n}"))).count();
    assert_eq!(alarms, MAX_ALARMS_PER_KEY);
    assert_eq!(desk.trust(99), Trust::Suspect);
}

#[test]
fn a_clock_that_jumps_makes_nobody_unknown() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    for now in [Timestamp::from_millis(0), Timestamp::from_millis(i64::MIN)] {
        desk.now = now;
        assert_eq!((desk.again(1, "bob"), desk.trust(1)), (None, Trust::Known));
        desk.parted(1);
        assert_eq!(desk.kind(2, "bob"), if now.as_millis() == 0 { CHANGED } else { None }, "once");
        assert_eq!(desk.trust(2), Trust::Suspect);
    }
    desk.now = Timestamp::from_millis(i64::MAX);
    assert_eq!((desk.again(1, "bob"), desk.trust(1)), (None, Trust::Known));
}

#[test]
fn who_was_met_under_a_wrong_clock_is_known_a_day_after_it_was_put_right() {
    let mut desk = Desk::new(Vec::new());
    desk.now = hour(1_000_000);
    desk.met(1, "bob");
    desk.now = hour(0);
    desk.again(1, "bob");
    assert_eq!(desk.trust(1), Trust::New);
    desk.now = hour(24);
    desk.again(1, "bob");
    assert_eq!(desk.trust(1), Trust::Known);
}
