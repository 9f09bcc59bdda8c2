//! Frames and lines.

use super::Corpus;
use crate::protobuf::{bytes, fixed64, number, varint};

const HELLO: u64 = 1;
pub(super) const HAVE: u64 = 2;
pub(super) const BATCH: u64 = 3;
const SAS: u64 = 5;
const PRESENCE: u64 = 6;
const PEERS: u64 = 7;
const BYE: u64 = 8;
const PING: u64 = 9;
const LOOK: u64 = 11;
const SEEN: u64 = 12;
/// Lines outside the log, as in release 0.2.
const SAY: u64 = 10;

const KEY: [u8; 32] = [0x5a; 32];

/// Names and texts that must not come through unchanged.
pub(super) const HOSTILE: [(&str, &[u8]); 9] = [
    ("escape", b"a\x1b[2J\x1b]0;owned\x07b"),
    ("c1", "a\u{9b}31mb".as_bytes()),
    ("bidi", "abc\u{202E}txt.exe\u{2066}".as_bytes()),
    ("tags", "a\u{E0041}\u{E0042}\u{E007F}b".as_bytes()),
    ("marks", "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}".as_bytes()),
    ("joined", "👩\u{200D}👩\u{200D}👩\u{200D}👩\u{200D}👩\u{200D}👩\u{200D}👩\u{200D}👩\u{200D}👩".as_bytes()),
    ("not-utf8", b"a\xff\xfe\xc0\x80\xed\xa0\x80b"),
    ("invisible", "\u{200B}\u{200D}\u{FEFF}\u{3164}".as_bytes()),
    ("split", b"one\ntwo\r\nthree\rfour\x00five"),
];

pub(super) fn hello(node: &[u8], nick: &[u8], wall: u64, port: u64) -> Vec<u8> {
    let fields = [
        number(1, 2),
        number(2, 2),
        bytes(3, "presence"),
        bytes(3, "peers"),
        bytes(3, "sas"),
        bytes(4, node),
        fixed64(5, 0x0123_4567_89ab_cdef),
        bytes(6, nick),
        number(7, wall),
        number(8, port),
        bytes(9, "0.1.0"),
    ];
    bytes(HELLO, fields.concat())
}

pub(super) fn presence(nick: &[u8], away: bool, note: &[u8], typing: bool) -> Vec<u8> {
    let fields = [bytes(1, nick), number(2, away.into()), bytes(3, note), number(4, typing.into())];
    bytes(PRESENCE, fields.concat())
}

pub(super) fn address(ip: &[u8], port: u64) -> Vec<u8> {
    bytes(2, [bytes(1, ip), number(2, port)].concat())
}

pub(super) fn sighting(node: &[u8], addrs: &[Vec<u8>]) -> Vec<u8> {
    bytes(1, [bytes(1, node), addrs.concat()].concat())
}

/// A line as release 0.2 sends it.
fn say(text: &[u8]) -> Vec<u8> {
    bytes(SAY, bytes(1, text))
}

pub(super) fn peers(sightings: &[u8]) -> Vec<u8> {
    bytes(PEERS, sightings)
}

pub(super) fn bye(reason: u64) -> Vec<u8> {
    bytes(BYE, number(1, reason))
}

pub(super) fn ping(token: u64, answer: bool) -> Vec<u8> {
    bytes(PING, [fixed64(1, token), number(2, answer.into())].concat())
}

pub(super) fn sas_commit(hash: &[u8]) -> Vec<u8> {
    bytes(SAS, bytes(1, hash))
}

pub(super) fn sas_reveal(nonce: &[u8]) -> Vec<u8> {
    bytes(SAS, bytes(2, nonce))
}

fn seen(nick: &[u8], version: &[u8], wall: u64) -> Vec<u8> {
    let fields = [number(1, 2), number(2, 2), bytes(3, nick), bytes(4, version), number(5, wall), number(6, 3)];
    bytes(SEEN, [fields.concat(), number(7, 1), number(8, 9)].concat())
}

/// Announcement datagrams. Their signatures are checked later.
pub(super) fn announcement(corpus: &mut Corpus) {
    let mut add = |name: &str, bytes: &[u8]| corpus.add("announcement", name, bytes);
    let datagram = |head: &[u8], port: u16| [head, &port.to_be_bytes(), &KEY, &[1; 16], &[2; 64]].concat();
    let ours = datagram(b"pxch\x01\x00", 4565);
    add("here", &ours);
    add("who", &datagram(b"pxch\x01\x01", 0));
    add("nowhere", &datagram(b"pxch\x01\x00", 0));
    add("unknown-kind", &datagram(b"pxch\x01\x02", 4565));
    add("later-version", &datagram(b"pxch\x02\x00", 4565));
    add("another-program", &datagram(b"mdns\x01\x00", 4565));
    add("last-byte-missing", &ours[..ours.len() - 1]);
    add("one-byte-more", &[&ours[..], &[0]].concat());
    add("nothing", &[]);
    add("long", &ours.repeat(500));
}

pub(super) fn mesh(corpus: &mut Corpus) {
    let mut add = |name: &str, bytes: Vec<u8>| corpus.add("mesh", name, bytes);
    let wall = 1_767_323_045_678;
    let v4 = address(&[10, 0, 0, 1], 4565);
    let v6 = address(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 4566);
    let mapped = address(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1], 4567);

    let ours = hello(&KEY, "Zoë 山田".as_bytes(), wall, 4565);
    add("hello", ours.clone());
    add("hello-truncated", ours[..ours.len() / 2].to_vec());
    add("hello-last-byte-missing", ours[..ours.len() - 1].to_vec());
    add("hello-twice", [ours.clone(), ours.clone()].concat());
    add("hello-empty", bytes(HELLO, []));
    add("hello-short-key", hello(&KEY[..31], b"bob", wall, 4565));
    add("hello-long-key", hello(&[0x5a; 33], b"bob", wall, 4565));
    add("hello-end-of-time", hello(&KEY, b"bob", u64::MAX, 4565));
    add("hello-last-millisecond", hello(&KEY, b"bob", i64::MAX as u64, 0));
    add("hello-no-port", hello(&KEY, b"bob", wall, 70_000));
    add("hello-later-version", bytes(HELLO, [number(1, 2), number(2, 9), bytes(4, KEY), bytes(99, "new")].concat()));
    add("hello-many-caps", bytes(HELLO, [bytes(4, KEY), bytes(3, "sas").repeat(500)].concat()));
    add("hello-empty-caps", bytes(HELLO, [bytes(4, KEY), bytes(3, []).repeat(4_000)].concat()));
    add("hello-wrong-types", bytes(HELLO, [bytes(1, "x"), number(4, 1), number(6, 1)].concat()));

    add("sas-commit", sas_commit(&KEY));
    add("sas-reveal", sas_reveal(&KEY));
    add("sas-both", bytes(SAS, [bytes(1, KEY), bytes(2, KEY)].concat()));
    add("sas-short", sas_commit(&KEY[1..]));
    add("sas-empty", bytes(SAS, []));

    add("presence-here", presence(b"bob", false, b"", true));
    add("presence-away", presence("Zoë".as_bytes(), true, "lunch, back at 2 🍜".as_bytes(), false));
    add("presence-long-note", presence(b"bob", true, "é".repeat(5_000).as_bytes(), false));
    add("presence-lines", presence(b"bob", true, b"\n \r\n first\nsecond", false));
    add("presence-wide-name", presence("山".repeat(13).as_bytes(), false, b"", false));

    let everything = sighting(&KEY, &[v4.clone(), v6.clone(), mapped.clone()]);
    add("peers", peers(&everything));
    add("peers-none", peers(&[]));
    add("peers-full", bytes(PEERS, sighting(&KEY, &vec![v6.clone(); 8]).repeat(64)));
    add("peers-too-many", bytes(PEERS, sighting(&KEY, &[]).repeat(65)));
    add("peers-too-many-addresses", bytes(PEERS, sighting(&KEY, &vec![v4.clone(); 9])));
    add("peers-thousands-of-nothing", bytes(PEERS, bytes(1, []).repeat(15_000)));
    add("peers-behind-a-line", [say(b""), bytes(PEERS, bytes(1, []).repeat(20_000))].concat());
    add("peers-truncated", bytes(PEERS, &everything[..everything.len() - 3]));
    for (name, ip, port) in [
        ("peers-ip-of-five-bytes", &[1, 2, 3, 4, 5][..], 1),
        ("peers-no-ip", &[], 1),
        ("peers-port-zero", &[10, 0, 0, 1], 0),
        ("peers-port-too-high", &[10, 0, 0, 1], 65_536),
        ("peers-port-that-wraps", &[10, 0, 0, 1], (1 << 32) + 1),
        ("peers-unspecified", &[0, 0, 0, 0], 4565),
    ] {
        add(name, bytes(PEERS, sighting(&KEY, &[address(ip, port)])));
    }

    for reason in (0..=7).chain([99, u64::MAX]) {
        add(&format!("bye-{reason}"), bye(reason));
    }
    add("ping", ping(u64::MAX, false));
    add("pong", ping(1, true));

    add("look", bytes(LOOK, number(1, 4565)));
    add("look-empty", bytes(LOOK, []));
    add("look-port-too-high", bytes(LOOK, number(1, 65_536)));
    add("seen", seen(b"bob", b"0.4.0", wall));
    add("seen-end-of-time", seen(b"bob", b"0.4.0", u64::MAX));
    add("seen-empty", bytes(SEEN, []));

    add("say", say("我有，在二楼 and more".as_bytes()));
    add("say-many-times", [bytes(SAY, bytes(1, "x").repeat(2_000)), say(b"last")].concat());
    add("presence-behind-a-line", [say(b"hi"), presence(b"bob", true, &vec![b'x'; 40_000], false)].concat());

    for (name, text) in HOSTILE {
        add(&format!("seen-{name}"), seen(text, text, wall));
        add(&format!("hello-nick-{name}"), hello(&KEY, text, wall, 4565));
        add(&format!("presence-{name}"), presence(text, true, text, false));
        add(&format!("hello-version-{name}"), bytes(HELLO, [bytes(4, KEY), bytes(9, text)].concat()));
    }

    super::events::frames(&mut add);

    add("nothing", Vec::new());
    add("unknown-kind", bytes(99, "from a later version"));
    add("reserved-kind", bytes(4, "a room"));
    add("tag-zero", vec![0, 0]);
    add("endless-number", vec![0xff; 11]);
    add("length-beyond-the-end", [varint(SAY << 3 | 2), varint(u64::MAX)].concat());
    add("length-of-a-gigabyte", [varint(HELLO << 3 | 2), varint(1 << 30), vec![0; 20]].concat());
    add("inner-length-beyond-the-outer", bytes(HAVE, [varint(1 << 3 | 2), varint(100), b"short".to_vec()].concat()));
    add("nested-groups", vec![0x9b; 300]);
    add("group-without-an-end", vec![0x0b, 0x08, 0x01]);
    add("nested-messages", (0..200).fold(Vec::new(), |inner, _| bytes(PEERS, inner)));
}

pub(super) fn line(corpus: &mut Corpus) {
    let mut add = |name: &str, bytes: &[u8]| corpus.add("line", name, bytes);
    add("named", b"bob: hello: world");
    add("named-wide", "Zoë 山田: 我有".as_bytes());
    add("action", b"bob: /me waves");
    add("sentence", b"who has the key: bob?");
    add("nothing", b"");
    add("name-only", b"bob: ");
    add("lines", b"bob: one\ntwo\r\n\nthree");
    add("many-lines", &b"x\n".repeat(3_000));
    add("many-empty-lines", &b"\r\n".repeat(3_000));
    add("longest", &vec![b'x'; 72 * 1024]);
    add("tabs", &b"\t\tx".repeat(10_000));
    add("colons", &b": ".repeat(1_000));
    for (name, text) in HOSTILE {
        add(name, text);
        add(&format!("named-{name}"), &[text, b": ", text].concat());
    }
}

pub(super) fn claim(corpus: &mut Corpus) {
    for (name, text) in [
        ("v4", &b"127.0.0.1:4565"[..]),
        ("v6", b"[::1]:4565"),
        ("scope", b"[fe80::1%3]:4565"),
        ("mapped", b"[::ffff:127.0.0.1]:4565"),
        ("space", b" 127.0.0.1:4565\r\n"),
        ("name", b"localhost:4565"),
        ("no-port", b"127.0.0.1"),
        ("port-zero", b"127.0.0.1:0"),
        ("port-too-high", b"127.0.0.1:65536"),
        ("unspecified", b"0.0.0.0:4565"),
        ("multicast", b"224.0.0.1:4565"),
        ("octal", b"0177.0.0.01:4565"),
        ("not-utf8", b"127.0.0.1:45\xff5"),
        ("nothing", b""),
        ("long", &[b'1'; 4_096]),
    ] {
        corpus.add("claim", name, text);
    }
}
