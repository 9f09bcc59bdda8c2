//! The table of logs: strangers that fill it keep nobody out.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{HEARD, alone, apart, count, hears, pair, start};
use crate::{
    attack::crowd::ManyLogs,
    support::{Node, Ports, until},
};

/// Logs of strangers that a node holds in the long run, and a few of honest people.
const LOGS: i64 = 1_024 + 32;

/// Logs of absent strangers that a node may hold if it met none of them. Others may pass on a few, but never the whole
/// table.
const HANDED_ON: i64 = 64;

/// Counts the logs that have lines. A log that was given up leaves a row without lines.
const HELD: &str = "SELECT count(*) FROM logs WHERE base <= head";

/// How long a full table may stay full after its authors have left.
const HEALED: Duration = Duration::from_mins(1);

/// A newcomer says a line, and both others hear it.
fn is_heard(newcomer: &mut Node, victor: &Node, bob: &Node, text: &str) {
    newcomer.wait_peer(&victor.id());
    let said = Instant::now();
    newcomer.say(text);
    hears(victor, text);
    hears(bob, text);
    println!("{text}: heard by everybody after {:.1?} (promised: 2 s)", said.elapsed());
    assert!(said.elapsed() < HEARD * 2);
}

#[test]
fn a_newcomer_is_heard_during_and_after_a_table_attack() {
    let (_alone, ports) = (alone(), Ports::take());
    let (victor, mut bob) = pair(&ports);
    bob.say("before");
    hears(&victor, "before");
    let to = victor.addr();
    let attack = thread::spawn(move || ManyLogs::FULL_TABLE.pour(to));
    let mut early = start(&apart("early", &ports, 2, &[0]));
    is_heard(&mut early, &victor, &bob, "while it is attacked");
    println!("{} logs of strangers were taken", attack.join().unwrap());
    let mut late = start(&apart("late", &ports, 3, &[0]));
    is_heard(&mut late, &victor, &bob, "after it was attacked");
    // Carol comes when all strangers have left, and links only to bob, who has met none of them.
    let mut carol = start(&apart("carol", &ports, 4, &[1]));
    carol.wait_peer(&bob.id());
    carol.say("when they have gone");
    hears(&bob, "when they have gone");
    until("the table is no longer full", HEALED, || (count(&victor, HELD) <= LOGS).then_some(()));
    let handed_on = count(&carol, HELD);
    assert!(handed_on <= HANDED_ON, "carol was handed {handed_on} logs");
    for node in [victor, bob, early, late, carol] {
        node.assert_clean();
    }
}

#[test]
fn honest_history_gets_through_a_crowd_of_old_logs() {
    let (_alone, ports) = (alone(), Ports::take());
    let alice = start(&apart("alice", &ports, 0, &[]));
    let mut dave = start(&apart("dave", &ports, 1, &[0]));
    alice.wait_peer(&dave.id());
    dave.say("an important thing");
    hears(&alice, "an important thing");
    dave.quit();
    let crowd = ManyLogs { keys: 300, logs: 1, age_days: 80, wait: Duration::from_secs(1) };
    println!("{} of 300 old logs were taken", crowd.pour(alice.addr()));
    let erin = start(&apart("erin", &ports, 2, &[0]));
    println!("erin has what dave said after {:.1?}", hears(&erin, "an important thing"));
    alice.assert_clean();
    erin.assert_clean();
}
