//! What a member with the key could put inside a seal.

use proptest::prelude::*;

use super::*;
use crate::protocol::codec::event::MAX_DEPS;

fn written(inside: &Opened) -> Vec<u8> {
    inside.write(0).unwrap()
}

fn read(bytes: &[u8]) -> Option<Opened> {
    Opened::read(&slot().log, &Bytes::copy_from_slice(bytes))
}

#[test]
fn unknown_bytes_after_the_payload_are_refused() {
    let bytes = written(&said("hello"));
    for at in 9 + 5..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] = 1;
        assert_eq!(read(&changed), None, "byte {at}");
    }
    assert_eq!(read(&[bytes.as_slice(), &[0; 64]].concat()), None, "padded further than needed");
    assert_eq!(read(&bytes[..63]), None);
}

#[test]
fn lengths_beyond_the_end_are_refused() {
    let mut payload = written(&said("hello"));
    payload[5..9].copy_from_slice(&56_u32.to_be_bytes());
    let mut greatest = payload.clone();
    greatest[5..9].fill(0xff);
    let mut deps = written(&said("hello"));
    deps[4] = 255;
    for bytes in [payload, greatest, deps] {
        assert_eq!(read(&bytes), None);
    }
}

#[test]
fn deps_that_no_event_has_are_refused() {
    let good = dep(bob().node());
    for deps in [
        vec![good; MAX_DEPS + 1],
        vec![Dep { log: slot().log, ..good }],
        vec![Dep { seq: 0, ..good }],
        vec![Dep { seq: u64::MAX, ..good }],
    ] {
        assert_eq!(read(&written(&Opened { deps, ..said("hello") })), None);
    }
}

proptest! {
    #[test]
    fn what_is_read_is_what_would_be_written(
        kind: u32, deps in 0_u8..3, length in 0_u32..70, rest in prop::collection::vec(prop_oneof![3 => Just(0), 1 => any::<u8>()], 0..200),
    ) {
        let mut bytes = [&kind.to_be_bytes()[..], &[deps], &rest].concat();
        let at = 5 + 48 * usize::from(deps);
        if let Some(field) = bytes.get_mut(at..at + 4) {
            field.copy_from_slice(&length.to_be_bytes());
        }
        bytes.resize(padding::padded(bytes.len()), 0);
        if let Some(opened) = read(&bytes) {
            prop_assert_eq!(written(&opened), bytes);
        }
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
    }
}
