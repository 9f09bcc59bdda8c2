//! Who speaks faster than anybody reads.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::model::PeerId;

/// Lines of one person in a second that are shown one by one.
const LINES_PER_SECOND: u32 = 50;

/// Speakers counted before those who fell silent are forgotten: far more than can be linked.
const MAX_SPEAKERS: usize = 1_024;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
struct Rate {
    since: Instant,
    lines: u32,
    /// The entry that takes in the lines beyond the limit.
    fold: Option<u64>,
}

/// What to do with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Show,
    /// Fold it, into this entry if there is one.
    Fold(Option<u64>),
}

/// The rates of those who speak.
#[derive(Debug, Default)]
pub(crate) struct Floods(BTreeMap<PeerId, Rate>);

impl Floods {
    /// Counts a line.
    pub(crate) fn line(&mut self, peer: PeerId, now: Instant) -> Verdict {
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
        if rate.fold.is_some() || rate.lines > LINES_PER_SECOND { Verdict::Fold(rate.fold) } else { Verdict::Show }
    }

    /// Notes which entry takes in the lines of `peer`.
    pub(crate) fn folded(&mut self, peer: PeerId, entry: u64) {
        if let Some(rate) = self.0.get_mut(&peer) {
            rate.fold = Some(entry);
        }
    }

    /// Forgets who left.
    pub(crate) fn left(&mut self, peer: PeerId) {
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
        let mut floods = Floods::default();
        assert!((0..50).all(|i| floods.line(bob, at(i)) == Verdict::Show));
        assert_eq!(floods.line(bob, at(60)), Verdict::Fold(None));
        floods.folded(bob, 7);
        assert_eq!(floods.line(carol, at(61)), Verdict::Show);
        assert_eq!(floods.line(bob, at(1_001)), Verdict::Fold(Some(7)), "the flood lasts");
        assert_eq!(floods.line(bob, at(2_100)), Verdict::Show, "it was over");
    }
}
