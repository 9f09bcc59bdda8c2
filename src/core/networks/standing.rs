//! Who may have what was said on a network before the present stay.

use std::{collections::BTreeSet, sync::Arc};

use crate::domain::model::NodeId;

/// What decides who gets what was said on this network before the present stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is certain which network this is.
    pub certain: bool,
    /// The keys that are known from this network.
    pub known: Arc<BTreeSet<NodeId>>,
    /// The number of the stay.
    pub stay: u64,
    /// Whether the user gave the history to everybody who is here in this stay.
    pub shared: bool,
}

/// On this machine alone there is no doubt, and there is no other network to carry lines to.
impl Default for Standing {
    fn default() -> Self {
        Self { certain: true, known: Arc::default(), stay: 0, shared: true }
    }
}

impl Standing {
    /// Whether everybody who is here may have it while these are linked. This takes a certain network and somebody who
    /// was here before: a router's address can be copied, and two colleagues can meet anywhere.
    pub fn gives_all(&self, mut linked: impl Iterator<Item = NodeId>) -> bool {
        self.shared || (self.certain && linked.any(|node| self.known.contains(&node)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_history_on_certain_networks_with_known_people() {
        let (bob, eve) = (NodeId::numbered(1), NodeId::numbered(2));
        let standing = |certain| Standing { certain, known: Arc::new([bob].into()), stay: 1, shared: false };
        assert!(standing(true).gives_all([eve, bob].into_iter()));
        assert!(!standing(true).gives_all([eve].into_iter()));
        assert!(!standing(false).gives_all([eve, bob].into_iter()));
        assert!(Standing { shared: true, ..standing(false) }.gives_all([eve].into_iter()));
        assert!(Standing::default().gives_all([].into_iter()));
    }
}
