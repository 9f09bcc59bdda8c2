//! What people are called: in sentences, and in lists of names that can be typed and mean one person each.

use super::book::TrustBook;
use crate::{
    core::node::views::Directory,
    domain::{
        bus::Candidate,
        model::{Nick, Peer, PeerId, Timestamp, Trust, skeleton},
        naming::{GUEST, handle, short_tag, typed_names},
    },
};

/// How many people are named when several could be meant.
const MAX_NAMED: usize = 8;

/// The names of those who are here, and of those whose keys are known.
#[derive(Clone, Copy)]
pub(in crate::core::node) struct Names<'a> {
    /// What is known about keys.
    pub(super) book: &'a TrustBook,
    /// Who is linked.
    pub(super) here: &'a dyn Directory,
}

impl Names<'_> {
    /// The name to use in a sentence: with a tag, if somebody else has the name.
    pub(in crate::core::node) fn name(&self, id: PeerId) -> String {
        let Some(nick) = self.nick(id) else {
            return self.here.peer(id).map_or_else(|| handle(id), Peer::display_name);
        };
        let Some(node) = id.node() else { return format!("{GUEST}{nick}") };
        if !self.book.is_namesake(node) {
            return nick.to_string();
        }
        let looks = skeleton(nick);
        let alike = |peer: &&Peer| peer.id != id && peer.nick.as_ref().is_some_and(|nick| skeleton(nick) == looks);
        let others: Vec<PeerId> = self.here.everyone().filter(alike).map(|peer| peer.id).collect();
        let holder = self.book.rival(node).map(|known| PeerId::Node(known.node));
        format!("{nick}#{}", short_tag(id, others.into_iter().chain(holder)))
    }

    /// The names of several people, each of which means only that person.
    pub(in crate::core::node) fn candidates(&self, ids: &[PeerId], now: Timestamp) -> Vec<Candidate> {
        let people: Vec<_> = ids.iter().take(MAX_NAMED).map(|id| (*id, self.nick(*id))).collect();
        let trust = ids.iter().map(|id| id.node().map_or(Trust::Guest, |node| self.book.repute(node, now).trust));
        typed_names(&people).into_iter().zip(trust).map(|(name, trust)| Candidate { name, trust }).collect()
    }

    /// The name that somebody who is here goes by, otherwise the last one that is known.
    pub(super) fn nick(&self, id: PeerId) -> Option<&Nick> {
        let here = self.here.peer(id).and_then(|peer| peer.nick.as_ref());
        here.or_else(|| self.book.nick(id.node()?))
    }
}
