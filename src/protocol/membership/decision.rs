//! What the owner of a private room has decided.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{cut::Cut, encoding, leaving::Removal, tags};
use crate::{
    domain::model::{NodeId, PrivateRoom},
    protocol::{
        codec::Malformed,
        identity::{Identity, SIGNATURE_BYTES, is_signed_by},
        sealing::{Card, GenerationId, PRIVATE_NONCE_BYTES, SealedKey},
        wire::mesh,
    },
};

/// How many members a private room can have, the owner and the invited included: more than one node has links.
pub const MAX_MEMBERS: usize = 256;

/// How many people a decision can name who were members. The oldest are left out, and what they said counts no more.
pub const MAX_DEPARTURES: usize = 256;

/// How many room keys a decision can name. What was said under older ones cannot be read by those who come later.
pub const MAX_GENERATIONS: usize = 256;

/// The longest decision, in bytes: all that these limits allow, with four cuts for each departure. It fits one frame.
pub const MAX_DECISION_BYTES: usize = 224 * 1024;

/// Names a decision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The part of it that nodes tell each other first.
    pub fn prefix(&self) -> [u8; 8] {
        let mut prefix = [0; 8];
        prefix.copy_from_slice(self.0.split_at(8).0);
        prefix
    }
}

/// A decision as its owner signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDecision {
    body: Bytes,
    sig: [u8; SIGNATURE_BYTES],
}

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
    /// Signs it.
    pub fn sign(&self, owner: &Identity) -> SignedDecision {
        let body = encoding::encode(self);
        let sig = owner.sign(&message(&body));
        SignedDecision { body: body.into(), sig }
    }

    /// The newest room key.
    pub fn newest(&self) -> Option<&RoomKeyStep> {
        self.generations.last()
    }

    /// What is to be told to somebody whom the owner has removed.
    pub fn removal(&self, node: &NodeId) -> Option<Removal> {
        let departure = self.departures.get(node)?;
        Some(Removal { room: self.room.id, node: *node, since: departure.since, sig: departure.removal? })
    }
}

impl SignedDecision {
    /// Names it.
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(message(&self.body)).into())
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether it says nothing. No owner signs such a one.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// What it says.
    ///
    /// # Errors
    /// [`Malformed`] if the owner of the room did not decide it, or no owner can.
    pub fn open(&self) -> Result<Decision, Malformed> {
        let decision = encoding::decode(&self.body)?;
        if is_signed_by(&decision.owner, &message(&self.body), &self.sig) { Ok(decision) } else { Err(Malformed) }
    }

    /// Reads what came from another node. Nothing in it is checked.
    ///
    /// # Errors
    /// [`Malformed`] if it is too long, or a part has a length that it cannot have.
    pub fn read(signed: mesh::SignedDecision) -> Result<Self, Malformed> {
        let sig = encoding::signature(&signed.sig)?;
        if signed.body.len() > MAX_DECISION_BYTES { Err(Malformed) } else { Ok(Self { body: signed.body.into(), sig }) }
    }

    /// Reads what the profile has kept.
    ///
    /// # Errors
    /// [`Malformed`] like [`Self::read`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::read(mesh::SignedDecision::decode(bytes).map_err(|_| Malformed)?)
    }

    /// As the profile keeps it.
    pub fn encode(&self) -> Vec<u8> {
        self.write().encode_to_vec()
    }

    /// As it is sent.
    pub fn write(&self) -> mesh::SignedDecision {
        mesh::SignedDecision { body: self.body.to_vec(), sig: self.sig.to_vec() }
    }
}

fn message(body: &[u8]) -> Vec<u8> {
    [tags::DECISION, body].concat()
}
