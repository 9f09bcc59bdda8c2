//! Events of the log, and the frames that describe what somebody holds.

use bytes::Bytes;
use proximity_chat::{
    domain::model::{EventId, Hlc, LogId, RoomId, Timestamp},
    protocol::{
        codec::event::{Dep, Draft, KIND_SAID, SALT_BYTES, Signed},
        identity::Identity,
    },
};

use super::{
    Corpus,
    frames::{BATCH, HAVE, HOSTILE},
};
use crate::{
    links::{THEIR_SECRET, them},
    protobuf::{bytes, fixed64, number, varint},
};

/// When everything here was said, in milliseconds after 1970.
const WALL: i64 = 1_767_323_045_000;

/// A key that has written none of the events here.
const OTHER: [u8; 32] = [0x0a; 32];

/// One log, written from its beginning. Equal inputs make equal bytes.
pub(super) struct Author {
    identity: Identity,
    log: LogId,
    seq: u64,
    prev: Option<EventId>,
}

impl Author {
    /// A lobby log of the peer at the other end of the link.
    pub(super) fn them() -> Self {
        Self::of(&THEIR_SECRET, 7)
    }

    pub(super) fn of(secret: &[u8; 32], epoch: u64) -> Self {
        let identity = Identity::from_secret(secret);
        let log = LogId { room: RoomId::LOBBY, author: identity.node(), epoch };
        Self { identity, log, seq: 0, prev: None }
    }

    pub(super) fn draft(&self, content: Bytes) -> Draft {
        let wall = Timestamp::from_millis(WALL + i64::try_from(self.seq).unwrap_or(0));
        Draft {
            log: self.log,
            seq: self.seq + 1,
            prev: self.prev,
            hlc: Hlc::at(wall),
            deps: Vec::new(),
            wall,
            kind: KIND_SAID,
            content,
        }
    }

    pub(super) fn sign(&self, draft: Draft) -> Signed {
        draft.sign(|message| self.identity.sign(message))
    }

    /// The next line.
    pub(super) fn line(&mut self, text: &[u8]) -> Vec<u8> {
        let signed = self.sign(self.draft(content(b"bob", text)));
        (self.seq, self.prev) = (self.seq + 1, Some(signed.id()));
        written(&signed)
    }

    /// The log's id.
    pub(super) fn id(&self) -> LogId {
        self.log
    }

    /// The range that covers everything said so far.
    pub(super) fn range(&self) -> Vec<u8> {
        range(&self.log, self.seq, self.prev.map(|EventId(id)| id.to_vec()).unwrap_or_default(), 1)
    }
}

/// The content of a line.
pub(super) fn content(nick: &[u8], text: &[u8]) -> Bytes {
    [&[1; SALT_BYTES][..], &bytes(1, nick), &bytes(2, text)].concat().into()
}

/// An event in its wire format.
pub(super) fn written(signed: &Signed) -> Vec<u8> {
    [bytes(1, &signed.body), bytes(2, signed.sig), bytes(3, &signed.content)].concat()
}

/// A frame of events.
pub(super) fn batch(events: &[Vec<u8>]) -> Vec<u8> {
    bytes(BATCH, events.iter().flat_map(|event| bytes(1, event)).collect::<Vec<_>>())
}

fn log(log: &LogId) -> Vec<u8> {
    [bytes(1, log.room.0), bytes(2, log.author.as_bytes()), fixed64(3, log.epoch)].concat()
}

pub(super) fn range(of: &LogId, seq: u64, head: impl AsRef<[u8]>, base: u64) -> Vec<u8> {
    [bytes(1, log(of)), number(2, seq), bytes(3, head), number(4, base)].concat()
}

/// A frame that says what its sender holds.
pub(super) fn have(ranges: &[Vec<u8>], more: bool, want: bool) -> Vec<u8> {
    let ranges = ranges.iter().flat_map(|range| bytes(1, range)).collect();
    bytes(HAVE, [ranges, number(2, more.into()), number(3, want.into())].concat())
}

/// A range of a log that does not exist.
fn made_up(n: u64) -> Vec<u8> {
    let id = LogId { room: RoomId::LOBBY, author: them(), epoch: n };
    range(&id, n, [7; 32], 1)
}

/// Frames of events and ranges.
pub(super) fn frames(add: &mut impl FnMut(&str, Vec<u8>)) {
    let mut bob = Author::them();
    let empty = bob.range();
    let lines: Vec<_> = (0..64).map(|n| bob.line(format!("line {n}").as_bytes())).collect();
    add("batch", batch(&lines[..3]));
    add("batch-none", batch(&[]));
    add("batch-full", batch(&lines));
    add("batch-too-many", batch(&lines.iter().cloned().chain([bob.line(b"one more")]).collect::<Vec<_>>()));
    add("batch-thousands-of-nothing", bytes(BATCH, bytes(1, []).repeat(60_000)));
    add("batch-truncated", batch(&lines[..2])[..300].to_vec());
    add("batch-twice", [batch(&lines[..1]), batch(&lines[1..2])].concat());
    add("batch-longest", batch(&[bob.line(&vec![b'x'; 65_536])]));
    add("batch-too-long", batch(&[bob.line(&vec![b'x'; 70_000])]));
    let fields_at_the_end = [bytes(1, &lines[0]), bytes(9, [7; 200])].concat();
    add("batch-of-a-later-version", bytes(BATCH, fields_at_the_end));
    add("batch-behind-a-list", [batch(&lines[..1]), bytes(1, vec![b'x'; 5_000])].concat());

    add("have", have(&[bob.range(), made_up(1)], false, true));
    add("have-none", have(&[], false, false));
    add("have-nothing-of-a-log", have(&[empty], true, false));
    add("have-full", have(&(1..=512).map(made_up).collect::<Vec<_>>(), true, false));
    add("have-too-many", have(&(1..=513).map(made_up).collect::<Vec<_>>(), true, false));
    add("have-thousands-of-nothing", bytes(HAVE, bytes(1, []).repeat(40_000)));
    let id = LogId { room: RoomId::LOBBY, author: them(), epoch: 7 };
    for (name, range) in [
        ("no-log", [number(2, 1), bytes(3, [7; 32]), number(4, 1)].concat()),
        ("base-zero", range(&id, 1, [7; 32], 0)),
        ("base-above", range(&id, 1, [7; 32], 2)),
        ("base-far-above", range(&id, 1, [7; 32], i64::MAX as u64)),
        ("base-too-high", range(&id, 1, [7; 32], u64::MAX)),
        ("seq-highest", range(&id, i64::MAX as u64, [7; 32], 1)),
        ("seq-too-high", range(&id, u64::MAX, [7; 32], 1)),
        ("no-head", range(&id, 1, [], 1)),
        ("head-of-nothing", range(&id, 0, [7; 32], 1)),
        ("short-head", range(&id, 1, [7; 31], 1)),
    ] {
        add(&format!("have-{name}"), have(&[range], false, false));
    }
    for (name, text) in HOSTILE {
        add(&format!("batch-{name}"), batch(&[Author::them().line(text)]));
    }
}

/// Single events, valid ones and ones with one fault each.
pub(super) fn event(corpus: &mut Corpus) {
    let mut add = |name: &str, bytes: Vec<u8>| corpus.add("event", name, bytes);
    let mut bob = Author::them();
    let first = bob.line("我有，在二楼".as_bytes());
    add("first", first.clone());
    add("second", bob.line(b"and more"));
    add("truncated", first[..first.len() / 2].to_vec());
    add("twice", [first.clone(), first].concat());
    for (name, text) in HOSTILE {
        add(&format!("text-{name}"), Author::them().line(text));
        let named = bob.sign(bob.draft(content(text, b"hi")));
        add(&format!("nick-{name}"), written(&named));
    }

    let mut changed = |name: &str, change: &dyn Fn(&mut Draft)| {
        let mut draft = bob.draft(content(b"bob", b"hi"));
        change(&mut draft);
        add(name, written(&bob.sign(draft)));
    };
    let dep = |n: u64| Dep {
        log: LogId { author: proximity_chat::domain::model::NodeId::new(OTHER), epoch: n, ..bob.log },
        seq: 1,
    };
    changed("seq-zero", &|draft| draft.seq = 0);
    changed("seq-highest", &|draft| draft.seq = i64::MAX as u64);
    changed("seq-too-high", &|draft| draft.seq = u64::MAX);
    changed("no-prev", &|draft| draft.prev = None);
    changed("first-with-prev", &|draft| draft.seq = 1);
    changed("deps", &|draft| draft.deps = (0..16).map(dep).collect());
    changed("too-many-deps", &|draft| draft.deps = (0..17).map(dep).collect());
    changed("own-dep", &|draft| draft.deps = vec![Dep { log: draft.log, seq: 1 }]);
    changed("dep-of-nothing", &|draft| draft.deps = vec![Dep { seq: 0, ..dep(1) }]);
    changed("in-2199", &|draft| draft.hlc = Hlc::at(Timestamp::from_millis(7_250_000_000_000)));
    changed("in-2200", &|draft| draft.hlc = Hlc::at(Timestamp::from_millis(7_258_118_400_000)));
    changed("end-of-time", &|draft| (draft.hlc, draft.wall) = (Hlc(u64::MAX), Timestamp::from_millis(i64::MAX)));
    changed("unknown-kind", &|draft| draft.kind = 99);
    changed("kind-zero", &|draft| draft.kind = 0);
    changed("salt-only", &|draft| draft.content = vec![0; SALT_BYTES].into());
    changed("half-a-salt", &|draft| draft.content = vec![0; SALT_BYTES / 2].into());
    changed("nothing-said", &|draft| draft.content = content(b"bob", b""));
    changed("said-in-no-protobuf", &|draft| draft.content = vec![0xff; 40].into());
    changed("longest", &|draft| draft.content = content(b"bob", &vec![b'x'; 65_536]));
    changed("gigantic", &|draft| draft.content = content(b"bob", &vec![b'x'; 200_000]));

    let signed = bob.sign(bob.draft(content(b"bob", b"hi")));
    add("other-content", written(&Signed { content: content(b"bob", b"ho"), ..signed.clone() }));
    add("no-sig", [bytes(1, &signed.body), bytes(3, &signed.content)].concat());
    add("short-sig", [bytes(1, &signed.body), bytes(2, [7; 63]), bytes(3, &signed.content)].concat());
    add("no-body", [bytes(2, signed.sig), bytes(3, &signed.content)].concat());
    let long = [&signed.body[..], &bytes(99, vec![0; 4_096])].concat();
    add("long-body", [bytes(1, long), bytes(2, signed.sig), bytes(3, &signed.content)].concat());
    let later = [&signed.body[..], &bytes(99, "new")].concat();
    add("later-field", [bytes(1, later), bytes(2, signed.sig), bytes(3, &signed.content)].concat());
    add("length-beyond-the-end", [varint(1 << 3 | 2), varint(u64::MAX)].concat());
}
