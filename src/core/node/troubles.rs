//! Who is there and cannot be met: for who wonders why nobody shows up.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::Node;
use crate::domain::model::Now;

/// Addresses that are remembered. One is enough for a reason; the rest is for a look at whether it is always the same.
const MAX_TROUBLES: usize = 16;

/// How long one is worth a word after it was noticed last: who is still there announces itself twice in that time, and a dial
/// follows.
const WORTH: Duration = Duration::from_mins(1);

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
pub(super) struct Troubles(BTreeMap<SocketAddr, (Trouble, Instant)>);

impl Troubles {
    pub(super) fn note(&mut self, addr: SocketAddr, trouble: Trouble, now: Instant) {
        self.0.retain(|_, (_, at)| now.saturating_duration_since(*at) < WORTH);
        if self.0.len() < MAX_TROUBLES || self.0.contains_key(&addr) {
            self.0.insert(addr, (trouble, now));
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
    /// Who is there and cannot be met, as far as is known of the last minute.
    pub fn troubles(&self, now: Now) -> impl Iterator<Item = (SocketAddr, Trouble)> + '_ {
        let lately = move |at: Instant| now.mono.saturating_duration_since(at) < WORTH;
        self.troubles.0.iter().filter(move |(_, (_, at))| lately(*at)).map(|(addr, (trouble, _))| (*addr, *trouble))
    }
}
