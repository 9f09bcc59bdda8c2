//! Who may wait at the door: connections that have not been let in yet.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

/// Connections of one host that may wait at once; this machine's own are exempt, where many nodes share one address
/// (DESIGN.md section 7).
const MAX_WAITING_PER_IP: usize = 8;

/// Connections that may wait in all (DESIGN.md section 7).
const MAX_WAITING: usize = 64;

/// Counts the waiting. At a limit the oldest one is cut: who is honest needs milliseconds, so that it is never one of
/// them that has waited longest.
#[derive(Debug, Clone, Default)]
pub(super) struct Doorman {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    tickets: BTreeMap<u64, (IpAddr, CancellationToken)>,
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
        let ip = from.ip();
        let oldest = |of: &mut dyn Iterator<Item = (&u64, &(IpAddr, CancellationToken))>| of.next().map(|(n, _)| *n);
        let same = waiting.tickets.values().filter(|(other, _)| *other == ip).count();
        let victim = if !ip.is_loopback() && same >= MAX_WAITING_PER_IP {
            oldest(&mut waiting.tickets.iter().filter(|(_, (other, _))| *other == ip))
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
        waiting.tickets.insert(number, (ip, cut));
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
        assert_eq!(cut, 20 - MAX_WAITING_PER_IP);
        assert!(cuts[..cut].iter().all(CancellationToken::is_cancelled), "the oldest are cut");
        assert!(!tickets[0].is_waiting() && tickets[19].is_waiting());
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
