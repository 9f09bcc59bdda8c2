//! A host that comes to a place that may be its own network or another one. Until that is certain, nobody there gets
//! its older lines. A visitor checks this.

use std::{collections::BTreeSet, ops::Range, time::Duration};

use proximity_chat::domain::model::MessageId;

/// In one of this many seeds a host moves, and the remainder that selects these seeds.
const ONE_IN: u64 = 3;
const SEED: u64 = 1;

/// Milliseconds until the host moves for the first time, and again after the end of each stay.
const MOVES_AFTER: Range<u64> = 4_000..9_000;

/// Milliseconds until it is certain where the host is.
const CERTAIN_AFTER: Range<u64> = 3_000..8_000;

/// Which host moves, and when.
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

    /// Whether it is certain from now on where the host is; `None` if nothing has changed.
    pub(crate) fn news(&mut self, now: Duration, random: &mut fastrand::Rng) -> Option<bool> {
        if now < self.next {
            return None;
        }
        self.is_certain = !self.is_certain;
        let after = if self.is_certain { MOVES_AFTER } else { CERTAIN_AFTER };
        self.next = now + Duration::from_millis(random.u64(after));
        Some(self.is_certain)
    }

    /// Ends all moves. Returns whether the host must now be told that it is certain where it is.
    pub(crate) fn end(&mut self) -> bool {
        self.next = Duration::MAX;
        !std::mem::replace(&mut self.is_certain, true)
    }
}

/// Whether a host moves in this seed.
pub(crate) fn is_moving(seed: u64) -> bool {
    seed % ONE_IN == SEED
}

/// A stay at a place that is not yet known to be the host's network.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    pub(crate) host: usize,
    /// The messages that the host held before.
    pub(crate) older: BTreeSet<MessageId>,
}
