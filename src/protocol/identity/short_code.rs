//! Short codes that two people compare.
//!
//! Each side commits to a nonce and reveals it only when it has the other's commitment. A man in the middle must choose
//! its own nonces before it knows ours, so it cannot search for two sessions with one code. A code cut straight from
//! the TLS exporter could be searched for.

use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::domain::model::NodeId;

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 32;

/// Bytes of a commitment (SHA-256).
pub const COMMIT_BYTES: usize = 32;

/// Digits of a code: a man in the middle has one try for each comparison, and succeeds once in a thousand million.
const DIGITS: u32 = 9;

/// What a side sends first. It binds the side to its nonce and to its key.
pub fn commitment(nonce: &[u8; NONCE_BYTES], node: &NodeId) -> [u8; COMMIT_BYTES] {
    let mut hash = Sha256::new();
    hash.update(b"proximity-chat/1 sas commit\0");
    hash.update(node.as_bytes());
    hash.update(nonce);
    hash.finalize().into()
}

/// One side of a comparison: its key and the nonce that it revealed.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its key.
    pub node: &'a NodeId,
    /// The nonce that it revealed.
    pub nonce: &'a [u8; NONCE_BYTES],
}

/// The code, as digits in groups. It is the same on both sides if and only if they are the two ends of one TLS session.
///
/// # Panics
/// Never: 8 bytes are fewer than HKDF's limit of 255 hashes.
pub fn code(exporter: &[u8; 32], one: Side<'_>, other: Side<'_>) -> String {
    // Both sides must hash in the same order.
    let (first, second) = if one.node < other.node { (one, other) } else { (other, one) };
    let secret = [first.nonce.as_slice(), second.nonce].concat();
    let info = [b"proximity-chat/1 sas code\0".as_slice(), first.node.as_bytes(), second.node.as_bytes()].concat();
    let mut number = [0; 8];
    #[expect(clippy::expect_used, reason = "8 bytes are fewer than HKDF's limit of 255 hashes")]
    Hkdf::<Sha256>::new(Some(exporter), &secret).expand(&info, &mut number).expect("a short output");
    let digits = format!("{:0width$}", u64::from_be_bytes(number) % 10u64.pow(DIGITS), width = DIGITS as usize);
    let groups: Vec<&str> = [0..3, 3..6, 6..9].into_iter().filter_map(|range| digits.get(range)).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_see_one_code_unless_somebody_is_between() {
        let (alice, bob) = (NodeId::new([1; 32]), NodeId::new([2; 32]));
        let (a, b) = (Side { node: &alice, nonce: &[3; 32] }, Side { node: &bob, nonce: &[4; 32] });
        let seen = code(&[9; 32], a, b);
        assert_eq!(seen, code(&[9; 32], b, a));
        assert_eq!((seen.len(), seen.split(' ').count()), (11, 3));
        assert_ne!(seen, code(&[8; 32], a, b), "another session");
        let mallory = NodeId::new([5; 32]);
        assert_ne!(seen, code(&[9; 32], a, Side { node: &mallory, nonce: &[4; 32] }), "another key");
        assert_ne!(commitment(&[3; 32], &alice), commitment(&[3; 32], &bob));
    }
}
