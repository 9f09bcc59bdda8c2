//! The direct rooms that can be used now: one for each person whose card is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    core::{log::Writers, sync::Seal},
    domain::model::{NodeId, RoomId},
    protocol::{
        identity::Identity,
        sealing::{Card, PairSecret, SealingKey},
    },
};

/// The pair secrets of our user with others.
#[derive(Debug)]
pub(super) struct Pairs {
    own: SealingKey,
    of: BTreeMap<NodeId, PairSecret>,
}

impl Pairs {
    pub(super) fn new(identity: &Identity) -> Self {
        Self { own: SealingKey::of(identity), of: BTreeMap::new() }
    }

    /// Takes in the card of a person. Returns the id and seal of the direct room, if that is new.
    pub(super) fn add(&mut self, node: &NodeId, card: &[u8]) -> Option<(RoomId, Seal)> {
        if self.of.contains_key(node) {
            return None;
        }
        // A card with another's key, or one that nobody signed, is no card.
        let card = Card::decode(card).ok().filter(|card| card.node() == *node)?;
        let pair = PairSecret::new(&self.own, &card).ok()?;
        let writers = Writers::new(BTreeSet::from([self.own.node(), *node]), BTreeMap::new());
        let seal = Seal::new(pair.generation().clone(), [], writers);
        let id = pair.room();
        self.of.insert(*node, pair);
        Some((id, seal))
    }

    /// The id of the direct room with a person, if it can be used.
    pub(super) fn room(&self, node: &NodeId) -> Option<RoomId> {
        self.of.get(node).map(PairSecret::room)
    }

    /// Forgets a person. Returns the id of the direct room.
    pub(super) fn remove(&mut self, node: &NodeId) -> Option<RoomId> {
        self.of.remove(node).map(|pair| pair.room())
    }
}
