use proptest::prelude::*;

use super::*;
use crate::protocol::codec::event::{MAX_CONTENT_BYTES, MAX_DEPS, MAX_SEQ};

fn seal_here(inside: &Opened) -> Bytes {
    seal(&generation(9, 1), &slot(), inside, SALT).unwrap()
}

#[test]
fn what_was_sealed_opens() {
    let long = Bytes::from(vec![7; longest_payload(MAX_DEPS)]);
    for payload in [Bytes::new(), Bytes::from_static(b"hello"), long] {
        for deps in [vec![], vec![dep(bob().node())], vec![dep(bob().node()); MAX_DEPS]] {
            let inside = Opened { kind: 77, payload: payload.clone(), deps };
            let content = seal_here(&inside);
            assert_eq!(generation_of(&content), Some(GenerationId([9; 32])));
            assert_eq!(open(&generation(9, 1), &slot(), &content), Ok(inside));
        }
    }
}

#[test]
fn a_direct_message_opens_on_the_other_side() {
    let (at_alice, at_bob) = (pair(&alice(), &bob()), pair(&bob(), &alice()));
    let first = Slot { log: LogId { room: at_alice.room(), ..slot().log }, seq: 1, prev: None };
    let content = seal(at_alice.generation(), &first, &said("hello"), SALT).unwrap();
    assert_eq!(open(at_bob.generation(), &first, &content), Ok(said("hello")));
    let carol = pair(&person(2), &alice());
    assert_eq!(open(carol.generation(), &first, &content), Err(SealError::OtherGeneration));
    let guessed = Generation::direct(at_bob.generation().id(), carol.generation().key().clone());
    assert_eq!(open(&guessed, &first, &content), Err(SealError::NotOpened));
}

#[test]
fn a_changed_content_does_not_open() {
    let content = seal_here(&said("hello"));
    for at in 0..content.len() {
        let mut changed = content.to_vec();
        changed[at] ^= 1;
        let expected = if (16..48).contains(&at) { SealError::OtherGeneration } else { SealError::NotOpened };
        assert_eq!(open(&generation(9, 1), &slot(), &changed), Err(expected), "byte {at}");
    }
    for length in 0..content.len() {
        assert_eq!(open(&generation(9, 1), &slot(), &content[..length]), Err(SealError::NotSealed), "{length} bytes");
    }
    let longer = [content.as_ref(), &[0; 64]].concat();
    assert_eq!(open(&generation(9, 1), &slot(), &longer), Err(SealError::NotOpened));
}

#[test]
fn a_transplanted_content_does_not_open() {
    let content = seal_here(&said("hello"));
    let slot = slot();
    let in_log = |log| Slot { log, ..slot };
    for (what, other) in [
        ("another room", in_log(LogId { room: RoomId([0x13; 32]), ..slot.log })),
        ("another author", in_log(LogId { author: bob().node(), ..slot.log })),
        ("another epoch", in_log(LogId { epoch: 1, ..slot.log })),
        ("another number", Slot { seq: 3, ..slot }),
        ("another event before", Slot { prev: Some(EventId([0x56; 32])), ..slot }),
        ("none before", Slot { prev: None, ..slot }),
    ] {
        assert_eq!(open(&generation(9, 1), &other, &content), Err(SealError::NotOpened), "{what}");
    }
}

#[test]
fn another_generation_opens_nothing() {
    let content = seal_here(&said("hello"));
    assert_eq!(open(&generation(8, 1), &slot(), &content), Err(SealError::OtherGeneration));
    // The name of the generation is authenticated, even if a carrier puts the expected one in.
    let mut renamed = content.to_vec();
    renamed[16..48].fill(8);
    assert_eq!(open(&generation(8, 1), &slot(), &renamed), Err(SealError::NotOpened));
    assert_eq!(open(&generation(9, 2), &slot(), &content), Err(SealError::NotOpened));
}

#[test]
fn the_longest_payload_fits_the_content_limit() {
    for deps in [0, 1, MAX_DEPS] {
        let longest = longest_payload(deps);
        let with = |length| Opened { kind: 1, payload: vec![1; length].into(), deps: vec![dep(bob().node()); deps] };
        let content = seal_here(&with(longest));
        assert!(content.len() <= MAX_CONTENT_BYTES && content.len() + 4096 > MAX_CONTENT_BYTES);
        let too_long = seal(&generation(9, 1), &slot(), &with(longest + 1), SALT);
        assert_eq!(too_long, Err(SealError::TooLong { length: longest + 1, longest }));
    }
    assert_eq!((longest_payload(0), longest_payload(MAX_DEPS)), (65_527, 64_759));
    assert_eq!(longest_payload(usize::MAX), 0);
}

#[test]
fn deps_that_no_reader_takes_are_not_sealed() {
    let good = dep(bob().node());
    for deps in [
        vec![good; MAX_DEPS + 1],
        vec![Dep { log: slot().log, ..good }],
        vec![Dep { log: LogId { room: RoomId([1; 32]), ..good.log }, ..good }],
        vec![Dep { seq: 0, ..good }],
        vec![Dep { seq: MAX_SEQ + 1, ..good }],
    ] {
        let inside = Opened { deps, ..said("hello") };
        assert_eq!(seal(&generation(9, 1), &slot(), &inside, SALT), Err(SealError::Deps));
    }
}

#[test]
fn a_salt_never_repeats_for_another_text() {
    let salt = |text: &'static str, source| seal(&generation(9, 1), &slot(), &said(text), source).unwrap().slice(..16);
    let same = salt("hello", SALT);
    assert_eq!(same, salt("hello", SALT), "nothing is drawn here");
    assert_ne!(same, salt("hullo", SALT));
    assert_ne!(same, salt("hello", SaltSource { random: &[0x23; 32], ..SALT }));
    assert_ne!(same, salt("hello", SaltSource { secret: &[0x12; 32], ..SALT }));
}

proptest! {
    #[test]
    fn padding_hides_the_length_within_a_step(one in 0_usize..9_000, other in 0_usize..9_000) {
        let sealed = |length| seal_here(&said(vec![1; length])).len();
        // Kind, number of deps, and length take 9 bytes.
        let same_step = padding::padded(one + 9) == padding::padded(other + 9);
        prop_assert_eq!(sealed(one) == sealed(other), same_step);
    }

    #[test]
    fn every_inside_opens_as_it_was_sealed(
        kind: u32, payload in prop::collection::vec(any::<u8>(), 0..5_000), epochs in prop::collection::vec(any::<u64>(), 0..=16),
    ) {
        let deps = epochs.into_iter().map(|epoch| Dep { log: LogId { epoch, author: bob().node(), ..slot().log }, seq: 1 });
        let inside = Opened { kind, payload: payload.into(), deps: deps.collect() };
        prop_assert_eq!(open(&generation(9, 1), &slot(), &seal_here(&inside)), Ok(inside));
    }

    #[test]
    fn no_bytes_make_opening_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        generation_of(&bytes);
        prop_assert!(open(&generation(9, 1), &slot(), &bytes).is_err());
    }

    #[test]
    fn no_sealed_length_makes_opening_panic(steps in 0_usize..7, fill: u8) {
        let content = [vec![9; 48], vec![fill; (64 << steps) + 16]].concat();
        prop_assert_eq!(open(&generation(9, 1), &slot(), &content), Err(SealError::NotOpened));
    }
}
