//! Private rooms by the names that people type.

use crate::{
    domain::{
        bus::{KeptPrivate, KeptStanding},
        model::{PrivateRoom, Room},
    },
    frontend::slash::TypedRoom,
    protocol::membership::SignedDecision,
};

/// What a typed name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// No private room.
    Nothing,
    /// This one.
    One(PrivateRoom),
    /// One of several.
    Several,
}

/// The private room of the user that `typed` means.
pub(super) fn named(kept: &KeptPrivate, typed: &TypedRoom) -> Named {
    let joined = kept.rooms.iter().filter(|room| room.standing == KeptStanding::Joined);
    let rooms = joined.filter_map(|room| Some(SignedDecision::decode(&room.decision).ok()?.open().ok()?.room));
    let mut meant = rooms.filter(|room| typed.means(&Room::Private(room.clone())));
    match (meant.next(), meant.next()) {
        (None, _) => Named::Nothing,
        (Some(room), None) => Named::One(room),
        (Some(_), Some(_)) => Named::Several,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        domain::{bus::KeptPrivateRoom, model::RoomName},
        protocol::{
            identity::Identity,
            membership::{Decision, Membership, RoomKeyStep},
            sealing::{Card, GenerationId, SEALED_KEY_BYTES, SealedKey, private_room},
        },
    };

    fn kept(nonce: u8, name: &str, standing: KeptStanding) -> KeptPrivateRoom {
        let owner = Identity::from_secret(&[1; 32]);
        let card = Card::sign(&owner, 0);
        let entry = Membership { card, since: 1, grant: SealedKey([0; SEALED_KEY_BYTES]) };
        let nonce = [nonce; 16];
        let decision = Decision {
            owner: owner.node(),
            nonce,
            room: private_room(&owner.node(), &nonce, RoomName::new(name).unwrap()),
            version: 1,
            ask: false,
            members: BTreeMap::from([(owner.node(), entry)]),
            departures: BTreeMap::new(),
            generations: vec![RoomKeyStep { id: GenerationId([0; 32]), previous: None }],
        };
        let decision = decision.sign(&owner).encode();
        KeptPrivateRoom { decision, leaves: Vec::new(), wishes: Vec::new(), seen: Vec::new(), standing }
    }

    #[test]
    fn a_room_is_found_by_its_name_and_digits() {
        let rooms = vec![
            kept(1, "plan", KeptStanding::Joined),
            kept(2, "plan", KeptStanding::Joined),
            kept(3, "ops", KeptStanding::Joined),
            kept(4, "new", KeptStanding::Invited),
        ];
        let kept = KeptPrivate { rooms, ended: Vec::new() };
        let named = |typed: &str| named(&kept, &TypedRoom::parse(typed).unwrap());
        assert!(matches!(named("#Ops"), Named::One(room) if room.name.as_str() == "ops"));
        assert_eq!([named("plan"), named("new"), named("x")], [Named::Several, Named::Nothing, Named::Nothing]);
        let owner = Identity::from_secret(&[1; 32]).node();
        let second = private_room(&owner, &[2; 16], RoomName::new("plan").unwrap());
        assert_eq!(named(&format!("#plan#{:.6}", second.id)), Named::One(second));
    }
}
