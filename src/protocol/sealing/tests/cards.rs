use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::protocol::wire::mesh;

/// Points of small order on the curve and its twist: of order 1, 2, 4 and 8.
const SMALL_ORDER: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// A card with this sealing key, signed by bob.
fn signed_with(key: &[u8]) -> mesh::Card {
    let bob = bob();
    let message = [tags::CARD, bob.node().as_bytes(), key, &1_u64.to_be_bytes()].concat();
    let sig = bob.sign(&message).to_vec();
    mesh::Card { node: bob.node().as_bytes().to_vec(), sealing_key: key.to_vec(), serial: 1, sig }
}

#[test]
fn a_card_is_read_as_it_was_written() {
    for serial in [0, 1, u64::MAX] {
        let card = Card::sign(&bob(), serial);
        assert_eq!(Card::decode(&card.encode()), Ok(card));
        assert_eq!(Card::read(&card.write()), Ok(card));
        assert_eq!((card.node(), card.serial()), (bob().node(), serial));
        assert_eq!(*card.sealing_key(), SealingKey::of(&bob()).public());
    }
}

#[test]
fn a_changed_card_is_refused() {
    let bytes = Card::sign(&bob(), 1).encode();
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(Card::decode(&changed).is_err(), "byte {at}");
        }
        assert!(Card::decode(&bytes[..at]).is_err(), "{at} bytes");
    }
    let mut other = Card::sign(&bob(), 1).write();
    other.serial = 2;
    assert_eq!(Card::read(&other), Err(CardError::NotSigned));
    let carol = Card::sign(&person(2), 1).write();
    assert_eq!(Card::read(&mesh::Card { node: carol.node, ..other }), Err(CardError::NotSigned));
}

#[test]
fn parts_of_wrong_length_are_refused() {
    let card = Card::sign(&bob(), 1).write();
    let longer = |bytes: &[u8]| [bytes, &[0]].concat();
    for bad in [
        mesh::Card { node: longer(&card.node), ..card.clone() },
        mesh::Card { sealing_key: longer(&card.sealing_key), ..card.clone() },
        mesh::Card { sig: longer(&card.sig), ..card.clone() },
        mesh::Card { node: Vec::new(), ..card.clone() },
        mesh::Card { sealing_key: card.sealing_key[..31].to_vec(), ..card.clone() },
        mesh::Card { sig: Vec::new(), ..card.clone() },
        mesh::Card::default(),
    ] {
        assert_eq!(Card::read(&bad), Err(CardError::Malformed));
    }
}

#[test]
fn a_sealing_key_of_small_order_is_refused() {
    for point in SMALL_ORDER {
        assert_eq!(Card::read(&signed_with(&hex(point))), Err(CardError::UnsafeKey), "{point}");
    }
}

#[test]
fn a_sealing_key_has_one_encoding() {
    let good = SealingKey::of(&alice()).public();
    assert!(Card::read(&signed_with(good.as_bytes())).is_ok());
    let mut high_bit = *good.as_bytes();
    high_bit[31] |= 0x80;
    let above_modulus = |lowest: u8| -> [u8; 32] {
        std::array::from_fn(|at| match at {
            0 => lowest,
            31 => 0x7f,
            _ => 0xff,
        })
    };
    // The modulus plus 9, which is the base point, and the greatest number of 255 bits.
    for bad in [high_bit, above_modulus(0xed + 9), above_modulus(0xff)] {
        assert_eq!(Card::read(&signed_with(&bad)), Err(CardError::UnsafeKey));
    }
    assert!(PublicSealingKey::read(above_modulus(0xed - 2)).is_some(), "below the modulus");
}

#[test]
fn other_encodings_of_a_card_are_refused() {
    let card = Card::sign(&bob(), 1);
    let bytes = card.encode();
    let unknown_field = [bytes.as_slice(), &[0x30, 1]].concat();
    let serial_twice = [bytes.as_slice(), &[0x18, 1]].concat();
    for other in [unknown_field, serial_twice] {
        assert_eq!(Card::decode(&other), Err(CardError::NotCanonical));
        // Inside another message, whose decoder has ignored it, it says the same.
        assert_eq!(Card::read(&mesh::Card::decode(other.as_slice()).unwrap()), Ok(card));
    }
}

#[test]
fn a_new_serial_keeps_the_hash() {
    assert_eq!(Card::sign(&bob(), 1).hash(), Card::sign(&bob(), 2).hash());
    assert_ne!(Card::sign(&bob(), 1).hash(), Card::sign(&alice(), 1).hash());
}

proptest! {
    #[test]
    fn no_bytes_make_the_card_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Card::decode(&bytes).is_err());
    }

    #[test]
    fn no_parts_make_the_card_decoder_panic(
        node in any::<[u8; 32]>(), key in any::<[u8; 32]>(), serial: u64, sig in prop::collection::vec(any::<u8>(), 60..68),
    ) {
        let card = mesh::Card { node: node.to_vec(), sealing_key: key.to_vec(), serial, sig };
        prop_assert!(Card::read(&card).is_err());
        prop_assert!(Card::decode(&card.encode_to_vec()).is_err());
    }
}
