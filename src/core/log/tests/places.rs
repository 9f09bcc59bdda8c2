//! Where lines stand and which time they show.

use super::*;
use crate::core::log::storage::{Dating, Place};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

const LIVE: Arrival = Arrival { live: true, ahead: 0 };

fn offer(arrival: Arrival) -> Offer<'static> {
    Offer { arrival, ..ANYBODY }
}

/// Where `listener` places what `speaker` says, when their clocks show `hears` and `says`.
fn place(listener: &mut Person, speaker: &mut Person, says: i64, hears: i64, arrival: Arrival) -> Place {
    let said = speaker.say("x", now(says));
    let (acceptance, accepted) = listener.hear_as(&said.signed, &offer(arrival), now(hears));
    assert_eq!(acceptance, Acceptance::Accepted);
    accepted[0].place
}

#[test]
fn lines_dated_over_a_day_ahead_are_placed_by_arrival() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let before = carol.say("before", now(0));
    let far = place(&mut carol, &mut bob, 2 * DAY, 1_000, Arrival { live: true, ahead: 2 * DAY - 1_000 });
    assert_eq!((far.dating, far.hlc.wall(), far.shown), (Dating::Ahead, now(1_000).wall, now(1_000).wall));
    let unmeasured = place(&mut carol, &mut bob, 3 * DAY, 2_000, BACKLOG);
    assert_eq!((unmeasured.dating, unmeasured.shown), (Dating::Ahead, now(2_000).wall), "the time of the arrival");
    let after = carol.say("after", now(2_000));
    assert!(before.place.hlc < far.hlc && far.hlc < unmeasured.hlc && unmeasured.hlc < after.place.hlc);
    assert_eq!((after.event.hlc, after.event.deps.len()), (unmeasured.hlc.next(), 0));
    let near = place(&mut carol, &mut Person::new(4), DAY, 3_000, BACKLOG);
    assert_eq!((near.dating, near.hlc), (Dating::OtherTime, Hlc::at(now(DAY).wall)), "a day and no more");
    let last = carol.say("last", now(4_000));
    assert!(last.event.hlc > near.hlc && last.event.deps.len() == 1);
}

#[test]
fn live_lines_go_below_others_and_old_lines_by_date() {
    let year = 365 * DAY;
    let (mut slow, mut carol) = (Person::new(2), Person::new(3));
    let before = carol.say("before", now(0));
    let live = place(&mut carol, &mut slow, -year, 1_000, Arrival { live: true, ahead: -year - 1_000 });
    assert_eq!((live.dating, live.shown), (Dating::Behind, now(1_000).wall));
    assert!(live.hlc > before.place.hlc);
    let old = place(&mut carol, &mut Person::new(4), -year, 1_000, BACKLOG);
    assert_eq!((old.dating, old.hlc.wall(), old.shown), (Dating::Believed, now(-year).wall, now(-year).wall));
    let day_slow = place(&mut carol, &mut Person::new(5), 1_000 - DAY, 1_000, LIVE);
    assert_eq!(day_slow.dating, Dating::Believed, "a day and no more");
    // A line never stands above its predecessor in the log.
    let next = place(&mut carol, &mut slow, MINUTE - year, 2_000, BACKLOG);
    assert_eq!(next.dating, Dating::Behind);
    assert!(next.hlc > live.hlc && carol.say("last", now(2_000)).event.deps.iter().all(|dep| dep.log != slow.log()));
}

#[test]
fn a_clock_pulled_ahead_keeps_later_lines_in_order() {
    let (mut mallory, mut victor, mut bob) = (Person::new(1), Person::new(2), Person::new(3));
    // Victor merges this. For bob, who is three minutes slow, it is more than a day ahead.
    let pull = mallory.say("pull", now(DAY - MINUTE));
    victor.hear_as(&pull.signed, &offer(LIVE), now(0));
    bob.hear_as(&pull.signed, &offer(LIVE), now(-3 * MINUTE));
    let help = bob.say("help", now(-3 * MINUTE));
    let (_, accepted) = victor.hear_as(&help.signed, &offer(LIVE), now(0));
    assert_eq!(accepted[0].place.dating, Dating::Behind);
    let last = victor.say("I see you", now(0));
    assert!(accepted[0].place.hlc > pull.event.hlc && last.place.hlc > accepted[0].place.hlc);
}

#[test]
fn shown_times_are_corrected_and_impossible_ones_are_replaced() {
    let (bob, mut carol) = (Person::new(2), Person::new(3));
    let mut hear = |wall: i64, ahead: i64, at: i64| {
        let key = bob.identity.clone();
        let log = LogId { room: RoomId::LOBBY, author: key.node(), epoch: wall.cast_unsigned() };
        let (kind, content) = said("x");
        let (hlc, wall) = (Hlc::at(now(at).wall), Timestamp::from_millis(now(0).wall.as_millis() + wall));
        let draft = Draft { log, seq: 1, prev: None, hlc, deps: Vec::new(), wall, kind, content };
        let signed = draft.sign(|message| key.sign(message));
        let (_, accepted) = carol.hear_as(&signed, &offer(Arrival { live: true, ahead }), now(at));
        (accepted[0].place.dating, accepted[0].place.shown.as_millis() - now(0).wall.as_millis())
    };
    assert_eq!(hear(5 * MINUTE, 5 * MINUTE, 0), (Dating::Believed, 0));
    assert_eq!(hear(-5 * MINUTE, -5 * MINUTE, 0), (Dating::Believed, 0));
    assert_eq!(hear(9 * MINUTE, 0, 0), (Dating::Believed, 9 * MINUTE), "two clocks may be minutes apart");
    assert_eq!(hear(11 * MINUTE, 0, 0), (Dating::OtherTime, 0));
    assert_eq!(hear(-now(0).wall.as_millis(), 0, 1), (Dating::OtherTime, 1), "1970");
    assert_eq!(hear(2_000 * 365 * DAY, 0, 2), (Dating::OtherTime, 2), "3939");
    assert_eq!(hear(-2 * MINUTE, -3 * DAY, 3), (Dating::Believed, -2 * MINUTE), "said before the clock was set wrong");
}

#[test]
fn correcting_a_fast_clock_begins_another_log() {
    let mut alice = Person::new(1);
    let wrong = alice.say("three days ahead", now(3 * DAY));
    commit(&mut alice);
    let right = alice.say("still", now(0));
    assert_eq!((right.event.log, right.event.hlc), (wrong.event.log, wrong.event.hlc.next()), "nobody has said so");
    commit(&mut alice);
    let state =
        LogState { head_place: Hlc::at(now(0).wall), ..alice.logs.get(&wrong.event.log).unwrap().state().clone() };
    let snapshot = Snapshot {
        logs: vec![state],
        latest: BTreeMap::from([(RoomId::LOBBY, Hlc::at(now(0).wall))]),
        ..Snapshot::default()
    };
    alice.logs.settled(&snapshot);
    let (now, identity) = (now(1_000), alice.identity.clone());
    let settled = alice.logs.write(RoomId::LOBBY, say("right"), &identity, || 8, &|_| true, (now, now.wall)).unwrap();
    assert_eq!((settled.event.log.epoch, settled.event.seq, settled.event.hlc), (8, 1, Hlc::at(now.wall)));
}
