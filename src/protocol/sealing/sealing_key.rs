//! The X25519 pair (RFC 7748) of an identity.

use std::fmt;

use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};

use super::tags;
use crate::{domain::model::NodeId, protocol::identity::Identity};

/// Bytes of an X25519 key.
const LENGTH: usize = 32;

/// The lowest byte of 2^255 - 19, the modulus of X25519. All other bytes are 0xff but the highest, which is 0x7f.
const LOWEST_BYTE_OF_MODULUS: u8 = 0xed;

/// The secret half of an identity's X25519 pair. Wiped from memory when dropped.
#[derive(Clone)]
pub struct SealingKey {
    node: NodeId,
    secret: StaticSecret,
}

/// The public half of an X25519 pair: written in the one canonical way, and not of small order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PublicSealingKey([u8; LENGTH]);

impl SealingKey {
    /// The sealing key of an identity: always the same, so there is nothing to keep.
    pub fn of(identity: &Identity) -> Self {
        Self { node: identity.node(), secret: StaticSecret::from(*identity.derive(tags::SEALING_KEY)) }
    }

    /// Whose it is.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The public half.
    pub fn public(&self) -> PublicSealingKey {
        PublicSealingKey(PublicKey::from(&self.secret).to_bytes())
    }

    /// What this key and another have in common. None if the other contributes nothing to it.
    pub(super) fn agree(&self, other: &PublicSealingKey) -> Option<SharedSecret> {
        let shared = self.secret.diffie_hellman(&PublicKey::from(other.0));
        shared.was_contributory().then_some(shared)
    }
}

impl PublicSealingKey {
    /// Checks a key from outside. None if it is of small order, so that everybody knows what it agrees on, or if it is not
    /// written in the canonical way, so that one key would have two cards.
    pub fn read(bytes: [u8; LENGTH]) -> Option<Self> {
        // Clamped, this is 2^254. It makes nothing of points of small order, and of no others.
        let power_of_two = StaticSecret::from([0; LENGTH]);
        let full_order = power_of_two.diffie_hellman(&PublicKey::from(bytes)).was_contributory();
        (is_canonical(&bytes) && full_order).then_some(Self(bytes))
    }

    /// The public key.
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

/// Whether these bytes, the lowest first, are a number below the modulus.
fn is_canonical(bytes: &[u8; LENGTH]) -> bool {
    let [lowest, middle @ .., highest] = bytes;
    let is_above = *lowest >= LOWEST_BYTE_OF_MODULUS && middle.iter().all(|&byte| byte == 0xff) && *highest == 0x7f;
    *highest < 0x80 && !is_above
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey(of {:?})", self.node)
    }
}
