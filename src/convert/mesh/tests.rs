use proptest::prelude::*;

use super::*;
use crate::model::MAX_TEXT_BYTES;

fn hello() -> Hello {
    Hello {
        min: 1,
        max: 1,
        caps: Caps::ours(),
        node: NodeId::new([7; 32]),
        boot: 42,
        nick: Nick::new("Zoë 山田").ok(),
        wall: Timestamp::from_millis(1_700_000_000_000),
        port: NonZeroU16::new(4565),
        version: "0.2.0".into(),
    }
}

#[test]
fn every_frame_reads_back_as_it_was_written() {
    let addrs = vec!["10.0.0.1:4565".parse().unwrap(), "[fe80::1]:4566".parse().unwrap()];
    for frame in [
        Frame::Hello(hello()),
        Frame::Sas(Sas::Commit([1; 32])),
        Frame::Sas(Sas::Reveal([2; 32])),
        Frame::Status(Status { nick: Nick::new("bob").ok(), presence: Presence::away("lunch"), typing: true }),
        Frame::Peers(vec![Sighting { node: NodeId::new([9; 32]), addrs }; MAX_SIGHTINGS]),
        Frame::Bye(Reason::OwnKey),
        Frame::Ping { token: u64::MAX, answer: true },
        Frame::Say { text: Text::new(&"é\n".repeat(20_000)).unwrap(), action: true },
        Frame::Nothing,
    ] {
        assert_eq!(decode(&encode(&frame)), Ok(frame));
    }
}

#[test]
fn the_version_is_the_smaller_maximum_unless_somebody_finds_it_too_old() {
    let agree = |min, max| Hello { min, max, ..hello() }.agree();
    assert_eq!((agree(1, 1), agree(1, 9), agree(0, 1)), (Some(1), Some(1), Some(1)));
    assert_eq!((agree(2, 9), agree(0, 0)), (None, None));
}

#[test]
fn what_is_no_frame_is_refused_and_what_is_unknown_is_not() {
    let short_key = encode(&Frame::Hello(hello()));
    for bad in [&b"\xff\xff\xff"[..], b"\x0a\x05ab", &short_key[..short_key.len() - 1]] {
        assert_eq!(decode(bad), Err(Malformed), "{bad:?}");
    }
    let crowd = Frame::Peers(vec![Sighting { node: NodeId::new([9; 32]), addrs: vec![] }; MAX_SIGHTINGS + 1]);
    assert_eq!(decode(&encode(&crowd)), Err(Malformed));
    // A million empty entries: refused before they are decoded.
    let mut flood = vec![0x3a, 0x80, 0x80, 0x80, 0x01];
    flood.resize(2 << 20, 0);
    assert_eq!(decode(&flood), Err(Malformed));
    // Nor does a line before them help; one that is long by itself may have a bit of something new behind it.
    let text = Text::new(&"x".repeat(MAX_TEXT_BYTES)).unwrap();
    let line = |text: &Text| encode(&Frame::Say { text: text.clone(), action: false });
    assert_eq!(decode(&[&line(&Text::new("x").unwrap())[..], &flood].concat()), Err(Malformed));
    let note = encode(&Frame::Status(Status { nick: None, presence: Presence::Here, typing: true }));
    let padded =
        [&line(&Text::new("x").unwrap())[..], &[0x9a, 0x06, 0x80, 0x80, 0x02], &vec![0; 32_768], &note[..]].concat();
    assert_eq!(decode(&padded), Err(Malformed));
    assert_eq!(decode(&[&line(&text)[..], &[0x9a, 0x06, 0x01, 0x78]].concat()), Ok(Frame::Say { text, action: false }));
    // Field 99, which a later version may have.
    assert_eq!(decode(&[0x9a, 0x06, 0x01, 0x78]), Ok(Frame::Nothing));
    assert_eq!(Caps::from_names(&["say".to_owned(), "teleport".to_owned()]).names(), ["say"]);
}

#[test]
fn what_would_steer_a_terminal_is_gone() {
    let bytes = encode(&Frame::Say { text: Text::new("PLACE").unwrap(), action: false });
    let with = |text: &[u8; 5]| {
        let at = bytes.windows(5).position(|window| window == b"PLACE").unwrap();
        decode(&[&bytes[..at], text, &bytes[at + 5..]].concat())
    };
    assert_eq!(with(b"\x1b[2Ja"), Ok(Frame::Say { text: Text::new("[2Ja").unwrap(), action: false }));
    assert_eq!(with(b"\x07\x07\x07\x07\x07"), Ok(Frame::Nothing));
    assert_eq!(with(b"ab\xff\xffc"), Err(Malformed), "protobuf strings are UTF-8");
}

proptest! {
    #[test]
    fn no_bytes_panic_and_what_comes_out_is_clean(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        if let Ok(Frame::Say { text, .. }) = decode(&bytes) {
            prop_assert!(text.as_str().len() <= MAX_TEXT_BYTES);
            prop_assert!(text.as_str().chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
