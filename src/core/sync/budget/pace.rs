//! How fast strangers may talk, in bytes of their events.

use std::time::Instant;

use super::Charge;
use crate::{
    core::budgets::{SMALL_TALK, STRANGER_BURST, STRANGER_RATE, STRANGERS_BURST, STRANGERS_RATE},
    domain::limit::{KeyedTokenBucket, TokenBucket},
};

/// Hosts and keys with an allowance of their own: four times as many as can be linked. When another one comes, the one
/// that has used the least is forgotten.
const MAX_CHARGED: usize = 1_024;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Pace {
    each: KeyedTokenBucket<Charge>,
    all: TokenBucket,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            each: KeyedTokenBucket::new(TokenBucket::new(STRANGER_BURST, STRANGER_RATE), MAX_CHARGED),
            all: TokenBucket::new(STRANGERS_BURST, STRANGERS_RATE),
        }
    }
}

impl Pace {
    /// Whether an event of `bytes` bytes may be taken from `charge` now.
    pub(super) fn allows(&mut self, charge: &Charge, bytes: u32, now: Instant) -> bool {
        let bytes = f64::from(bytes);
        let is_small_talk = self.each.used(charge, now) + bytes <= f64::from(SMALL_TALK);
        self.each.has_some(charge, bytes, now) && (is_small_talk || self.all.has_some(bytes, now))
    }

    /// Such an event was taken.
    pub(super) fn took(&mut self, charge: Charge, bytes: u32, now: Instant) {
        let bytes = f64::from(bytes);
        self.each.take_some(charge, bytes, now);
        self.all.take_some(bytes, now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::model::NodeId;

    fn key(n: u32) -> Charge {
        Charge::author(NodeId::numbered(n))
    }

    /// How many events of a kilobyte are taken from somebody at once.
    fn taken(pace: &mut Pace, charge: Charge, now: Instant) -> usize {
        let mut count = 0;
        while count < 100_000 && pace.allows(&charge, 1_024, now) {
            pace.took(charge, 1_024, now);
            count += 1;
        }
        count
    }

    #[test]
    fn a_stranger_talks_in_bursts_and_then_slowly() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(taken(&mut pace, key(1), now), STRANGER_BURST as usize / 1_024);
        assert_eq!(taken(&mut pace, key(1), now + Duration::from_secs(10)), 2_560);
    }

    #[test]
    fn quiet_strangers_are_heard_however_many_shout() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let shouted: usize = (0..200).map(|n| taken(&mut pace, key(n), now)).sum();
        let small_talk = 200 * SMALL_TALK as usize;
        assert!(shouted * 1_024 <= STRANGERS_BURST as usize + small_talk, "{shouted}");
        assert_eq!(taken(&mut pace, key(999), now), SMALL_TALK as usize / 1_024);
    }
}
