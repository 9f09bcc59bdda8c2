//! Reference nodes that send faster than anyone can read.

use std::time::Instant;

use super::own_port;
use crate::{
    reference::{Player, guest},
    support::{Node, Ports, Python, seconds},
};

/// Lines of the flood: as many as the reference program sends in a second at the end of its input.
const LINES: u32 = 50_000;

/// Lines kept from one guest at once, and per second in the long run.
const AT_ONCE: u64 = 100;
const PER_SECOND: u64 = 10;

#[test]
fn a_guests_flood_is_dropped_and_counted_while_others_chat() {
    let Some(python) = Python::or_skip("a_guests_flood_is_dropped_and_counted_while_others_chat") else {
        return;
    };
    let ports = Ports::take();
    let alice = Node::listening("alice", own_port(&ports));
    let [mut flood, mut honest] = [20, 21].map(|n| {
        let mut player = Player::dialling(&python);
        player.dial("d1", alice.addr(), ports.addr(n));
        player.wait_frames("d1", 1);
        player
    });
    let began = Instant::now();
    flood.send_times("d1", "hello", LINES);
    for n in 0..5 {
        honest.send("d1", &format!("bob: human line {n}"));
        alice.wait_text(&format!("human line {n}"));
    }
    let told = alice.wait_notice("guest_flood");
    assert!(told.contains(&format!("?{}", ports.addr(20))) && told.contains("lines were left out"), "{told}");
    let kept = alice.texts().into_iter().filter(|text| text == "hello").count() as u64;
    let most = AT_ONCE + PER_SECOND * (began.elapsed().as_secs() + 1);
    assert!((AT_ONCE..=most).contains(&kept), "{kept} of at most {most}");
    // Lines still on their way when it leaves are read soon, and not kept either.
    flood.process().signal(rustix::process::Signal::KILL);
    let (_, took) = alice.wait_left(&guest(ports.addr(20)), seconds(60));
    println!("gone after {took:?}, {kept} lines kept of the first");
    assert!(alice.texts().len() as u64 <= AT_ONCE + PER_SECOND * (began.elapsed().as_secs() + 1) + 5);
    alice.assert_clean();
}

#[test]
fn a_page_pasted_by_a_guest_is_kept_whole() {
    let Some(python) = Python::or_skip("a_page_pasted_by_a_guest_is_kept_whole") else { return };
    let ports = Ports::take();
    let alice = Node::listening("alice", own_port(&ports));
    let mut bob = Player::dialling(&python);
    bob.dial("d1", alice.addr(), ports.addr(20));
    bob.wait_frames("d1", 1);
    let page: Vec<String> = (0..AT_ONCE).map(|n| format!("line {n}")).collect();
    for line in &page {
        bob.send("d1", &format!("bob: {line}"));
    }
    alice.wait_text(page.last().unwrap());
    assert_eq!(alice.texts(), page);
    assert!(alice.all(|e| (e["code"] == "guest_flood").then_some(())).is_empty());
}
