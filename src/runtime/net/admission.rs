//! Limits how many accepted connections may wait until one of their links is open.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use crate::domain::model::Host;

/// How many connections of one [`Host`] may wait at once. This machine is exempt: many nodes share its address.
const MAX_WAITING_PER_HOST: usize = 8;

/// How many connections may wait in all.
const MAX_WAITING: usize = 64;

/// Counts the connections that wait. At a limit the oldest one is cut. An honest one needs milliseconds, so it is never
/// the oldest.
#[derive(Debug, Clone, Default)]
pub(super) struct Admission {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    slots: BTreeMap<u64, (Host, CancellationToken)>,
}

/// The slot of one connection. It becomes free when this is dropped, or earlier by [`WaitingSlot::release`].
#[derive(Debug)]
pub(super) struct WaitingSlot {
    number: u64,
    admission: Admission,
}

impl Admission {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the connection behind `cut` a slot, if necessary by cutting another connection.
    pub(super) fn admit(&self, from: SocketAddr, cut: CancellationToken) -> WaitingSlot {
        let mut waiting = self.waiting();
        let host = Host::of(from.ip());
        let oldest = |of: &mut dyn Iterator<Item = (&u64, &(Host, CancellationToken))>| of.next().map(|(n, _)| *n);
        let same = waiting.slots.values().filter(|(other, _)| *other == host).count();
        let victim = if !host.is_loopback() && same >= MAX_WAITING_PER_HOST {
            oldest(&mut waiting.slots.iter().filter(|(_, (other, _))| *other == host))
        } else if waiting.slots.len() >= MAX_WAITING {
            oldest(&mut waiting.slots.iter())
        } else {
            None
        };
        if let Some((_, cut)) = victim.and_then(|number| waiting.slots.remove(&number)) {
            cut.cancel();
        }
        let number = waiting.next;
        waiting.next += 1;
        waiting.slots.insert(number, (host, cut));
        WaitingSlot { number, admission: self.clone() }
    }
}

impl WaitingSlot {
    /// Frees the slot: the connection no longer waits.
    pub(super) fn release(&self) {
        self.admission.waiting().slots.remove(&self.number);
    }

    /// Whether the connection still waits.
    pub(super) fn is_waiting(&self) -> bool {
        self.admission.waiting().slots.contains_key(&self.number)
    }
}

impl Drop for WaitingSlot {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    fn from(host: u8) -> SocketAddr {
        ([10, 0, 0, host], 40_000).into()
    }

    #[test]
    fn one_host_cannot_take_all_slots() {
        let admission = Admission::default();
        let cuts: Vec<_> = (0..20).map(|_| CancellationToken::new()).collect();
        let slots: Vec<_> = cuts.iter().map(|cut| admission.admit(from(1), cut.clone())).collect();
        let cut = cuts.iter().filter(|cut| cut.is_cancelled()).count();
        assert_eq!(cut, 20 - MAX_WAITING_PER_HOST);
        assert!(cuts[..cut].iter().all(CancellationToken::is_cancelled), "the oldest are cut");
        assert!(!slots[0].is_waiting() && slots[19].is_waiting());
    }

    #[test]
    fn this_machine_is_exempt_however_its_address_is_written() {
        for ip in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let admission = Admission::default();
            let from = SocketAddr::new(ip.parse().unwrap(), 40_000);
            let slots: Vec<_> = (0..20).map(|_| admission.admit(from, CancellationToken::new())).collect();
            assert!(slots.iter().all(WaitingSlot::is_waiting), "{ip}");
        }
        let admission = Admission::default();
        let from = |host: u128| SocketAddr::new(Ipv6Addr::from_bits((0xfd << 120) | host).into(), 40_000);
        let slots: Vec<_> = (0..20).map(|host| admission.admit(from(host), CancellationToken::new())).collect();
        assert_eq!(slots.iter().filter(|slot| slot.is_waiting()).count(), MAX_WAITING_PER_HOST);
    }

    #[test]
    fn hosts_share_the_slots_and_open_links_take_none() {
        let admission = Admission::default();
        let mut slots = Vec::new();
        for n in 0..200u8 {
            slots.push(admission.admit(from(n), CancellationToken::new()));
        }
        assert_eq!(admission.waiting().slots.len(), MAX_WAITING);
        slots[199].release();
        drop(slots);
        assert_eq!(admission.waiting().slots.len(), 0);
    }
}
