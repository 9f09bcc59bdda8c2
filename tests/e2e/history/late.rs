//! People who come after much was said.

use std::time::Instant;

use super::few;
use crate::support::{Node, Ports, Setup, seconds, until};

/// Says this many different lines, and waits until all are on disk.
fn talk(node: &mut Node, lines: usize) {
    let all: Vec<String> = (0..lines).map(|n| format!("line {n} of about the length that people write\n")).collect();
    node.write(all.concat().as_bytes());
    node.say("over");
    node.wait("its last line on disk", seconds(300), |events| {
        events.iter().rev().find(|e| e["text"] == "over" && e["own"] == true).map(|_| ())
    });
}

/// Waits until somebody who has just come has all of it, in order.
fn assert_has_all(late: &Node, lines: usize) {
    late.wait("the last line", seconds(100), |events| events.iter().rev().find(|e| e["text"] == "over").map(|_| ()));
    let texts = late.texts();
    assert_eq!(texts.len(), lines + 1);
    assert!(
        texts.iter().take(lines).enumerate().all(|(n, text)| text.starts_with(&format!("line {n} of"))),
        "in order"
    );
}

#[test]
fn a_late_joiner_gets_a_thousand_lines() {
    const LINES: usize = 1_000;
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    talk(&mut alice, LINES);
    let begun = Instant::now();
    let bob = Node::start(&Setup::new("bob", few(&ports)));
    assert_has_all(&bob, LINES);
    println!("{LINES} lines {:?} after the start", begun.elapsed());
    assert_eq!(alice.hash(), bob.hash());
}

#[test]
#[ignore = "long: ten thousand lines"]
fn a_late_joiner_gets_ten_thousand_lines() {
    const LINES: usize = 10_000;
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    talk(&mut alice, LINES);
    let begun = Instant::now();
    let bob = Node::start(&Setup::new("bob", few(&ports)));
    assert_has_all(&bob, LINES);
    // Two seconds are promised.
    let took = begun.elapsed();
    println!("{LINES} lines {took:?} after the start");
    assert!(took < seconds(20), "{took:?}");
    assert_eq!(alice.hash(), bob.hash());
    // Peers that did not write the lines pass them on too.
    alice.quit();
    bob.wait_peers(0);
    let carol = Node::start(&Setup::new("carol", few(&ports)));
    assert_has_all(&carol, LINES);
    assert_eq!(carol.hash(), bob.hash());
}

/// The screen reacts to keys while the history comes in.
#[test]
#[cfg(unix)]
#[ignore = "long: ten thousand lines"]
fn the_screen_of_a_late_joiner_stays_usable() {
    use crate::support::{Builder, program};
    const LINES: usize = 10_000;
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    talk(&mut alice, LINES);
    let bob = Builder::new(&program()).args(Setup::new("bob", few(&ports)).arguments()).spawn();
    bob.wait_text("> Message #lobby");
    let mut slowest = seconds(0);
    let mut typed = String::new();
    let mut keys = ('a'..='z').cycle();
    let begun = Instant::now();
    // Until the history is there, but for at least forty keys, and no more than fit on the line.
    while typed.len() < 40 || (typed.len() < 60 && !bob.text().contains("over")) {
        typed.push(keys.next().unwrap());
        let pressed = Instant::now();
        bob.send(&typed.as_bytes()[typed.len() - 1..]);
        bob.wait_text(&format!("> {typed}"));
        slowest = slowest.max(pressed.elapsed());
    }
    println!("{} keys in {:?}; the slowest was on the screen after {slowest:?}", typed.len(), begun.elapsed());
    // 50 ms are promised.
    assert!(slowest < std::time::Duration::from_millis(500), "{slowest:?}");
    bob.send("\x03");
    // Messages that came after the last key are unread. The room stays where they begin until the user moves.
    until("the newest line", seconds(30), || {
        bob.send("\x1b[F");
        bob.text().contains("9999 of about").then_some(())
    });
    bob.wait_text("over");
}
