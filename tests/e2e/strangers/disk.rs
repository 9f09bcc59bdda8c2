//! The disk: how much of it strangers get, and whose lines are removed first.

use std::{
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{alone, apart, hears, pair, start};
use crate::{
    attack::crowd::{Filler, fill, say},
    support::{Node, Ports, seconds, until_passed},
};

/// Links that write as fast as they can, and for how long.
const LINKS: u64 = 4;
const TIME: Duration = seconds(8);

/// Length of each line in bytes: nearly the longest possible.
const LINE: usize = 60_000;

/// Bytes by which a node's profile may grow meanwhile.
const GROWTH: u64 = 20_000_000;

/// Total size in bytes of the files in a node's profile.
fn bytes(node: &Node) -> u64 {
    let profile = fs::read_dir(node.home().path().join("proximity-chat/default")).expect("a profile");
    profile.filter_map(|file| file.ok()?.metadata().ok()).map(|file| file.len()).sum()
}

#[test]
fn four_strangers_fill_little_of_the_disk() {
    let (_alone, ports) = (alone(), Ports::take());
    let (victor, mut bob) = pair(&ports);
    let (to, before) = (victor.addr(), [bytes(&victor), bytes(&bob)]);
    let attack = thread::spawn(move || fill(to, LINKS, TIME, LINE, Filler::Same));
    let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
    for n in 0.. {
        if begun.elapsed() > TIME {
            break;
        }
        let text = format!("honest {n}");
        bob.say(&text);
        slowest = slowest.max(hears(&victor, &text));
        until_passed(Duration::from_millis(200));
    }
    println!("{} MB of text were sent; the slowest honest line took {slowest:.1?}", attack.join().unwrap() / 1_000_000);
    for (node, before) in [&victor, &bob].into_iter().zip(before) {
        let grown = bytes(node).saturating_sub(before);
        println!("{} has grown by {} kB (promised: 20 MB)", node.nick, grown / 1_000);
        assert!(grown < GROWTH, "{} has grown by {grown} bytes", node.nick);
        node.assert_clean();
    }
}

/// Old lines are removed for the first time 30 s after the start.
#[test]
fn a_line_limit_removes_the_busiest_authors_lines_first() {
    const HONEST: usize = 100;
    let (_alone, ports) = (alone(), Ports::take());
    let home = Arc::new(TempDir::new().unwrap());
    fs::create_dir(home.path().join("proximity-chat")).unwrap();
    fs::write(home.path().join("proximity-chat/config.json"), r#"{"history_lines": 500}"#).unwrap();
    let mut victor = Node::start_at(&home, &apart("victor", &ports, 0, &[1]));
    let mut bob = start(&apart("bob", &ports, 1, &[0]));
    victor.wait_peer(&bob.id());
    for n in 0..HONEST {
        bob.say(&format!("honest {n}"));
    }
    hears(&victor, &format!("honest {}", HONEST - 1));
    say(victor.addr(), "m", (0..600).map(|n| format!("junk {n}")));
    victor.quit();
    let victor = victor.start_again();
    victor.addr();
    until_passed(seconds(34));
    let honest = || victor.history_texts().iter().filter(|text| text.starts_with("honest")).count();
    let left = honest();
    assert!(left >= HONEST / 2, "{left} of {HONEST} honest lines are left");
    victor.assert_clean();
    bob.assert_clean();
}
