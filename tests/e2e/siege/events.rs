//! Events, and claims about them, that are wrong in every way.

use std::time::{Duration, Instant};

use super::{LEAST, Outcome, PATIENCE, Target, volume::flood};
use crate::{
    attack::{
        Author, End, Key, Link, batch, have, now,
        proto::{Dep, Event, Have, HeldRange, LogId, Signed, frame::Body},
        unhex,
    },
    support::until_passed,
};

/// Milliseconds in a day.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// The last day on which events may be dated, in milliseconds after 1970.
const END_OF_2199: u64 = 7_258_118_400_000 - DAY;

/// Makes the event with this number that an attacker sends.
type Kind<'a> = &'a dyn Fn(&Author, usize) -> Signed;

/// Sends events of each kind until the link is cut.
fn each_cut(target: &Target, kinds: &[Kind<'_>]) -> Outcome {
    let (mut slowest, mut most) = (Duration::ZERO, 0);
    for kind in kinds {
        let (key, mut link) = target.link("mallory");
        let author = Author::new(&key, "mallory");
        let begun = Instant::now();
        let mut sent = 0;
        while begun.elapsed() < PATIENCE && link.send(batch(vec![kind(&author, sent)])).is_ok() {
            sent += 1;
        }
        let (_, end) = link.end();
        assert_ne!(end, End::Silence, "not cut");
        slowest = slowest.max(begun.elapsed());
        most = most.max(sent);
    }
    Outcome { what: format!("{} kinds, cut after at most {most} events", kinds.len()), cut: Some(slowest) }
}

pub(super) fn forged(target: &Target) -> Outcome {
    let bobs = |author: &Author| LogId { author: unhex(&target.bob_id).to_vec(), ..author.log() };
    let stranger = Author::new(&Key::random(), "stranger");
    let genuine = stranger.try_line("genuine");
    each_cut(
        target,
        &[
            &|author, n| {
                author.sign(Event { log: Some(bobs(author)), ..author.draft() }, author.content(&format!("{n}")))
            },
            &|_, _| Signed { sig: vec![7; 64], ..genuine.clone() },
            &|_, n| {
                let mut changed = Signed { ..genuine.clone() };
                changed.sig[n % 64] ^= 1;
                changed
            },
        ],
    )
}

pub(super) fn altered(target: &Target) -> Outcome {
    let stranger = Author::new(&Key::random(), "stranger");
    let genuine = stranger.try_line("genuine");
    each_cut(
        target,
        &[
            &|_, n| Signed { content: stranger.content(&format!("altered {n}")), ..genuine.clone() },
            &|_, n| {
                let mut changed = Signed { ..genuine.clone() };
                let at = n % changed.content.len();
                changed.content[at] ^= 1;
                changed
            },
            &|author, _| author.sign(Event { seq: 0, ..author.draft() }, author.content("zero")),
            &|author, _| author.sign(Event { hlc: u64::MAX, ..author.draft() }, author.content("after 2200")),
            &|author, _| author.sign(Event { prev: vec![1; 31], ..author.draft() }, author.content("short")),
            &|author, _| author.sign(author.draft(), vec![b'g'; 200_000]),
            &|author, _| author.sign(author.draft(), author.content(&"g".repeat(200_000))),
        ],
    )
}

pub(super) fn replayed(target: &Target) -> Outcome {
    let mut stranger = Author::new(&Key::random(), "stranger");
    let lines = stranger.lines((0..60).map(|n| format!("again {n}")));
    flood(target, |_, _| batch(lines.clone()))
}

pub(super) fn reordered(target: &Target) -> Outcome {
    let mut stranger = Author::new(&Key::random(), "stranger");
    let mut lines = stranger.lines((0..60).map(|n| format!("backwards {n}")));
    lines.reverse();
    lines.pop();
    flood(target, |_, _| batch(lines.clone()))
}

/// A range of a log that does not exist.
fn made_up() -> HeldRange {
    let log = LogId { author: Key::random_bytes().to_vec(), ..Author::new(&Key::random(), "nobody").log() };
    HeldRange { name: 0, log: Some(log), seq: 1 + fastrand::u64(..1_000), head: Key::random_bytes().to_vec(), base: 1 }
}

pub(super) fn million_ranges(target: &Target) -> Outcome {
    let (_key, mut link) = target.link("mallory");
    let begun = Instant::now();
    let range = made_up();
    let _ = link.send(have(vec![range; 1_000_000]));
    let (reason, end) = link.end();
    assert_ne!(end, End::Silence, "not cut");
    Outcome { what: format!("{reason:?}"), cut: Some(begun.elapsed()) }
}

pub(super) fn made_up_logs(target: &Target) -> Outcome {
    // Signing keys are slow to make, so that logs of one made-up key differ only by epoch.
    flood(target, |_, n| {
        let range = made_up();
        let log = range.log.clone().unwrap();
        let ranges = (0..500)
            .map(|epoch| HeldRange { name: 0, log: Some(LogId { epoch, ..log.clone() }), ..range.clone() })
            .collect();
        Body::Have(Have { ranges, changes: Vec::new(), more: n % 2 == 0, want: n % 3 == 0 })
    })
}

pub(super) fn unknown_authors(target: &Target) -> Outcome {
    flood(target, |_, n| {
        let events = (0..20).map(|m| Author::new(&Key::random(), &format!("sybil{n}-{m}")).line("hi")).collect();
        batch(events)
    })
}

/// A cause that never comes.
fn never() -> Dep {
    Dep { author: Key::random_bytes().to_vec(), epoch: fastrand::u64(..), seq: 1 }
}

pub(super) fn without_causes(target: &Target) -> Outcome {
    flood(target, |author, n| {
        batch(vec![author.line_after(&format!("waits {n} {}", "w".repeat(10_000)), vec![never(); 16])])
    })
}

pub(super) fn without_causes_of_many(target: &Target) -> Outcome {
    flood(target, |_, n| {
        let waits =
            |m: usize| Author::new(&Key::random(), &format!("s{m}")).line_after(&format!("waits {n}"), vec![never()]);
        batch((0..20).map(waits).collect())
    })
}

pub(super) fn ahead(target: &Target) -> Outcome {
    let mut days = 0;
    let outcome = flood(target, |author, n| {
        days += 1;
        let ahead = if n % 2 == 0 { END_OF_2199 } else { (now() >> 16) + DAY + days };
        let mut author = Author::new(author.key(), "mallory");
        author.set_clock(ahead);
        batch(vec![author.line(&format!("from the future {n}"))])
    });
    // Our own clock has not followed: the lines that the chat says next are dated now.
    outcome
}

pub(super) fn longest(target: &Target) -> Outcome {
    let text = "l".repeat(65_000);
    flood(target, |author, n| batch(vec![author.line(&format!("{n} {text}"))]))
}

pub(super) fn lying_bases(target: &Target) -> Outcome {
    flood(target, |author, n| {
        let mut log = Author::new(author.key(), "mallory");
        let lines = log.lines((0..30).map(|m| format!("{n} {m}")));
        match n % 4 {
            0 => have(vec![HeldRange { base: 20, ..log.range() }]),
            1 => batch(lines[19..].to_vec()),
            2 => have(vec![HeldRange { base: 1, ..log.range() }, HeldRange { base: u64::MAX >> 1, ..log.range() }]),
            _ => batch(lines),
        }
    })
}

/// Claims to hold much, and sends nothing of it.
pub(super) fn tells_and_keeps(target: &Target) -> Outcome {
    let links: Vec<_> = (0..50)
        .map(|_| {
            let (key, mut link) = target.link("miser");
            let mut log = Author::new(&key, "miser");
            log.line("the only one");
            let range = HeldRange { seq: 1_000_000, ..log.range() };
            link.send(Body::Have(Have { ranges: vec![range], changes: Vec::new(), more: false, want: true })).unwrap();
            link
        })
        .collect();
    until_passed(LEAST);
    Outcome { what: format!("{} links", links.len()), cut: None }
}

/// Asks for everything from the beginning again whenever some of it has come.
pub(super) fn asks_again(target: &Target) -> Outcome {
    let begun = Instant::now();
    let (_key, mut link) = target.link("forgetful");
    let (mut asked, mut came) = (0, 0);
    while begun.elapsed() < LEAST {
        let nothing = Body::Have(Have { ranges: Vec::new(), changes: Vec::new(), more: false, want: true });
        if link.send(nothing).is_err() || drain(&mut link, &mut came).is_err() {
            return Outcome { what: format!("cut after {asked} times, {came} events"), cut: None };
        }
        asked += 1;
    }
    Outcome { what: format!("{asked} times, {came} events came"), cut: None }
}

/// Reads what is there, and then claims to hold none of it.
fn drain(link: &mut Link, came: &mut usize) -> Result<(), End> {
    let mut logs = Vec::new();
    loop {
        match link.next_within(Duration::from_millis(5)) {
            Ok(Body::Batch(batch)) => *came += batch.events.len(),
            Ok(Body::Have(have)) => logs.extend(have.ranges.into_iter().filter_map(|range| range.log)),
            Ok(_) => {}
            Err(End::Silence) => break,
            Err(end) => return Err(end),
        }
    }
    let nothing = |log| HeldRange { name: 0, log: Some(log), seq: 0, head: Vec::new(), base: 1 };
    link.send(Body::Have(Have {
        ranges: logs.into_iter().take(500).map(nothing).collect(),
        changes: Vec::new(),
        more: false,
        want: true,
    }))
}

/// Asks for everything, and reads none of it.
pub(super) fn never_takes(target: &Target) -> Outcome {
    let links: Vec<_> = (0..30)
        .map(|_| {
            let (_key, mut link) = target.link("greedy");
            link.send(Body::Have(Have { ranges: Vec::new(), changes: Vec::new(), more: false, want: true })).unwrap();
            link
        })
        .collect();
    until_passed(LEAST);
    Outcome { what: format!("{} links that read nothing", links.len()), cut: None }
}

pub(super) fn other_rooms(target: &Target) -> Outcome {
    flood(target, |author, n| {
        let room: [u8; 32] = Key::random_bytes();
        let mut log = Author::in_room(author.key(), "mallory", room);
        let line = log.line(&format!("elsewhere {n}"));
        if n % 2 == 0 { batch(vec![line]) } else { have(vec![log.range()]) }
    })
}
