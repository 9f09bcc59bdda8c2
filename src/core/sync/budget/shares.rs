//! How many bytes of strangers' lines are kept, and which logs lose lines when there are more.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{Budget, Charge, Surroundings};
use crate::{
    core::{
        budgets::{STRANGER_BYTES, STRANGERS_BYTES, STRANGERS_BYTES_A_DAY},
        log::HeldLog,
        mutant,
    },
    domain::{limit::fair_level, model::LogId},
};

/// The length of a day, for the limit of growth.
const DAY: Duration = Duration::from_hours(24);

/// The part of its share that a charge keeps when it is cut. It is cut below its share, so that not every new line
/// causes another cut.
const LEFT: (u64, u64) = (7, 8);

/// A charge that exceeds its share by more than one part in this many is cut at once. Others are cut when the shares
/// are next counted.
const TOLERANCE: u64 = 8;

/// How much strangers have. Days are counted from the start of the program, by the monotonic clock.
#[derive(Debug)]
pub(super) struct Shares {
    /// When the day began, and how many bytes all had then.
    day: Option<(Instant, u64)>,
    /// Bytes that count against each charge.
    used: BTreeMap<Charge, u64>,
    /// What all have, what all may have, and what each may have, as last counted.
    total: u64,
    limit: u64,
    level: u64,
}

impl Default for Shares {
    fn default() -> Self {
        // The first count comes at the start, before anybody is linked.
        Self { day: None, used: BTreeMap::new(), total: 0, limit: u64::MAX, level: STRANGER_BYTES }
    }
}

impl Shares {
    /// Adds bytes to a charge. Returns whether that is too much, for it or for all.
    pub(super) fn add(&mut self, charge: Charge, bytes: u64) -> bool {
        let used = self.used.entry(charge).or_default();
        *used = used.saturating_add(bytes);
        self.total = self.total.saturating_add(bytes);
        let is_over = |amount: u64, limit: u64| amount > limit.saturating_add(limit / TOLERANCE);
        is_over(*used, self.level) || is_over(self.total, self.limit)
    }

    /// How many bytes all strangers may have now, when they have `total`.
    fn limit_of_today(&mut self, total: u64, now: Instant) -> u64 {
        // What is there at the start may have come today. Counting it keeps a program that restarts often from taking
        // more. The extra quarter is what the tolerance and events on their way can have added to the day's share.
        let today = STRANGERS_BYTES_A_DAY / 4 * 5;
        let (began, at_first) = match self.day {
            None => (now, total.saturating_sub(today)),
            Some((began, _)) if now.saturating_duration_since(began) >= DAY => (now, total),
            Some((began, at_first)) => (began, at_first.min(total)),
        };
        self.day = Some((began, at_first));
        STRANGERS_BYTES.min(at_first + STRANGERS_BYTES_A_DAY)
    }
}

impl Budget {
    /// The logs of strangers that must be cut, and to how many bytes.
    pub(in crate::core::sync) fn cuts(&mut self, around: Surroundings<'_>, now: Instant) -> Vec<(LogId, u64)> {
        if mutant::keeps_every_byte() {
            return Vec::new();
        }
        let mut charged: BTreeMap<Charge, Vec<(LogId, u64)>> = BTreeMap::new();
        for (log, charge) in &self.charges {
            let bytes = around.logs.get(log).map_or(0, HeldLog::bytes);
            charged.entry(*charge).or_default().push((*log, bytes));
        }
        let used: BTreeMap<Charge, u64> = charged.iter().map(|(charge, logs)| (*charge, sum(logs))).collect();
        let sums: Vec<u64> = used.values().copied().collect();
        let total = sums.iter().sum();
        let limit = self.shares.limit_of_today(total, now);
        let level = fair_level(limit.into(), sums).min(STRANGER_BYTES);
        self.shares = Shares { day: self.shares.day, used, total, limit, level };
        let mut cuts = Vec::new();
        for mut logs in charged.into_values() {
            let total = sum(&logs);
            if total <= level {
                continue;
            }
            let mut excess = total - level / LEFT.1 * LEFT.0;
            // Logs of absent people first, then the largest.
            logs.sort_unstable_by_key(|(log, bytes)| (around.links.is_linked(&log.author), u64::MAX - bytes));
            for (log, bytes) in logs {
                if excess == 0 {
                    break;
                }
                let less = bytes.min(excess);
                excess -= less;
                cuts.push((log, bytes - less));
            }
        }
        cuts
    }
}

fn sum(logs: &[(LogId, u64)]) -> u64 {
    logs.iter().map(|(_, bytes)| bytes).sum()
}
