use super::*;

#[test]
fn a_room_id_proves_its_owner_and_its_name() {
    let name = |name| RoomName::new(name).unwrap();
    let room = private_room(&alice().node(), &[0xaa; PRIVATE_NONCE_BYTES], name("plan"));
    for other in [
        private_room(&bob().node(), &[0xaa; PRIVATE_NONCE_BYTES], name("plan")),
        private_room(&alice().node(), &[0xab; PRIVATE_NONCE_BYTES], name("plan")),
        private_room(&alice().node(), &[0xaa; PRIVATE_NONCE_BYTES], name("plans")),
    ] {
        assert_ne!(room.id, other.id);
    }
}

#[test]
fn a_generation_is_named_by_its_key_and_its_room() {
    let id = Generation::new(&ROOM, room_key(1)).id();
    assert_eq!(id, GenerationId::of(&ROOM, &room_key(1)));
    assert_ne!(id, GenerationId::of(&ROOM, &room_key(2)));
    assert_ne!(id, GenerationId::of(&RoomId([3; 32]), &room_key(1)));
}

#[test]
fn what_is_granted_to_oneself_opens_for_nobody_else() {
    let sealed = GrantKey::own(&alice()).seal_key(&room_key(1), b"context", SALT);
    assert_eq!(GrantKey::own(&alice()).open_key(&sealed, b"context").unwrap().as_bytes(), room_key(1).as_bytes());
    assert_eq!(GrantKey::own(&bob()).open_key(&sealed, b"context").unwrap_err(), NotOpened);
    assert_eq!(pair(&alice(), &bob()).grant_key().open_key(&sealed, b"context").unwrap_err(), NotOpened);
}

#[test]
fn later_members_read_the_previous_key() {
    let (room, older, newer) = (ROOM, room_key(1), room_key(2));
    let context = previous_context(&room, &GenerationId::of(&room, &newer));
    let sealed = newer.seal_key(&older, &context, SALT);
    assert_eq!(newer.open_key(&sealed, &context).unwrap().as_bytes(), older.as_bytes());
    assert_eq!(older.open_key(&sealed, &context).unwrap_err(), NotOpened);
    let elsewhere = previous_context(&RoomId([4; 32]), &GenerationId::of(&room, &newer));
    assert_eq!(newer.open_key(&sealed, &elsewhere).unwrap_err(), NotOpened);
}

#[test]
fn a_grant_opens_for_the_invited_alone() {
    let (room, key) = (ROOM, room_key(1));
    let id = GenerationId::of(&room, &key);
    let (alice_node, bob_node) = (alice().node(), bob().node());
    let context = grant_context(&room, &alice_node, &bob_node, &id);
    let sealed = pair(&alice(), &bob()).grant_key().seal_key(&key, &context, SALT);
    let open =
        |own: &Identity, other: &Identity, context: &[u8]| pair(own, other).grant_key().open_key(&sealed, context);
    assert_eq!(open(&bob(), &alice(), &context).unwrap().as_bytes(), key.as_bytes());
    let carol = person(2);
    for owner in [alice(), bob()] {
        assert_eq!(open(&carol, &owner, &context).unwrap_err(), NotOpened);
    }
    for other in [
        grant_context(&room, &bob_node, &alice_node, &id),
        grant_context(&RoomId([4; 32]), &alice_node, &bob_node, &id),
        grant_context(&room, &alice_node, &bob_node, &GenerationId::of(&room, &room_key(2))),
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
