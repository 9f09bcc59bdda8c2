use proptest::prelude::*;

use super::*;
use crate::protocol::codec::event::MAX_CONTENT_BYTES;
use crate::{
    domain::model::{EventId, Hlc, LogId, RoomId},
    protocol::codec::{
        Malformed,
        event::{Draft, KIND_SAID},
    },
};

fn hello() -> Hello {
    Hello {
        card: None,
        min: 1,
        max: 1,
        caps: Caps::ours(),
        node: NodeId::new([7; 32]),
        boot: 42,
        nick: Nick::new("Zoë 山田").ok(),
        wall: Some(Timestamp::from_millis(1_700_000_000_000)),
        port: NonZeroU16::new(4565),
        version: "0.2.0".into(),
    }
}

fn log() -> LogId {
    LogId { room: RoomId::LOBBY, author: NodeId::new([7; 32]), epoch: u64::MAX }
}

fn event(content: usize) -> Signed {
    let draft = Draft {
        log: log(),
        seq: 1,
        prev: None,
        hlc: Hlc(1 << 40),
        deps: Vec::new(),
        wall: Timestamp::from_millis(1),
        kind: KIND_SAID,
        content: vec![b'x'; content].into(),
    };
    draft.sign(|_| [1; 64])
}

fn have(ranges: usize) -> Frame {
    let range = HeldRange { name: None, log: log(), seq: 1 << 53, head: Some(EventId([1; 32])), base: 1 << 53 };
    Frame::Have(Have { ranges: vec![range; ranges], changes: Vec::new(), more: true, want: true })
}

#[test]
fn every_frame_reads_back_as_it_was_written() {
    let addrs = vec!["10.0.0.1:4565".parse().unwrap(), "[fe80::1]:4566".parse().unwrap()];
    for frame in [
        Frame::Hello(hello()),
        Frame::Hello(Hello { wall: None, ..hello() }),
        Frame::Sas(Sas::Commit([1; 32])),
        Frame::Doubt(Doubt::CodesDiffer),
        Frame::Doubt(Doubt::NameTaken(Nick::new("bob").unwrap())),
        Frame::Sas(Sas::Reveal([2; 32])),
        Frame::Status(Status { nick: Nick::new("bob").ok(), presence: Presence::away("lunch"), typing: true }),
        Frame::Peers(vec![Sighting { node: NodeId::new([9; 32]), addrs }; MAX_SIGHTINGS]),
        Frame::Bye(Reason::OwnKey),
        Frame::Bye(Reason::Replaced),
        Frame::Ping { token: u64::MAX, answer: false, wall: None },
        Frame::Ping { token: u64::MAX, answer: true, wall: Some(Timestamp::from_millis(1_795_000_000_000)) },
        Frame::Probe(Probe::default()),
        Frame::Probe(Probe { dial_back: Some(4_565) }),
        Frame::ProbeReply(ProbeReply {
            min: 2,
            max: 3,
            nick: Nick::new("bob").ok(),
            version: "0.4.0".into(),
            wall: Some(Timestamp::from_millis(1_700_000_000_000)),
            dial_back: Some(DialBack::Timeout),
            heard: true,
            people: 7,
        }),
        have(MAX_RANGES),
        Frame::Have(Have::default()),
        Frame::Batch(vec![event(100); MAX_EVENTS]),
        Frame::Batch(vec![event(MAX_CONTENT_BYTES); 2]),
        Frame::Nothing,
    ] {
        assert_eq!(decode(&encode(&frame)), Ok(frame));
    }
}

#[test]
fn the_smaller_maximum_version_is_used_unless_too_old() {
    let agree = |min, max| Hello { min, max, ..hello() }.agree();
    assert_eq!((agree(2, 2), agree(1, 9), agree(0, 2)), (Some(2), Some(2), Some(2)));
    assert_eq!((agree(3, 9), agree(0, 1)), (None, None));
}

#[test]
fn malformed_frames_are_refused_but_unknown_ones_are_not() {
    let short_key = encode(&Frame::Hello(hello()));
    for bad in [&b"\xff\xff\xff"[..], b"\x0a\x05ab", &short_key[..short_key.len() - 1]] {
        assert_eq!(decode(bad), Err(Malformed), "{bad:?}");
    }
    let crowd = Frame::Peers(vec![Sighting { node: NodeId::new([9; 32]), addrs: vec![] }; MAX_SIGHTINGS + 1]);
    assert_eq!(decode(&encode(&crowd)), Err(Malformed));
    // Two megabytes, far more than any frame of this kind: refused before they are decoded.
    let mut flood = vec![0x3a, 0x80, 0x80, 0x80, 0x01];
    flood.resize(2 << 20, 0);
    assert_eq!(decode(&flood), Err(Malformed));
    assert_eq!(decode(&encode(&have(MAX_RANGES + 1))), Err(Malformed));
    assert_eq!(decode(&encode(&Frame::Batch(vec![event(100); MAX_EVENTS + 1]))), Err(Malformed));
    let full = encode(&Frame::Batch(vec![event(100); MAX_EVENTS]));
    let one = encode(&Frame::Batch(vec![event(16)]));
    assert_eq!(decode(&[&full[..], &one[..]].concat()), Err(Malformed), "both are one list");
    // Tens of thousands of empty entries, in a frame that is not too long; also after a list that is fine.
    for tag in [0x12, 0x1a] {
        let mut flood = vec![tag, 0x80, 0x80, 0x04];
        flood.extend([0x0a, 0x00].repeat(32 * 1024));
        assert_eq!(decode(&flood), Err(Malformed));
        let behind = [&encode(&Frame::Batch(vec![event(100)]))[..], &flood].concat();
        assert_eq!(decode(&behind), Err(Malformed));
    }
    // Field 99, which a later version may have.
    assert_eq!(decode(&[0x9a, 0x06, 0x01, 0x78]), Ok(Frame::Nothing));
    assert_eq!(Caps::from_names(&["sas".to_owned(), "teleport".to_owned()]).names(), ["sas"]);
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = decode(&bytes);
    }
}
