//! Cards: which sealing key belongs to a node, signed by the node.

use prost::Message as _;

use super::{
    kdf,
    sealing_key::{PublicSealingKey, SealingKey},
    tags,
};
use crate::{
    domain::model::NodeId,
    protocol::{
        identity::{Identity, SIGNATURE_BYTES, is_signed_by},
        wire::mesh,
    },
};

/// A node and its sealing key. Only the node can make one; every `Card` has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    node: NodeId,
    key: PublicSealingKey,
    serial: u64,
    sig: [u8; SIGNATURE_BYTES],
}

/// Why something is not a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// A part of it is missing, or has a length that no card has.
    #[error("it is not an encoded card")]
    Malformed,
    /// The bytes are not those that an encoder writes.
    #[error("its encoding is not canonical")]
    NotCanonical,
    /// The sealing key is of small order, or is not written in the canonical way.
    #[error("its sealing key is unsafe")]
    UnsafeKey,
    /// The node did not sign it.
    #[error("its node did not sign it")]
    NotSigned,
}

impl Card {
    /// The card of an identity. Of two cards of a node, the one with the greater serial is the newer.
    pub fn sign(identity: &Identity, serial: u64) -> Self {
        let (node, key) = (identity.node(), SealingKey::of(identity).public());
        Self { node, key, serial, sig: identity.sign(&message(&node, &key, serial)) }
    }

    /// Whose card it is.
    pub const fn node(&self) -> NodeId {
        self.node
    }

    /// The key that seals what is meant for the node.
    pub const fn sealing_key(&self) -> &PublicSealingKey {
        &self.key
    }

    /// Which of the node's cards it is.
    pub const fn serial(&self) -> u64 {
        self.serial
    }

    /// What the card binds together, for the pair secret. The serial is not in it: a new card with the same key leaves the
    /// direct rooms of its node as they are.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.node, &self.key)
    }

    /// Reads a card inside another message.
    ///
    /// # Errors
    /// [`CardError`] for everything that its node did not sign; never [`CardError::NotCanonical`].
    pub fn read(card: &mesh::Card) -> Result<Self, CardError> {
        let array = |bytes: &[u8]| bytes.try_into().map_err(|_| CardError::Malformed);
        let (node, key) = (NodeId::new(array(&card.node)?), array(&card.sealing_key)?);
        let sig = card.sig.as_slice().try_into().map_err(|_| CardError::Malformed)?;
        let key = PublicSealingKey::read(key).ok_or(CardError::UnsafeKey)?;
        let is_signed = is_signed_by(&node, &message(&node, &key, card.serial), &sig);
        if is_signed { Ok(Self { node, key, serial: card.serial, sig }) } else { Err(CardError::NotSigned) }
    }

    /// The card inside another message.
    pub fn write(&self) -> mesh::Card {
        mesh::Card {
            node: self.node.as_bytes().to_vec(),
            sealing_key: self.key.as_bytes().to_vec(),
            serial: self.serial,
            sig: self.sig.to_vec(),
        }
    }

    /// Reads a card that stands alone.
    ///
    /// # Errors
    /// [`CardError`] like [`Self::read`], and if [`Self::encode`] would write it in another way.
    pub fn decode(bytes: &[u8]) -> Result<Self, CardError> {
        let card = Self::read(&mesh::Card::decode(bytes).map_err(|_| CardError::Malformed)?)?;
        if card.encode() == bytes { Ok(card) } else { Err(CardError::NotCanonical) }
    }

    /// The card alone. A card has one encoding.
    pub fn encode(&self) -> Vec<u8> {
        self.write().encode_to_vec()
    }
}

/// What a card binds together.
pub(super) fn hash(node: &NodeId, key: &PublicSealingKey) -> [u8; 32] {
    kdf::hash(tags::CARD_HASH, &[node.as_bytes(), key.as_bytes()])
}

/// What is signed. It does not depend on how the card is encoded.
fn message(node: &NodeId, key: &PublicSealingKey, serial: u64) -> Vec<u8> {
    [tags::CARD, node.as_bytes(), key.as_bytes(), &serial.to_be_bytes()].concat()
}
