//! The rules of the log, one by one, and then random events in random order.

mod places;

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::{
    domain::model::{EventId, Hlc, Nick, Now, Text, Timestamp},
    protocol::{
        codec::event::{Content, Draft, HLC_END, KIND_SAID, Signed},
        identity::Identity,
    },
};

fn now(ms: i64) -> Now {
    Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_000_000_000 + ms) }
}

fn said(text: &str) -> (u32, bytes::Bytes) {
    (KIND_SAID, Content::said([1; 16], &Nick::new("bob").unwrap(), &Text::new(text).unwrap(), false))
}

fn say(text: &str) -> Say<'static> {
    let (kind, content) = said(text);
    Say::Clear(kind, content)
}

fn nobody(_: &LogId) -> Option<u64> {
    None
}

const BACKLOG: Arrival = Arrival { live: false, ahead: 0 };

const ANYBODY: Offer<'static> = Offer { opened: None, base: None, has_room: true, highest: &nobody, arrival: BACKLOG };

/// Somebody who writes and receives events.
struct Person {
    identity: Identity,
    logs: Logs,
    /// What was accepted and is not on disk yet.
    unwritten: Vec<LogEntry>,
}

impl Person {
    fn new(n: u8) -> Self {
        let identity = Identity::from_secret(&[n; 32]);
        let logs = Logs::new(identity.node(), Snapshot::default());
        Self { logs, identity, unwritten: Vec::new() }
    }

    fn say(&mut self, text: &str, now: Now) -> LogEntry {
        let entry =
            self.logs.write(RoomId::LOBBY, say(text), &self.identity, || 7, &|_| true, (now, now.wall)).unwrap();
        self.unwritten.push(entry.clone());
        entry
    }

    fn log(&self) -> LogId {
        LogId { room: RoomId::LOBBY, author: self.identity.node(), epoch: 7 }
    }

    fn hear(&mut self, signed: &Signed, now: Now) -> (Acceptance, Vec<LogEntry>) {
        self.hear_as(signed, &ANYBODY, now)
    }

    fn hear_as(&mut self, signed: &Signed, offer: &Offer<'_>, now: Now) -> (Acceptance, Vec<LogEntry>) {
        let mut accepted = Vec::new();
        let acceptance = self.logs.offer(signed.read().unwrap(), signed.clone(), offer, now, &mut accepted);
        for entry in &accepted {
            self.logs.written(entry);
        }
        self.unwritten.extend(accepted.iter().cloned());
        (acceptance, accepted)
    }
}

/// What bob would have said if he had broken the rules.
fn draft(before: &LogEntry, change: impl FnOnce(&mut Draft)) -> Draft {
    let event = &before.event;
    let (kind, content) = said("next");
    let mut draft = Draft {
        log: event.log,
        seq: event.seq + 1,
        prev: Some(event.id),
        hlc: event.hlc.next(),
        deps: Vec::new(),
        wall: event.wall,
        kind,
        content,
    };
    change(&mut draft);
    draft
}

#[test]
fn an_event_names_only_causes_not_implied_by_others() {
    let (mut alice, mut bob, mut carol) = (Person::new(1), Person::new(2), Person::new(3));
    let first = alice.say("1", now(0));
    bob.hear(&first.signed, now(0));
    let second = bob.say("2", now(0));
    assert_eq!(second.event.deps, [Dep { log: first.event.log, seq: 1 }]);
    for event in [&first, &second] {
        carol.hear(&event.signed, now(0));
    }
    let third = carol.say("3", now(0));
    assert_eq!(third.event.deps, [Dep { log: second.event.log, seq: 1 }], "the first is implied");
    assert!(first.event.hlc < second.event.hlc && second.event.hlc < third.event.hlc);
    let fourth = carol.say("4", now(0));
    assert_eq!((fourth.event.deps.len(), fourth.event.prev), (0, Some(third.event.id)));
}

#[test]
fn an_event_waits_for_its_causes_but_not_for_ever() {
    let (mut alice, mut bob, mut carol) = (Person::new(1), Person::new(2), Person::new(3));
    let start = now(0);
    let question = alice.say("?", start);
    bob.hear(&question.signed, start);
    let (answer, more) = (bob.say("!", start), bob.say("!!", start));
    assert_eq!(carol.hear(&answer.signed, start).0, Acceptance::Waits);
    assert_eq!(carol.hear(&more.signed, start).0, Acceptance::Waits);
    assert_eq!(carol.hear(&answer.signed, start).0, Acceptance::Known);
    let (acceptance, accepted) = carol.hear(&question.signed, start);
    let ids: Vec<_> = accepted.iter().map(|entry| entry.event.id).collect();
    assert_eq!((acceptance, ids), (Acceptance::Accepted, vec![question.event.id, answer.event.id, more.event.id]));

    let mut dave = Person::new(4);
    dave.hear(&answer.signed, start);
    let mut accepted = Vec::new();
    assert_eq!(dave.logs.waiting_due(), Some(start.mono + WAIT_FOR_STRANGERS), "dave knows nothing of alice");
    dave.logs.give_up_waiting(start, &mut accepted);
    assert_eq!(accepted, []);
    let later = Now { mono: start.mono + WAIT_FOR_STRANGERS, ..start };
    dave.logs.give_up_waiting(later, &mut accepted);
    assert_eq!((accepted.len(), dave.logs.waiting_due()), (1, None));
}

#[test]
fn events_that_break_the_chain_are_not_accepted() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let first = bob.say("1", now(0));
    assert_eq!(carol.hear(&first.signed, now(0)).0, Acceptance::Accepted);
    let key = bob.identity.clone();
    let mut hear =
        |change: &dyn Fn(&mut Draft)| carol.hear(&draft(&first, change).sign(|message| key.sign(message)), now(0)).0;
    assert_eq!(hear(&|draft| draft.seq = 3), Acceptance::Early);
    assert_eq!(hear(&|draft| draft.prev = Some(EventId([9; 32]))), Acceptance::Branch(first.event.log, 2));
    assert_eq!(hear(&|draft| draft.hlc = first.event.hlc), Acceptance::Backwards(first.event.log, 2));
    let other = draft(&first, |draft| (draft.seq, draft.prev) = (1, None)).sign(|message| key.sign(message));
    assert_eq!(carol.hear(&other, now(0)).0, Acceptance::Compare(first.event.log, 1, other));
    let unsigned = draft(&first, |_| {}).sign(|_| [0; 64]);
    assert_eq!(carol.hear(&unsigned, now(0)).0, Acceptance::Refused(Violation::Forged));
    let elsewhere = draft(&first, |draft| draft.log.room = crate::domain::model::RoomId([1; 32]));
    assert_eq!(carol.hear(&elsewhere.sign(|message| key.sign(message)), now(0)).0, Acceptance::Foreign);
}

#[test]
fn a_clock_a_day_ahead_does_not_move_others() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let day = 24 * 60 * 60 * 1_000;
    let near = bob.say("an hour ahead", now(day / 24));
    carol.hear(&near.signed, now(0));
    let answer = carol.say("merged", now(0));
    assert!(answer.event.hlc > near.event.hlc && answer.event.deps.len() == 1);
    let far = bob.say("two days ahead", now(2 * day));
    assert_eq!(carol.hear(&far.signed, now(0)).0, Acceptance::Accepted, "never refused by our clock");
    let next = carol.say("not merged", now(0));
    assert!(next.event.hlc < far.event.hlc && next.event.deps.is_empty());
    assert!(Logs::is_ahead(far.event.hlc, now(0).wall) && !Logs::is_ahead(far.event.hlc, now(2 * day).wall));
    // Nor after the program starts again.
    let snapshot = |logs: &Logs| Snapshot {
        logs: logs.iter().map(|(_, held)| held.state().clone()).collect(),
        own: logs.own_logs().collect(),
        frontier: Vec::new(),
        latest: BTreeMap::from([(RoomId::LOBBY, logs.latest(&RoomId::LOBBY))]),
        ..Snapshot::default()
    };
    carol.logs = Logs::new(carol.identity.node(), snapshot(&carol.logs));
    let again = carol.say("still not", now(0));
    assert!(again.event.hlc > next.event.hlc && again.event.hlc < far.event.hlc && again.event.deps.is_empty());
    let end = now(i64::try_from(HLC_END.0 >> 16).unwrap() - now(0).wall.as_millis());
    assert!(bob.logs.write(RoomId::LOBBY, say("x"), &bob.identity, || 7, &|_| true, (end, end.wall)).is_err());
}

/// How a log stands: its newest range, and what is held below it.
fn ends(person: &Person, log: &LogId) -> (u64, u64, Option<(u64, u64)>) {
    let state = person.logs.get(log).unwrap().state();
    (state.base, state.head, state.older.map(|older| (older.base, older.head)))
}

/// Everything that was accepted is on disk.
fn commit(person: &mut Person) {
    let unwritten = std::mem::take(&mut person.unwritten);
    let states = person.logs.states_after(unwritten.iter());
    person.logs.committed(states);
}

#[test]
fn a_log_begins_where_offered_and_is_filled_in_below() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let events: Vec<LogEntry> = (1..=10).map(|n| bob.say(&n.to_string(), now(n))).collect();
    let log = events[0].event.log;
    let offer = |base| Offer { base: Some(base), ..ANYBODY };
    assert_eq!(carol.hear_as(&events[5].signed, &offer(5), now(0)).0, Acceptance::Early);
    for event in &events[4..8] {
        assert_eq!(carol.hear_as(&event.signed, &offer(5), now(0)).0, Acceptance::Accepted);
    }
    assert_eq!(ends(&carol, &log), (5, 8, None));
    assert_eq!(carol.logs.range(&log, Some(5)), None, "nothing is on disk yet");
    commit(&mut carol);
    assert_eq!(carol.logs.range(&log, Some(5)).map(|range| (range.base, range.seq)), Some((5, 8)));
    assert_eq!(
        carol.logs.range(&log, Some(1)).map(|range| (range.base, range.seq)),
        Some((5, 0)),
        "who has more knows it is wanted"
    );
    for event in &events[0..3] {
        assert_eq!(carol.hear_as(&event.signed, &offer(1), now(0)).0, Acceptance::Accepted);
    }
    assert_eq!(ends(&carol, &log), (5, 8, Some((1, 3))));
    assert_eq!(
        carol.hear_as(&events[1].signed, &offer(1), now(0)).0,
        Acceptance::Compare(log, 2, events[1].signed.clone())
    );
    // An event that pretends to be the missing one, and is also signed by its author.
    let key = bob.identity.clone();
    let other = draft(&events[2], |draft| draft.content = said("other").1).sign(|message| key.sign(message));
    assert_eq!(carol.hear_as(&other, &offer(1), now(0)).0, Acceptance::Branch(log, 4));
    assert_eq!(carol.hear_as(&events[3].signed, &offer(1), now(0)).0, Acceptance::Accepted);
    assert_eq!(ends(&carol, &log), (1, 8, None));
    assert_eq!(carol.hear(&events[8].signed, now(0)).0, Acceptance::Accepted);
}

#[test]
fn a_forgetful_peers_gap_is_filled_by_others() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let events: Vec<LogEntry> = (1..=10).map(|n| bob.say(&n.to_string(), now(n))).collect();
    let log = events[0].event.log;
    carol.hear(&events[0].signed, now(0));
    let forgotten = Offer { base: Some(8), ..ANYBODY };
    assert_eq!(carol.hear_as(&events[8].signed, &forgotten, now(0)).0, Acceptance::Early);
    for event in &events[7..] {
        assert_eq!(carol.hear_as(&event.signed, &forgotten, now(0)).0, Acceptance::Accepted);
    }
    assert_eq!(ends(&carol, &log), (8, 10, Some((1, 1))));
    commit(&mut carol);
    assert_eq!(carol.logs.range(&log, Some(8)).map(|range| range.seq), Some(10));
    assert_eq!(carol.logs.range(&log, Some(2)).map(|range| (range.base, range.seq)), Some((1, 1)));
    for event in &events[1..7] {
        assert_eq!(carol.hear_as(&event.signed, &Offer { base: Some(1), ..ANYBODY }, now(0)).0, Acceptance::Accepted);
    }
    assert_eq!(ends(&carol, &log), (1, 10, None));
}

#[test]
fn erased_events_are_not_fetched_again() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let events: Vec<LogEntry> = (1..=10).map(|n| bob.say(&n.to_string(), now(n))).collect();
    let log = events[0].event.log;
    for event in &events[..5] {
        carol.hear(&event.signed, now(0));
    }
    commit(&mut carol);
    carol.logs.raised(&log, 6);
    assert_eq!(
        carol.logs.range(&log, Some(1)).map(|range| (range.base, range.seq)),
        Some((6, 5)),
        "the next one is wanted"
    );
    assert_eq!(carol.hear(&events[2].signed, now(0)).0, Acceptance::Early);
    // Somebody else has erased more. Later the gap above the floor is filled, and nothing else.
    carol.hear_as(&events[8].signed, &Offer { base: Some(9), ..ANYBODY }, now(0));
    for event in &events[..8] {
        carol.hear_as(&event.signed, &Offer { base: Some(1), ..ANYBODY }, now(0));
    }
    assert_eq!(ends(&carol, &log), (6, 9, None));
    assert!(!carol.logs.get(&log).unwrap().has_gap());
}

#[test]
fn a_distant_cause_holds_nobody_up() {
    let (mut alice, mut bob, mut carol) = (Person::new(1), Person::new(2), Person::new(3));
    let start = now(0);
    let flood: Vec<LogEntry> = (0..=FAR + 1).map(|n| alice.say(&n.to_string(), start)).collect();
    for event in &flood[..FAR as usize] {
        bob.hear(&event.signed, start);
    }
    assert_eq!(carol.hear(&bob.say("near", start).signed, start).0, Acceptance::Waits);
    for event in &flood {
        bob.hear(&event.signed, start);
    }
    let mut dave = Person::new(4);
    let far = bob.say("far", start);
    let log = Offer { base: Some(far.event.seq), ..ANYBODY };
    assert_eq!(dave.hear_as(&far.signed, &log, start).0, Acceptance::Accepted);
}

#[test]
fn a_log_begins_only_where_there_is_room() {
    let mut carol = Person::new(3);
    let mut stranger = Person::new(4);
    let events = [stranger.say("who is this?", now(0)), stranger.say("and this?", now(1))];
    let closed = Offer { has_room: false, ..ANYBODY };
    assert_eq!(carol.hear_as(&events[0].signed, &closed, now(0)).0, Acceptance::Early);
    assert_eq!(carol.hear(&events[0].signed, now(0)).0, Acceptance::Accepted);
    assert_eq!(carol.hear_as(&events[1].signed, &closed, now(0)).0, Acceptance::Accepted, "it is there already");
}

#[test]
fn a_log_given_up_continues_without_its_old_lines() {
    let (mut bob, mut carol) = (Person::new(2), Person::new(3));
    let events: Vec<LogEntry> = (1..=4).map(|n| bob.say(&n.to_string(), now(n))).collect();
    let log = events[0].event.log;
    for event in &events[..2] {
        carol.hear(&event.signed, now(0));
    }
    commit(&mut carol);
    carol.logs.give_up(&log, now(0).mono);
    assert_eq!((carol.logs.count(), carol.logs.get(&log).is_none()), (0, true));
    assert!(carol.logs.is_barred(&log, now(0).mono));
    let told = carol.logs.range(&log, None).unwrap();
    assert_eq!((told.base, told.seq, told.head), (3, 2, Some(events[1].event.id)), "it lacks nothing");
    let states = carol.logs.take_given_up();
    assert_eq!((states[0].floor, states[0].base, states[0].head), (3, 3, 2));
    let closed = Offer { has_room: false, ..ANYBODY };
    for (event, acceptance) in [(0, Acceptance::Known), (1, Acceptance::Known), (2, Acceptance::Early)] {
        assert_eq!(carol.hear_as(&events[event].signed, &closed, now(0)).0, acceptance);
    }
    assert_eq!(carol.hear(&events[2].signed, now(0)).0, Acceptance::Early, "before its lines are gone");
    carol.logs.removed(&log);
    for event in &events[2..] {
        assert_eq!(carol.hear(&event.signed, now(0)).0, Acceptance::Accepted);
    }
    assert_eq!(ends(&carol, &log), (3, 4, None));
    // An answer to an event that was given up does not wait.
    carol.logs.give_up(&log, now(0).mono);
    let (mut dave, answer) = (Person::new(4), Offer { base: Some(1), ..ANYBODY });
    for event in &events {
        dave.hear(&event.signed, now(0));
    }
    let answers = dave.say("yes", now(5));
    assert_eq!(answers.event.deps.len(), 1);
    assert_eq!(carol.hear_as(&answers.signed, &answer, now(5)).0, Acceptance::Accepted);
}

#[test]
fn an_unfinished_removal_is_repeated_after_the_next_start() {
    let log = |epoch| LogId { room: RoomId::LOBBY, author: Identity::from_secret(&[2; 32]).node(), epoch };
    let state = |epoch, base| LogState {
        id: log(epoch),
        floor: base,
        base,
        head: 3,
        head_id: Some(EventId([1; 32])),
        head_hlc: Hlc(9),
        head_place: Hlc(9),
        older: None,
        forked: None,
    };
    let snapshot = Snapshot {
        logs: vec![state(1, 1), state(2, 4), state(3, 4)],
        bytes: vec![(log(1), 100), (log(2), 100)],
        ..Snapshot::default()
    };
    let mut logs = Logs::new(Identity::from_secret(&[1; 32]).node(), snapshot);
    assert_eq!(logs.take_given_up(), vec![state(2, 4)]);
    assert!(logs.take_given_up().is_empty());
}

#[test]
fn waiting_events_are_bounded() {
    let (mut alice, mut bob, mut carol) = (Person::new(1), Person::new(2), Person::new(3));
    let start = now(0);
    let hidden = alice.say("hidden", start);
    bob.hear(&hidden.signed, start);
    let waits = (0..1_000)
        .map(|n| bob.say(&n.to_string(), start))
        .filter(|entry| carol.hear(&entry.signed, start).0 == Acceptance::Waits);
    assert_eq!(waits.count(), 64, "of one author");
    let (_, accepted) = carol.hear(&hidden.signed, start);
    assert_eq!(accepted.len(), 65);
}

#[test]
fn our_own_event_from_elsewhere_ends_our_log() {
    let mut bob = Person::new(2);
    let first = bob.say("1", now(0));
    let key = bob.identity.clone();
    let theirs = draft(&first, |_| {}).sign(|message| key.sign(message));
    assert_eq!(bob.hear(&theirs, now(0)).0, Acceptance::Accepted);
    assert_eq!(bob.logs.own(&RoomId::LOBBY), None);
    let next = bob.logs.write(RoomId::LOBBY, say("2"), &key, || 8, &|_| true, (now(0), now(0).wall)).unwrap();
    assert_eq!((next.event.log.epoch, next.event.seq), (8, 1));
    assert!(next.event.deps.contains(&Dep { log: first.event.log, seq: 2 }));
}

proptest! {
    /// Five people talk and hear each other at random. A sixth hears everything in random order, some of it several
    /// times.
    #[test]
    fn everything_heard_is_held_once_with_causes_first(
        talk in proptest::collection::vec((0..5_usize, 0..5_usize, 0..5_000_i64), 1..80),
        seed in any::<u64>(),
    ) {
        let mut people: Vec<Person> = (1..=5).map(Person::new).collect();
        let mut all: Vec<LogEntry> = Vec::new();
        for (n, (from, to, skew)) in talk.iter().enumerate() {
            let event = people[*from].say(&n.to_string(), now(*skew));
            all.push(event);
            // The other one hears all that was said so far.
            for event in &all {
                people[*to].hear(&event.signed, now(*skew));
            }
        }
        let (mut listener, mut rng) = (Person::new(9), fastrand::Rng::with_seed(seed));
        let mut held: Vec<LogEntry> = Vec::new();
        for _ in 0..=all.len() {
            let mut shuffled = all.clone();
            rng.shuffle(&mut shuffled);
            for event in shuffled.iter().chain(&all[..rng.usize(..all.len())]) {
                held.extend(listener.hear(&event.signed, now(0)).1);
            }
            if held.len() == all.len() {
                break;
            }
        }
        let mut ids: Vec<_> = held.iter().map(|entry| entry.event.id).collect();
        for (at, entry) in held.iter().enumerate() {
            let before = |log: &LogId, seq| held[..at].iter().any(|cause| cause.event.log == *log && cause.event.seq == seq);
            prop_assert!(entry.event.seq == 1 || before(&entry.event.log, entry.event.seq - 1));
            for dep in &entry.event.deps {
                prop_assert!(before(&dep.log, dep.seq));
                let cause = held.iter().find(|cause| cause.event.log == dep.log && cause.event.seq == dep.seq).unwrap();
                prop_assert!(cause.event.hlc < entry.event.hlc, "an answer stands before its question");
            }
        }
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), all.len());
    }
}

#[test]
fn the_longest_wait_is_due_first() {
    let (mut alice, mut bob, mut dave) = (Person::new(1), Person::new(2), Person::new(4));
    let start = now(0);
    let hello = alice.say("hello", start);
    bob.hear(&hello.signed, start);
    dave.hear(&hello.signed, start);
    let hidden = alice.say("hidden", start);
    bob.hear(&hidden.signed, start);
    let late = Now { mono: start.mono + Duration::from_secs(3), ..start };
    dave.hear(&bob.say("1", start).signed, start);
    dave.hear(&bob.say("2", start).signed, late);
    assert_eq!(dave.logs.waiting_due(), Some(start.mono + WAIT_FOR_CAUSES));
}
