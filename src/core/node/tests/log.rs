//! Several nodes with logs, joined by links that break and come back: whatever happens, all nodes end with the same
//! lines in the same order.

mod world;

use proptest::prelude::*;
use world::World;

use super::*;
use crate::{
    core::log::storage::Retain,
    domain::{
        bus::NoticeCode,
        model::{Delivery, Mark, Room, Text, Who},
    },
    protocol::codec::event::Signed,
};

#[test]
fn a_line_is_stored_before_it_is_sent_or_shown() {
    let mut node = World::new(1).benches.remove(0).node;
    let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_000) };
    let (mut out, text) = (Vec::new(), Text::new("hello").unwrap());
    node.handle(Input::Command(Command::Say { room: Room::Lobby, text, action: false, network: None }), now, &mut out);
    let asked = out.iter().find_map(|out| if let Output::Store { ticket, .. } = out { Some(*ticket) } else { None });
    let speaks =
        |out: &[Output]| out.iter().any(|out| matches!(out, Output::Publish(_) | Output::Update(Update::Message(_))));
    assert!(!speaks(&out), "{out:?}");
    out.clear();
    node.handle(Input::Stored { ticket: asked.unwrap(), reply: Ok(Reply::Written) }, now, &mut out);
    assert!(speaks(&out), "{out:?}");
}

#[test]
fn delivery_counts_only_the_receipts_of_present_nodes() {
    let mut world = World::new(3);
    world.say(0, "alone");
    assert_eq!(world.shown(0)[0].delivery, Delivery::Waiting);
    world.link(0, 1);
    world.wait(100);
    assert_eq!((world.texts(1), world.delivery(0)), (vec!["alone".to_owned()], Some((1, 1))));
    world.link(0, 2);
    world.say(0, "to both");
    world.wait(100);
    assert_eq!(world.delivery(0), Some((2, 2)));
    world.cut(0, 2);
    world.say(0, "one is away");
    world.wait(100);
    assert_eq!(world.delivery(0), Some((1, 1)));
    let away = world.identities[2].node();
    assert!(world.updates[0].contains(&Update::Waiting { node: away, lines: 1 }));
    world.link(0, 2);
    world.wait(100);
    assert!(world.updates[0].contains(&Update::Waiting { node: away, lines: 0 }));
    assert_eq!(world.texts(2), ["alone", "to both", "one is away"]);
}

#[test]
fn every_one_of_many_waiting_lines_is_tracked_until_delivered() {
    let mut world = World::new(2);
    for n in 0..10_000 {
        world.say(0, &n.to_string());
    }
    let all: std::collections::BTreeSet<_> = world.shown(0).iter().map(|message| message.id).collect();
    world.wait(100);
    assert!(world.updates[0].contains(&Update::Unsent { lines: 10_000 }));
    world.link(0, 1);
    world.wait(3_000);
    let told = world.updates[0].iter().filter_map(|update| match update {
        Update::Delivery { id, delivered: 1, of: 1 } => Some(*id),
        _ => None,
    });
    assert_eq!(told.collect::<std::collections::BTreeSet<_>>(), all);
    assert_eq!(
        world.updates[0].iter().rfind(|update| matches!(update, Update::Unsent { .. })),
        Some(&Update::Unsent { lines: 0 })
    );
}

#[test]
fn present_nodes_that_lack_lines_are_named_before_delivery() {
    let mut world = World::new(2);
    world.say(0, "one");
    world.say(0, "two");
    world.link(0, 1);
    world.wait(100);
    let node = world.identities[1].node();
    let told: Vec<_> = world.updates[0]
        .iter()
        .filter_map(|update| match update {
            Update::Lacking(nodes) => Some(nodes.as_slice()),
            Update::Delivery { .. } => Some(&[][..]),
            _ => None,
        })
        .collect();
    assert_eq!(told.last(), Some(&&[][..]), "{told:?}");
    // It may have received everything before anything was reported.
    assert!(told.iter().all(|nodes| nodes.iter().all(|lack| lack.node == node && lack.lines <= 2)), "{told:?}");
    world.cut(0, 1);
    world.say(0, "three");
    world.wait(100);
    assert!(!matches!(world.updates[0].last(), Some(Update::Lacking(nodes)) if !nodes.is_empty()), "it is away");
}

#[test]
fn lines_typed_while_alone_wait_across_a_restart() {
    let mut world = World::new(2);
    world.say(0, "anyone?");
    world.restart(0, 2);
    world.updates[0].clear();
    world.link(0, 1);
    world.wait(100);
    assert_eq!((world.texts(1), world.delivery(0)), (vec!["anyone?".to_owned()], Some((1, 1))));
    world.say(0, "there you are");
    assert_eq!(world.texts(1), ["anyone?", "there you are"]);
    assert_eq!(world.benches[0].store.logs.len(), 1, "the log goes on");
}

#[test]
fn lines_reach_unlinked_nodes_through_a_third_node() {
    let mut world = World::new(3);
    world.link(0, 1);
    world.link(1, 2);
    for n in 0..3 {
        world.say(n, &format!("from {n}"));
    }
    world.wait(5_000);
    assert_eq!(world.texts(0).len(), 3);
    assert_eq!((world.texts(0), world.texts(2)), (world.texts(1), world.texts(1)));
    // Lines also spread after their author is gone.
    world.cut(0, 1);
    world.cut(1, 2);
    world.say(1, "late");
    world.restart(0, 2);
    world.link(1, 2);
    assert_eq!(world.texts(2).last().unwrap(), "late");
}

#[test]
fn a_latecomer_gets_the_backlog_once_and_sees_progress() {
    let mut world = World::new(4);
    for n in 1..4 {
        world.link(0, n);
    }
    for n in 0..500 {
        world.say(0, &n.to_string());
    }
    world.cut(0, 3);
    world.restart(3, 2);
    world.benches[3].store = FakeStore::default();
    world.restart(3, 3);
    world.updates[3].clear();
    let frames = world.frames;
    // Two nodes have everything; the author is away.
    world.restart(0, 2);
    world.link(1, 3);
    world.link(2, 3);
    world.wait(3_000);
    assert_eq!(world.texts(3), world.texts(1));
    assert!(world.shown(3).iter().all(|message| !message.history), "it was here when they were said");
    assert!(world.frames - frames < 100, "{} frames: somebody sent it twice", world.frames - frames);
    let progress: Vec<_> = world.updates[3]
        .iter()
        .filter_map(
            |update| if let Update::Sync { received, total, .. } = update { Some((*received, *total)) } else { None },
        )
        .collect();
    assert!(progress.first().is_some_and(|(received, total)| *received < 100 && *total >= 400), "{progress:?}");
    assert!(progress.last().is_some_and(|(received, total)| received == total), "{progress:?}");
}

#[test]
fn a_copied_profile_that_speaks_is_detected_and_delays_nobody() {
    let mut world = World::new(4);
    world.say(0, "before");
    for n in 1..3 {
        world.link(0, n);
    }
    world.wait(100);
    // Somebody copies the whole profile of the first node.
    world.identities[3] = world.identities[0].clone();
    world.benches[3].store = world.benches[0].store.clone();
    world.restart(3, 9);
    world.restart(0, 10);
    world.link(0, 1);
    world.link(3, 2);
    world.say(0, "one");
    world.say(3, "another");
    world.wait(100);
    world.link(1, 2);
    world.wait(3_000);
    for n in [1, 2] {
        assert_eq!(world.is_told(n, NoticeCode::Forked), 1, "node {n}: {:?}", world.texts(n));
        assert_eq!(world.benches[n].store.forks.len(), 1);
    }
    assert_eq!((world.is_told(0, NoticeCode::Forked), world.is_told(3, NoticeCode::Forked)), (1, 1));
    world.say(0, "on its own now");
    world.say(1, "an answer");
    // Nobody tells the second copy's neighbour at once: it believes that the author is here.
    world.wait(8_000);
    for n in [1, 2] {
        let texts = world.texts(n);
        assert!(texts.ends_with(&["on its own now".to_owned(), "an answer".to_owned()]), "node {n}: {texts:?}");
    }
    // Both copies have said their contradicting lines again, so both lines are everywhere and neither is marked any
    // more.
    for n in [1, 2] {
        world.updates[n].clear();
        world.feed(
            n,
            Input::Command(Command::Page { room: Room::Lobby, seek: crate::domain::model::Seek::Newest, max: 100 }),
        );
        let Some(Update::Page(page)) = world.updates[n].last() else { panic!("no page") };
        let marks: Vec<_> = page.messages.iter().map(|message| (message.text.as_str(), message.mark)).collect();
        let lines = ["before", "one", "another", "on its own now", "an answer"];
        assert_eq!(marks, lines.map(|text| (text, Mark::None)), "node {n}");
    }
}

#[test]
fn a_node_restored_from_backup_starts_a_new_log() {
    let mut world = World::new(2);
    world.say(0, "one");
    let backup = world.benches[0].store.clone();
    world.link(0, 1);
    world.say(0, "two");
    world.benches[0].store = backup;
    world.restart(0, 2);
    world.link(0, 1);
    world.wait(3_000);
    assert_eq!(world.texts(0), ["one", "two"], "its own lines come back");
    world.say(0, "three");
    world.wait(100);
    assert_eq!(world.texts(1), ["one", "two", "three"]);
    assert_eq!((world.benches[1].store.forks.len(), world.benches[1].store.logs.len()), (0, 2));
}

#[test]
fn invalid_events_are_never_shown_and_end_the_link() {
    let mut world = World::new(2);
    world.link(0, 1);
    world.say(0, "true");
    let link = world.link_of(0, 1).unwrap();
    let log = *world.benches[0].store.logs.keys().next().unwrap();
    let event = world.benches[0].store.events[&(log, 1)].clone();
    let next = crate::protocol::codec::event::Draft {
        log,
        seq: 2,
        prev: Some(event.event.id),
        hlc: event.event.hlc.next(),
        deps: Vec::new(),
        wall: event.event.wall,
        kind: 1,
        content: event.signed.content.clone(),
    };
    let stranger = Identity::from_secret(&[77; 32]);
    let forged = next.clone().sign(|message| stranger.sign(message));
    let signed = next.sign(|message| world.identities[0].sign(message));
    let altered = Signed { content: vec![1; 30].into(), ..signed.clone() };
    let mut cut = signed.clone();
    cut.sig[5] ^= 1;
    for bad in [forged, altered, cut] {
        world.feed(1, Input::Frames { link, frames: vec![Frame::Batch(vec![bad; 6])] });
    }
    assert_eq!(world.texts(1), ["true"]);
    assert_eq!(world.links, []);
    world.link(0, 1);
    let link = world.link_of(0, 1).unwrap();
    // A valid event is taken from anybody, once.
    world.feed(1, Input::Frames { link, frames: vec![Frame::Batch(vec![signed; 20])] });
    assert_eq!((world.texts(1).len(), world.links.len()), (2, 1));
}

#[test]
fn an_ignored_keys_lines_are_hidden_but_passed_on() {
    let mut world = World::new(3);
    world.link(0, 1);
    world.link(1, 2);
    world.say(0, "one");
    world.feed(1, Input::Command(Command::Ignore(Who::new("node0").unwrap())));
    world.updates[1].clear();
    world.say(0, "two");
    world.wait(5_000);
    assert_eq!((world.shown(1).len(), world.texts(1).len(), world.shown(2).len()), (0, 2, 2));
    let page = |world: &mut World| {
        world.feed(
            1,
            Input::Command(Command::Page { room: Room::Lobby, seek: crate::domain::model::Seek::Newest, max: 100 }),
        );
        let Some(Update::Page(page)) = world.updates[1].last() else { panic!("no page") };
        page.messages.len()
    };
    assert_eq!(page(&mut world), 0);
    world.feed(1, Input::Command(Command::Unignore(Who::new("node0").unwrap())));
    assert_eq!(page(&mut world), 2);
}

#[test]
fn a_full_disk_loses_no_line_shown_as_said() {
    let mut world = World::new(2);
    world.link(0, 1);
    world.say(0, "one");
    world.benches[0].store.fails = true;
    world.say(0, "lost");
    assert_eq!(world.shown(0).last().map(|message| message.delivery), Some(Delivery::NotSent));
    world.say(1, "from bob");
    world.say(0, "refused");
    world.benches[0].store.fails = false;
    world.wait(3_000);
    world.say(0, "two");
    world.wait(3_000);
    assert_eq!(world.texts(1), ["one", "from bob", "two"]);
    assert_eq!(world.texts(0), world.texts(1));
}

#[test]
fn a_shorter_copy_is_not_taken_for_the_whole_log() {
    let mut world = World::new(3);
    for n in 0..10 {
        world.say(0, &n.to_string());
    }
    world.link(0, 1);
    world.wait(100);
    // The first node forgets its lines, so the third can get only what it says next.
    world.benches[0]
        .store
        .handle(crate::core::log::storage::Request::Retain(Retain {
            now: Timestamp::default(),
            before: None,
            keep: Some(0),
            known: std::collections::BTreeSet::new(),
        }))
        .unwrap();
    world.restart(0, 2);
    world.say(0, "ten");
    world.link(0, 2);
    world.wait(100);
    assert_eq!(world.texts(2), ["ten"]);
    world.link(1, 2);
    world.wait(8_000);
    assert_eq!(world.texts(2).len(), 11, "{:?}", world.texts(2));
    assert_eq!(world.texts(2), world.texts(1));
    let state = world.benches[2].store.logs.values().next().unwrap();
    assert_eq!((state.base, state.head, state.older), (1, 11, None));
}

#[test]
fn a_node_that_missed_erased_lines_gets_later_ones() {
    let mut world = World::new(2);
    world.say(0, "a");
    world.link(0, 1);
    world.cut(0, 1);
    world.say(0, "b");
    world.say(0, "c");
    world.feed(0, Input::Command(Command::Erase { room: Room::Lobby, network: None }));
    world.link(0, 1);
    world.say(0, "d");
    world.wait(5_000);
    assert_eq!((world.texts(0), world.texts(1)), (vec!["d".to_owned()], vec!["a".to_owned(), "d".to_owned()]));
    world.say(1, "e");
    assert_eq!(world.texts(0), ["d", "e"]);
    assert_eq!(world.delivery(1), None, "nothing waits");
    world.wait(100);
    assert_eq!(world.delivery(1), Some((1, 1)));
}

#[test]
fn lines_received_while_the_disk_was_full_are_fetched_again() {
    let mut world = World::new(2);
    world.link(0, 1);
    world.say(1, "1");
    world.benches[0].store.fails = true;
    world.say(1, "2");
    world.say(1, "3");
    world.benches[0].store.fails = false;
    world.say(1, "4");
    world.wait(5_000);
    world.say(1, "5");
    world.wait(5_000);
    assert_eq!(world.texts(0), ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_false_claim_about_our_own_log_changes_nothing() {
    let mut world = World::new(3);
    world.say(0, "one");
    world.link(0, 1);
    let link = world.link_of(0, 1).unwrap();
    let log = *world.benches[0].store.logs.keys().next().unwrap();
    let range = crate::protocol::codec::event::HeldRange {
        name: None,
        log,
        seq: 1 << 40,
        head: Some(crate::domain::model::EventId([9; 32])),
        base: 1,
    };
    let have = mesh::Have { ranges: vec![range], changes: Vec::new(), more: false, want: false };
    world.feed(0, Input::Frames { link, frames: vec![Frame::Have(have)] });
    world.say(0, "two");
    world.wait(6_000);
    assert!(world.benches[0].store.acks.values().all(|seq| *seq <= 2));
    assert_eq!((world.benches[0].store.logs.len(), world.is_told(0, NoticeCode::NewLog)), (1, 0));
    world.link(0, 2);
    world.wait(100);
    assert_eq!(world.texts(2), ["one", "two"]);
}

#[derive(Debug, Clone)]
enum Step {
    Say(usize),
    Link(usize, usize),
    Cut(usize, usize),
    Restart(usize),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let node = 0..5_usize;
    let step = prop_oneof![
        6 => node.clone().prop_map(Step::Say),
        3 => (node.clone(), node.clone()).prop_map(|(a, b)| Step::Link(a, b)),
        2 => (node.clone(), node.clone()).prop_map(|(a, b)| Step::Cut(a, b)),
        1 => node.prop_map(Step::Restart),
        2 => (50..3_000_u64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// No line is lost or shown twice, all nodes have one order, and no answer comes before what it answers.
    #[test]
    fn all_nodes_end_with_the_same_lines_in_order(steps in steps()) {
        let mut world = World::new(5);
        let (mut said, mut boot) = (0, 10);
        for step in steps {
            match step {
                Step::Say(n) => {
                    said += 1;
                    world.say(n, &format!("{said}"));
                }
                Step::Link(a, b) => world.link(a, b),
                Step::Cut(a, b) => world.cut(a, b),
                Step::Restart(n) => {
                    boot += 1;
                    world.restart(n, boot);
                }
                Step::Wait(ms) => world.wait(ms),
            }
        }
        // In a chain: the worst network in which all are still connected.
        for n in 0..4 {
            world.link(n, n + 1);
        }
        world.wait(30_000);
        for n in 0..5 {
            let texts = world.texts(n);
            prop_assert_eq!(texts.len(), said, "node {}: {:?}", n, texts);
            prop_assert_eq!(&texts, &world.texts(0));
        }
        for (n, updates) in world.updates.iter().enumerate() {
            let mut ids: Vec<_> = updates.iter().filter_map(|update| if let Update::Message(message) = update { Some(message.id) } else { None }).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            prop_assert_eq!(ids.len(), count, "node {} showed a line twice", n);
        }
        for entry in world.benches[0].store.events.values() {
            for dep in &entry.event.deps {
                let cause = &world.benches[0].store.events[&(dep.log, dep.seq)];
                prop_assert!(cause.event.hlc < entry.event.hlc);
            }
        }
    }
}
