//! Claims about logs that are meant to keep honest ones out.

use super::{assert_well, link, pair};
use crate::{
    attack::{
        Author, Key, batch, have,
        proto::{HeldRange, LogId},
        unhex,
    },
    support::{Node, Ports, seconds},
};

/// Only what we have signed says how far our own log goes.
#[test]
fn a_claim_about_our_own_log_changes_nothing() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    alice.say("the first");
    bob.wait_text("the first");
    let (_, _, mut mallory) = link(&alice, "mallory");
    // Alice says what she holds, and mallory claims that there is more of it.
    let log = mallory
        .wait(|body| match body {
            crate::attack::proto::frame::Body::Have(have) => {
                have.ranges.iter().filter_map(|range| range.log.clone()).find(|log| log.author == unhex(&alice.id()))
            }
            _ => None,
        })
        .unwrap();
    for seq in 1..20 {
        let range = HeldRange {
            name: 0,
            log: Some(log.clone()),
            seq: seq * 1_000,
            head: Key::random_bytes().to_vec(),
            base: 1,
        };
        mallory.send(have(vec![range])).unwrap();
        alice.say(&format!("line {seq}"));
        bob.wait_text(&format!("line {seq}"));
    }
    let told = alice.all(|e| (e["code"] == "new_log" || e["code"] == "forked").then(|| e.clone()));
    assert!(told.is_empty(), "{told:?}");
    // Bob's receipts count. Mallory's claims affect only herself.
    alice.say("the last");
    let id = alice.wait_own("the last");
    alice.wait_delivered(&id, 1, 2);
    drop(mallory);
    alice.wait_peers(1);
    // Bob still gets what is said, whatever mallory has claimed.
    assert_well(&mut alice, &bob);
}

/// Mallory claims to have a whole log and sends nothing. A peer that has the end of it is still heard.
#[test]
fn claiming_more_and_sending_nothing_holds_up_nobody() {
    let ports = Ports::take();
    let (alice, bob) = pair(&ports);
    let mut carol = Author::new(&Key::random(), "carol");
    let lines = carol.lines((1..=8).map(|n| format!("carol {n}")));
    let (_, _, mut mallory) = link(&alice, "mallory");
    mallory.send(have(vec![carol.range()])).unwrap();
    let (_, _, mut honest) = link(&alice, "dave");
    honest.send(have(vec![HeldRange { base: 5, ..carol.range() }])).unwrap();
    // Like any node, it sends again after two seconds until alice says that she has the lines.
    for _ in 0..10 {
        honest.send(batch(lines[4..].to_vec())).unwrap();
        let _ = mallory.stay(seconds(1));
        let _ = honest.stay(seconds(1));
        if alice.texts().contains(&"carol 8".to_owned()) {
            break;
        }
    }
    let expected: Vec<_> = (5..=8).map(|n| format!("carol {n}")).collect();
    assert_eq!(alice.texts(), expected);
    // Alice never met carol, so she passes on none of carol's lines.
    bob.never("a line of carol", seconds(4), |events| events.iter().find(|e| e["nick"] == "carol").cloned());
}

/// Logs cost their author nothing, so somebody who starts very many must not use up everybody's room.
#[test]
#[ignore = "long: twenty thousand logs"]
fn starting_endless_logs_keeps_nobody_out() {
    const LOGS: usize = 20_000;
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let (key, _, mut mallory) = link(&alice, "mallory");
    let logs: Vec<_> = (0..LOGS).map(|n| Author::new(&key, "mallory").line(&format!("log {n}"))).collect();
    for some in logs.chunks(50) {
        if mallory.send(batch(some.to_vec())).is_err() {
            break;
        }
    }
    // Waits until no more lines are let in.
    let mut let_in = 0;
    while mallory.stay(seconds(2)).is_ok() && alice.texts().len() > let_in {
        let_in = alice.texts().len();
    }
    println!("{let_in} of {LOGS} logs were let in");
    drop(mallory);
    alice.wait_peers(1);
    let mut carol = Node::listening("carol", ports.port(0)..=ports.port(2));
    carol.wait_peers(2);
    carol.say("is there room for me?");
    alice.wait_text("is there room for me?");
    bob.wait_text("is there room for me?");
    assert_well_with(&mut alice, &bob);
}

fn assert_well_with(alice: &mut Node, bob: &Node) {
    alice.say("there is");
    bob.wait_text("there is");
}

/// Events of a room that we are not in are neither kept nor passed on.
#[test]
fn events_of_another_room_go_no_further() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let (key, mut own, mut mallory) = link(&alice, "mallory");
    let mut elsewhere = Author::in_room(&key, "mallory", [7; 32]);
    let line = elsewhere.line("elsewhere");
    mallory.send(have(vec![elsewhere.range()])).unwrap();
    mallory.send(batch(vec![line])).unwrap();
    // A lobby log, claimed under the name of another room.
    let log = LogId { room: [8; 32].to_vec(), ..own.log() };
    mallory.send(have(vec![HeldRange { name: 0, log: Some(log), ..own.range() }])).ok();
    mallory.say(&mut own, "here").unwrap();
    bob.wait_text("here");
    super::assert_never_shown(&[&alice, &bob], "elsewhere");
    drop(mallory);
    alice.wait_peers(1);
    assert_well(&mut alice, &bob);
}
