//! Cards and sealed content.

use proximity_chat::{
    domain::model::{EventId, LogId, RoomId},
    protocol::{
        codec::event::{MAX_CONTENT_BYTES, MAX_DEPS},
        identity::Identity,
        sealing::{Card, PairSecret, SealingKey, Slot, generation_of, longest_payload, open},
    },
};

/// The two people of a direct room, by their secrets.
pub(super) const SECRETS: [[u8; 32]; 2] = [[3; 32], [4; 32]];

/// What both have in common.
pub(super) fn pair() -> PairSecret {
    let [own, other] = SECRETS.map(|secret| Identity::from_secret(&secret));
    PairSecret::new(&SealingKey::of(&own), &Card::sign(&other, 1)).expect("a pair")
}

/// Where everything that is kept was sealed.
pub(super) fn slot(room: RoomId) -> Slot {
    let author = Identity::from_secret(&SECRETS[0]).node();
    Slot { log: LogId { room, author, epoch: 7 }, seq: 2, prev: Some(EventId([5; 32])) }
}

pub(super) fn card(bytes: &[u8]) {
    let Ok(card) = Card::decode(bytes) else { return };
    assert_eq!(card.encode(), bytes, "a card has one encoding");
}

pub(super) fn sealed(bytes: &[u8]) {
    let pair = pair();
    let slot = slot(pair.room());
    let Ok(opened) = open(pair.generation(), &slot, bytes) else { return };
    assert!(bytes.len() <= MAX_CONTENT_BYTES && generation_of(bytes) == Some(pair.generation().id()));
    assert!(opened.deps.len() <= MAX_DEPS && opened.payload.len() <= longest_payload(opened.deps.len()));
    assert!(opened.deps.iter().all(|dep| dep.log.room == slot.log.room && dep.log != slot.log && dep.seq >= 1));
}
