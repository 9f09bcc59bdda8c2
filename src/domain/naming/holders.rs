//! Who had a name first, for a history that is read once from its start.

use std::collections::BTreeMap;

use crate::domain::model::{NodeId, Skeleton};

/// Names that are remembered with their holders. Anyone who uses a further name is always shown with a tag.
const MAX_NAMES: usize = 16_384;

/// Who holds which name: people the user knows come first, then the first to use it.
#[derive(Debug, Default)]
pub struct FirstHolders {
    /// None: several people the user knows have it, so nobody holds it.
    holders: BTreeMap<Skeleton, Option<Holder>>,
}

/// Who holds a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    User,
    Node(NodeId),
}

impl FirstHolders {
    /// The user knows `node` by this name. Of two people known by one name, neither holds it.
    pub fn known(&mut self, name: Skeleton, node: NodeId) {
        self.holders.entry(name).and_modify(|holder| *holder = None).or_insert(Some(Holder::Node(node)));
    }

    /// The user goes by this name, even if others use it too.
    pub fn user(&mut self, name: Skeleton) {
        self.holders.insert(name, Some(Holder::User));
    }

    /// `node`, or the user if there is none, said something under this name.
    pub fn used(&mut self, name: Skeleton, node: Option<NodeId>) {
        if self.holders.len() < MAX_NAMES {
            self.holders.entry(name).or_insert(Some(node.map_or(Holder::User, Holder::Node)));
        }
    }

    /// Whether the name is this node's. If not, it is shown with a tag.
    pub fn holds(&self, name: &Skeleton, node: NodeId) -> bool {
        self.holders.get(name) == Some(&Some(Holder::Node(node)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Nick, skeleton};

    fn looks(name: &str) -> Skeleton {
        skeleton(&Nick::new(name).unwrap())
    }

    #[test]
    fn the_first_to_use_a_name_holds_it() {
        let [bob, other] = [NodeId::new([1; 32]), NodeId::new([2; 32])];
        let mut holders = FirstHolders::default();
        holders.used(looks("bob"), Some(bob));
        holders.used(looks("B0B"), Some(other));
        assert_eq!([bob, other].map(|node| holders.holds(&looks("bob"), node)), [true, false]);
    }

    #[test]
    fn people_the_user_knows_and_the_user_come_first() {
        let [bob, other] = [NodeId::new([1; 32]), NodeId::new([2; 32])];
        let mut holders = FirstHolders::default();
        holders.known(looks("bob"), bob);
        holders.used(looks("bob"), Some(other));
        assert!(holders.holds(&looks("bob"), bob) && !holders.holds(&looks("bob"), other));
        holders.known(looks("bob"), other);
        assert!(!holders.holds(&looks("bob"), bob), "two are known by it");
        holders.user(looks("carol"));
        holders.used(looks("carol"), Some(bob));
        assert!(!holders.holds(&looks("carol"), bob));
    }

    #[test]
    fn names_beyond_the_limit_have_no_holder() {
        let mut holders = FirstHolders::default();
        let node = NodeId::new([1; 32]);
        for n in 0..=MAX_NAMES {
            holders.used(looks(&format!("n{n}")), Some(node));
        }
        assert!(holders.holds(&looks("n5"), node) && !holders.holds(&looks(&format!("n{MAX_NAMES}")), node));
    }
}
