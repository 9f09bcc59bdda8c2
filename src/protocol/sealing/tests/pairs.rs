use super::*;

/// Everything that a pair secret gives.
fn all(pair: &PairSecret) -> [[u8; 32]; 4] {
    let generation = pair.generation();
    [pair.room().0, generation.id().0, *generation.key().as_bytes(), *pair.grant_key().as_bytes()]
}

#[test]
fn both_sides_have_the_same_secret() {
    for (one, other) in [(0, 1), (1, 2), (5, 3)].map(|(one, other)| (person(one), person(other))) {
        assert_eq!(all(&pair(&one, &other)), all(&pair(&other, &one)));
    }
}

#[test]
fn all_that_a_pair_derives_differs() {
    let (first, second) = (all(&pair(&alice(), &bob())), all(&pair(&alice(), &person(2))));
    let different: std::collections::BTreeSet<_> = first.into_iter().chain(second).collect();
    assert_eq!(different.len(), 8);
}

#[test]
fn a_new_serial_leaves_the_direct_room() {
    let own = SealingKey::of(&alice());
    let newer = PairSecret::new(&own, &Card::sign(&bob(), 2)).unwrap();
    assert_eq!(all(&newer), all(&pair(&alice(), &bob())));
}

#[test]
fn the_own_card_makes_no_pair() {
    let own = SealingKey::of(&alice());
    assert_eq!(PairSecret::new(&own, &Card::sign(&alice(), 3)).unwrap_err(), PairError::OwnCard);
}

/// Mallory signs a card with bob's sealing key.
#[test]
fn a_borrowed_sealing_key_opens_nothing() {
    let (mallory, bobs_key) = (person(2), SealingKey::of(&bob()).public());
    let message = [tags::CARD, mallory.node().as_bytes(), bobs_key.as_bytes(), &1_u64.to_be_bytes()].concat();
    let mut card = Card::sign(&mallory, 1).write();
    (card.sealing_key, card.sig) = (bobs_key.as_bytes().to_vec(), mallory.sign(&message).to_vec());
    let borrowed = Card::read(&card).unwrap();
    let seen_by_alice = all(&PairSecret::new(&SealingKey::of(&alice()), &borrowed).unwrap());
    // Neither mallory's own secret nor bob's own room is that of alice with mallory.
    for other in [all(&pair(&mallory, &alice())), all(&pair(&bob(), &alice()))] {
        assert!(seen_by_alice.iter().zip(other).all(|(one, other)| *one != other));
    }
}

/// All that a third person has: both cards and a pair of its own with each.
#[test]
fn a_third_person_does_not_know_the_room() {
    let known = all(&pair(&alice(), &bob()));
    let public =
        kdf::extract(&[tags::PAIR, &Card::sign(&bob(), 1).hash(), &Card::sign(&alice(), 1).hash()].concat(), &[0; 32]);
    assert_ne!(*kdf::expand(&public, tags::DIRECT_ROOM, &[]), known[0]);
    for other in [alice(), bob()] {
        assert!(all(&pair(&person(2), &other)).iter().zip(known).all(|(one, known)| *one != known));
    }
}

#[test]
fn no_secret_is_shown() {
    let pair = pair(&alice(), &bob());
    let shown = format!("{:?} {:?} {:?} {SALT:?}", SealingKey::of(&alice()), pair, pair.generation());
    let shown = shown + &format!("{:?} {:?}", pair.grant_key(), room_key(0x42));
    for secret in [pair.grant_key().as_bytes(), pair.generation().key().as_bytes(), &[0x42; 32], SALT.secret] {
        // As a derived `Debug` would list it.
        let listed = format!("{secret:?}");
        assert!(!shown.contains(listed.trim_matches(['[', ']'])), "{shown}");
    }
    assert!(shown.contains("RoomKey(..)") && shown.contains("GrantKey(..)") && shown.contains("SaltSource(..)"));
}
