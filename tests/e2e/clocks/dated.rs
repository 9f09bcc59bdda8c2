//! Lines that somebody dates falsely on purpose.

use tempfile::TempDir;

use super::{few, says, screen, types};
use crate::{
    attack::{
        Author, Face, Key, Link, batch, connect, have, hello, now,
        proto::{Event, HeldRange, frame::Body},
    },
    support::{Node, Ports, Setup, Term, Wrong},
};

/// 31 December 2199 in milliseconds after 1970.
const FAR: u64 = 7_258_032_000_000;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// What the Page Up key sends.
const PAGE_UP: &str = "\x1b[5~";

/// Says lines on its own link, and leaves when the other node has them on disk.
fn floods(ports: &Ports, author: &mut Author, count: usize) {
    const AT_ONCE: usize = 50;
    let key = author.key().clone();
    let mut link = Link::dial(connect(ports.addr(0), &Face::of(&key)).unwrap()).unwrap();
    link.greet(hello(&key, "dr-who")).unwrap();
    for first in (0..count).step_by(AT_ONCE) {
        let texts = (first..count.min(first + AT_ONCE)).map(|n| format!("BUY NOW {n} of {count}"));
        link.send(batch(author.lines(texts))).unwrap();
        let said = author.range();
        link.send(have(vec![said.clone()])).unwrap();
        let holds = |range: &HeldRange| range.log == said.log && range.seq == said.seq;
        link.wait(|body| matches!(body, Body::Have(have) if have.ranges.iter().any(holds)).then_some(())).unwrap();
    }
}

fn ends(screen: &Term) {
    screen.send("/quit\r");
    screen.wait_exit();
}

#[test]
fn lines_dated_2199_hide_nothing_and_leave_no_empty_room() {
    let (ports, home) = (Ports::take(), TempDir::new().unwrap());
    let tim = screen(home.path(), &ports);
    let mut bob = Node::start(&Setup::new("bob", few(&ports)));
    tim.wait_text("bob joined");
    bob.wait_nick("tim");
    says(&mut bob, &["honest line before"]);
    tim.wait_text("honest line before");

    let mut author = Author::new(&Key::random(), "dr-who");
    author.set_clock(FAR);
    floods(&ports, &mut author, 20);
    tim.wait_text("BUY NOW 19 of 20");
    says(&mut bob, &["does anybody read me?"]);
    tim.wait_text("does anybody read me?");
    types(&tim, "I do, bob");
    assert!(tim.text().contains("does anybody read me?"), "{}", tim.text());

    floods(&ports, &mut author, 1_200);
    tim.send("/ignore dr-who\r");
    tim.wait_no_text("/ignore");
    ends(&tim);
    let tim = screen(home.path(), &ports);
    tim.send(PAGE_UP);
    tim.wait_for("an honest line", |screen| {
        let text = screen.contents();
        text.contains("honest line before") || text.contains("does anybody read me?")
    });
    assert!(!tim.text().contains("BUY NOW"), "{}", tim.text());
    ends(&tim);
}

#[test]
fn a_line_a_day_ahead_hides_no_slow_clocks_lines() {
    let Some(clock) = Wrong::or_skip("a_line_a_day_ahead_hides_no_slow_clocks_lines", "-3m") else {
        return;
    };
    let (ports, home) = (Ports::take(), TempDir::new().unwrap());
    let tim = screen(home.path(), &ports);
    let mut bob = Node::start(&super::off("bob", &ports, &clock));
    tim.wait_text("bob joined");
    bob.wait_nick("tim");
    says(&mut bob, &["honest line before"]);
    tim.wait_text("honest line before");

    let mut author = Author::new(&Key::random(), "dr-who");
    author.set_clock((now() >> 16) + DAY_MS - 60_000);
    floods(&ports, &mut author, 1);
    tim.wait_text("BUY NOW 0 of 1");
    for n in 0..12 {
        types(&tim, &format!("tim talks {n}"));
    }
    bob.wait_text("tim talks 11");
    says(&mut bob, &["can anybody see this?"]);
    tim.wait_text("can anybody see this?");
    assert!(tim.text().contains("tim talks 11"), "{}", tim.text());
    assert_eq!(bob.history_texts().last().map(String::as_str), Some("can anybody see this?"));
    bob.assert_clean();
    ends(&tim);
}

/// Whatever the author's clock says, the time shown is plausible, or the line is marked.
#[test]
fn times_from_1970_or_3939_are_never_shown_unmarked() {
    let ports = Ports::take();
    let victor = Node::listening("victor", ports.port(0)..=ports.port(0));
    for wall in [0, 1, 4_102_444_800_000, 62_135_596_800_000, 253_402_300_800_000, i64::MAX.cast_unsigned()] {
        let key = Key::random();
        let mut author = Author::new(&key, "m");
        let mut link = Link::dial(connect(victor.addr(), &Face::of(&key)).unwrap()).unwrap();
        link.greet(hello(&key, "m")).unwrap();
        let text = format!("wall {wall}");
        let draft = Event { wall_ms: wall, ..author.draft() };
        let signed = author.sign(draft, author.content(&text));
        author.follow(&signed);
        link.send(batch(vec![signed])).unwrap();
        link.send(have(vec![author.range()])).unwrap();
        let message = victor.wait_text(&text);
        let sent = message["sent_at"].as_str().unwrap();
        let is_plausible = sent.starts_with("20") && sent < "2100";
        assert!(is_plausible || !message["mark"].is_null(), "{message}");
    }
    victor.assert_clean();
}
