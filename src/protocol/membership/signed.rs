//! A decision with its signature.

use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{decision::Decision, encoding, parts, tags};
use crate::protocol::{
    codec::{Malformed, mesh::MAX_DECISION_BYTES},
    identity::{Identity, SIGNATURE_BYTES, is_signed_by},
    wire::mesh,
};

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

impl Decision {
    /// Signs it.
    pub fn sign(&self, owner: &Identity) -> SignedDecision {
        let body = encoding::encode(self);
        let sig = owner.sign(&message(&body));
        SignedDecision { body: body.into(), sig }
    }
}

impl SignedDecision {
    /// Names it.
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(message(&self.body)).into())
    }

    /// How long its body is, in bytes.
    pub fn bytes(&self) -> usize {
        self.body.len()
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
        let sig = parts::signature(&signed.sig)?;
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
