//! Where one node listens, as far as we know.

use std::{collections::BTreeSet, net::SocketAddr};

use crate::domain::model::MAX_ADDRESSES;

/// Addresses of one node; at most [`MAX_ADDRESSES`].
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// We reached it there.
    proven: BTreeSet<SocketAddr>,
    /// It claims this one, and nobody has checked yet.
    claimed: Option<SocketAddr>,
}

impl Addresses {
    /// It was reached at `addr`. Returns whether that is news, and the address that gives way if there are too many:
    /// the lowest of the others.
    pub(super) fn prove(&mut self, addr: SocketAddr) -> (bool, Option<SocketAddr>) {
        if self.claimed == Some(addr) {
            self.claimed = None;
        }
        let news = self.proven.insert(addr);
        let mut others = self.proven.iter().filter(|other| **other != addr);
        let oldest = others.next().copied().filter(|_| self.proven.len() > MAX_ADDRESSES);
        if let Some(oldest) = oldest {
            self.proven.remove(&oldest);
        }
        (news, oldest)
    }

    /// Where it was reached.
    pub(super) fn proven(&self) -> impl Iterator<Item = SocketAddr> {
        self.proven.iter().copied()
    }

    /// It says that it listens at `addr`.
    pub(super) fn claim(&mut self, addr: SocketAddr) {
        if !self.proven.contains(&addr) {
            self.claimed = Some(addr);
        }
    }

    /// It is not at `addr`.
    pub(super) fn disprove(&mut self, addr: SocketAddr) {
        self.proven.remove(&addr);
        if self.claimed == Some(addr) {
            self.claimed = None;
        }
    }

    /// Its claim that nobody has checked.
    pub(super) fn claimed(&self) -> Option<SocketAddr> {
        self.claimed
    }

    /// All of them, proven ones first.
    pub(super) fn all(&self) -> Vec<SocketAddr> {
        self.proven.iter().copied().chain(self.claimed).take(MAX_ADDRESSES).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proven_address_replaces_a_claimed_one() {
        let addr = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let mut addrs = Addresses::default();
        addrs.claim(addr(1));
        assert_eq!((addrs.claimed(), addrs.all()), (Some(addr(1)), vec![addr(1)]));
        assert_eq!((addrs.prove(addr(1)), addrs.prove(addr(1))), ((true, None), (false, None)));
        addrs.claim(addr(1));
        assert_eq!(addrs.claimed(), None);
        addrs.disprove(addr(1));
        assert_eq!(addrs.all(), []);
        for port in 1..100 {
            addrs.prove(addr(port));
        }
        assert_eq!(addrs.all().len(), MAX_ADDRESSES);
    }
}
