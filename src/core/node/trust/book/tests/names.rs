//! Who holds a name.

use super::*;

const CHANGED: Option<AlarmKind> = Some(AlarmKind::KeyChanged);
const ALIKE: Option<AlarmKind> = Some(AlarmKind::LookAlike);
const SAME: Option<AlarmKind> = Some(AlarmKind::SameName);
const OWN: Option<AlarmKind> = Some(AlarmKind::OwnName);

#[test]
fn a_new_key_under_a_known_name_raises_an_alarm() {
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
    assert_eq!((desk.tagged(2), desk.tagged(1)), (true, false));
}

#[test]
fn a_look_alike_name_raises_an_alarm_whoever_is_present() {
    let mut desk = Desk::new(vec![old(1, "alice")]);
    assert_eq!(desk.kind(2, "аlice"), ALIKE);
    desk.met(1, "alice");
    assert_eq!(desk.kind(3, "a1ice"), ALIKE);
    assert_eq!((desk.trust(2), desk.trust(3), desk.trust(1)), (Trust::Suspect, Trust::Suspect, Trust::Known));
}

/// In release 0.4 the second one got the plain name, and the first one's lines got the tag.
#[test]
fn a_proven_key_keeps_its_name_after_leaving() {
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "yves");
    desk.book.spoke(&key(1));
    desk.parted(1);
    assert_eq!(desk.kind(2, "yves"), CHANGED);
    assert_eq!((desk.trust(2), desk.tagged(2)), (Trust::Suspect, true));
    assert!(!desk.tagged(1));
    desk.parted(2);
    assert_eq!(desk.kind(1, "yves"), None);
    assert_eq!((desk.trust(1), desk.tagged(1)), (Trust::New, false));
}

#[test]
fn a_throw_away_key_keeps_no_name_after_leaving() {
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "dave");
    desk.parted(1);
    assert_eq!((desk.kind(2, "dave"), desk.tagged(2)), (None, false));
    assert_eq!(desk.kind(1, "dave"), SAME, "it comes back, and is the second one now");
}

#[test]
fn of_two_present_namesakes_the_second_is_tagged() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(1, "bob");
    assert_eq!(desk.kind(2, "BOB"), SAME);
    assert_eq!((desk.trust(2), desk.tagged(2), desk.tagged(1)), (Trust::Suspect, true, false));
    desk.parted(1);
    assert_eq!(desk.again(2, "bob"), None, "that was said");
    assert_eq!(desk.trust(2), Trust::Suspect);
}

#[test]
fn the_users_own_name_belongs_to_nobody_else() {
    let mut desk = Desk::new(vec![Known { verified: true, ..old(1, "zoe") }, old(2, "Zoé")]);
    assert_eq!((desk.kind(1, "zoe"), desk.trust(1), desk.tagged(1)), (None, Trust::Verified, true));
    assert_eq!((desk.kind(2, "Zoé"), desk.trust(2)), (OWN, Trust::Suspect));
    assert_eq!(desk.kind(3, "z0e"), OWN);
    desk.book.set_own(&nick("yves"));
    assert_eq!((desk.tagged(1), desk.trust(2)), (false, Trust::Suspect), "the verified one has the name now");
}

#[test]
fn a_names_rightful_holder_raises_no_alarm() {
    let mut desk = Desk::new(vec![
        old(1, "bob"),
        Known { verified: true, ..fresh(3, "carol") },
        Known { trusted: true, ..fresh(4, "dave") },
    ]);
    for (n, name) in [(1, "bob"), (3, "carol"), (4, "dave")] {
        assert_eq!((desk.kind(n, name), desk.tagged(n)), (None, false), "{n}");
        desk.parted(n);
    }
}

#[test]
fn of_two_known_namesakes_the_first_holds_the_name() {
    let mut desk = Desk::new(vec![old(1, "max"), fresh(2, "max"), Known { trusted: true, ..fresh(3, "max") }]);
    assert_eq!((desk.kind(2, "max"), desk.trust(2)), (CHANGED, Trust::Suspect));
    assert_eq!((desk.kind(3, "max"), desk.tagged(3)), (None, false), "the user's word comes first");
    assert_eq!((desk.kind(1, "max"), desk.trust(1), desk.tagged(1)), (SAME, Trust::Suspect, true));
}

#[test]
fn an_alarm_is_raised_once_per_key_and_name() {
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
fn a_harmless_name_ends_the_suspicion() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "carol")]);
    desk.met(3, "bob");
    desk.met(3, "mallory");
    assert_eq!((desk.trust(3), desk.tagged(3)), (Trust::New, false));
    desk.met(3, "bob");
    assert_eq!(desk.trust(3), Trust::Suspect, "no second alarm, but the mark");
}

#[test]
fn old_lines_are_judged_by_the_name_used_then() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    let under = |desk: &Desk, n: u8, name: &str| desk.book.repute_under(&key(n), &nick(name), desk.now);
    assert_eq!(under(&desk, 9, "b0b"), Repute { namesake: true, ..Repute::of(Trust::Suspect) }, "never met");
    assert_eq!(under(&desk, 9, "carol"), Repute::of(Trust::New));
    desk.met(2, "mallory");
    assert_eq!(under(&desk, 2, "bob").trust, Trust::Suspect);
    assert_eq!(under(&desk, 1, "bob"), Repute::of(Trust::Known));
    assert_eq!(under(&desk, 1, "zoe").trust, Trust::Suspect, "the user's name");
}

#[test]
fn waiting_does_not_make_a_suspect_known() {
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
fn a_known_key_cannot_take_over_another_name() {
    for present in [false, true] {
        let mut desk = Desk::new(vec![old(1, "bob"), old(2, "mallory")]);
        if present {
            desk.met(1, "bob");
        }
        desk.met(2, "mallory");
        assert_eq!(desk.kind(2, "bob"), if present { SAME } else { CHANGED });
        desk.now = hour(48);
        desk.restart();
        assert_eq!(desk.kind(2, "bob"), CHANGED, "the owner was here: {present}");
        desk.parted(2);
        assert_eq!(desk.kind(1, "bob"), None);
        assert_eq!(desk.trust(1), Trust::Known);
    }
}

#[test]
fn a_name_left_for_an_hour_is_still_held() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(2, "mallory")]);
    desk.met(1, "bob");
    desk.met(1, "robert");
    assert_eq!(desk.kind(2, "bob"), SAME, "its owner has another name for now");
    desk.parted(2);
    assert_eq!(desk.kind(1, "bob"), None);
    assert_eq!(desk.trust(1), Trust::Known);
}

#[test]
fn a_name_given_up_for_good_is_lost() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(1, "robert");
    desk.parted(1);
    assert_eq!(desk.kind(2, "robert"), CHANGED);
    desk.restart();
    assert_eq!(desk.kind(3, "bob"), None);
    assert_eq!(desk.book.get(&key(3)).unwrap().nick, Some(nick("bob")));
}

#[test]
fn a_known_key_cannot_take_a_newcomers_name() {
    let mut desk = Desk::new(vec![old(1, "mallory")]);
    desk.met(2, "dave");
    assert_eq!(desk.kind(1, "dave"), SAME);
    desk.parted(1);
    assert_eq!(desk.again(2, "dave"), None);
    desk.book.spoke(&key(2));
    desk.restart();
    assert_eq!(desk.kind(2, "dave"), None);
    desk.parted(2);
    assert_eq!(desk.kind(1, "dave"), CHANGED, "they were first");
}

#[test]
fn trust_moves_a_name_and_untrust_moves_it_back() {
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(2, "bob");
    assert_eq!(desk.book.rival(&key(2)).map(|known| known.node), Some(key(1)));
    desk.trusts(2);
    assert_eq!((desk.trust(2), desk.tagged(2), desk.tagged(1)), (Trust::New, false, true));
    assert_eq!(desk.again(2, "bob"), None);
    desk.restart();
    assert_eq!(desk.kind(2, "bob"), None);
    assert_eq!(desk.kind(1, "bob"), SAME, "the old key is the second bob");
    assert_eq!(desk.trust(1), Trust::Suspect);
    desk.parted(1);
    let alarm = desk.met(4, "bob").unwrap();
    assert_eq!(alarm.known, key(2));
    assert_eq!(desk.book.untrust(&key(2)), Some(key(1)));
    assert_eq!((desk.trust(2), desk.tagged(2), desk.tagged(1)), (Trust::Suspect, true, false));
    desk.restart();
    assert_eq!((desk.kind(1, "bob"), desk.tagged(1)), (None, false));
}

#[test]
fn the_user_may_trust_two_present_namesakes() {
    let mut desk = Desk::new(vec![old(1, "max")]);
    desk.met(1, "max");
    desk.met(2, "max");
    desk.trusts(2);
    for _ in 0..2 {
        assert_eq!((desk.trust(2), desk.tagged(2)), (Trust::New, false));
        assert_eq!((desk.trust(1), desk.tagged(1)), (Trust::Known, true), "trusted too, and told apart");
        desk.restart();
        assert_eq!([desk.kind(1, "max"), desk.kind(2, "max")], [None, None]);
    }
}

#[test]
fn trust_covers_one_name_only() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(3, "alice")]);
    desk.met(2, "bob");
    desk.trusts(2);
    assert_eq!(desk.kind(2, "alice"), CHANGED);
    assert_eq!(desk.kind(2, "bob"), None);
    assert_eq!(desk.trust(2), Trust::New);
}

#[test]
fn comparing_codes_ends_the_suspicion_for_good() {
    let mut desk = Desk::new(vec![old(1, "bob"), old(3, "alice")]);
    desk.met(2, "bob");
    desk.compared(2, true);
    assert_eq!((desk.trust(2), desk.tagged(2)), (Trust::Verified, false), "its name is its own");
    desk.restart();
    assert_eq!((desk.kind(2, "bob"), desk.trust(2)), (None, Trust::Verified));
    desk.met(2, "alice");
    assert_eq!((desk.trust(2), desk.tagged(2)), (Trust::Verified, true), "another name is told apart");
}

#[test]
fn a_verified_key_keeps_its_name_against_another() {
    let mut desk = Desk::new(vec![Known { verified: true, ..old(1, "bob") }]);
    desk.met(2, "bob");
    desk.compared(2, true);
    assert_eq!((desk.trust(2), desk.tagged(2), desk.tagged(1)), (Trust::Verified, true, false));
}

#[test]
fn differing_codes_count_until_they_match_or_are_withdrawn() {
    let mut desk = Desk::new(vec![Known { verified: true, ..old(1, "bob") }]);
    desk.met(1, "bob");
    desk.compared(1, false);
    for _ in 0..2 {
        assert_eq!((desk.trust(1), desk.book.class(&key(1), true)), (Trust::Differs, Class::PresentStranger));
        desk.restart();
        desk.met(1, "bob");
    }
    desk.compared(1, true);
    assert_eq!(desk.trust(1), Trust::Verified);
    desk.compared(1, false);
    desk.book.unverify(&key(1));
    assert_eq!(desk.trust(1), Trust::Known);
}

#[test]
fn an_ignored_key_raises_no_alarm_and_gains_nothing() {
    let mut desk = Desk::new(vec![old(1, "bob"), Known { ignored: true, ..old(2, "mallory") }]);
    assert_eq!(desk.kind(2, "bob"), None);
    assert_eq!(desk.repute(2), Repute { trust: Trust::Known, namesake: true, ignored: true });
    desk.book.unignore(&key(2));
    assert_eq!(desk.trust(2), Trust::Suspect);
    assert_eq!(desk.again(2, "bob"), CHANGED, "it was not raised before");
    desk.book.ignore(&key(2));
    assert_eq!(desk.trust(2), Trust::Known, "shutting out is an answer");
}

#[test]
fn taking_many_names_in_turn_raises_few_alarms() {
    let mut desk = Desk::new((1..=40).map(|n| old(n, &format!("name{n}"))).collect());
    let alarms = (1..=40).filter_map(|n| desk.kind(99, &format!("name{n}"))).count();
    assert_eq!(alarms, MAX_ALARMS_PER_KEY);
    assert_eq!(desk.trust(99), Trust::Suspect);
}

#[test]
fn a_clock_jump_makes_nobody_unknown() {
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
fn correcting_a_fast_clock_lets_keys_become_known() {
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

#[test]
fn a_key_whose_codes_differed_defends_no_name() {
    // The key was first, and is here.
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "bob");
    desk.met(2, "bob");
    desk.compared(1, false);
    assert_eq!((desk.trust(1), desk.tagged(1), desk.tagged(2)), (Trust::Differs, false, true));
    desk.met(2, "bob");
    desk.compared(2, true);
    assert_eq!((desk.tagged(1), desk.tagged(2)), (true, false));
    // The key took the name by a comparison that was wrong.
    let mut desk = Desk::new(vec![old(1, "bob")]);
    desk.met(2, "bob");
    desk.compared(2, true);
    assert!(desk.tagged(1));
    desk.compared(2, false);
    assert_eq!((desk.tagged(1), desk.tagged(2), desk.trust(2)), (false, true, Trust::Differs));
}

#[test]
fn unverifying_one_key_does_not_affect_others() {
    let mut desk = Desk::new(vec![Known { verified: true, ..old(1, "bob") }]);
    desk.met(2, "bob");
    desk.trusts(2);
    desk.met(3, "bob");
    desk.compared(3, false);
    assert_eq!(desk.book.unverify(&key(3)), None);
    assert_eq!((desk.tagged(1), desk.tagged(2)), (true, false), "the second one was given the name");
}

#[test]
fn an_ignored_key_holds_no_name() {
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "dave");
    desk.book.ignore(&key(1));
    assert_eq!((desk.kind(2, "dave"), desk.tagged(2)), (None, false));
}

#[test]
fn keys_of_one_host_can_reserve_few_names() {
    let mut desk = Desk::new(Vec::new());
    let host = Some(Host::of([10, 0, 0, 7].into()));
    for n in 0..100 {
        let node = NodeId::numbered(n);
        desk.book.met(node, Some(&nick(&format!("name{n}x"))), host, |_| false, desk.clocks());
        desk.book.spoke(&node);
        desk.book.parted(&node, desk.clocks());
    }
    let taken = (0..100).filter(|n| desk.book.is_somebodys(&nick(&format!("name{n}x")))).count();
    assert!((1..=20).contains(&taken), "{taken}");
}

/// Found by a newcomer: `/whois tom` said that the user had accepted tom's key.
#[test]
fn trusting_a_namesake_does_not_trust_the_former_holder() {
    let mut desk = Desk::new(Vec::new());
    desk.met(1, "sam");
    desk.met(2, "sam");
    desk.met(1, "tom");
    assert!(desk.tagged(2), "the name is the first one's still");
    desk.trusts(2);
    assert!(!desk.tagged(2) && !desk.tagged(1));
    let trusted = |n| desk.book.get(&key(n)).unwrap().trusted;
    assert_eq!((trusted(1), trusted(2)), (false, true));
}
