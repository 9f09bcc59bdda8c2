//! The codes that the user was shown, and under which name. An answer is for the code that they saw, even if another
//! peer goes by that name now.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use super::comparison::EXPIRY;
use crate::{
    core::node::trust::{Match, Wanted},
    domain::model::{Nick, NodeId, Who},
};

/// How long we remember under which name a code was shown: as long as the code is valid, and as long again, since the
/// user may still be about to answer.
const REMEMBERED: Duration = EXPIRY.saturating_mul(2);

/// Codes that were shown recently, the newest last. There are no more than [`super::pace`] lets others start, and the
/// user starts, within [`REMEMBERED`].
#[derive(Debug, Default)]
pub(super) struct ShownCodes(Vec<Shown>);

/// A code that was shown, even if its comparison has ended.
#[derive(Debug)]
struct Shown {
    node: NodeId,
    /// The name of its owner at that time.
    nick: Option<Nick>,
    at: Instant,
}

/// Which code the user may mean.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// None that was shown recently.
    None,
    /// The last code of this node, if `latest`; otherwise an earlier one, which no longer counts.
    One {
        /// Whose code it is.
        node: NodeId,
        /// Whether no other code of it was shown since.
        latest: bool,
    },
    /// Codes of several nodes.
    Several(Vec<NodeId>),
}

impl ShownCodes {
    /// A code of `node`, which goes by `nick`, is shown.
    pub(super) fn show(&mut self, node: NodeId, nick: Option<Nick>, now: Instant) {
        self.0.retain(|shown| now.saturating_duration_since(shown.at) < REMEMBERED);
        self.0.retain(|shown| (shown.node, &shown.nick) != (node, &nick));
        self.0.push(Shown { node, nick, at: now });
    }

    /// Whether a code of `node` was shown recently. It counts once.
    pub(super) fn take_shown(&mut self, node: NodeId, now: Instant) -> bool {
        let fresh = |shown: &Shown| now.saturating_duration_since(shown.at) < REMEMBERED;
        let was_shown = self.0.iter().any(|shown| shown.node == node && fresh(shown));
        self.0.retain(|shown| shown.node != node);
        was_shown
    }

    /// Whether the last code of `node` was shown under another name than `nick`.
    pub(super) fn was_renamed(&self, node: NodeId, nick: Option<&Nick>) -> bool {
        self.last(node).is_some_and(|shown| shown.nick.as_ref() != nick)
    }

    /// Which code the user means by `who`: a name that a code was shown under, or a key.
    pub(super) fn meant(&self, who: &Who, now: Instant) -> Meant {
        let wanted = Wanted::new(who);
        let fresh = |shown: &&Shown| now.saturating_duration_since(shown.at) < REMEMBERED;
        let is = |shown: &&Shown| wanted.node(&shown.node, shown.nick.as_ref()).is_some_and(|how| how != Match::Alike);
        let meant: Vec<&Shown> = self.0.iter().filter(fresh).filter(is).collect();
        let nodes: BTreeSet<NodeId> = meant.iter().map(|shown| shown.node).collect();
        let nodes: Vec<NodeId> = nodes.into_iter().collect();
        match nodes.as_slice() {
            [] => Meant::None,
            [node] => {
                let is_meant = |last: &Shown| meant.iter().any(|shown| std::ptr::eq(*shown, last));
                Meant::One { node: *node, latest: self.last(*node).is_some_and(is_meant) }
            }
            _ => Meant::Several(nodes),
        }
    }

    fn last(&self, node: NodeId) -> Option<&Shown> {
        self.0.iter().rfind(|shown| shown.node == node)
    }
}
