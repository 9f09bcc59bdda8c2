//! Known answers, from a second implementation in Python that uses `cryptography` and nothing of this source.
//!
//! Secrets of alice and bob: bytes 0 to 31, and 32 to 63. Nonce of the room: 16 times 0xaa. Older room key: 32 times
//! 0x42; newer: 32 times 0x43. Secret and random bytes of salts: 32 times 0x11 and 0x22. Slots and generation: see
//! below.

use super::*;

#[test]
fn sealing_keys_and_cards_are_the_known_ones() {
    let alice = alice();
    let (at_alice, at_bob) = (SealingKey::of(&alice).public(), SealingKey::of(&bob()).public());
    assert_eq!(at_alice.as_bytes().as_slice(), hex("6207a8e1d100eb3ac1578b97c541c1238b99e1a3193a7b14e6cad600b8115d20"));
    assert_eq!(at_bob.as_bytes().as_slice(), hex("b222e368490835b5a432e0588c7bfe09eb95f1716bde6984b1ec4962726f8c49"));
    let card = Card::sign(&alice, 7).encode();
    assert_eq!(
        card,
        hex("
        0a2003a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc86641255
        31b812206207a8e1d100eb3ac1578b97c541c1238b99e1a3193a7b14e6cad600
        b8115d201807224094618cfbac48da6bbd50d95750ed2d4a70a48772a03a0eff
        915800f9a582cd0ccf5c80fab982e2c6fb4aa24306fa8fd4591e38c711a94bb3
        f2ddb00893925500")
    );
}

#[test]
fn a_pair_secret_is_the_known_one() {
    let pair = pair(&alice(), &bob());
    assert_eq!(pair.room().0.as_slice(), hex("01fcebe3264860f5d93c471055dea73e39f377f880d15c86bce53b474d6d0dee"));
    assert_eq!(
        pair.generation().id().0.as_slice(),
        hex("85c410db96ba5e44b8a0bdad0572936a7e32cf14a7db5e1b5678b01d53263aa8")
    );
    assert_eq!(
        pair.generation().key().as_bytes().as_slice(),
        hex("03c450a7c132d646d03074ef6e914586f2a30c5845be98bb1c34655a20c3a264")
    );
    assert_eq!(
        pair.grant_key().as_bytes().as_slice(),
        hex("7f982f0701363587bed163de5840009778f6526962da997bdeb722d7a305719a")
    );
}

#[test]
fn the_names_of_rooms_and_generations_are_the_known_ones() {
    let room = private_room(&alice().node(), &[0xaa; PRIVATE_NONCE_BYTES], RoomName::new("plan").unwrap());
    assert_eq!(room.id.0.as_slice(), hex("94737903f4f9a90f09601b6e28e3371ac699e1219eb426ad4a52664d4cb9bad3"));
    let id = GenerationId::of(&ROOM, &room_key(0x43));
    assert_eq!(id.0.as_slice(), hex("bad7aee7ea36808b429407e37ddb4a6e70e2600786400302fb73a3af41ce0769"));
}

#[test]
fn sealed_keys_are_the_known_ones() {
    let (room, older, newer) = (ROOM, room_key(0x42), room_key(0x43));
    let id = GenerationId::of(&room, &newer);
    let previous = newer.seal_key(&older, &previous_context(&room, &id), SALT);
    assert_eq!(
        previous.0.as_slice(),
        hex("
        e0979c90c9ea186fe395afcab01644e6cb4ba0e5fe161d385593f062ef4bb3fd
        c72d23d21e6e0d3a4ed75c597faaa6aa4359004ba481cb4064e4d564c7b89d14")
    );
    let context = grant_context(&room, &alice().node(), &bob().node(), &id);
    let grant = pair(&alice(), &bob()).grant_key().seal_key(&newer, &context, SALT);
    assert_eq!(
        grant.0.as_slice(),
        hex("
        ea4ca1f40ed11ee21a8ff4107e42dacbe58000db11b343718f6d891a8d3505cc
        b127e0f97f16b9cab553cab1fa8704cd9e529da7d75da096a5a4c187c1f88f59")
    );
}

/// Kind 1, one dep (bob, epoch 9, number 3), payload `hello`. Epoch 0x0102030405060708, number 2, 32 times 0x55 before
/// it, generation 32 times 0x99.
#[test]
fn sealed_content_is_the_known_one() {
    let inside = Opened { deps: vec![dep(bob().node())], ..said("hello") };
    let content = seal(&generation(0x99, 0x43), &slot(), &inside, SALT).unwrap();
    assert_eq!(
        content,
        hex("
        c284a960065482fbf97feba413077acc99999999999999999999999999999999
        9999999999999999999999999999999967f36e04f1b2a18f1df1f262faf586df
        eda65ebc49b95299b701cc87133fcb64c81d74ad4970b525ac7ac19faa2fb2e0
        fe7d0c126af7367d0340288a2bbe22f030ceda9e13447e86c98fd0db1caff359")
    );
}

/// The first event of bob's log in his direct room with alice: kind 1, no deps, payload `hello`, the same epoch.
#[test]
fn sealed_direct_content_is_the_known_one() {
    let pair = pair(&bob(), &alice());
    let log = LogId { room: pair.room(), author: bob().node(), ..slot().log };
    let content = seal(pair.generation(), &Slot { log, seq: 1, prev: None }, &said("hello"), SALT).unwrap();
    assert_eq!(
        content,
        hex("
        d385213726cb50c0e6d0b4596b16d1e485c410db96ba5e44b8a0bdad0572936a
        7e32cf14a7db5e1b5678b01d53263aa8f9c48f75c17a818fe9a75f9871ddcc06
        a63518b38b488d23e49091425984bff673f618624ab7a029a8521ca27e6e7d39
        68373c8c6128e0140b6c3427feb2742fb3dcac94b2323c86a9b043c7b71c3725")
    );
}
