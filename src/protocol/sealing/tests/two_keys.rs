//! ChaCha20-Poly1305 does not commit to its key. What opens under two keys is stopped by the name of the generation.

use proptest::prelude::*;

use super::*;

/// Made with Python: block 2 of the text solves the equation of both authenticators. Generation 0x99…, slot of the
/// tests.
const OPENS_UNDER_TWO_KEYS: &str = "
    77777777777777777777777777777777
    9999999999999999999999999999999999999999999999999999999999999999
    28ee05f1e0523cd3838d9799b769189c024dd0e082caf47941511df4ce5a0fd8
    3dfe357b4a25ac6f8d7bc4811935c471f9733bc3c79a05d7d471c86c8ad192e7
    6c5f835c25b40819fba47fd55e3b4d92";

#[test]
fn a_name_stops_what_two_keys_authenticate() {
    let (content, id) = (hex(OPENS_UNDER_TWO_KEYS), GenerationId([0x99; 32]));
    let (committed, other) = (generation(0x99, 0x42), Generation::direct(id, room_key(0x43)));
    assert!(open(&committed, &slot(), &content).is_ok());
    // The cipher takes the second key as well: what stops this one is only that its text is garbage.
    assert_eq!(open(&other, &slot(), &content), Err(SealError::Malformed));
    assert_eq!(open(&Generation::direct(id, room_key(0x44)), &slot(), &content), Err(SealError::NotOpened));
    // In a private room, nobody tries the second key for the name of the first.
    assert_ne!(Generation::new(&ROOM, room_key(0x43)).id(), Generation::new(&ROOM, room_key(0x42)).id());
}

proptest! {
    #[test]
    fn one_name_admits_one_key(one in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
        prop_assume!(one != other);
        let [one, other] = [one, other].map(|key| Generation::new(&ROOM, RoomKey::new(Zeroizing::new(key))).id());
        prop_assert_ne!(one, other);
    }
}
