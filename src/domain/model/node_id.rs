//! Who a node is: its public key.

use std::{fmt, str::FromStr};

use super::hex;

/// Bytes of an Ed25519 public key (RFC 8032).
const LENGTH: usize = 32;

/// Hexadecimal digits of the short fingerprint: enough to compare by eye, too few to trust. [`NodeId::groups`] has all.
const SHORT_DIGITS: usize = 16;

/// The identity of a node: its Ed25519 public key. Only the holder of the private key can link under it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId([u8; LENGTH]);

/// The error for text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key has {} hexadecimal digits", 2 * LENGTH)]
pub struct NoKey;

impl NodeId {
    /// The identity with this public key.
    pub const fn new(key: [u8; LENGTH]) -> Self {
        Self(key)
    }

    /// The public key.
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The first digits, to tell two people with the same name apart: `c04e`.
    pub fn tag(&self, digits: usize) -> String {
        self.to_string().chars().take(digits).collect()
    }

    /// A prefix of the key in groups of four: `7f3a 91c0 22de 48b1`.
    pub fn short(&self) -> String {
        grouped(&self.tag(SHORT_DIGITS))
    }

    /// The whole key in groups of four, for comparing.
    pub fn groups(&self) -> String {
        grouped(&self.to_string())
    }
}

#[cfg(test)]
impl NodeId {
    /// A key made from a number, for tests that need many.
    pub(crate) fn numbered(n: u32) -> Self {
        let mut key = [0; LENGTH];
        key.split_at_mut(4).0.copy_from_slice(&n.to_be_bytes());
        Self(key)
    }
}

fn grouped(hex: &str) -> String {
    hex.chars().enumerate().fold(String::new(), |mut out, (at, digit)| {
        if at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
        out
    })
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written in one go, because every message of a pipe carries it.
        let mut text = [0; 2 * LENGTH];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&hex::digits(byte));
        }
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({})", self.tag(8))
    }
}

impl FromStr for NodeId {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let digits = Some(text).filter(|text| text.len() == 2 * LENGTH).ok_or(NoKey)?;
        hex::decode(digits).and_then(|key| key.try_into().ok()).map(Self).ok_or(NoKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_and_read_as_hex() {
        let mut key = [0; LENGTH];
        key[..4].copy_from_slice(&[0x7f, 0x3a, 0x91, 0xc0]);
        let id = NodeId::new(key);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!((id.tag(4), id.short()), ("7f3a".to_owned(), "7f3a 91c0 0000 0000".to_owned()));
        assert_eq!(id.groups().len(), 64 + 15);
        for bad in ["", "7f3a", &"g".repeat(64), &"é".repeat(32), &format!("{id}0")] {
            assert_eq!(bad.parse::<NodeId>(), Err(NoKey), "{bad}");
        }
    }
}
