//! Numbers that nobody else can guess.

use sha2::{Digest, Sha256};

/// A stream of secret numbers for one purpose. The ordinary random numbers of a node are not good enough, because some
/// of them are sent to others. With a guessed nonce one could search for a short code, and with a guessed salt for
/// erased words.
#[derive(Clone)]
pub(crate) struct Secrets {
    purpose: &'static [u8],
    secret: [u8; 32],
    count: u64,
}

impl Secrets {
    /// For nonces of comparisons.
    pub(crate) const NONCES: &'static [u8] = b"proximity-chat/1 sas nonce\0";

    /// For keys of private rooms, their ids, and the salts of their keys.
    pub(crate) const ROOMS: &'static [u8] = b"proximity-chat/1 room secrets\0";

    /// For the secrets of the node that takes the place of another one in the same run.
    pub(crate) const SUCCESSORS: &'static [u8] = b"proximity-chat/1 next node\0";

    /// For salts of what we say.
    pub(crate) const SALTS: &'static [u8] = b"proximity-chat/1 content salt\0";

    /// `secret` is drawn from the operating system for this run. Use it only for such streams, each with a purpose of
    /// its own.
    pub(crate) fn new(purpose: &'static [u8], secret: [u8; 32]) -> Self {
        Self { purpose, secret, count: 0 }
    }

    /// The first `N` bytes of a number that was never returned before.
    pub(crate) fn next<const N: usize>(&mut self) -> [u8; N] {
        self.count += 1;
        let mut hash = Sha256::new();
        hash.update(self.purpose);
        hash.update(self.secret);
        hash.update(self.count.to_be_bytes());
        let whole: [u8; 32] = hash.finalize().into();
        std::array::from_fn(|at| whole.get(at).copied().unwrap_or(0))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("count", &self.count).finish_non_exhaustive()
    }
}
