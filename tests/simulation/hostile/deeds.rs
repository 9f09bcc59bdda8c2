//! What hostile members do. Every deed is bounded in what it sends and in how long it takes.

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use proximity_chat::{
    core::budgets::{
        ABSENT_LOGS, LOGS_PER_STRANGER, MAX_NODES_PER_HOST, STRANGER_BURST, STRANGER_BYTES, STRANGER_RATE,
    },
    domain::model::Timestamp,
    protocol::codec::{
        event::{HeldRange, Signed},
        mesh::{self, Change, Frame, Have, MAX_EVENTS, MAX_RANGES, RefusalReason, Refused, Sighting},
    },
};

use super::{Doer, GONE_AT, author::Author, elapsed, link::Link, now};

/// Logs of absent people brought over one link: more than there are places for.
const ABSENT_AUTHORS: usize = ABSENT_LOGS + 64;

/// How far some of them are dated back.
const DATED_BACK: Duration = Duration::from_hours(24 * 80);

/// By then, everything brought is taken or refused.
const SETTLED: Duration = Duration::from_secs(3);

/// Keys that come one after the other.
const CHURNED: usize = 40;

/// Links that one host tries to have with another.
const CROWD: usize = MAX_NODES_PER_HOST + 8;

/// The most times that an event is sent to a link that never confirms anything: live, when the link has listed what it
/// holds, and after 2, 4, 8, 16 and 32 s.
const MOST_COPIES: u32 = 8;

/// The length of a long line, and the total bytes of such lines: what may be kept, and three mebibytes more.
const LONG_LINE: u32 = 60_000;
const FLOOD: u64 = STRANGER_BYTES + 3 * 1024 * 1024;

/// How long the flood tries to send them, and how often.
const FLOOD_FOR: Duration = Duration::from_secs(22);
const FLOOD_EVERY: Duration = Duration::from_millis(100);

/// Long lines on their way at once.
const FLOOD_AT_ONCE: u64 = 8;

/// Keys of each member that lie.
pub(crate) const LIARS: usize = 6;

/// How often each of them lies.
const LIES: u32 = 6;

/// Ports where no chat listens, on the addresses of third parties.
const OTHER_PORTS: [u16; 4] = [22, 80, 631, 9_100];

/// Brings the logs of hundreds of authors, and too many of its own.
pub(super) async fn table(mut doer: Doer) {
    let (key, victim) = (doer.key(), doer.victim());
    let long_ago = Timestamp::from_millis(now().as_millis() - i64::try_from(DATED_BACK.as_millis()).unwrap());
    let mut authors = Vec::new();
    for number in 0..ABSENT_AUTHORS {
        let wall = if number % 2 == 0 { now() } else { long_ago };
        authors.push(Author::new(doer.key(), 1, wall));
    }
    authors.extend((0..LOGS_PER_STRANGER as u64 + 2).map(|epoch| Author::new(key.clone(), epoch, now())));
    let events: Vec<Signed> = authors.iter_mut().map(|author| author.line("one of very many")).collect();
    let Some(link) = doer.link(&key, victim).await else { return };
    let ranges: Vec<HeldRange> = authors.iter().map(Author::range).collect();
    for part in ranges.chunks(MAX_RANGES) {
        link.send(&Frame::Have(Have { ranges: part.to_vec(), ..Have::default() })).await;
    }
    for part in events.chunks(MAX_EVENTS) {
        link.send_encoded(mesh::batch(part)).await;
    }
    if !link.stays(SETTLED).await {
        return;
    }
    let before = link.heard.wants.get();
    link.stays(GONE_AT.saturating_sub(elapsed())).await;
    let wants = link.heard.wants.get() - before;
    // After its disk was full, a host asks for what it could not keep meanwhile.
    let had_outage = doer.world.disks.borrow().had_outage(victim.ip());
    if wants > 0 && !had_outage {
        let what = format!("nothing is asked for in circles: {victim} wants {wants} times what it has refused");
        doer.world.must(Err(what));
    }
}

/// Keys come one after the other, say something in a few logs, and leave.
pub(super) async fn churn(mut doer: Doer) {
    for _ in 0..CHURNED {
        let (key, victim) = (doer.key(), doer.victim());
        let net = doer.world.cables.of(doer.member.ip);
        let Some(link) = Link::dial(&doer.world, net, &key, victim).await else {
            tokio::time::sleep(super::DIAL_AGAIN).await;
            continue;
        };
        let logs = doer.random.u64(1..=LOGS_PER_STRANGER as u64 + 1);
        let mut authors: Vec<Author> = (0..logs).map(|epoch| Author::new(key.clone(), epoch, now())).collect();
        let events: Vec<Signed> = authors.iter_mut().map(|author| author.line("gone already")).collect();
        let ranges = authors.iter().map(Author::range).collect();
        link.send(&Frame::Have(Have { ranges, ..Have::default() })).await;
        link.send_encoded(mesh::batch(&events)).await;
        link.stays(Duration::from_millis(doer.random.u64(50..400))).await;
    }
}

/// Many links to one host at once, until the end. They hold nothing and acknowledge nothing.
pub(super) async fn crowd(mut doer: Doer) {
    let victim = doer.victim();
    for number in 0..CROWD {
        let key = doer.key();
        let mut doer = Doer { world: doer.world.clone(), member: doer.member.clone(), random: doer.random.fork() };
        tokio::task::spawn_local(async move {
            let asks = number % 2 == 0;
            while let Some(link) = doer.link(&key, victim).await {
                link.send(&Frame::Have(Have { want: asks, ..Have::default() })).await;
                while link.stays(Duration::from_secs(1)).await {
                    let copies = link.heard.most_copies();
                    if copies > MOST_COPIES {
                        let what = format!("who takes nothing is sent less and less: {copies} times from {victim}");
                        doer.world.must(Err(what));
                    }
                }
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends the longest possible lines as fast as they are taken.
pub(super) async fn flood(mut doer: Doer) {
    let (key, victim, until) = (doer.key(), doer.victim(), elapsed() + FLOOD_FOR);
    let mut author = Author::new(key.clone(), 1, now());
    let text = "x".repeat(LONG_LINE as usize);
    let mut bytes = 0;
    while bytes < FLOOD {
        bytes += author.line(&text).bytes() as u64;
    }
    while elapsed() < until
        && let Some(link) = doer.link(&key, victim).await
    {
        let began = elapsed();
        link.send(&Frame::Have(Have { ranges: vec![author.range()], ..Have::default() })).await;
        link.stays(FLOOD_EVERY).await;
        let at_first = link.heard.seq(&author.log());
        let (mut before, mut sent) = (u64::MAX, at_first);
        while elapsed() < until && link.stays(FLOOD_EVERY).await {
            let held = link.heard.seq(&author.log());
            doer.world.must(paced(held.saturating_sub(at_first), elapsed().saturating_sub(began), victim));
            // If nothing moves, it tries a single line now and then.
            let is_stuck = held == before && sent > held;
            let next = if is_stuck { held + 1 } else { sent.max(held) + 1 };
            let end = if is_stuck { held + 1 } else { held + FLOOD_AT_ONCE };
            (before, sent) = (held, end.min(author.len()));
            for seq in next..=sent {
                let Some(signed) = author.at(seq) else { break };
                link.send_encoded(mesh::batch([signed])).await;
            }
        }
    }
}

/// Checks that no more long lines were taken in this time than a stranger's pace allows.
fn paced(lines: u64, time: Duration, victim: SocketAddr) -> Result<(), String> {
    let bytes = f64::from(u32::try_from(lines).unwrap()) * f64::from(LONG_LINE);
    let most = f64::from(STRANGER_BURST) + STRANGER_RATE * time.as_secs_f64();
    if bytes <= most {
        return Ok(());
    }
    Err(format!("strangers talk slowly in the long run: {victim} took {bytes} bytes from one of them in {time:?}"))
}

/// Makes false claims about everybody's lines.
pub(super) async fn lies(mut doer: Doer) {
    let (key, victim) = (doer.key(), doer.victim());
    let Some(link) = doer.link(&key, victim).await else { return };
    doer.world.rules.borrow_mut().lobby_mut().a_liar_comes();
    let mut author = Author::new(key.clone(), 1, now());
    link.send(&Frame::Have(Have::default())).await;
    for _ in 0..LIES {
        if !link.stays(Duration::from_millis(doer.random.u64(300..2_500))).await {
            return;
        }
        let held: Vec<HeldRange> = link.heard.ranges();
        let frames = match doer.random.u8(..5) {
            0 => confirmed(&held),
            1 => claimed(&held, &mut doer.random),
            2 => refused(&held, &mut doer.random),
            3 => vec![contradicted(&mut author)],
            _ => vec![passed_on(&mut doer)],
        };
        for frame in frames {
            link.send(&frame).await;
        }
    }
    link.stays(GONE_AT.saturating_sub(elapsed())).await;
}

/// False receipts: claims to hold all that they hold.
fn confirmed(held: &[HeldRange]) -> Vec<Frame> {
    let have = |part: &[HeldRange]| Frame::Have(Have { ranges: part.to_vec(), ..Have::default() });
    held.chunks(MAX_RANGES).map(have).collect()
}

/// Claims to hold far more than there is, and names logs that were never named.
fn claimed(held: &[HeldRange], random: &mut fastrand::Rng) -> Vec<Frame> {
    let more = |range: &HeldRange| HeldRange { seq: range.seq + random.u64(1..1_000_000), ..*range };
    let ranges: Vec<HeldRange> = held.iter().map(more).collect();
    let change = |number: u32| Change { name: NonZeroU32::new(number + 1).unwrap(), seq: u64::MAX, head: [3; 8] };
    let names = Frame::Have(Have { changes: (0..100).map(|n| change(n * 1_000)).collect(), ..Have::default() });
    let mut frames = confirmed(&ranges);
    frames.push(names);
    frames
}

/// Refuses everybody's lines.
fn refused(held: &[HeldRange], random: &mut fastrand::Rng) -> Vec<Frame> {
    const REASONS: [RefusalReason; 3] = [RefusalReason::NoRoom, RefusalReason::TooFast, RefusalReason::DiskFull];
    let refuse = |range: &HeldRange| {
        let reason = REASONS[random.usize(..REASONS.len())];
        Frame::Refused(Refused { log: range.log, from: 1, until: None, reason })
    };
    held.iter().map(refuse).collect()
}

/// Two events under one number. The second comes while the first is being written.
fn contradicted(author: &mut Author) -> Frame {
    let other = author.other("and something else");
    Frame::Batch(vec![author.line("one thing"), other])
}

/// Claims that unknown people are where printers are.
fn passed_on(doer: &mut Doer) -> Frame {
    let sightings = OTHER_PORTS.map(|port| {
        let third = doer.random.u8(1..=12);
        Sighting { node: doer.key().node(), addrs: vec![SocketAddr::from(([192, 168, 0, third], port))] }
    });
    Frame::Peers(sightings.to_vec())
}
