//! Who may wait at the door: connections that have not been let in yet.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// Connections of one [`House`] that may wait at once; this machine's own are exempt, where many nodes share one address
/// (DESIGN.md section 7).
const MAX_WAITING_PER_HOUSE: usize = 8;

/// Connections that may wait in all (DESIGN.md section 7).
const MAX_WAITING: usize = 64;

/// Length of the part of an IPv6 address that its host cannot choose (RFC 4291, section 2.5.1), in bits.
const NETWORK_BITS: u32 = 64;

/// What counts as one host: an IPv4 address, or an IPv6 network, in which a host has as many addresses as it likes. A
/// link-local address counts alone: its network is the same for everybody on the segment, so that one host could cut all
/// others there, and what it gains by many addresses it has as well by many IPv4 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct House(IpAddr);

impl House {
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

/// Counts the waiting. At a limit the oldest one is cut: who is honest needs milliseconds, so that it is never one of
/// them that has waited longest.
#[derive(Debug, Clone, Default)]
pub(super) struct Doorman {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    tickets: BTreeMap<u64, (House, CancellationToken)>,
}

/// The place of one connection. It is given up when the ticket is dropped, or earlier by [`Ticket::let_in`].
#[derive(Debug)]
pub(super) struct Ticket {
    number: u64,
    doorman: Doorman,
}

impl Doorman {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives `cut`'s connection a place, if need be by cutting another one.
    pub(super) fn admit(&self, from: SocketAddr, cut: CancellationToken) -> Ticket {
        let mut waiting = self.waiting();
        let house = House::of(from.ip());
        let oldest = |of: &mut dyn Iterator<Item = (&u64, &(House, CancellationToken))>| of.next().map(|(n, _)| *n);
        let same = waiting.tickets.values().filter(|(other, _)| *other == house).count();
        let victim = if !house.0.is_loopback() && same >= MAX_WAITING_PER_HOUSE {
            oldest(&mut waiting.tickets.iter().filter(|(_, (other, _))| *other == house))
        } else if waiting.tickets.len() >= MAX_WAITING {
            oldest(&mut waiting.tickets.iter())
        } else {
            None
        };
        if let Some((_, cut)) = victim.and_then(|number| waiting.tickets.remove(&number)) {
            cut.cancel();
        }
        let number = waiting.next;
        waiting.next += 1;
        waiting.tickets.insert(number, (house, cut));
        Ticket { number, doorman: self.clone() }
    }
}

impl Ticket {
    /// The connection waits no longer.
    pub(super) fn let_in(&self) {
        self.doorman.waiting().tickets.remove(&self.number);
    }

    /// Whether the connection still waits.
    pub(super) fn is_waiting(&self) -> bool {
        self.doorman.waiting().tickets.contains_key(&self.number)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.let_in();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(host: u8) -> SocketAddr {
        ([10, 0, 0, host], 40_000).into()
    }

    #[test]
    fn one_host_cannot_take_all_places() {
        let doorman = Doorman::default();
        let cuts: Vec<_> = (0..20).map(|_| CancellationToken::new()).collect();
        let tickets: Vec<_> = cuts.iter().map(|cut| doorman.admit(from(1), cut.clone())).collect();
        let cut = cuts.iter().filter(|cut| cut.is_cancelled()).count();
        assert_eq!(cut, 20 - MAX_WAITING_PER_HOUSE);
        assert!(cuts[..cut].iter().all(CancellationToken::is_cancelled), "the oldest are cut");
        assert!(!tickets[0].is_waiting() && tickets[19].is_waiting());
    }

    #[test]
    fn a_host_is_its_network_in_ipv6_and_its_address_elsewhere() {
        let same = |a: &str, b: &str| House::of(a.parse().unwrap()) == House::of(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:2") && !same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("fd00::1", "fd00::2"));
        assert!(!same("fe80::1", "fe80::2"), "all hosts of a segment share this network");
        assert!(same("::ffff:10.0.0.1", "10.0.0.1") && !same("::ffff:10.0.0.1", "::ffff:10.0.0.2"));
        assert!(!same("::1", "::2"));
    }

    #[test]
    fn this_machine_is_exempt_however_its_address_is_written() {
        for ip in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let doorman = Doorman::default();
            let from = SocketAddr::new(ip.parse().unwrap(), 40_000);
            let tickets: Vec<_> = (0..20).map(|_| doorman.admit(from, CancellationToken::new())).collect();
            assert!(tickets.iter().all(Ticket::is_waiting), "{ip}");
        }
        let doorman = Doorman::default();
        let from = |host: u128| SocketAddr::new(Ipv6Addr::from_bits((0xfd << 120) | host).into(), 40_000);
        let tickets: Vec<_> = (0..20).map(|host| doorman.admit(from(host), CancellationToken::new())).collect();
        assert_eq!(tickets.iter().filter(|ticket| ticket.is_waiting()).count(), MAX_WAITING_PER_HOUSE);
    }

    #[test]
    fn many_hosts_share_the_places_and_who_was_let_in_takes_none() {
        let doorman = Doorman::default();
        let mut tickets = Vec::new();
        for n in 0..200u8 {
            tickets.push(doorman.admit(from(n), CancellationToken::new()));
        }
        assert_eq!(doorman.waiting().tickets.len(), MAX_WAITING);
        tickets[199].let_in();
        drop(tickets);
        assert_eq!(doorman.waiting().tickets.len(), 0);
    }
}
