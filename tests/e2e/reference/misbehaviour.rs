//! A reference node that misbehaves. It must not end the program, reach the output raw, or hurt others.

use std::net::SocketAddr;

use super::{Player, alone, guest};
use crate::support::{Node, Ports, Python, seconds};

/// Memory that no guest may exceed in a node, in KiB: far above what a node with many links needs, and far below what
/// an unbounded queue reaches in these tests.
#[cfg(target_os = "linux")]
const MEMORY_KIB: u64 = 100 * 1024;

/// Links of the crowd: several times as many as there are places for guests.
const LINKS: u16 = 300;

/// Lines of the flood: 25 MB, more than any buffer may hold.
#[cfg(target_os = "linux")]
const LINES: u32 = 10_000;

/// A node and an honest guest, whose link is `d1` of that player.
fn with_honest_guest(python: &Python, ports: &Ports) -> (Node, Player) {
    let mut honest = Player::dialling(python);
    let alice = Node::listening("alice", alone(ports));
    honest.dial("d1", alice.addr(), ports.addr(20));
    honest.wait_frames("d1", 1);
    (alice, honest)
}

/// The honest guest and the node still hear each other.
fn assert_unharmed(alice: &mut Node, honest: &mut Player) {
    let said = std::time::Instant::now();
    alice.say("are you well");
    honest.wait_frame("alice: are you well", seconds(10));
    println!("the honest guest heard of alice after {:.1?}", said.elapsed());
    honest.send("d1", "bob: quite well");
    alice.wait_text("quite well");
    let bobs = guest_changes(alice, &honest_id(alice));
    assert_eq!(bobs.len(), 1, "the honest link never moved: {bobs:?}");
    alice.assert_clean();
}

/// The id of the honest guest, which joined first.
fn honest_id(alice: &Node) -> String {
    alice.peer_changes()[0].trim_start_matches("joined ").to_owned()
}

fn guest_changes(alice: &Node, id: &str) -> Vec<String> {
    alice.peer_changes().into_iter().filter(|change| change.ends_with(id)).collect()
}

#[test]
fn terminal_controls_never_come_out() {
    let Some(python) = Python::or_skip("terminal_controls_never_come_out") else { return };
    let ports = Ports::take();
    let (mut alice, mut honest) = with_honest_guest(&python, &ports);
    let mut rude = Player::dialling(&python);
    rude.dial("d1", alice.addr(), ports.addr(21));
    rude.wait_frames("d1", 1);

    rude.send_bytes("d1", b"rude: \xff\xfe broken \xc3");
    rude.send_bytes("d1", b"ru\xffde: x");
    rude.send("d1", "rude: \u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{8}\u{7f}\u{0}clean");
    rude.send("d1", "ru\u{1b}[31mde: nick");
    rude.send("d1", "rude: abc\u{202e}def\u{2066}g\u{2069}");
    rude.send("d1", "rude: tag\u{e0041}s");
    rude.send("d1", &format!("rude: z{}", "\u{301}".repeat(5_000)));
    rude.send("d1", "rude: one\r\ntwo\u{2028}three\u{85}four\rfive");
    rude.send("d1", &"\n".repeat(60_000));
    rude.send("d1", &"x\n".repeat(30_000));
    rude.send("d1", "rude: the end");
    alice.wait_text("the end");

    let texts = alice.texts();
    assert!(texts.contains(&"\u{fffd}\u{fffd} broken \u{fffd}".to_owned()), "broken UTF-8 is replaced: {texts:?}");
    assert!(texts.contains(&"abcdefg".to_owned()), "{texts:?}");
    assert!(texts.contains(&"tags".to_owned()), "{texts:?}");
    assert!(texts.len() < 200, "{} messages of two frames of line feeds", texts.len());
    for event in alice.all(|e| Some(e.clone())) {
        for shown in event.as_object().unwrap().values().filter_map(|value| value.as_str()) {
            let bad = shown.chars().find(|&c| steers(c));
            assert_eq!(bad, None, "in {event}");
        }
    }
    assert!(texts.iter().all(|text| text.chars().filter(|&c| c == '\u{301}').count() <= 4), "stacked marks are cut");
    assert_unharmed(&mut alice, &mut honest);
}

/// Controls, bidi controls and tags: none of them may come out of a headless node, not even escaped. Line feeds inside
/// a message are allowed; JSON escapes them.
fn steers(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

#[test]
fn first_frames_without_an_address_do_no_harm() {
    let Some(python) = Python::or_skip("first_frames_without_an_address_do_no_harm") else { return };
    let ports = Ports::take();
    let (mut alice, mut honest) = with_honest_guest(&python, &ports);
    let mut rude = Player::dialling(&python);
    let firsts: [&[u8]; 7] = [
        b"",
        b"\xff\xff\xff",
        b"\x1b[2J\x1b]0;x\x07",
        b"999.999.999.999:99999",
        b"0.0.0.0:0",
        b"[::]:4565",
        b"alice: not an address",
    ];
    for (n, first) in firsts.iter().enumerate() {
        let link = format!("d{n}");
        rude.dial_silently(&link, alice.addr());
        rude.send_bytes(&link, first);
        // It may be let in as a guest or sent away: both are safe. Neither may hang.
        let answered =
            |e: &serde_json::Value| (e["event"] == "frame" || e["event"] == "end") && e["link"] == link.as_str();
        rude.process()
            .wait(&format!("an answer to {first:?}"), seconds(60), |events| events.iter().any(answered).then_some(()));
    }
    // One frame of a megabyte is beyond every limit, so that stream ends.
    rude.dial_silently("huge", alice.addr());
    rude.send("huge", &"9".repeat(1 << 20));
    rude.wait_end("huge");
    rude.dial("later", alice.addr(), ports.addr(21));
    assert_eq!(rude.wait_frames("later", 1), ["ok"], "who erred may try again");
    rude.send("later", &"x".repeat(1 << 20));
    rude.wait_end("later");
    assert!(alice.texts().iter().all(|text| text.len() <= 64 * 1024));
    assert_unharmed(&mut alice, &mut honest);
}

/// Message bodies that are not a `NodeRequest`.
#[test]
fn malformed_messages_end_only_their_own_link() {
    let Some(python) = Python::or_skip("malformed_messages_end_only_their_own_link") else { return };
    let ports = Ports::take();
    let (mut alice, mut honest) = with_honest_guest(&python, &ports);
    let mut rude = Player::dialling(&python);
    let bodies: [&[u8]; 5] = [
        b"\x0a\x7fshort",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0b\x0b\x0b\x0b",
        b"\x08\x01",
    ];
    for (n, body) in bodies.iter().enumerate() {
        let link = format!("d{n}");
        rude.dial(&link, alice.addr(), ports.addr(21));
        rude.send_raw(&link, body);
        rude.send(&link, "rude: after it");
        rude.end(&link);
        rude.wait_end(&link);
    }
    assert_unharmed(&mut alice, &mut honest);
}

/// Hundreds of guests at once, but only so many places.
#[test]
fn hundreds_of_guests_at_once_leave_the_honest_one_alone() {
    let Some(python) = Python::or_skip("hundreds_of_guests_at_once_leave_the_honest_one_alone") else { return };
    let ports = Ports::take();
    let (mut alice, mut honest) = with_honest_guest(&python, &ports);
    let mut crowd = Player::dialling(&python);
    for n in 0..LINKS {
        // Nobody listens on these ports, but all of them are believable.
        crowd.dial(&format!("d{n}"), alice.addr(), SocketAddr::from(([127, 0, 0, 1], 1_000 + n)));
    }
    for n in 0..LINKS {
        let link = format!("d{n}");
        let answered =
            |e: &serde_json::Value| (e["event"] == "frame" || e["event"] == "end") && e["link"] == link.as_str();
        crowd
            .process()
            .wait("an answer to every dial", seconds(120), |events| events.iter().any(answered).then_some(()));
    }
    let guests = alice.peer_changes().iter().filter(|change| change.starts_with("joined")).count();
    println!("{guests} of {LINKS} were let in");
    assert!(guests <= 64 + 1, "{guests} guests");
    #[cfg(target_os = "linux")]
    {
        use crate::support::proc;
        println!("{} KiB, {} descriptors", proc::memory_kib(alice.pid()), proc::descriptors(alice.pid()));
        assert!(proc::memory_kib(alice.pid()) < MEMORY_KIB);
    }
    assert_unharmed(&mut alice, &mut honest);
    crowd.send("d0", "eve: one of many");
    drop(crowd);
    // All of them leave at once, and only the honest guest stays.
    alice.wait_peers(1);
    assert_unharmed(&mut alice, &mut honest);
}

/// Back-pressure slows down a guest that floods. Its excess lines are left out, and everybody else is heard in between.
#[test]
#[cfg(target_os = "linux")]
fn a_flood_costs_no_memory_and_the_others_are_heard() {
    use crate::support::proc;
    let Some(python) = Python::or_skip("a_flood_costs_no_memory_and_the_others_are_heard") else { return };
    let ports = Ports::take();
    let (mut alice, mut honest) = with_honest_guest(&python, &ports);
    let mut flood = Player::dialling(&python);
    flood.dial("d1", alice.addr(), ports.addr(21));
    flood.wait_frames("d1", 1);
    flood.send_times("d1", &format!("flood: {}", "x".repeat(2_500)), LINES);
    assert_unharmed(&mut alice, &mut honest);
    assert!(alice.wait_notice("guest_flood").contains("lines were left out"));
    let memory = proc::memory_kib(alice.pid());
    println!("{memory} KiB in a flood of {LINES} lines");
    assert!(memory < MEMORY_KIB, "{memory} KiB");
    assert!(alice.texts().len() < LINES as usize / 10, "few are kept");
}

/// A guest that stops reading, such as one with a suspended terminal, holds up nobody and is finally dropped.
#[test]
#[cfg(unix)]
#[ignore = "long: the time limit for a guest that does not read"]
fn a_frozen_guest_delays_nobody_and_is_dropped() {
    use rustix::process::Signal;
    let Some(python) = Python::or_skip("a_frozen_guest_delays_nobody_and_is_dropped") else { return };
    let ports = Ports::take();
    let frozen = Player::listening(&python, ports.addr(6));
    let mut carol = Node::listening("carol", ports.port(6)..=ports.port(7));
    let mut listener = Player::dialling(&python);
    listener.dial("d1", carol.addr(), ports.addr(22));
    listener.wait_frames("d1", 1);
    carol.wait_peer(&guest(ports.addr(6)));

    frozen.process().signal(Signal::STOP);
    let stopped = std::time::Instant::now();
    // More than all buffers between the two hold, in the kernel and in HTTP/2.
    let line = "y".repeat(1_000);
    for n in 0..20_000 {
        carol.say(&format!("{n} {line}"));
    }
    carol.say("after the burst");
    listener.wait_frame("carol: after the burst", seconds(60));
    assert_eq!(listener.frames("d1").len(), 20_002, "the ok, and nothing lost");
    let (reason, _) = carol.wait_left(&guest(ports.addr(6)), seconds(110));
    println!("let go after {:?}: {reason}", stopped.elapsed());
    frozen.process().signal(Signal::CONT);
    #[cfg(target_os = "linux")]
    assert!(crate::support::proc::memory_kib(carol.pid()) < MEMORY_KIB);
    carol.assert_clean();
}
