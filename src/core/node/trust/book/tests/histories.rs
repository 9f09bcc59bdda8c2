//! Random histories: whatever the order of links, renames, decisions of the user, days and restarts, nobody takes over
//! a name.

use proptest::prelude::*;

use super::*;

/// The people in the histories. The first [`OLD`] of them have long been known, by the names at the same index.
const PEOPLE: u8 = 6;
const OLD: u8 = 3;
const NAMES: [&str; 8] = ["bob", "carol", "dave", "b0b", "Carol", "mallory", "dаve", "bob-2"];

#[derive(Debug, Clone)]
enum Event {
    Met(u8, usize),
    Parted(u8),
    Trust(u8),
    Verified(u8),
    Ignore(u8),
    Unignore(u8),
    Wait(i64),
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    let who = 0..PEOPLE;
    prop_oneof![
        8 => (who.clone(), 0..NAMES.len()).prop_map(|(who, name)| Event::Met(who, name)),
        4 => who.clone().prop_map(Event::Parted),
        1 => who.clone().prop_map(Event::Trust),
        1 => who.clone().prop_map(Event::Verified),
        1 => who.clone().prop_map(Event::Ignore),
        1 => who.prop_map(Event::Unignore),
        3 => (-30i64..60).prop_map(Event::Wait),
        1 => Just(Event::Restart),
    ]
}

fn play(desk: &mut Desk, event: &Event) -> Option<Alarm> {
    match *event {
        Event::Met(who, name) => return desk.met(who, NAMES[name]),
        Event::Parted(who) => desk.parted(who),
        Event::Trust(who) => desk.trusts(who),
        Event::Verified(who) => desk.compared(who, true),
        Event::Ignore(who) => {
            desk.book.ignore(&key(who));
            desk.judge_again();
        }
        Event::Unignore(who) => desk.book.unignore(&key(who)),
        Event::Wait(hours) => desk.now = Timestamp::from_millis(desk.now.as_millis() + hours * HOUR),
        Event::Restart => desk.restart(),
    }
    None
}

fn desk() -> Desk {
    Desk::new((0..OLD).map(|n| old(n, NAMES[usize::from(n)])).collect())
}

proptest! {
    #[test]
    fn alarms_name_another_key_and_are_raised_once(history in proptest::collection::vec(event(), 0..80)) {
        let mut desk = desk();
        let mut raised = BTreeSet::new();
        for event in history {
            let standings: Vec<_> = (0..PEOPLE).map(|n| desk.repute(n)).collect();
            let alarm = play(&mut desk, &event);
            match event {
                Event::Restart => raised.clear(),
                Event::Met(who, name) => {
                    let here: Vec<u8> = (0..PEOPLE).filter(|n| desk.here.contains(&key(*n))).collect();
                    // An ignored key holds no name.
                    let counts = |other: &u8| *other != who && !desk.repute(*other).ignored;
                    for other in here.into_iter().filter(counts) {
                        prop_assert_eq!(desk.repute(other), standings[usize::from(other)]);
                    }
                    let Repute { trust, ignored, .. } = desk.repute(who);
                    if let Some(alarm) = alarm {
                        prop_assert!(raised.insert((who, skeleton(&nick(NAMES[name])))), "twice");
                        prop_assert!(matches!(trust, Trust::Suspect | Trust::Verified) && !ignored);
                        prop_assert!(alarm.node == key(who) && alarm.known != key(who));
                        prop_assert_eq!(skeleton(&alarm.nick), skeleton(&alarm.known_nick));
                        let same = alarm.nick.as_str().to_lowercase() == alarm.known_nick.as_str().to_lowercase();
                        let kind = match (same, desk.here.contains(&alarm.known)) {
                            (false, _) => AlarmKind::LookAlike,
                            (true, true) => AlarmKind::SameName,
                            (true, false) => AlarmKind::KeyChanged,
                        };
                        prop_assert_eq!(kind, alarm.kind);
                    }
                    prop_assert!(!ignored || alarm_free(trust));
                }
                Event::Trust(who) | Event::Verified(who) | Event::Ignore(who) => {
                    prop_assert!(alarm_free(desk.trust(who)), "an answer ends the suspicion");
                }
                _ => {}
            }
        }
    }

    /// Bob has long been known and never calls himself anything else. Whatever the others do, and for however long,
    /// unless the user gives them the name: anybody else who is linked as "bob" is suspect, or ignored.
    #[test]
    fn nobody_takes_over_the_name_of_bob(history in proptest::collection::vec(event(), 0..80)) {
        let mut desk = desk();
        for event in history {
            match event {
                Event::Trust(_) | Event::Verified(_) | Event::Met(0, 1..) | Event::Ignore(0) => continue,
                _ => {}
            }
            play(&mut desk, &event);
            prop_assert_ne!(desk.trust(0), Trust::Suspect);
            if let Event::Met(who @ 1.., name) = event
                && skeleton(&nick(NAMES[name])) == skeleton(&nick("bob"))
            {
                let Repute { trust, ignored, .. } = desk.repute(who);
                prop_assert!(ignored || trust == Trust::Suspect, "{} is {:?}", who, trust);
            }
            for known in desk.book.known().filter(|known| known.node != key(0)) {
                let name = known.nick.as_ref().map(skeleton);
                prop_assert_ne!(name, Some(skeleton(&nick("bob"))), "reserved for somebody else");
            }
        }
    }

    /// The indexes agree with what they index.
    #[test]
    fn every_key_is_found_by_its_own_name(history in proptest::collection::vec(event(), 0..60)) {
        let mut desk = desk();
        for event in history {
            play(&mut desk, &event);
            for known in desk.book.known() {
                let Some(nick) = &known.nick else { continue };
                let name = skeleton(nick);
                let namesakes: Vec<NodeId> = desk.book.records.namesakes(&name).map(|entry| entry.known.node).collect();
                prop_assert!(namesakes.contains(&known.node));
                prop_assert!(desk.book.records.get(&known.node).is_some_and(|entry| entry.goes_by(&name)));
            }
        }
    }
}

fn alarm_free(trust: Trust) -> bool {
    trust != Trust::Suspect
}
