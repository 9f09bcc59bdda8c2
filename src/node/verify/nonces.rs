//! What comparisons are bound to.

use sha2::{Digest, Sha256};

use crate::identity::sas::NONCE_BYTES;

/// Nonces for comparisons. Whoever could guess one could search for a code, so that a node's ordinary random numbers,
/// some of which go over the wire, will not do.
#[derive(Clone)]
pub(in crate::node) struct Nonces {
    secret: [u8; 32],
    count: u64,
}

impl Nonces {
    /// `secret`: from the operating system, drawn for this run and used for nothing else.
    pub(in crate::node) fn new(secret: [u8; 32]) -> Self {
        Self { secret, count: 0 }
    }

    /// One that was never given before.
    pub(in crate::node) fn next(&mut self) -> [u8; NONCE_BYTES] {
        self.count += 1;
        let mut hash = Sha256::new();
        hash.update(b"proximity-chat/1 sas nonce\0");
        hash.update(self.secret);
        hash.update(self.count.to_be_bytes());
        hash.finalize().into()
    }
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nonces").field("count", &self.count).finish_non_exhaustive()
    }
}
