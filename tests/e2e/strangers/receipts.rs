//! Receipts. Any key can send them, and they must neither fill the table nor delay the user.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{alone, apart, count, hears, start};
use crate::{
    attack::{
        crowd::{Idle, confirm},
        hex, unhex,
    },
    support::{Ports, seconds, until},
};

/// Keys that claim to hold what the victim said: more than the table has places for.
const KEYS: u64 = 1_100;

/// How long `/quit` may take beside a stranger that acknowledges nothing.
const LEAVES: Duration = seconds(2);

#[test]
fn strangers_do_not_crowd_out_an_honest_readers_receipts() {
    let (_alone, ports) = (alone(), Ports::take());
    let mut victor = start(&apart("victor", &ports, 0, &[]));
    victor.say("to all, no one here");
    hears(&victor, "to all, no one here");
    let given = confirm(victor.addr(), &unhex(&victor.id()), KEYS);
    println!("{given} keys have confirmed");
    let mut bob = start(&apart("bob", &ports, 1, &[0]));
    hears(&bob, "to all, no one here");
    victor.say("for bob");
    hears(&bob, "for bob");
    let node = unhex(&bob.id());
    let query = format!("SELECT count(*) FROM acks WHERE node = x'{}'", hex(&node));
    until("bob is in the table of who holds what", seconds(20), || (count(&victor, &query) > 0).then_some(()));
    bob.quit();
    victor.wait_left(&hex(&node), seconds(20));
    victor.say("for bob, who is away");
    let waits = |e: &Value| e["event"] == "waiting" && (e["nick"] == "bob" || e.to_string().contains(&hex(&node)));
    victor.wait("a line waits for bob", seconds(20), |events| events.iter().find(|e| waits(e)).map(drop));
    victor.assert_clean();
}

#[test]
fn a_silent_stranger_does_not_delay_quitting() {
    let (_alone, ports) = (alone(), Ports::take());
    let mut victor = start(&apart("victor", &ports, 0, &[]));
    // The node waits for a peer that acknowledges what it lacked before. This one never acknowledges anything.
    victor.say("said before");
    hears(&victor, "said before");
    let silent = Idle::open(victor.addr(), 1);
    victor.wait_peers(1);
    let lacks = |e: &&Value| e["event"] == "delivery" && e["of"] == 1;
    victor.wait("that the silent one lacks it", seconds(20), |events| events.iter().find(lacks).map(drop));
    victor.say("nobody takes this");
    hears(&victor, "nobody takes this");
    let begun = Instant::now();
    victor.say("/quit");
    let status = victor.wait_exit(seconds(20));
    let took = begun.elapsed();
    println!("left after {took:.1?} with {status} (promised: {LEAVES:?}, 4)");
    assert_eq!(status.code(), Some(4), "nobody was there who takes lines");
    assert!(took < LEAVES, "{took:?}");
    drop(silent);
    victor.assert_clean();
}
