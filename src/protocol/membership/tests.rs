use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    domain::model::{EventId, NodeId, RoomId, RoomName},
    protocol::{
        codec::Malformed,
        identity::Identity,
        sealing::{Card, GenerationId, SEALED_KEY_BYTES, SealedKey, private_room},
        wire::mesh,
    },
};

fn person(n: u8) -> Identity {
    Identity::from_secret(&[n; 32])
}

fn entry(n: u8, since: u64) -> (NodeId, Membership) {
    let card = Card::sign(&person(n), 0);
    (card.node(), Membership { card, since, grant: SealedKey([n; SEALED_KEY_BYTES]) })
}

fn cut(epoch: u64) -> Cut {
    Cut { epoch, seq: epoch + 1, id: EventId([9; 32]) }
}

/// Owned by the first person, who has let in two others and removed one of them.
fn decision() -> Decision {
    let (owner, nonce) = (person(1).node(), [7; 16]);
    let room = private_room(&owner, &nonce, RoomName::new("plan").unwrap());
    let removal = Removal::sign(&person(1), room.id, person(3).node(), 2).sig;
    let gone = Departure { since: 2, removal: Some(removal), cuts: vec![cut(1), cut(5)] };
    let step = |n: u8, previous| RoomKeyStep { id: GenerationId([n; 32]), previous };
    Decision {
        owner,
        nonce,
        room,
        version: 3,
        ask: true,
        members: BTreeMap::from([entry(1, 1), entry(2, 2)]),
        departures: BTreeMap::from([(person(3).node(), gone)]),
        generations: vec![step(1, None), step(2, Some(SealedKey([4; SEALED_KEY_BYTES])))],
    }
}

#[test]
fn a_decision_is_read_as_it_was_signed() {
    let signed = decision().sign(&person(1));
    assert_eq!(SignedDecision::decode(&signed.encode()).unwrap().open().unwrap(), decision());
    assert_eq!(signed.digest(), SignedDecision::decode(&signed.encode()).unwrap().digest());
}

#[test]
fn a_decision_of_somebody_else_is_refused() {
    assert_eq!(decision().sign(&person(2)).open(), Err(Malformed));
    let mut changed = decision().sign(&person(1)).encode();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert!(SignedDecision::decode(&changed).and_then(|signed| signed.open()).is_err());
}

#[test]
fn decisions_that_no_owner_makes_are_refused() {
    let refused = |change: &dyn Fn(&mut Decision)| {
        let mut decision = decision();
        change(&mut decision);
        decision.sign(&person(1)).open().is_err()
    };
    assert!(!refused(&|_| {}));
    for (what, change) in [
        ("version zero", &(|one: &mut Decision| one.version = 0) as &dyn Fn(&mut Decision)),
        ("the last version", &|one| one.version = u64::MAX),
        ("without its owner", &|one| one.members.retain(|node, _| *node != person(1).node())),
        ("its owner gone", &|one| {
            let gone = one.departures.values().next().unwrap().clone();
            one.departures.insert(person(1).node(), gone);
        }),
        ("a member from later", &|one| one.members.get_mut(&person(2).node()).unwrap().since = 4),
        ("without a key", &|one| one.generations.clear()),
        ("too many keys", &|one| one.generations = vec![one.generations[0]; MAX_GENERATIONS + 1]),
        ("too many cuts", &|one| {
            let gone = one.departures.values_mut().next().unwrap();
            gone.cuts = (0..=MAX_CUTS as u64).map(cut).collect();
        }),
        ("cuts in another order", &|one| one.departures.values_mut().next().unwrap().cuts.reverse()),
        ("a cut above nothing", &|one| one.departures.values_mut().next().unwrap().cuts[0].seq = 0),
    ] {
        assert!(refused(change), "{what}");
    }
}

#[test]
fn the_name_and_the_owner_are_those_of_the_id() {
    let read = decision().sign(&person(1)).open().unwrap();
    assert_eq!(read.room.id, decision().room.id);
    let mut other = decision();
    other.room.name = RoomName::new("plans").unwrap();
    assert_ne!(other.sign(&person(1)).open().unwrap().room.id, read.room.id);
}

#[test]
fn a_leave_is_signed_by_who_leaves_with_its_cuts() {
    let leave = Leave::sign(&person(2), RoomId([5; 32]), 2, vec![cut(1), cut(2)]);
    assert_eq!(Leave::decode(&leave.encode()).unwrap(), leave);
    for change in [
        &(|wire: &mut mesh::Leave| wire.since = 3) as &dyn Fn(&mut mesh::Leave),
        &|wire| wire.node = person(1).node().as_bytes().to_vec(),
        &|wire| wire.room = vec![6; 32],
        &|wire| wire.cuts[0].seq += 1,
        &|wire| drop(wire.cuts.pop()),
    ] {
        let mut wire = leave.write();
        change(&mut wire);
        assert_eq!(Leave::read(&wire), Err(Malformed));
    }
}

#[test]
fn a_removal_is_signed_by_the_owner() {
    let removal = decision().removal(&person(3).node()).unwrap();
    assert!(removal.is_by(&person(1).node()) && !removal.is_by(&person(2).node()));
    assert_eq!(Removal::read(&removal.write()).unwrap(), removal);
    assert!(!Removal { since: 3, ..removal }.is_by(&person(1).node()));
    assert_eq!(decision().removal(&person(2).node()), None);
}

/// Other programs must come to these bytes, too.
#[test]
fn what_is_signed_is_the_known_one() {
    let leave = Leave::sign(&person(2), RoomId([5; 32]), 2, vec![cut(1)]);
    let node = person(2).node();
    let message = [
        b"proximity-chat/1 leave\0".as_slice(),
        &[5; 32],
        node.as_bytes(),
        &2_u64.to_be_bytes(),
        &1_u64.to_be_bytes(),
        &2_u64.to_be_bytes(),
        &[9; 32],
    ];
    let sig: [u8; 64] = leave.write().sig.try_into().unwrap();
    assert!(crate::protocol::identity::is_signed_by(&node, &message.concat(), &sig));
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = SignedDecision::decode(&bytes).and_then(|signed| signed.open());
        let _ = Leave::decode(&bytes);
    }

    #[test]
    fn no_changed_byte_goes_unnoticed(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = decision().sign(&person(1)).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let read = SignedDecision::decode(&bytes).and_then(|signed| signed.open());
        prop_assert!(read.is_err() || read == Ok(decision()));
    }
}
