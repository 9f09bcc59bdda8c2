//! Idle links: what they cost a node that has much to offer.

use std::{thread, time::Duration};

use super::{MEMORY_KIB, alone, hears, pair};
use crate::{
    attack::crowd::{Idle, ManyLogs},
    support::{Ports, proc, seconds, until_passed},
};

/// Links that say they hold nothing, and acknowledge nothing. Strangers do not have places for all of them.
const LINKS: usize = 256;

/// How long the node gets to settle, and how long it is watched.
const SETTLES: Duration = seconds(5);
const WATCHED: Duration = seconds(10);

/// What all of them together may cost, in percent of one processor.
const PERCENT: u128 = 5;

#[test]
fn idle_links_cost_hardly_anything_beside_a_full_table() {
    let (_alone, ports) = (alone(), Ports::take());
    let (victor, mut bob) = pair(&ports);
    bob.say("so that he has a log");
    hears(&victor, "so that he has a log");
    let to = victor.addr();
    println!("{} logs of strangers were taken", ManyLogs::FULL_TABLE.pour(to));
    let links = Idle::open(to, LINKS);
    until_passed(SETTLES);
    let before = proc::busy(victor.pid());
    thread::park_timeout(WATCHED);
    let percent = proc::busy(victor.pid()).saturating_sub(before).as_millis() * 100 / WATCHED.as_millis();
    let memory = proc::own_memory_kib(victor.pid());
    println!("{} idle links: {percent} % of a processor (promised: {PERCENT} %), {} MB", links.up(), memory / 1_024);
    bob.say("beside idle links");
    println!("an honest line took {:.1?} (promised: 250 ms)", hears(&victor, "beside idle links"));
    assert!(percent < PERCENT, "{percent} % of a processor");
    assert!(memory < MEMORY_KIB, "{memory} KiB");
    drop(links);
    victor.assert_clean();
    bob.assert_clean();
}
