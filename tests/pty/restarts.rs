//! What the screen shows again after a restart.

use std::path::Path;

use super::{FOOTER, chat};
use crate::support::{Node, Ports, Setup, Term};

/// Alice, who keeps everything in this directory, and listens.
fn alice_in(home: &Path, ports: &Ports) -> Term {
    let mut builder = chat("alice", ports);
    for name in ["HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        builder = builder.env(name, home.to_str().expect("a path in UTF-8"));
    }
    let term = builder.spawn();
    term.wait_text(FOOTER);
    term
}

/// The first row that has one of the numbered lines, below the row that the day may cover.
fn top(term: &Term) -> String {
    let text = term.text();
    let line = text.lines().skip(2).find(|row| row.contains("line "));
    let said = line.and_then(|row| row.split('│').nth(1)).unwrap_or_default();
    // Without the mark of a line that waits.
    said.trim().split("  ").next().unwrap_or_default().to_owned()
}

#[test]
fn a_restart_shows_place_topic_and_unread_counts() {
    let (home, ports) = (tempfile::tempdir().expect("a directory"), Ports::reserve(4));
    let alice = alice_in(home.path(), &ports);
    let mut bob = Node::listening("bob", ports.range());
    let in_dev = vec!["--room".to_owned(), "dev".to_owned()];
    let mut carol = Node::start(&Setup { more: in_dev, ..Setup::new("carol", ports.range()) });
    bob.wait_nick("alice");
    carol.wait_nick("alice");
    alice.send("/join dev\r");
    alice.wait_text("[2:#dev]");
    carol.wait("alice in #dev", crate::support::seconds(30), |events| {
        events.iter().any(|event| event["event"] == "member" && event["nick"] == "alice").then_some(())
    });
    carol.say("seen");
    alice.wait_text("seen");
    alice.send("\x1b1");
    alice.wait_text("[1:#lobby]");
    for text in ["one", "two", "alice: three"] {
        carol.say(text);
    }
    alice.wait_text("2:#dev (3!)");
    bob.say("/topic cake on Friday");
    alice.wait_text("set the topic: cake on Friday");
    // Lines of others would be folded if they came so fast.
    for number in 0..60 {
        alice.send(format!("line {number} of many\r"));
    }
    alice.wait_text("line 59 of many");
    alice.send("\x1b[5~");
    alice.wait_no_text("line 59 of many");
    alice.wait_text("below");
    let before = top(&alice);
    assert!(before.starts_with("line "), "{}", alice.text());
    alice.send("/quit\r");
    alice.wait_exit();
    bob.quit();
    carol.quit();
    let alice = alice_in(home.path(), &ports);
    alice.wait_for("the same place", |screen| screen.contents().contains(&before));
    alice.wait_text("2:#dev (3!)");
    alice.wait_text("1:#lobby");
    alice.wait_text("cake on Friday");
    assert_eq!(top(&alice), before, "{}", alice.text());
    assert!(alice.text().contains("below"), "{}", alice.text());
    alice.send("\x1b[F");
    alice.wait_text("line 59 of many");
    alice.send("/q\r");
    alice.wait_exit();
}
