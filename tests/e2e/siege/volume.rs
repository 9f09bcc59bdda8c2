//! Too much of something.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{LEAST, Outcome, PATIENCE, Target};
use crate::{
    attack::{
        Author, EMPTY_SETTINGS, End, Face, Key, Link, MESH, batch, connect, frame, headers, hello,
        proto::{Address, Peers, Ping, Presence, Sas, Sighting, frame::Body, sas::Step},
    },
    support::until_passed,
};

/// Waits until the link is cut.
fn cut(mut link: Link, begun: Instant) -> Outcome {
    let (reason, end) = link.end();
    assert_ne!(end, End::Silence, "not cut within {PATIENCE:?}");
    let how = link.how().unwrap_or("closed").to_owned();
    Outcome { what: format!("{reason:?}, {how}"), cut: Some(begun.elapsed()) }
}

/// Sends frames for [`LEAST`], over a new link whenever one is cut.
pub(super) fn flood(target: &Target, mut next: impl FnMut(&mut Author, usize) -> Body) -> Outcome {
    let begun = Instant::now();
    let (mut sent, mut links, mut cuts) = (0, 0, 0);
    while begun.elapsed() < LEAST {
        let (key, mut link) = target.link("mallory");
        let mut author = Author::new(&key, "mallory");
        links += 1;
        while begun.elapsed() < LEAST {
            if link.send(next(&mut author, sent)).is_err() {
                cuts += 1;
                break;
            }
            sent += 1;
        }
    }
    Outcome { what: format!("{sent} frames taken, {cuts} of {links} links cut"), cut: None }
}

pub(super) fn length_prefix(target: &Target) -> Outcome {
    let mut slowest = Duration::ZERO;
    let mut what = String::new();
    for greeted in [false, true] {
        let begun = Instant::now();
        let mut link = if greeted {
            target.link("mallory").1
        } else {
            Link::dial(connect(target.addr, &Face::of(&Key::random())).unwrap()).unwrap()
        };
        link.send_data(&[0, 0x40, 0, 0, 0, 10, 0xff, 0xff, 0xff, 0xff, 3]).unwrap();
        let outcome = cut(link, begun);
        slowest = slowest.max(outcome.cut.unwrap());
        what = outcome.what;
    }
    Outcome { what, cut: Some(slowest) }
}

/// Addresses that could be dialled, but at ports where no chat listens: the node must not want them.
fn sightings(count: u32) -> Body {
    let peer = |n: u32| {
        let mut node = [7; 32];
        node[..4].copy_from_slice(&n.to_be_bytes());
        Sighting { node: node.to_vec(), addrs: vec![Address { ip: vec![127, 0, 0, 1], port: 1 + n % 1_000 }] }
    };
    Body::Peers(Peers { peers: (0..count).map(peer).collect() })
}

pub(super) fn million_peers(target: &Target) -> Outcome {
    let (_key, mut link) = target.link("mallory");
    let begun = Instant::now();
    // About 48 MB. It is refused because of its length, before all of it has arrived.
    let _ = link.send(sightings(1_000_000));
    cut(link, begun)
}

pub(super) fn many_peers(target: &Target) -> Outcome {
    /// Just below 256 KiB.
    const LARGEST: u32 = 5_000;
    let peers = sightings(LARGEST);
    flood(target, |_, _| peers.clone())
}

pub(super) fn rapid_reset(target: &Target) -> Outcome {
    let (begun, mut streams, mut cuts, mut slowest) = (Instant::now(), 0, 0, Duration::ZERO);
    while begun.elapsed() < LEAST {
        let (_key, mut link) = target.link("mallory");
        let begun = Instant::now();
        for id in (3..).step_by(2) {
            let pair = [frame(1, 4, id, &headers("https", MESH)), frame(3, 0, id, &[0, 0, 0, 8])].concat();
            if link.write(&pair).is_err() {
                break;
            }
            streams += 1;
            assert!(begun.elapsed() < PATIENCE, "not cut");
        }
        cuts += 1;
        slowest = slowest.max(begun.elapsed());
    }
    Outcome { what: format!("{streams} streams, cut {cuts} times"), cut: Some(slowest) }
}

pub(super) fn connections(target: &Target) -> Outcome {
    const ALL: usize = 3_000;
    /// As many as this process may open besides what the other tests need.
    const AT_ONCE: usize = 800;
    let begun = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut open = std::collections::VecDeque::new();
    for n in 0..ALL {
        let mut socket = TcpStream::connect(target.addr).unwrap();
        if n % 2 == 0 {
            let _ = std::io::Write::write_all(&mut socket, &[0x16, 3, 1]);
        }
        open.push_back((socket, Instant::now()));
        if open.len() > AT_ONCE {
            open.pop_front();
        }
    }
    for (mut socket, since) in open {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let end = std::io::Read::read(&mut socket, &mut [0; 64]);
        assert!(!end.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock), "not cut");
        slowest = slowest.max(since.elapsed());
    }
    Outcome { what: format!("{ALL} in {:.1?}, {AT_ONCE} at once", begun.elapsed()), cut: Some(slowest) }
}

/// Uses every stream that a connection may have, on as many connections as may wait for a greeting. Each is full of
/// frames that cost the node far more than their one byte.
pub(super) fn tiny_frames(target: &Target) -> Outcome {
    const CONNECTIONS: usize = 60;
    const FRAMES: usize = 8_000;
    let mut cuts = 0;
    let links: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let mut link = Link::dial(connect(target.addr, &Face::of(&Key::random())).unwrap()).unwrap();
            let mut all = Ok(());
            for id in (1..17).step_by(2) {
                if id > 1 {
                    all = all.and_then(|()| link.write(&frame(1, 4, id, &headers("https", MESH))));
                }
                all = all.and_then(|()| link.write(&frame(0, 0, id, &[0]).repeat(FRAMES)));
            }
            cuts += usize::from(all.is_err());
            link
        })
        .collect();
    until_passed(LEAST);
    Outcome { what: format!("{cuts} of {} cut meanwhile", links.len()), cut: None }
}

pub(super) fn crowd(target: &Target) -> Outcome {
    const KEYS: usize = 600;
    let begun = Instant::now();
    let (mut links, mut refused) = (Vec::new(), Vec::new());
    for n in 0..KEYS {
        let key = Key::random();
        let linked = connect(target.addr, &Face::of(&key)).and_then(Link::dial).and_then(|mut link| {
            link.send(Body::Hello(hello(&key, &format!("sybil{n}"))))?;
            link.next().map(|first| (first, link))
        });
        match linked {
            Ok((Body::Hello(_), link)) => links.push(link),
            Ok((other, _)) => refused.push(format!("{other:?}")),
            Err(end) => refused.push(format!("{end:?}")),
        }
    }
    refused.sort();
    refused.dedup();
    let what = format!("{} of {KEYS} in after {:.1?}; {refused:?}", links.len(), begun.elapsed());
    Outcome { what, cut: None }
}

pub(super) fn churn(target: &Target) -> Outcome {
    let (begun, key) = (Instant::now(), Key::random());
    let (mut let_in, mut tried) = (0, 0);
    while begun.elapsed() < LEAST {
        // Every second time under a new key.
        let key = if tried % 2 == 0 { key.clone() } else { Key::random() };
        let linked = connect(target.addr, &Face::of(&key)).and_then(Link::dial);
        let_in += usize::from(linked.is_ok_and(|mut link| link.greet(hello(&key, "churn")).is_ok()));
        tried += 1;
    }
    Outcome { what: format!("{let_in} of {tried} let in"), cut: None }
}

/// Never reads the answers, neither while it sends nor for as long again.
pub(super) fn http_pings(target: &Target) -> Outcome {
    const AT_ONCE: usize = 1_000;
    let (_key, mut link) = target.link("mallory");
    link.socket().set_write_timeout(Some(LEAST)).unwrap();
    let begun = Instant::now();
    let pings = [frame(6, 0, 0, &[7; 8]).repeat(AT_ONCE), EMPTY_SETTINGS.to_vec()].concat();
    let mut sent = 0;
    while begun.elapsed() < LEAST && link.write(&pings).is_ok() {
        sent += AT_ONCE;
    }
    let stopped = if begun.elapsed() < LEAST { "cut" } else { "taken" };
    until_passed(LEAST);
    Outcome { what: format!("{sent} {stopped}"), cut: None }
}

pub(super) fn mesh_pings(target: &Target) -> Outcome {
    flood(target, |_, n| Body::Ping(Ping { token: n as u64, answer: n % 2 == 1, ..Ping::default() }))
}

pub(super) fn lines(target: &Target) -> Outcome {
    let text = "l".repeat(2_000);
    flood(target, |author, n| batch(vec![author.line(&format!("{n} {text}"))]))
}

pub(super) fn presence(target: &Target) -> Outcome {
    flood(target, |_, n| {
        let (nick, note) = (format!("name{}", n % 1_000), "n".repeat(200));
        Body::Presence(Presence { nick, away: n % 2 == 0, note, typing: n % 3 == 0 })
    })
}

pub(super) fn short_codes(target: &Target) -> Outcome {
    flood(target, |_, n| {
        let step = if n % 3 == 2 { Step::Reveal(vec![7; 32]) } else { Step::Commit(vec![n as u8; 32]) };
        Body::Sas(Sas { step: Some(step) })
    })
}
