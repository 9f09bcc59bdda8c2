//! Somebody whose clock is minutes, days or years off.

use serde_json::Value;
use tempfile::TempDir;

use super::{off, says, screen, types};
use crate::support::{Node, Ports, Setup, Wrong, seconds, until};

/// More lines than a screen has rows.
const MANY: usize = 25;

/// Alice's clock is off. Everybody sees every line when it is said, before and after she sets her clock.
fn everybody_is_seen(test: &str, wrong: &str) {
    // An error of minutes is shown only to her.
    let is_far_off = !wrong.ends_with('m');
    let Some(clock) = Wrong::or_skip(test, wrong) else { return };
    let (ports, home) = (Ports::take(), TempDir::new().unwrap());
    let tim = screen(home.path(), &ports);
    let mut bob = Node::start(&Setup::new("bob", super::few(&ports)));
    bob.wait_nick("tim");
    tim.wait_text("bob joined");
    let mut alice = Node::start(&off("alice", &ports, &clock));
    for node in [&alice, &bob] {
        node.wait_peers(2);
    }
    says(&mut bob, &["one from bob"]);
    alice.wait_text("one from bob");
    let lines: Vec<String> = (0..MANY).map(|n| format!("alice line {n}")).collect();
    for line in &lines {
        alice.say(line);
        bob.wait_text(line);
    }
    tim.wait_text("alice line 24");
    let told = alice.wait_notice("clock_off");
    assert!(told.contains("bob") && told.contains("tim") && told.contains("Set your clock"), "{told}");
    if is_far_off {
        let marked = |e: &Value| e["change"] == "clock" && e["nick"] == "alice" && e["clock_off_ms"].is_i64();
        bob.wait("alice's clock is marked", seconds(30), |events| events.iter().any(marked).then_some(()));
        bob.never("a word on his own clock", seconds(0), |events| {
            events.iter().find(|e| e["code"] == "clock_off").cloned()
        });
    }
    says(&mut bob, &["two from bob"]);
    tim.wait_text("two from bob");
    types(&tim, "my own line");
    bob.wait_text("my own line");
    alice.wait_text("my own line");
    assert!(tim.text().contains("two from bob"), "{}", tim.text());
    // Both have the same lines in the order in which they were said.
    let said =
        [&["one from bob".to_owned()][..], &lines, &["two from bob".to_owned(), "my own line".to_owned()]].concat();
    assert_eq!(bob.history_texts(), said);
    assert_eq!(alice.history_texts(), said);

    alice.quit();
    let mut alice = Node::start_at(&alice.home(), &Setup::new("alice", super::few(&ports)));
    alice.wait_peers(2);
    says(&mut alice, &["clock right again"]);
    tim.wait_text("clock right again");
    bob.wait_text("clock right again");
    until("the same last line", seconds(30), || {
        let last = |node: &Node| node.history_texts().pop();
        (last(&alice).as_deref() == Some("clock right again") && last(&bob) == last(&alice)).then_some(())
    });
    assert_eq!(bob.history_texts(), [&said[..], &["clock right again".to_owned()]].concat());
    for node in [&alice, &bob] {
        node.assert_clean();
    }
}

#[test]
fn a_clock_three_days_ahead_hides_nobodys_lines() {
    everybody_is_seen("a_clock_three_days_ahead_hides_nobodys_lines", "+3d");
}

#[test]
#[ignore = "long: the same with other clocks"]
fn a_clock_ten_years_ahead_hides_nobodys_lines() {
    everybody_is_seen("a_clock_ten_years_ahead_hides_nobodys_lines", "+10y");
}

#[test]
#[ignore = "long: the same with other clocks"]
fn a_clock_three_days_behind_hides_nobodys_lines() {
    everybody_is_seen("a_clock_three_days_behind_hides_nobodys_lines", "-3d");
}

#[test]
#[ignore = "long: the same with other clocks"]
fn a_clock_ten_years_behind_hides_nobodys_lines() {
    everybody_is_seen("a_clock_ten_years_behind_hides_nobodys_lines", "-10y");
}

#[test]
#[ignore = "long: the same with other clocks"]
fn a_clock_three_minutes_slow_hides_nobodys_lines() {
    everybody_is_seen("a_clock_three_minutes_slow_hides_nobodys_lines", "-3m");
}
