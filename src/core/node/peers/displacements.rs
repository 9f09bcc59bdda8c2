//! How long to stay away from a node where another copy of our key has taken our place. The two take turns there, so
//! that the lines of both arrive. The turns become longer, so that others do not see us come and go all the time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::model::NodeId;

/// The wait in each of the first turns. After [`SHORT_TURNS`] turns, each wait is twice as long as the one before, up
/// to [`MAX_WAIT`].
const WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_mins(8);

/// After this many turns both copies have everything, whichever begins and whatever each has said.
const SHORT_TURNS: u32 = 3;

/// If we are not displaced for this long, the waits start over.
const FORGET_AFTER: Duration = Duration::from_mins(30);

/// How many nodes are remembered: as many as can be linked at once.
const MAX_NODES: usize = 256;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Displacements(BTreeMap<NodeId, (u32, Instant)>);

impl Displacements {
    /// Another copy has taken our place at this node: how long to wait before we dial it.
    pub(super) fn wait(&mut self, node: NodeId, now: Instant) -> Duration {
        self.0.retain(|_, (_, at)| now.saturating_duration_since(*at) < FORGET_AFTER);
        let turns = self.0.get(&node).map_or(1, |(turns, _)| turns.saturating_add(1));
        if self.0.len() < MAX_NODES || self.0.contains_key(&node) {
            self.0.insert(node, (turns, now));
        }
        let doublings = turns.saturating_sub(SHORT_TURNS).min(8);
        (WAIT * (1 << doublings)).min(MAX_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_eight_minutes_and_reset_after_a_while() {
        let (mut displacements, start) = (Displacements::default(), Instant::now());
        let node = NodeId::numbered(1);
        let waits: Vec<u64> = (0..9).map(|_| displacements.wait(node, start).as_secs()).collect();
        assert_eq!(waits, [30, 30, 30, 60, 120, 240, 480, 480, 480]);
        assert_eq!(displacements.wait(NodeId::numbered(2), start), WAIT);
        assert_eq!(displacements.wait(node, start + FORGET_AFTER), WAIT);
    }
}
