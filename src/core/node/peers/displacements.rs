//! How long to stay away from a node where another copy of our key has taken our place. The two take turns there, so that the
//! lines of both get there, and the turns become longer, so that nobody sees us come and go all the time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::model::NodeId;

/// The first wait. It doubles each time, up to [`MAX_WAIT`].
const WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_mins(8);

/// After so long without being displaced, the waits begin anew.
const FORGET_AFTER: Duration = Duration::from_mins(30);

/// Nodes that are remembered: as many as are linked at once.
const MAX_NODES: usize = 256;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Displacements(BTreeMap<NodeId, (Duration, Instant)>);

impl Displacements {
    /// Another copy has taken our place at this node: how long to wait before we dial it.
    pub(super) fn wait(&mut self, node: NodeId, now: Instant) -> Duration {
        self.0.retain(|_, (wait, at)| now.saturating_duration_since(*at) < FORGET_AFTER + *wait);
        let wait = self.0.get(&node).map_or(WAIT, |(last, _)| (*last * 2).min(MAX_WAIT));
        if self.0.len() < MAX_NODES || self.0.contains_key(&node) {
            self.0.insert(node, (wait, now));
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turns_become_longer_up_to_eight_minutes_and_begin_anew_after_a_while() {
        let (mut displacements, start) = (Displacements::default(), Instant::now());
        let node = NodeId::numbered(1);
        let waits: Vec<u64> = (0..6).map(|_| displacements.wait(node, start).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 480]);
        assert_eq!(displacements.wait(NodeId::numbered(2), start), WAIT);
        assert_eq!(displacements.wait(node, start + FORGET_AFTER + MAX_WAIT), WAIT);
    }
}
