//! Who is there and cannot be met: for who wonders why nobody shows up.

use std::{collections::BTreeMap, net::SocketAddr};

use super::Node;

/// Addresses that are remembered. One is enough for a reason; the rest is for a look at whether it is always the same.
const MAX_TROUBLES: usize = 16;

/// Why somebody cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// It announces itself and does not answer.
    Silent,
    /// It announces itself, and its host refuses.
    Refused,
    /// It speaks another version of the protocol.
    OtherVersion,
}

/// What is known of them.
#[derive(Debug, Default)]
pub(super) struct Troubles(BTreeMap<SocketAddr, Trouble>);

impl Troubles {
    pub(super) fn note(&mut self, addr: SocketAddr, trouble: Trouble) {
        if self.0.len() < MAX_TROUBLES || self.0.contains_key(&addr) {
            self.0.insert(addr, trouble);
        }
    }

    /// Somebody was met there after all.
    pub(super) fn met(&mut self, addr: &SocketAddr) {
        self.0.remove(addr);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Node {
    /// Who is there and cannot be met, as far as is known.
    pub fn troubles(&self) -> impl Iterator<Item = (SocketAddr, Trouble)> + '_ {
        self.troubles.0.iter().map(|(addr, trouble)| (*addr, *trouble))
    }
}
