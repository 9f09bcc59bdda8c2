//! What two people have in common, and nobody else can compute.

use std::fmt;

use super::{
    card::{self, Card},
    generation::{Generation, GenerationId},
    kdf,
    keys::{GrantKey, RoomKey},
    sealing_key::SealingKey,
    tags,
};
use crate::domain::model::RoomId;

/// The pair secret of two people: their direct room, and the key that seals grants between them.
#[derive(Clone)]
pub struct PairSecret {
    room: RoomId,
    generation: Generation,
    grant: GrantKey,
}

/// Why two people have no pair secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The card is our own.
    #[error("a pair has two keys")]
    OwnCard,
    /// The other key contributes nothing, so that everybody could compute the secret.
    #[error("the other sealing key is unsafe")]
    NotContributory,
}

impl PairSecret {
    /// The pair secret of the owner of `own` and the owner of `other`; both compute the same.
    ///
    /// # Errors
    /// [`PairError`] if there is none.
    pub fn new(own: &SealingKey, other: &Card) -> Result<Self, PairError> {
        if own.node() == other.node() {
            return Err(PairError::OwnCard);
        }
        let shared = own.agree(other.sealing_key()).ok_or(PairError::NotContributory)?;
        let (ours, theirs) = (card::hash(&own.node(), &own.public()), other.hash());
        // Both sides must hash in one order.
        let (first, second) = if own.node() < other.node() { (ours, theirs) } else { (theirs, ours) };
        let secret = kdf::extract(&[tags::PAIR, &first, &second].concat(), shared.as_bytes());
        let derive = |tag| kdf::expand(&secret, tag, &[]);
        let name = GenerationId(*derive(tags::DIRECT_GENERATION));
        Ok(Self {
            room: RoomId(*derive(tags::DIRECT_ROOM)),
            generation: Generation::direct(name, RoomKey::new(derive(tags::DIRECT_KEY))),
            grant: GrantKey::new(derive(tags::GRANT_KEY)),
        })
    }

    /// The direct room of both. It does not tell a third person whose it is.
    pub const fn room(&self) -> RoomId {
        self.room
    }

    /// The only generation of the direct room.
    pub const fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Seals grants between both.
    pub const fn grant_key(&self) -> &GrantKey {
        &self.grant
    }
}

impl fmt::Debug for PairSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairSecret").field("room", &self.room).finish_non_exhaustive()
    }
}
