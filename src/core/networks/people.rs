//! Who was met on a network.

use std::collections::BTreeMap;

use crate::domain::model::{Date, NodeId};

/// Keys that are remembered for one network. An office has fewer. Of a crowd, those with the most days stay.
pub const MAX_PEOPLE: usize = 256;

/// On how many days a key must be met on a network to be known there, unless it was introduced.
const KNOWN_DAYS: u16 = 2;

/// How a key was met on a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acquaintance {
    /// On how many days.
    pub days: u16,
    /// The last of them.
    pub last: Date,
    /// Whether it came while somebody known was there, or while the network was new. It is then known at once.
    pub introduced: bool,
}

impl Acquaintance {
    /// Whether the key is known.
    pub const fn is_known(&self) -> bool {
        self.introduced || self.days >= KNOWN_DAYS
    }
}

/// The keys that were met on a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People(BTreeMap<NodeId, Acquaintance>);

impl People {
    /// The keys of a file. If there are too many, the least known ones are left out.
    pub fn new(people: impl IntoIterator<Item = (NodeId, Acquaintance)>) -> Self {
        let mut all = Self(people.into_iter().collect());
        all.forget_excess();
        all
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&NodeId, &Acquaintance)> {
        self.0.iter()
    }

    /// Whether a key is known here.
    pub fn knows(&self, node: &NodeId) -> bool {
        self.0.get(node).is_some_and(Acquaintance::is_known)
    }

    /// The keys that are known here.
    pub fn known(&self) -> impl Iterator<Item = &NodeId> {
        self.0.iter().filter(|(_, how)| how.is_known()).map(|(node, _)| node)
    }

    /// A key is here today. Returns whether that is news.
    pub(super) fn meet(&mut self, node: NodeId, today: Date, introduced: bool) -> bool {
        let before = self.0.get(&node).copied();
        let how = self.0.entry(node).or_default();
        if how.days == 0 || how.last != today {
            (how.days, how.last) = (how.days.saturating_add(1), today);
        }
        how.introduced |= introduced;
        let news = before != Some(*how);
        self.forget_excess();
        news && self.0.contains_key(&node)
    }

    /// Adds the keys of another network that turned out to be this one.
    pub(super) fn add(&mut self, other: Self) {
        for (node, how) in other.0 {
            let ours = self.0.entry(node).or_insert(how);
            ours.days = ours.days.max(how.days);
            ours.last = ours.last.max(how.last);
            ours.introduced |= how.introduced;
        }
        self.forget_excess();
    }

    /// Forgets the least known keys: first those that are not known, and among those the ones with the fewest days.
    fn forget_excess(&mut self) {
        let over = self.0.len().saturating_sub(MAX_PEOPLE);
        if over == 0 {
            return;
        }
        let mut all: Vec<_> = self.0.iter().map(|(node, how)| (how.is_known(), how.days, *node)).collect();
        all.sort_unstable();
        for (.., node) in all.into_iter().take(over) {
            self.0.remove(&node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(n: u32) -> NodeId {
        NodeId::numbered(n)
    }

    #[test]
    fn a_key_is_known_when_introduced_or_on_day_two() {
        let mut people = People::default();
        let day = Date::from_days;
        assert!(people.meet(node(1), day(1), false) && !people.meet(node(1), day(1), false));
        assert!(!people.knows(&node(1)));
        assert!(people.meet(node(1), day(2), false) && people.knows(&node(1)));
        assert!(people.meet(node(2), day(2), true) && people.knows(&node(2)));
        people.meet(node(2), day(2), false);
        assert!(people.knows(&node(2)), "what is known stays known");
        assert_eq!(people.known().count(), 2);
    }

    #[test]
    fn a_crowd_does_not_displace_known_people() {
        let mut people = People::default();
        people.meet(node(0), Date::from_days(1), true);
        for n in 1..2 * MAX_PEOPLE as u32 {
            people.meet(node(n), Date::from_days(1), false);
        }
        assert!(people.knows(&node(0)) && people.iter().count() == MAX_PEOPLE);
    }
}
