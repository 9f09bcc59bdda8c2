//! A host that comes to a place that may be its network or another one: nobody gets its older lines there until that is
//! certain. A visitor looks whether that is so.

use std::{collections::BTreeSet, ops::Range, time::Duration};

use proximity_chat::domain::model::MessageId;

/// In one of so many seeds somebody moves, and which of them.
const ONE_IN: u64 = 3;
const SEED: u64 = 1;

/// Milliseconds after which the host moves for the first time, and after the end of the last stay.
const MOVES_AFTER: Range<u64> = 4_000..9_000;

/// Milliseconds until it is certain where it is.
const CERTAIN_AFTER: Range<u64> = 3_000..8_000;

/// Who moves, and when.
#[derive(Debug)]
pub(crate) struct Moves {
    pub(crate) host: usize,
    next: Duration,
    is_certain: bool,
}

impl Moves {
    pub(crate) fn new(seed: u64, hosts: usize, random: &mut fastrand::Rng) -> Self {
        let (host, first) = (random.usize(..hosts), Duration::from_millis(random.u64(MOVES_AFTER)));
        Self { host, next: if is_moving(seed) { first } else { Duration::MAX }, is_certain: true }
    }

    /// Whether it is certain where the host is from now on; none if nothing has changed.
    pub(crate) fn news(&mut self, now: Duration, random: &mut fastrand::Rng) -> Option<bool> {
        if now < self.next {
            return None;
        }
        self.is_certain = !self.is_certain;
        let after = if self.is_certain { MOVES_AFTER } else { CERTAIN_AFTER };
        self.next = now + Duration::from_millis(random.u64(after));
        Some(self.is_certain)
    }

    /// Nothing more happens. Whether it is to be told now that it is certain where the host is.
    pub(crate) fn end(&mut self) -> bool {
        self.next = Duration::MAX;
        !std::mem::replace(&mut self.is_certain, true)
    }
}

/// Whether somebody moves in this seed.
pub(crate) fn is_moving(seed: u64) -> bool {
    seed % ONE_IN == SEED
}

/// A stay at a place that is not yet known to be the network.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    pub(crate) host: usize,
    /// What the host held before.
    pub(crate) older: BTreeSet<MessageId>,
}
