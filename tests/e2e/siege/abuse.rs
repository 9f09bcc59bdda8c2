//! Input that is well-formed on one layer only, and claims that are not true.

use std::time::{Duration, Instant};

use super::{Outcome, PATIENCE, Target};
use crate::{
    attack::{
        Author, End, Face, Key, Link, connect, frame, hello, hello_of,
        proto::{Address, Hello, Peers, Presence, Sighting, frame::Body},
        unhex,
    },
    support::seconds,
};

/// Runs each attack on a link of its own, which must end.
fn each_cut(target: &Target, what: &str, attacks: &[&dyn Fn(&mut Link)]) -> Outcome {
    let mut slowest = Duration::ZERO;
    let mut survived = Vec::new();
    for (n, attack) in attacks.iter().enumerate() {
        let (_key, mut link) = target.link("mallory");
        let begun = Instant::now();
        attack(&mut link);
        // If the link survives the attack, this returns normally.
        match link.stay(seconds(6)) {
            Ok(()) => survived.push(n),
            Err(end) => {
                assert_ne!(end, End::Silence);
                slowest = slowest.max(begun.elapsed());
            }
        }
    }
    let what = format!("{what}: {} of {} cut, {survived:?} not", attacks.len() - survived.len(), attacks.len());
    Outcome { what, cut: Some(slowest) }
}

pub(super) fn no_frames(target: &Target) -> Outcome {
    each_cut(
        target,
        "frames",
        &[
            &|link| drop(link.send_message(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")),
            &|link| drop(link.send_message(b"\x52\x7fshort")),
            &|link| drop(link.send_message(b"\x52\xff\xff\xff\xff\x0f")),
            &|link| drop(link.send_message(&[0x0b].repeat(60_000))),
            &|link| drop(link.send_message(b"\x52\x04\x0a\x02\xff\xfe")),
            &|link| drop(link.send_data(&[1, 0, 0, 0, 4, 0x1f, 0x8b, 8, 0])),
            &|link| drop(link.send_message(&[0].repeat(300 * 1024))),
        ],
    )
}

pub(super) fn no_http(target: &Target) -> Outcome {
    each_cut(
        target,
        "HTTP/2",
        &[
            &|link| drop(link.write(&frame(0, 0, 0, b"data on the connection"))),
            &|link| drop(link.write(&frame(8, 0, 0, &[0; 4]))),
            &|link| drop(link.write(&frame(8, 0, 0, &[0x7f, 0xff, 0xff, 0xff]))),
            &|link| drop(link.write(&frame(4, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff]))),
            &|link| drop(link.write(&frame(1, 0, 3, &[0x40; 16_000]))),
            &|link| drop(link.write(&frame(0, 0, 1, &[0; 16_384]).repeat(100))),
            &|link| drop(link.write(&[0xff].repeat(50_000))),
            &|link| {
                // Headers without an end.
                let _ = link.write(&frame(1, 0, 3, &[0; 1]));
                for _ in 0..2_000 {
                    if link.write(&frame(9, 0, 3, &[0x40; 1_000])).is_err() {
                        break;
                    }
                }
            },
        ],
    )
}

/// Claims the honest node's port, and names its key at addresses of the attacker's choice. The honest node stays
/// linked, as the chat shows.
pub(super) fn claims(target: &Target) -> Outcome {
    let (_key, mut link) = target.link_with(|key| Hello { port: target.bob.port().into(), ..hello(key, "bob") });
    for port in 1..200 {
        let addrs = vec![Address { ip: vec![127, 0, 0, 1], port }];
        let peers = vec![Sighting { node: unhex(&target.bob_id).to_vec(), addrs }];
        if link.send(Body::Peers(Peers { peers })).is_err() {
            break;
        }
    }
    let greeted = Link::dial(connect(target.addr, &Face::of(&Key::random())).unwrap()).and_then(|mut link| {
        link.send(Body::Hello(hello_of(&unhex(&target.bob_id), "bob")))?;
        Ok(link.end().0)
    });
    Outcome { what: format!("under bob's key: {greeted:?}"), cut: None }
}

pub(super) fn escapes(target: &Target) -> Outcome {
    let rude = [
        "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{8}\u{7f}\u{0}",
        "abc\u{202e}def\u{2066}g\u{2069}",
        "tag\u{e0041}\u{e007f}s",
        &format!("z{}", "\u{301}".repeat(5_000)),
        "one\r\ntwo\u{2028}three\u{85}four\rfive",
        &"\n".repeat(60_000),
        &"\u{fdfd}".repeat(20_000),
        "",
    ];
    let begun = Instant::now();
    let (mut kept, mut refused) = (0, 0);
    for text in rude {
        let key = Key::random();
        let mut link = Link::dial(connect(target.addr, &Face::of(&key)).unwrap()).unwrap();
        let greeting = Hello { version: text.to_owned(), ..hello(&key, text) };
        let presence = Presence { nick: text.to_owned(), away: true, note: text.to_owned(), typing: true };
        let said = link.greet(greeting).and_then(|_| {
            link.send(Body::Presence(presence))?;
            let mut author = Author::new(&key, text);
            link.say(&mut author, text)?;
            link.say(&mut author, &format!("rude: {text} x"))?;
            link.stay(Duration::from_millis(200))
        });
        match said {
            Ok(()) => kept += 1,
            Err(_) => refused += 1,
        }
        assert!(begun.elapsed() < PATIENCE);
    }
    // What came out is checked at the end of the siege.
    Outcome { what: format!("{kept} links kept, {refused} ended"), cut: None }
}
