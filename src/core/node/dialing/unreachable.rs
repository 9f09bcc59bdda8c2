//! Nodes that exist but cannot be linked: for users who wonder why nobody shows up.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// How many addresses are remembered; the one noticed longest ago gives way. One is enough to give a reason; the others
/// show whether the reason is always the same.
const MAX_ADDRESSES: usize = 16;

/// How long a node counts after it was last noticed. A node that is still there announces itself twice in that time,
/// and a dial follows.
const COUNTS_FOR: Duration = Duration::from_mins(1);

/// Why a node cannot be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// It announces itself, but does not answer.
    Silent,
    /// It announces itself, but its host refuses connections.
    Refused,
    /// It speaks another version of the protocol.
    OtherVersion,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Unreachable(BTreeMap<SocketAddr, (Trouble, Instant)>);

impl Unreachable {
    /// The node at `addr` cannot be linked.
    pub(super) fn note(&mut self, addr: SocketAddr, trouble: Trouble, now: Instant) {
        self.0.retain(|_, (_, at)| now.saturating_duration_since(*at) < COUNTS_FOR);
        if self.0.len() >= MAX_ADDRESSES && !self.0.contains_key(&addr) {
            let oldest = self.0.iter().min_by_key(|(_, (_, at))| *at).map(|(addr, _)| *addr);
            oldest.and_then(|oldest| self.0.remove(&oldest));
        }
        self.0.insert(addr, (trouble, now));
    }

    /// A node was reached at `addr` after all.
    pub(super) fn reached(&mut self, addr: &SocketAddr) {
        self.0.remove(addr);
    }

    /// We listen elsewhere now: what was noticed before no longer counts.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Those of the last minute.
    pub(super) fn iter(&self, now: Instant) -> impl Iterator<Item = (SocketAddr, Trouble)> + '_ {
        let counts = move |at: Instant| now.saturating_duration_since(at) < COUNTS_FOR;
        self.0.iter().filter(move |(_, (_, at))| counts(*at)).map(|(addr, (trouble, _))| (*addr, *trouble))
    }
}
