use super::*;

#[test]
fn a_room_id_proves_its_owner() {
    let room = private_room();
    let nonce = [0xaa; PRIVATE_NONCE_BYTES];
    assert!(room.is_owned_by(&alice().node(), &nonce));
    assert!(!room.is_owned_by(&bob().node(), &nonce));
    assert!(!room.is_owned_by(&alice().node(), &[0xab; PRIVATE_NONCE_BYTES]));
    assert_eq!(PrivateRoomId::proved(room.room()), room);
    assert_ne!(room.control(), room.room());
    assert_ne!(PrivateRoomId::proved(room.control()).control(), room.room());
}

#[test]
fn a_commitment_fits_one_key_and_one_room() {
    let (room, key) = (private_room().room(), room_key(1));
    let commitment = Commitment::to(&room, &key);
    let generation = |room: &RoomId, key: RoomKey| Generation::new(EventId([9; 32]), &commitment, room, key);
    assert!(generation(&room, key.clone()).is_ok());
    assert_eq!(generation(&room, room_key(2)).unwrap_err(), NotCommitted);
    assert_eq!(generation(&RoomId([3; 32]), key).unwrap_err(), NotCommitted);
}

#[test]
fn later_members_read_the_previous_key() {
    let (room, older, newer) = (private_room().room(), room_key(1), room_key(2));
    let context = previous_context(&room, &Commitment::to(&room, &newer));
    let sealed = newer.seal_key(&older, &context, SALT);
    assert_eq!(newer.open_key(&sealed, &context).unwrap().as_bytes(), older.as_bytes());
    assert_eq!(older.open_key(&sealed, &context).unwrap_err(), NotOpened);
    let elsewhere = previous_context(&RoomId([4; 32]), &Commitment::to(&room, &newer));
    assert_eq!(newer.open_key(&sealed, &elsewhere).unwrap_err(), NotOpened);
}

#[test]
fn a_grant_opens_for_the_invited_alone() {
    let (room, key) = (private_room().room(), room_key(1));
    let commitment = Commitment::to(&room, &key);
    let (alice_node, bob_node) = (alice().node(), bob().node());
    let context = grant_context(&room, &alice_node, &bob_node, &commitment);
    let sealed = pair(&alice(), &bob()).grant_key().seal_key(&key, &context, SALT);
    let open =
        |own: &Identity, other: &Identity, context: &[u8]| pair(own, other).grant_key().open_key(&sealed, context);
    assert_eq!(open(&bob(), &alice(), &context).unwrap().as_bytes(), key.as_bytes());
    let carol = person(2);
    for owner in [alice(), bob()] {
        assert_eq!(open(&carol, &owner, &context).unwrap_err(), NotOpened);
    }
    for other in [
        grant_context(&room, &bob_node, &alice_node, &commitment),
        grant_context(&RoomId([4; 32]), &alice_node, &bob_node, &commitment),
        grant_context(&room, &alice_node, &bob_node, &Commitment::to(&room, &room_key(2))),
    ] {
        assert_eq!(open(&bob(), &alice(), &other).unwrap_err(), NotOpened);
    }
}

#[test]
fn a_changed_sealed_key_does_not_open() {
    let sealed = room_key(2).seal_key(&room_key(1), b"context", SALT);
    for at in 0..SEALED_KEY_BYTES {
        let mut changed = sealed;
        changed.0[at] ^= 1;
        assert_eq!(room_key(2).open_key(&changed, b"context").unwrap_err(), NotOpened, "byte {at}");
    }
}

#[test]
fn two_keys_never_share_a_salt() {
    let salt = |key, source| room_key(3).seal_key(&room_key(key), b"context", source).0[..16].to_vec();
    let fresh = SaltSource { random: &[0x23; 32], ..SALT };
    let other_run = SaltSource { secret: &[0x12; 32], ..SALT };
    let salts: std::collections::BTreeSet<_> =
        [salt(1, SALT), salt(2, SALT), salt(1, fresh), salt(1, other_run)].into_iter().collect();
    assert_eq!(salts.len(), 4);
}
