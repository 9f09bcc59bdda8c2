//! How often comparisons start.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::{limit::TokenBucket, model::NodeId};

/// The shortest time between two comparisons that one key starts, over any links: it must not be able to fill the
/// screen with codes.
pub(super) const THEIR_INTERVAL: Duration = Duration::from_secs(30);

/// The shortest time between two comparisons that we start. It exceeds [`THEIR_INTERVAL`] at the other side by more
/// than the network's delay varies.
pub(super) const OUR_INTERVAL: Duration = Duration::from_secs(32);

/// Comparisons that others may start at once, and per second in the long run, for all keys together: keys cost nothing.
/// It is enough for a few people who stand around one desk, and then for one every half minute, as with alarms. It does
/// not limit our user, who can still start one with a peer who was not answered.
const ANYBODYS_BURST: u32 = 5;
const ANYBODYS_RATE: f64 = 1.0 / 30.0;

/// How often comparisons start, on all links together: a new link is a new
/// [`Comparison`](super::comparison::Comparison), and cheap. Both maps hold only what is younger than their interval:
/// `theirs` as many as [`ANYBODYS_RATE`] lets in, `ours` as many as a user types.
#[derive(Debug)]
pub(super) struct Pace {
    /// When we last started one, by key.
    ours: BTreeMap<NodeId, Instant>,
    /// When they last started one that was answered.
    pub(super) theirs: BTreeMap<NodeId, Instant>,
    anybodys: TokenBucket,
}

impl Default for Pace {
    fn default() -> Self {
        let anybodys = TokenBucket::new(ANYBODYS_BURST, ANYBODYS_RATE);
        Self { ours: BTreeMap::new(), theirs: BTreeMap::new(), anybodys }
    }
}

impl Pace {
    /// How long our user has to wait before the next one with `node`.
    pub(super) fn wait(&self, node: &NodeId, now: Instant) -> Option<Duration> {
        remaining(self.ours.get(node).copied(), OUR_INTERVAL, now)
    }

    pub(super) fn we_begin(&mut self, node: NodeId, now: Instant) {
        self.ours.retain(|_, last| remaining(Some(*last), OUR_INTERVAL, now).is_some());
        self.ours.insert(node, now);
    }

    /// Whether a comparison that `node` starts may be answered now. If so, it is counted.
    pub(super) fn they_begin(&mut self, node: NodeId, now: Instant) -> bool {
        self.theirs.retain(|_, last| remaining(Some(*last), THEIR_INTERVAL, now).is_some());
        let may = !self.theirs.contains_key(&node) && self.anybodys.take(now);
        if may {
            self.theirs.insert(node, now);
        }
        may
    }
}

/// What is left of `interval` since `last`.
pub(super) fn remaining(last: Option<Instant>, interval: Duration, now: Instant) -> Option<Duration> {
    interval.checked_sub(now.saturating_duration_since(last?)).filter(|left| !left.is_zero())
}
