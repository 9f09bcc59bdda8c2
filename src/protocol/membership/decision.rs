//! What the owner of a private room has decided.

use std::collections::BTreeMap;

use super::{cut::Cut, leaving::Removal};
use crate::{
    domain::model::{NodeId, PrivateRoom},
    protocol::{
        identity::SIGNATURE_BYTES,
        sealing::{Card, GenerationId, PRIVATE_NONCE_BYTES, SealedKey},
    },
};

/// How many members a private room can have, the owner and the invited included: more than one node has links.
pub const MAX_MEMBERS: usize = 256;

/// How many people a decision can name who were members. The oldest are left out, and what they said counts no more.
pub const MAX_DEPARTURES: usize = 256;

/// How many room keys a decision can name. What was said under older ones cannot be read by those who come later.
pub const MAX_GENERATIONS: usize = 256;

/// All that the owner has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who decides.
    pub owner: NodeId,
    /// What the id of the room was made of.
    pub nonce: [u8; PRIVATE_NONCE_BYTES],
    /// The room.
    pub room: PrivateRoom,
    /// Counts the decisions, from 1.
    pub version: u64,
    /// Whether the owner wants to be asked before the room grows on the request of a member.
    pub ask: bool,
    /// Everybody who is a member or was invited, the owner included.
    pub members: BTreeMap<NodeId, Membership>,
    /// Everybody who was a member, also those who have come back.
    pub departures: BTreeMap<NodeId, Departure>,
    /// The room keys by their names, the newest last. There is at least one.
    pub generations: Vec<RoomKeyStep>,
}

/// Somebody is a member, or was invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Their card.
    pub card: Card,
    /// The version that let them in.
    pub since: u64,
    /// The newest room key, sealed for them.
    pub grant: SealedKey,
}

/// Somebody was a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Which membership ended last.
    pub since: u64,
    /// The signature of the [`Removal`], if the owner ended it.
    pub removal: Option<[u8; SIGNATURE_BYTES]>,
    /// What counts of the logs that they had then, in ascending order of the epochs. It never changes for a log.
    pub cuts: Vec<Cut>,
}

/// One room key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomKeyStep {
    /// Its name.
    pub id: GenerationId,
    /// The previous one, sealed under it.
    pub previous: Option<SealedKey>,
}

impl Decision {
    /// The newest room key.
    pub fn newest(&self) -> Option<&RoomKeyStep> {
        self.generations.last()
    }

    /// What a removed member is to be told.
    pub fn removal(&self, node: &NodeId) -> Option<Removal> {
        let departure = self.departures.get(node)?;
        Some(Removal { room: self.room.id, node: *node, since: departure.since, sig: departure.removal? })
    }
}
