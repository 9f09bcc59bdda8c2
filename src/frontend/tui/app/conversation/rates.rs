//! How fast people speak: lines that come faster than anybody reads are folded.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::model::PeerId;

/// Lines of one person in a second that are shown one by one.
const LINES_PER_SECOND: u32 = 50;

/// Speakers that are counted before silent ones are forgotten: far more than can be linked.
const MAX_SPEAKERS: usize = 1_024;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
struct Rate {
    since: Instant,
    lines: u32,
    /// The entry that takes in the lines beyond the limit.
    fold: Option<u64>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// It is shown.
    Show,
    /// It is folded, into this entry if there is one.
    Fold(Option<u64>),
}

/// The rate of everyone who speaks.
#[derive(Debug, Default)]
pub(super) struct LineRates(BTreeMap<PeerId, Rate>);

impl LineRates {
    /// Counts a line.
    pub(super) fn line(&mut self, peer: PeerId, now: Instant) -> Placement {
        if self.0.len() >= MAX_SPEAKERS {
            self.0.retain(|_, rate| now.saturating_duration_since(rate.since) < SECOND * 2);
        }
        let rate = self.0.entry(peer).or_insert(Rate { since: now, lines: 0, fold: None });
        let passed = now.saturating_duration_since(rate.since);
        if passed >= SECOND {
            // A fold stays open from one second to the next as long as the flood lasts.
            let lasts = rate.lines > LINES_PER_SECOND && passed < SECOND * 2;
            *rate = Rate { since: now, lines: 0, fold: rate.fold.filter(|_| lasts) };
        }
        rate.lines += 1;
        if rate.fold.is_some() || rate.lines > LINES_PER_SECOND { Placement::Fold(rate.fold) } else { Placement::Show }
    }

    /// Notes which entry takes in the lines of `peer`.
    pub(super) fn folded(&mut self, peer: PeerId, entry: u64) {
        if let Some(rate) = self.0.get_mut(&peer) {
            rate.fold = Some(entry);
        }
    }

    /// Forgets someone who left.
    pub(super) fn left(&mut self, peer: PeerId) {
        self.0.remove(&peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifty_first_line_of_a_second_is_folded() {
        let (bob, carol) = (PeerId::Guest(([127, 0, 0, 1], 1).into()), PeerId::Guest(([127, 0, 0, 1], 2).into()));
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut rates = LineRates::default();
        assert!((0..50).all(|i| rates.line(bob, at(i)) == Placement::Show));
        assert_eq!(rates.line(bob, at(60)), Placement::Fold(None));
        rates.folded(bob, 7);
        assert_eq!(rates.line(carol, at(61)), Placement::Show);
        assert_eq!(rates.line(bob, at(1_001)), Placement::Fold(Some(7)), "the flood lasts");
        assert_eq!(rates.line(bob, at(2_100)), Placement::Show, "it was over");
    }
}
