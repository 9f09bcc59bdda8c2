//! Which of several keys has a name.

use std::cmp::Reverse;

use crate::domain::model::{Known, NodeId, Timestamp};

/// A key's claim to a name. The greatest of several claims has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Whether no comparison of codes with it has failed.
    undisputed: bool,
    /// Whether the user has not since given the name to another key.
    undisplaced: bool,
    /// Whether the user has said that it is this key's, or has verified the key.
    granted: bool,
    /// When the key began to go by it: the key that was known first keeps it.
    since: Reverse<Timestamp>,
    /// The key that claims it, so that no two claims are equal.
    node: Reverse<NodeId>,
}

impl Claim {
    /// The claim of a key that has gone by the name since the time `since`.
    pub const fn new(known: &Known, since: Timestamp, granted: bool) -> Self {
        let Known { node, differs, displaced, .. } = *known;
        Self { undisputed: !differs, undisplaced: !displaced, granted, since: Reverse(since), node: Reverse(node) }
    }

    /// The claim of a key to the name that is remembered for it.
    pub const fn of(known: &Known) -> Self {
        Self::new(known, known.first_seen, known.is_granted())
    }

    /// Whose claim it is.
    pub const fn node(&self) -> NodeId {
        self.node.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_word_wins_then_the_first_known_key() {
        let claim = |node: u8, since: i64, trusted, displaced| {
            let since = Timestamp::from_millis(since);
            Claim::of(&Known {
                card: None,
                node: NodeId::new([node; 32]),
                nick: None,
                first_seen: since,
                last_seen: since,
                addrs: Vec::new(),
                verified: false,
                differs: node == 6,
                trusted,
                displaced,
                ignored: false,
                met: None,
            })
        };
        let claims = [
            claim(6, 0, true, false),
            claim(1, 1, true, true),
            claim(2, 1, false, true),
            claim(3, 9, true, false),
            claim(4, 5, false, false),
            claim(5, 6, false, false),
        ];
        let mut order = claims;
        order.sort_by_key(|claim| Reverse(*claim));
        assert_eq!(order.map(|claim| claim.node().tag(2)), ["03", "04", "05", "01", "02", "06"]);
    }
}
