//! Claims about logs that keep honest ones out.

use super::{assert_well, link, pair};
use crate::{
    attack::{
        Author, Key, batch, have,
        proto::{HeldRange, LogId},
        unhex,
    },
    support::{Node, Ports, seconds},
};

/// Nobody but we ourselves says how far our own log goes: only what we have signed does.
#[test]
fn a_claim_about_our_own_log_moves_nothing() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    alice.say("the first");
    bob.wait_text("the first");
    let (_, _, mut mallory) = link(&alice, "mallory");
    // Alice tells what she holds; mallory claims more of it than there is.
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
    // Bob's receipts count, mallory's claims are hers alone.
    alice.say("the last");
    let id = alice.wait_own("the last");
    alice.wait_delivered(&id, 1, 2);
    drop(mallory);
    alice.wait_peers(1);
    // Who comes after a restart gets what was said, whatever mallory has claimed to have.
    assert_well(&mut alice, &bob);
}

/// Somebody says to have the whole of a log, and gives nothing; who has the end of it is heard nevertheless.
#[test]
fn who_says_to_have_more_and_keeps_it_holds_up_nobody() {
    let ports = Ports::take();
    let (alice, bob) = pair(&ports);
    let mut carol = Author::new(&Key::random(), "carol");
    let lines = carol.lines((1..=8).map(|n| format!("carol {n}")));
    let (_, _, mut mallory) = link(&alice, "mallory");
    mallory.send(have(vec![carol.range()])).unwrap();
    let (_, _, mut honest) = link(&alice, "dave");
    honest.send(have(vec![HeldRange { base: 5, ..carol.range() }])).unwrap();
    // As any node: again after two seconds, as long as alice does not say that she has it.
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
    // Alice never met carol, and so nobody else gets carol's lines from her.
    bob.never("a line of carol", seconds(4), |events| events.iter().find(|e| e["nick"] == "carol").cloned());
}

/// Logs cost their maker nothing: someone who starts very many must not use up the room of all.
#[test]
#[ignore = "long: twenty thousand logs"]
fn who_begins_logs_without_end_keeps_nobody_out() {
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
    // Until nothing more is let in.
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

/// What is of no room that we are in is neither kept nor passed on.
#[test]
fn what_is_of_another_room_goes_no_further() {
    let ports = Ports::take();
    let (mut alice, bob) = pair(&ports);
    let (key, mut own, mut mallory) = link(&alice, "mallory");
    let mut elsewhere = Author::in_room(&key, "mallory", [7; 32]);
    let line = elsewhere.line("elsewhere");
    mallory.send(have(vec![elsewhere.range()])).unwrap();
    mallory.send(batch(vec![line])).unwrap();
    // A log of the lobby with the name of another room in its claim.
    let log = LogId { room: [8; 32].to_vec(), ..own.log() };
    mallory.send(have(vec![HeldRange { name: 0, log: Some(log), ..own.range() }])).ok();
    mallory.say(&mut own, "here").unwrap();
    bob.wait_text("here");
    super::assert_never_shown(&[&alice, &bob], "elsewhere");
    drop(mallory);
    alice.wait_peers(1);
    assert_well(&mut alice, &bob);
}
