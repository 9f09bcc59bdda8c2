//! Which node was reached at which address, where TLS was spoken, and where we reached ourselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::domain::model::{Known, NodeId};

/// How many addresses are remembered as secure. When the list is full, unknown addresses count as secure, too: it is
/// better to dial nobody in plain text than somebody who may have spoken TLS.
const MAX_SECURE: usize = 4_096;

/// Addresses at which we have met ourselves: the other interfaces of this machine.
const MAX_OURS: usize = 256;

/// How long an address counts as our own. It is limited, since somebody may merely have relayed a connection back to
/// us.
const OURS_FOR: Duration = Duration::from_mins(10);

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct AddressOwners {
    /// Where linked nodes were reached.
    owners: BTreeMap<SocketAddr, NodeId>,
    /// Where somebody has spoken TLS.
    secure: BTreeSet<SocketAddr>,
    /// Where we reached ourselves, and until when that is believed.
    ours: BTreeMap<SocketAddr, Instant>,
    /// When we last accepted a dial from ourselves.
    dialled_ourselves: Option<Instant>,
}

impl AddressOwners {
    /// Starts with what earlier runs knew, without loopback addresses: any program may have the port there today.
    pub(super) fn new(known: &[Known]) -> Self {
        let addrs = known.iter().flat_map(|known| &known.addrs).filter(|addr| !addr.ip().is_loopback());
        Self {
            owners: BTreeMap::new(),
            secure: addrs.copied().take(MAX_SECURE).collect(),
            ours: BTreeMap::new(),
            dialled_ourselves: None,
        }
    }

    /// The linked node that was reached at `addr`.
    pub(super) fn owner(&self, addr: &SocketAddr) -> Option<&NodeId> {
        self.owners.get(addr)
    }

    /// `node`, which is linked, was reached at `addr`.
    pub(super) fn owns(&mut self, node: NodeId, addr: SocketAddr) {
        self.owners.insert(addr, node);
    }

    /// Nobody is known to be at `addr` any more.
    pub(super) fn forget(&mut self, addr: &SocketAddr) {
        self.owners.remove(addr);
    }

    /// `node` is no longer linked.
    pub(super) fn parted(&mut self, node: &NodeId) {
        self.owners.retain(|_, owner| owner != node);
    }

    /// Somebody at `addr` has proved a key.
    pub(super) fn spoke_tls(&mut self, addr: SocketAddr) {
        if self.secure.len() < MAX_SECURE {
            self.secure.insert(addr);
        }
    }

    /// Whether plain text is acceptable at `addr`.
    pub(super) fn may_be_plain(&self, addr: &SocketAddr) -> bool {
        self.secure.len() < MAX_SECURE && !self.secure.contains(addr)
    }

    /// A dial that we accepted came from ourselves.
    pub(super) fn dialled_ourselves(&mut self, now: Instant) {
        self.dialled_ourselves = Some(now);
    }

    /// Whether we have accepted a dial from ourselves since `began`.
    pub(super) fn has_dialled_ourselves_since(&self, began: Instant) -> bool {
        self.dialled_ourselves.is_some_and(|at| at >= began)
    }

    /// We have met ourselves at `addr`.
    pub(super) fn met_ourselves(&mut self, addr: SocketAddr, now: Instant) {
        if self.ours.len() < MAX_OURS {
            self.ours.insert(addr, now + OURS_FOR);
        }
    }

    /// Whether we met ourselves at `addr` recently.
    pub(super) fn is_ours(&self, addr: &SocketAddr, now: Instant) -> bool {
        self.ours.get(addr).is_some_and(|until| *until > now)
    }

    /// Forgets where we met ourselves: what has expired by `now`, or everything if there is no `now`. Returns whether
    /// there was anything to forget.
    pub(super) fn forget_ourselves(&mut self, now: Option<Instant>) -> bool {
        let before = self.ours.len();
        self.ours.retain(|_, until| now.is_some_and(|now| *until > now));
        self.ours.len() != before
    }

    /// Addresses that need no dial, because we know who is there.
    pub(super) fn taken(&self) -> impl Iterator<Item = SocketAddr> {
        self.owners.keys().chain(self.ours.keys()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(n: u32) -> SocketAddr {
        let [_, a, b, c] = n.to_be_bytes();
        SocketAddr::from(([10, a, b, c], 4565))
    }

    #[test]
    fn a_full_list_of_secure_addresses_stops_plain_text_dials() {
        let mut owners = AddressOwners::new(&[]);
        owners.spoke_tls(addr(1));
        assert!(!owners.may_be_plain(&addr(1)) && owners.may_be_plain(&addr(2)));
        for n in 0..10_000 {
            owners.spoke_tls(addr(n));
        }
        assert!(!owners.may_be_plain(&addr(1)) && !owners.may_be_plain(&addr(20_000)));
    }

    #[test]
    fn an_address_counts_as_our_own_for_a_while() {
        let (mut owners, now) = (AddressOwners::new(&[]), Instant::now());
        owners.met_ourselves(addr(1), now);
        assert!(owners.is_ours(&addr(1), now));
        let later = now + OURS_FOR;
        assert!(!owners.is_ours(&addr(1), later));
        assert!(owners.forget_ourselves(Some(later)) && owners.taken().count() == 0);
    }
}
