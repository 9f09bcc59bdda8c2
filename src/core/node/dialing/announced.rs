//! Keys whose announcements were heard, and when our own announcement answers one. Announcements are hints; receivers
//! must not trust them.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::domain::model::NodeId;

/// Keys whose announcements are remembered; the one heard longest ago gives way. Keys cost nothing, so more of them
/// would not mean more people; a room has 256 at most.
const MAX_KEYS: usize = 256;

/// How long an announcement counts as recent: two are 30 s apart.
const HEARD_FOR: Duration = Duration::from_mins(1);

/// The shortest time between two announcements that we send because a dial failed. A node that we cannot reach may well
/// reach us.
const ANSWER_EVERY: Duration = Duration::from_secs(10);

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    heard: BTreeMap<NodeId, Instant>,
    answered: Option<Instant>,
}

impl Announcements {
    /// A datagram from `node` was heard.
    pub(super) fn note(&mut self, node: NodeId, now: Instant) {
        if self.heard.len() >= MAX_KEYS && !self.heard.contains_key(&node) {
            let oldest = self.heard.iter().min_by_key(|(_, at)| **at).map(|(node, _)| *node);
            oldest.and_then(|oldest| self.heard.remove(&oldest));
        }
        self.heard.insert(node, now);
    }

    /// Whether `node` was heard recently.
    pub(super) fn is_fresh(&self, node: &NodeId, now: Instant) -> bool {
        self.heard.get(node).is_some_and(|at| now.saturating_duration_since(*at) < HEARD_FOR)
    }

    /// Whether `node` was heard at all.
    pub(super) fn contains(&self, node: &NodeId) -> bool {
        self.heard.contains_key(node)
    }

    /// Whether our own announcement may answer one now. If so, it counts as sent.
    pub(super) fn may_answer(&mut self, now: Instant) -> bool {
        let may = self.answered.is_none_or(|at| now.saturating_duration_since(at) >= ANSWER_EVERY);
        if may {
            self.answered = Some(now);
        }
        may
    }
}
