//! Which logs have a place. When the table is full of strangers' logs, the newest log of the host or key with the most
//! logs is given up. The newest log of a present author is never given up.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{Budget, Charge, Surroundings};
use crate::{
    core::{
        budgets::{ABSENT_LOGS, LOGS_PER_STRANGER, MAX_LOGS, MAX_LOGS_PER_AUTHOR, STRANGERS_LOGS},
        log::HeldLog,
        mutant,
    },
    domain::model::{Hlc, LogId, NodeId, RoomId},
};

/// Whether a new log has a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core::sync) enum Admission {
    /// Yes.
    Room,
    /// Yes, if these are given up.
    InPlaceOf(Vec<LogId>),
    /// No.
    Refused,
}

/// How easily a log is given up, the easiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// An older log of an author with a newer one here.
    Further,
    /// The newest log of an absent author.
    Absent,
    /// The newest log of a present author. It is never given up.
    Present,
}

impl Rank {
    fn new(is_newest: bool, is_present: bool) -> Self {
        match (is_newest, is_present) {
            (false, _) => Self::Further,
            (true, false) => Self::Absent,
            (true, true) => Self::Present,
        }
    }
}

/// A stranger's log. The first in this order is given up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    rank: Rank,
    /// How many logs count against the same host or key.
    charged: Reverse<usize>,
    /// The log with the lowest value goes first. Of logs that their authors brought, this is the newest. Of logs that a
    /// link brings for others, it is the one whose newest event has the earliest place, so that a crowd of old logs
    /// does not keep out new lines.
    age: u64,
    log: LogId,
}

impl Budget {
    /// Whether a new log, of which the node `brings` sends an event dated `hlc`, gets a place.
    pub(in crate::core::sync) fn admit(
        &self,
        log: &LogId,
        hlc: Hlc,
        brings: &NodeId,
        around: Surroundings<'_>,
    ) -> Admission {
        let author = &log.author;
        let of_author: Vec<&HeldLog> = around.logs.of_in(&log.room, author).collect();
        let oldest = || of_author.iter().min_by_key(|held| held.touched()).map(|held| held.state().id);
        let most = if around.is_stranger(author) { LOGS_PER_STRANGER } else { MAX_LOGS_PER_AUTHOR };
        if of_author.len() >= most {
            // A present author continues with a new log, and its oldest one is given up.
            return match oldest() {
                Some(oldest) if around.links.is_linked(author) && around.is_stranger(author) => {
                    Admission::InPlaceOf(vec![oldest])
                }
                _ => Admission::Refused,
            };
        }
        if !around.is_stranger(author) {
            return if around.logs.count() < MAX_LOGS { Admission::Room } else { Admission::Refused };
        }
        if mutant::holds_every_log() {
            return Admission::Room;
        }
        let is_present = around.links.is_linked(author);
        let mine = Candidate {
            rank: Rank::new(of_author.is_empty(), is_present),
            charged: Reverse(0),
            age: if is_present { 0 } else { hlc.0 },
            log: *log,
        };
        let absent = self.charges.keys().filter(|log| !around.links.is_linked(&log.author)).count();
        if self.charges.len() < STRANGERS_LOGS && (is_present || absent < ABSENT_LOGS) {
            return Admission::Room;
        }
        let victims = self.victims(Some((mine, around.charge(author, brings))), around);
        if victims.contains(log) {
            Admission::Refused
        } else if victims.is_empty() {
            Admission::Room
        } else {
            Admission::InPlaceOf(victims)
        }
    }

    /// The logs of strangers that must be given up because there are too many.
    pub(in crate::core::sync) fn excess(&self, around: Surroundings<'_>) -> Vec<LogId> {
        if mutant::holds_every_log() { Vec::new() } else { self.victims(None, around) }
    }

    fn victims(&self, newcomer: Option<(Candidate, Charge)>, around: Surroundings<'_>) -> Vec<LogId> {
        if self.charges.len() < ABSENT_LOGS {
            return Vec::new();
        }
        let mut counts: BTreeMap<Charge, usize> = BTreeMap::new();
        for charge in self.charges.values().chain(newcomer.as_ref().map(|(_, charge)| charge)) {
            *counts.entry(*charge).or_default() += 1;
        }
        let charged = |charge: &Charge| Reverse(counts.get(charge).copied().unwrap_or(0));
        let mut candidates: Vec<Candidate> =
            newcomer.iter().map(|(candidate, charge)| Candidate { charged: charged(charge), ..*candidate }).collect();
        let mut newest: BTreeMap<(RoomId, NodeId), (u64, LogId)> = BTreeMap::new();
        for log in self.charges.keys() {
            let touched = around.logs.get(log).map_or(0, HeldLog::touched);
            let known = newest.entry((log.room, log.author)).or_insert((touched, *log));
            *known = (*known).max((touched, *log));
        }
        let mut absent = 0;
        for (log, charge) in &self.charges {
            let is_present = around.links.is_linked(&log.author);
            let is_newest = newest.get(&(log.room, log.author)).is_some_and(|(_, newest)| newest == log);
            absent += usize::from(!is_present);
            let rank = Rank::new(is_newest, is_present);
            let age = around
                .logs
                .get(log)
                .map_or(0, |held| if charge.for_others { held.state().head_place.0 } else { u64::MAX - held.came() });
            candidates.push(Candidate { rank, charged: charged(charge), age, log: *log });
        }
        if let Some((candidate, _)) = &newcomer {
            absent += usize::from(!around.links.is_linked(&candidate.log.author));
        }
        let is_absent = |candidate: &Candidate| !around.links.is_linked(&candidate.log.author);
        candidates.retain(|candidate| candidate.rank != Rank::Present);
        candidates.sort_unstable();
        let mut victims: BTreeSet<LogId> = candidates
            .iter()
            .filter(|candidate| is_absent(candidate))
            .map(|candidate| candidate.log)
            .take(absent.saturating_sub(ABSENT_LOGS))
            .collect();
        let total = self.charges.len() + usize::from(newcomer.is_some());
        for candidate in candidates {
            if total.saturating_sub(victims.len()) <= STRANGERS_LOGS {
                break;
            }
            victims.insert(candidate.log);
        }
        victims.into_iter().collect()
    }

    /// Works out again which logs belong to strangers: people become known, and logs are given up.
    pub(in crate::core::sync) fn review(&mut self, around: Surroundings<'_>) {
        let strangers: BTreeMap<LogId, Charge> = around
            .logs
            .iter()
            .filter(|(log, _)| around.is_stranger(&log.author))
            .map(|(log, _)| (*log, self.charges.get(log).copied().unwrap_or(Charge::author(log.author))))
            .collect();
        self.charges = strangers;
    }

    /// A log was given up.
    pub(in crate::core::sync) fn forget(&mut self, log: &LogId) {
        self.charges.remove(log);
    }
}
