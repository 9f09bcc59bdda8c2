//! Limits how many accepted connections may wait before one of their links is open.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// Connections of one [`RemoteHost`] that may wait at once. This machine is exempt: many nodes share its address.
const MAX_WAITING_PER_HOST: usize = 8;

/// Connections that may wait in all.
const MAX_WAITING: usize = 64;

/// Length of the part of an IPv6 address that its host cannot choose (RFC 4291, section 2.5.1), in bits.
const NETWORK_BITS: u32 = 64;

/// What counts as one host: an IPv4 address, or an IPv6 network, because a host can take any number of addresses in one. A
/// link-local address counts alone: everyone on the segment shares its network, so one host could cut all the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RemoteHost(IpAddr);

impl RemoteHost {
    fn of(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V6(ip) if !ip.is_loopback() && !ip.is_unicast_link_local() => {
                let network = Ipv6Addr::from_bits(ip.to_bits() >> NETWORK_BITS << NETWORK_BITS);
                network.into()
            }
            ip => ip,
        })
    }
}

/// Counts the connections that wait. At a limit the oldest one is cut. An honest one needs milliseconds, so it is never the
/// oldest.
#[derive(Debug, Clone, Default)]
pub(super) struct Admission {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    slots: BTreeMap<u64, (RemoteHost, CancellationToken)>,
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
        let host = RemoteHost::of(from.ip());
        let oldest =
            |of: &mut dyn Iterator<Item = (&u64, &(RemoteHost, CancellationToken))>| of.next().map(|(n, _)| *n);
        let same = waiting.slots.values().filter(|(other, _)| *other == host).count();
        let victim = if !host.0.is_loopback() && same >= MAX_WAITING_PER_HOST {
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
    /// The connection waits no longer.
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
    fn a_host_is_its_network_in_ipv6_and_its_address_elsewhere() {
        let same = |a: &str, b: &str| RemoteHost::of(a.parse().unwrap()) == RemoteHost::of(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:2") && !same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("fd00::1", "fd00::2"));
        assert!(!same("fe80::1", "fe80::2"), "all hosts of a segment share this network");
        assert!(same("::ffff:10.0.0.1", "10.0.0.1") && !same("::ffff:10.0.0.1", "::ffff:10.0.0.2"));
        assert!(!same("::1", "::2"));
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
    fn many_hosts_share_the_slots_and_an_open_link_takes_none() {
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
