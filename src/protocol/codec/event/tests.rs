use proptest::prelude::*;

use prost::Message as _;

use super::*;
use crate::{
    domain::model::{Nick, NodeId, RoomId, Text, Topic},
    protocol::wire::mesh,
};

const BOB: NodeId = NodeId::new([7; 32]);

/// Not a real signature: other tests check those.
fn sign(message: &[u8]) -> [u8; 64] {
    [message.len() as u8; 64]
}

fn draft(author: NodeId) -> Draft {
    let log = LogId { room: RoomId::LOBBY, author, epoch: 7 };
    let other = LogId { author: NodeId::new([9; 32]), ..log };
    Draft {
        log,
        seq: 2,
        prev: Some(EventId([3; 32])),
        hlc: Hlc(1 << 40),
        deps: vec![Dep { log: other, seq: 5 }],
        wall: Timestamp::from_millis(1_000),
        kind: KIND_SAID,
        content: Content::said([1; 16], &Nick::new("bob").unwrap(), &Text::new("hi").unwrap(), false),
    }
}

#[test]
fn an_event_is_read_as_it_was_written() {
    let draft = draft(BOB);
    let signed = draft.clone().sign(sign);
    let event = signed.read().unwrap();
    assert_eq!(signed.sig, sign(&signed.message()));
    assert_eq!((event.log, event.seq, event.prev, event.hlc), (draft.log, draft.seq, draft.prev, draft.hlc));
    assert_eq!((event.deps, event.wall, event.kind), (draft.deps, draft.wall, draft.kind));
    let Content::Said { nick, text, action, again } = Content::read(event.kind, &signed.content) else {
        panic!("nothing said")
    };
    assert_eq!((nick, text.as_str(), action, again), (Nick::new("bob").ok(), "hi", false, None));
    assert_eq!(Content::read(99, &signed.content), Content::Unknown);
}

#[test]
fn events_that_no_author_writes_are_refused() {
    let read = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft(BOB);
        change(&mut draft);
        draft.sign(sign).read()
    };
    assert!(read(&|_| {}).is_ok());
    assert!(read(&|draft| (draft.seq, draft.prev) = (1, None)).is_ok());
    for (what, change) in [
        ("seq zero", &(|draft: &mut Draft| draft.seq = 0) as &dyn Fn(&mut Draft)),
        ("a first with one before", &|draft| draft.seq = 1),
        ("a second without", &|draft| draft.prev = None),
        ("after 2200", &|draft| draft.hlc = HLC_END),
        ("too many deps", &|draft| draft.deps = vec![draft.deps[0]; 17]),
        ("itself as a dep", &|draft| draft.deps[0].log = draft.log),
        ("a number that no database holds", &|draft| draft.seq = u64::MAX),
    ] {
        assert!(read(change).is_err(), "{what}");
    }
}

#[test]
fn a_repetition_names_the_first_event_in_32_bytes() {
    let (name, text) = (Nick::new("bob").unwrap(), Text::new("hi").unwrap());
    let content = Content::said_again([1; 16], &name, &text, true, EventId([5; 32]));
    let said = |again| Content::Said { nick: Some(name.clone()), text: text.clone(), action: true, again };
    assert_eq!(Content::read(KIND_SAID, &content), said(Some(EventId([5; 32]))));
    for bytes in [0, 16, 31, 33] {
        let said_again = mesh::Said { nick: "bob".into(), text: "hi".into(), action: true, again: vec![5; bytes] };
        let content = [vec![1; 16], said_again.encode_to_vec()].concat();
        assert_eq!(Content::read(KIND_SAID, &content), said(None), "{bytes} bytes");
    }
}

#[test]
fn the_longest_text_can_be_repeated() {
    let marks = format!("{}{}", "四".repeat(12), "\u{301}".repeat(100));
    let name = Nick::new(&marks).or_else(|_| Nick::new(&"四".repeat(12))).unwrap();
    let text = Text::new(&"x".repeat(MAX_TEXT_BYTES)).unwrap();
    let content = Content::said_again([1; 16], &name, &text, true, EventId([5; 32]));
    assert!(content.len() <= MAX_CONTENT_BYTES);
}

#[test]
fn changed_content_is_detected() {
    let signed = draft(BOB).sign(sign);
    let mut other = signed.content.to_vec();
    *other.last_mut().unwrap() ^= 1;
    assert!(Signed { content: other.into(), ..signed.clone() }.read().is_err());
    assert!(signed.read_body().is_ok());
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(body in prop::collection::vec(any::<u8>(), 0..300), content in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(signed) = Signed::new(body, &[0; 64], content) {
            let _ = signed.read();
            let _ = Content::read(KIND_SAID, &signed.content);
        }
    }
}

#[test]
fn a_topic_reads_as_written() {
    let (nick, topic) = (Nick::new("bob").unwrap(), Topic::new("release day").unwrap());
    for again in [None, Some(EventId([5; 32]))] {
        let content = Content::topic([1; 16], &nick, &topic, again);
        let expected = Content::Topic { nick: Some(nick.clone()), topic: topic.clone(), again };
        assert_eq!(Content::read(KIND_TOPIC, &content), expected);
        assert_eq!(Content::read(KIND_TOPIC, &content).again(), again);
    }
    let empty = mesh::Said { text: "\n\t".to_owned(), ..mesh::Said::default() }.encode_to_vec();
    assert_eq!(Content::read(KIND_TOPIC, &[&[0; 16], empty.as_slice()].concat()), Content::Unknown);
}

#[test]
fn fields_of_later_releases_disturb_nothing() {
    let said = mesh::Said { nick: "bob".to_owned(), text: "hi".to_owned(), ..mesh::Said::default() };
    let mut content = [[0; 16].as_slice(), &said.encode_to_vec()].concat();
    let before = Content::read(KIND_SAID, &content);
    // Field 5 answers an event, and field 6 is not known to anybody yet.
    prost::encoding::bytes::encode(5, &vec![7_u8; 32], &mut content);
    prost::encoding::uint64::encode(6, &99, &mut content);
    assert_eq!(Content::read(KIND_SAID, &content), before);
    assert!(matches!(before, Content::Said { .. }));
}

#[test]
fn reserved_kinds_are_kept_apart_and_not_read() {
    let kinds = [KIND_SAID, KIND_EDIT, KIND_REDACT, KIND_REACT, KIND_PIN, KIND_TOPIC, KIND_FILE_OFFER, KIND_HIDE_LIST];
    assert_eq!(kinds, [1, 2, 3, 4, 5, 6, 7, 8], "a number never changes");
    let content = Content::said([1; 16], &Nick::new("bob").unwrap(), &Text::new("hi").unwrap(), false);
    for kind in kinds.into_iter().filter(|kind| ![KIND_SAID, KIND_TOPIC].contains(kind)) {
        assert_eq!(Content::read(kind, &content), Content::Unknown);
    }
}
