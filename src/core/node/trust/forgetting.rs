//! The order in which keys are forgotten when there are too many.
//!
//! Keys cost nothing, so a stranger can make thousands of them. They must displace one another and nobody else. The
//! first to go are:
//! 1. keys that were met on one day, long ago;
//! 2. keys that were linked for moments and said nothing: the newest one of the host with the most of them;
//! 3. keys that said something, or were linked for a minute, in the same order;
//! 4. keys that were met on two days: the one seen longest ago.
//!
//! Keys that are linked now, and keys that the user verified, trusted or ignored, are never forgotten. On this machine
//! each key counts as a host of its own, since each may be another user.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::domain::model::{Machine, NodeId};

/// How easily a key is forgotten; the first variant goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Met on one day, long ago.
    Stale,
    /// Linked for moments, and silent.
    Unproven,
    /// Met on one day.
    Proven,
    /// Met on two days.
    Known,
}

/// A group of keys that displace one another first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Crowd {
    /// All keys of a rank.
    Everybody,
    /// Those of one machine.
    Of(Machine),
}

/// Where a key stands in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ForgetOrder {
    pub(super) rank: Rank,
    pub(super) crowd: Crowd,
    /// Within a crowd, the key with the greatest urgency goes first.
    pub(super) urgency: i64,
}

/// The keys that may be forgotten. Every operation takes time logarithmic in their number.
#[derive(Debug, Default)]
pub(super) struct Forgettable {
    crowds: BTreeMap<(Rank, Crowd), BTreeSet<(i64, NodeId)>>,
    /// The crowds. The first one loses the next key: the largest, and of equals the one with the most urgent key.
    order: BTreeSet<(Rank, Reverse<usize>, Reverse<i64>, Crowd)>,
}

impl Forgettable {
    /// `node` may be forgotten.
    pub(super) fn insert(&mut self, node: NodeId, place: ForgetOrder) {
        self.change(place, |crowd| crowd.insert((place.urgency, node)));
    }

    /// `node` may not be forgotten any more, or stands elsewhere. `place` is where it stood.
    pub(super) fn remove(&mut self, node: NodeId, place: ForgetOrder) {
        self.change(place, |crowd| crowd.remove(&(place.urgency, node)));
    }

    /// Which key is forgotten next.
    pub(super) fn next(&self) -> Option<NodeId> {
        let (rank, _, _, crowd) = self.order.first()?;
        self.crowds.get(&(*rank, *crowd))?.last().map(|(_, node)| *node)
    }

    fn change(
        &mut self,
        ForgetOrder { rank, crowd, .. }: ForgetOrder,
        change: impl FnOnce(&mut BTreeSet<(i64, NodeId)>) -> bool,
    ) {
        let keys = self.crowds.entry((rank, crowd)).or_default();
        if let Some((urgency, _)) = keys.last() {
            self.order.remove(&(rank, Reverse(keys.len()), Reverse(*urgency), crowd));
        }
        change(keys);
        match keys.last() {
            Some((urgency, _)) => drop(self.order.insert((rank, Reverse(keys.len()), Reverse(*urgency), crowd))),
            None => drop(self.crowds.remove(&(rank, crowd))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Host;

    fn key(n: u8) -> NodeId {
        NodeId::new([n; 32])
    }

    fn place(rank: Rank, host: u8, urgency: i64) -> ForgetOrder {
        ForgetOrder { rank, crowd: Crowd::Of(Machine::Host(Host::of([10, 0, 0, host].into()))), urgency }
    }

    #[test]
    fn the_lowest_rank_and_largest_crowd_are_forgotten_first() {
        let mut keys = Forgettable::default();
        let places = [
            (1, place(Rank::Proven, 1, 1)),
            (2, place(Rank::Unproven, 1, 2)),
            (3, place(Rank::Unproven, 2, 3)),
            (4, place(Rank::Unproven, 2, 4)),
            (5, place(Rank::Unproven, 3, 5)),
            (6, place(Rank::Known, 1, 6)),
        ];
        for (n, place) in places {
            keys.insert(key(n), place);
        }
        let mut order = Vec::new();
        while let Some(next) = keys.next() {
            let (n, place) = places.into_iter().find(|(n, _)| key(*n) == next).unwrap();
            keys.remove(next, place);
            order.push(n);
        }
        assert_eq!(order, [4, 5, 3, 2, 1, 6]);
        assert!(keys.crowds.is_empty() && keys.order.is_empty());
    }

    #[test]
    fn removing_an_absent_key_changes_nothing() {
        let mut keys = Forgettable::default();
        keys.remove(key(1), place(Rank::Proven, 1, 1));
        assert!(keys.next().is_none() && keys.crowds.is_empty() && keys.order.is_empty());
        keys.insert(key(2), place(Rank::Proven, 1, 1));
        keys.remove(key(1), place(Rank::Proven, 1, 1));
        assert_eq!(keys.next(), Some(key(2)));
    }
}
