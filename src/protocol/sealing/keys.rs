//! Keys that seal. They are wiped from memory when dropped, and never shown.

use std::fmt;

use zeroize::Zeroizing;

use super::{kdf::KEY_BYTES, tags};
use crate::protocol::identity::Identity;

/// The key of one generation of a room: what its members have in common.
#[derive(Clone)]
pub struct RoomKey(Zeroizing<[u8; KEY_BYTES]>);

/// The key that seals grants between two people.
#[derive(Clone)]
pub struct GrantKey(Zeroizing<[u8; KEY_BYTES]>);

impl RoomKey {
    /// A room key: random from the operating system, or one that was kept.
    pub fn new(key: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(key)
    }

    /// The secret itself, for the profile.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl GrantKey {
    /// Seals what an identity grants to itself, so that it need not keep the keys of the rooms that it owns.
    pub fn own(identity: &Identity) -> Self {
        Self(identity.derive(tags::OWN_GRANT_KEY))
    }

    pub(super) fn new(key: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(key)
    }

    pub(super) fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomKey(..)")
    }
}

impl fmt::Debug for GrantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GrantKey(..)")
    }
}
