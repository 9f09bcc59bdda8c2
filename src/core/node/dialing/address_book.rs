//! The address book: which addresses to dial, when, and for how long to go on trying.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::domain::model::NodeId;

/// Addresses remembered at most. A /16 full of strangers costs no more than this; what does not fit is found again by
/// the next sweep.
const MAX_ENTRIES: usize = 1_024;

/// The wait before the first retry of a failed dial; it doubles with each failure, up to [`MAX_BACKOFF`].
const BACKOFF: Duration = Duration::from_secs(1);

/// The longest wait between two dials of one address.
pub(super) const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// The backoff after a refused dial. Refused means that the other side was just dialling us, or has not noticed yet
/// that an old link is gone: both pass quickly.
const REFUSED_BACKOFF: Duration = Duration::from_millis(150);

/// Dials of a peer whose link was lost, before its address is left to the sweep: about two minutes.
const TRIES_AFTER_LOSS: u32 = 8;

/// Dials of an address that the user typed, before they are told that nobody answers.
pub(super) const TRIES_WHEN_ASKED: u32 = 3;

/// Dials of an address that refuses us, before it is left to the sweep again: half a minute. By then the other side has
/// noticed that an old link is gone, however it ended.
const TRIES_WHEN_REFUSED: u32 = 8;

/// How long after linking a claimed address is checked.
const CHECK_DELAY: Duration = Duration::from_secs(2);

/// Lost peers of one host that are dialled again. A host that claims one port after another and leaves must neither
/// fill the book nor make us scan somebody on its behalf.
const MAX_LOST_PER_HOST: usize = 8;

/// Addresses, and when to dial them. See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct AddressBook {
    entries: BTreeMap<SocketAddr, Entry>,
}

#[derive(Debug)]
struct Entry {
    keep: Keep,
    /// The only key that is looked for there; any if none.
    only: Option<NodeId>,
    failures: u32,
    phase: Phase,
    /// Whether neither an open port nor an announcement shortens the wait.
    firm: bool,
}

/// Why the address is in the book, from the weakest reason to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Keep {
    /// A peer or an announcement says that a key is there. The dial is pinned: it accepts no other key.
    Passed,
    /// A sweep found it; the next one will again.
    Swept,
    /// It was linked.
    Known,
    /// The user typed it.
    Asked,
    /// The user configured it: never given up.
    Configured,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// To be dialled at this time.
    Due(Instant),
    /// Being dialled, or linked.
    Busy,
    /// Not to be dialled before this time, and afterwards only if somebody names it again.
    Resting(Instant),
}

/// Whether the user is told about a failed dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterFailure {
    /// Nobody needs to be told.
    Quiet,
    /// The user named this address and is told that nobody answers, now and only now.
    Tell,
}

impl AddressBook {
    /// A sweep saw an open port at `addr`.
    pub(super) fn swept(&mut self, addr: SocketAddr, now: Instant) {
        match self.entries.get_mut(&addr) {
            None => self.insert(addr, Keep::Swept, now),
            // Somebody is there, no matter who.
            Some(entry) if entry.keep == Keep::Passed && entry.phase != Phase::Busy => {
                self.insert(addr, Keep::Swept, now);
            }
            Some(entry) => match entry.phase {
                Phase::Resting(until) if until <= now => entry.phase = Phase::Due(now),
                // An open port again after failures: no need to wait for the rest of a long backoff.
                Phase::Due(at) if entry.keep >= Keep::Known && !entry.firm => {
                    entry.phase = Phase::Due(at.min(now + BACKOFF));
                }
                _ => {}
            },
        }
    }

    /// Whether it is news that `node` listens at `addr`. It is not if the address is in the book for a stronger reason,
    /// or already pinned to that key.
    pub(super) fn is_news(&self, addr: &SocketAddr, node: &NodeId) -> bool {
        self.entries
            .get(addr)
            .is_none_or(|entry| entry.keep == Keep::Passed && entry.phase != Phase::Busy && entry.only != Some(*node))
    }

    /// A peer says that `node` listens at `addr`. An entry with a stronger reason stays as it is; one that is pinned to
    /// another key is replaced.
    pub(super) fn passed(&mut self, addr: SocketAddr, node: NodeId, now: Instant) {
        if self.is_news(&addr, &node) {
            self.insert(addr, Keep::Passed, now);
            if let Some(entry) = self.entries.get_mut(&addr) {
                entry.only = Some(node);
            }
        }
    }

    /// Whether [`Self::announced`] would cause a dial of `addr`.
    pub(super) fn would_dial(&self, addr: &SocketAddr, node: &NodeId, now: Instant) -> bool {
        self.entries.get(addr).is_none_or(|entry| match entry.phase {
            Phase::Busy => false,
            Phase::Due(at) => at > now && !entry.firm,
            Phase::Resting(until) => until <= now || (entry.keep == Keep::Passed && entry.only != Some(*node)),
        })
    }

    /// `node` announces itself at `addr`. An address that is in the book for a stronger reason is dialled now, too.
    pub(super) fn announced(&mut self, addr: SocketAddr, node: NodeId, now: Instant) {
        match self.entries.get_mut(&addr) {
            Some(entry) if entry.phase != Phase::Busy && (entry.keep != Keep::Passed || entry.only == Some(node)) => {
                entry.phase = Phase::Due(now);
            }
            _ => self.passed(addr, node, now),
        }
    }

    /// Forgets all addresses except those that `keep` accepts. Its second argument says whether the user named the
    /// address.
    pub(super) fn forget(&mut self, keep: impl Fn(&SocketAddr, bool) -> bool) {
        self.entries.retain(|addr, entry| keep(addr, entry.keep >= Keep::Asked));
    }

    /// A linked node says that it listens at `addr`: to be checked soon, but not at once, since all nodes that start
    /// together would do the same.
    pub(super) fn check(&mut self, addr: SocketAddr, now: Instant, rng: &mut fastrand::Rng) {
        let idle = |entry: &Entry| matches!(entry.phase, Phase::Resting(_)) || entry.keep == Keep::Passed;
        if self.entries.get(&addr).is_none_or(|entry| entry.phase != Phase::Busy && idle(entry)) {
            self.insert(addr, Keep::Swept, now + jitter(CHECK_DELAY, rng));
        }
    }

    /// Whether `addr` is being dialled, or will be.
    pub(super) fn is_pending(&self, addr: &SocketAddr) -> bool {
        self.entries.get(addr).is_some_and(|entry| !matches!(entry.phase, Phase::Resting(_)))
    }

    /// The user typed `addr`: it is dialled at once, and a few times. A pending dial is not repeated; `is_busy` says
    /// whether there is one, or a link.
    pub(super) fn asked(&mut self, addr: SocketAddr, is_busy: bool, now: Instant) {
        self.name(addr, Keep::Asked, is_busy, now);
    }

    /// The user configured `addr`: it is dialled at once, and retried for ever.
    pub(super) fn configured(&mut self, addr: SocketAddr, is_busy: bool, now: Instant) {
        self.name(addr, Keep::Configured, is_busy, now);
    }

    fn name(&mut self, addr: SocketAddr, keep: Keep, is_busy: bool, now: Instant) {
        match self.entries.get_mut(&addr) {
            Some(entry) if entry.phase == Phase::Busy && is_busy => {
                entry.keep = entry.keep.max(keep);
                entry.failures = 0;
            }
            _ => self.insert(addr, keep, now),
        }
    }

    /// `addr` must be dialled once more, now, unless it is resting.
    pub(super) fn verify(&mut self, addr: SocketAddr, now: Instant) {
        let keep = self.entries.get(&addr).map_or(Keep::Swept, |entry| entry.keep);
        if self.entries.get(&addr).is_none_or(|entry| !matches!(entry.phase, Phase::Resting(until) if until > now)) {
            self.insert(addr, keep, now);
        }
    }

    /// The link with `addr` is gone.
    pub(super) fn lost(&mut self, addr: SocketAddr, now: Instant, rng: &mut fastrand::Rng) {
        let of_this_host =
            |(other, entry): &(&SocketAddr, &Entry)| entry.keep == Keep::Known && other.ip() == addr.ip();
        let crowd = self.entries.iter().filter(of_this_host).count();
        let keep = if crowd < MAX_LOST_PER_HOST { Keep::Known } else { Keep::Swept };
        self.insert(addr, keep, now + jitter(BACKOFF, rng));
    }

    /// `addr` is linked.
    pub(super) fn linked(&mut self, addr: SocketAddr) {
        match self.entries.get_mut(&addr) {
            Some(entry) if entry.keep == Keep::Configured => {
                entry.failures = 0;
                entry.phase = Phase::Busy;
            }
            _ => {
                self.entries.remove(&addr);
            }
        }
    }

    /// The dial of `addr` was refused by a node that believes it is linked with us.
    pub(super) fn refused(&mut self, addr: SocketAddr, now: Instant, rng: &mut fastrand::Rng) -> AfterFailure {
        self.back_off(addr, now, REFUSED_BACKOFF, TRIES_WHEN_REFUSED, rng)
    }

    /// The dial of `addr` failed.
    pub(super) fn failed(&mut self, addr: SocketAddr, now: Instant, rng: &mut fastrand::Rng) -> AfterFailure {
        self.back_off(addr, now, BACKOFF, 1, rng)
    }

    /// Nobody that we want is at `addr`: it is not dialled again for about `wait`.
    pub(super) fn rest(&mut self, addr: SocketAddr, wait: Duration, now: Instant, rng: &mut fastrand::Rng) {
        if let Some(entry) = self.entries.get_mut(&addr) {
            let at = now + jitter(wait, rng);
            entry.phase = if entry.keep >= Keep::Known { Phase::Due(at) } else { Phase::Resting(at) };
            entry.firm = true;
        }
    }

    fn back_off(
        &mut self,
        addr: SocketAddr,
        now: Instant,
        base: Duration,
        tries_when_swept: u32,
        rng: &mut fastrand::Rng,
    ) -> AfterFailure {
        let Some(entry) = self.entries.get_mut(&addr) else { return AfterFailure::Quiet };
        entry.failures = entry.failures.saturating_add(1);
        let wait = base.saturating_mul(1 << (entry.failures - 1).min(8)).min(MAX_BACKOFF);
        let mut at = now + jitter(wait, rng);
        let tries = match entry.keep {
            Keep::Passed | Keep::Swept => tries_when_swept,
            Keep::Known => TRIES_AFTER_LOSS,
            Keep::Asked => TRIES_WHEN_ASKED,
            Keep::Configured => u32::MAX,
        };
        let waited_for = entry.keep >= Keep::Asked;
        if entry.failures < tries {
            // The user is at the keyboard, waiting for the first attempts.
            if waited_for && entry.failures < TRIES_WHEN_ASKED {
                at = at.min(now + BACKOFF);
            }
            entry.phase = Phase::Due(at);
        } else {
            entry.keep = entry.keep.min(Keep::Swept);
            entry.phase = Phase::Resting(at);
        }
        if waited_for && entry.failures == TRIES_WHEN_ASKED { AfterFailure::Tell } else { AfterFailure::Quiet }
    }

    /// The user wants to see everybody now: forgets all waits. `is_busy` says where there is a dial or a link.
    pub(super) fn forgive(&mut self, now: Instant, is_busy: impl Fn(&SocketAddr) -> bool) {
        for (addr, entry) in &mut self.entries {
            if entry.phase != Phase::Busy || !is_busy(addr) {
                entry.failures = 0;
                entry.phase = Phase::Due(now);
            }
        }
    }

    /// Takes the address to dial next, if one is due, and the only key that may be there. The entry is busy from now
    /// on. Addresses with a stronger reason come first, then those that failed least, so that a host full of ports that
    /// never answer cannot delay the others. `passed` says whether passed-on addresses may be dialled now.
    pub(super) fn take_due(&mut self, passed: bool, now: Instant) -> Option<(SocketAddr, Option<NodeId>)> {
        let due = |entry: &Entry| match entry.phase {
            Phase::Due(at) if at <= now && (passed || entry.keep != Keep::Passed) => {
                Some((Reverse(entry.keep), entry.failures, at))
            }
            _ => None,
        };
        let next = self.entries.iter_mut().filter_map(|(addr, entry)| Some((due(entry)?, addr, entry)));
        let (_, addr, entry) = next.min_by_key(|(urgency, ..)| *urgency)?;
        (entry.phase, entry.firm) = (Phase::Busy, false);
        Some((*addr, entry.only))
    }

    /// When the next address is due, if any may be dialled at all. `passed` is as in [`Self::take_due`].
    pub(super) fn next_due(&self, passed: bool) -> Option<Instant> {
        let due = self.entries.values().filter_map(|entry| match entry.phase {
            Phase::Due(at) if passed || entry.keep != Keep::Passed => Some(at),
            _ => None,
        });
        due.min()
    }

    fn insert(&mut self, addr: SocketAddr, keep: Keep, due: Instant) {
        let keep = self.entries.get(&addr).map_or(keep, |entry| entry.keep.max(keep));
        // How many addresses are configured is up to the user.
        let room = self.entries.len() < MAX_ENTRIES || keep == Keep::Configured || self.entries.contains_key(&addr);
        if room || self.make_room(keep) {
            self.entries.insert(addr, Entry { keep, only: None, failures: 0, phase: Phase::Due(due), firm: false });
        }
    }

    /// Drops an entry that matters less than `keep`, or that rests; never one that is being dialled.
    fn make_room(&mut self, keep: Keep) -> bool {
        let idle = self.entries.iter().filter(|(_, entry)| entry.phase != Phase::Busy);
        let weakest = idle.min_by_key(|(_, entry)| (entry.keep, !matches!(entry.phase, Phase::Resting(_))));
        match weakest.map(|(addr, entry)| (*addr, entry.keep, entry.phase)) {
            Some((addr, weak, phase)) if weak < keep || matches!(phase, Phase::Resting(_)) => {
                self.entries.remove(&addr);
                true
            }
            _ => false,
        }
    }
}

/// `wait`, plus or minus up to a quarter of it, so that nodes whose dials failed together do not retry together.
fn jitter(wait: Duration, rng: &mut fastrand::Rng) -> Duration {
    wait.mul_f64(0.75 + rng.f64() / 2.0)
}

#[cfg(test)]
mod tests;
