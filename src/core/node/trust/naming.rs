//! What people are called: in sentences, and so that a name can be typed and means nobody else.

use std::collections::BTreeSet;

use super::book::TrustBook;
use crate::{
    core::node::views::Directory,
    domain::{
        model::{NodeId, Peer, PeerId},
        naming::HANDLE_DIGITS,
    },
};

/// People who are named when several could be meant.
const MAX_NAMED: usize = 8;

/// Digits of the key behind a name when several people could be meant: as few of these as tell them apart.
const TAG_DIGITS: [usize; 3] = [HANDLE_DIGITS, 16, 32];

/// Digits of a whole key.
const ALL_DIGITS: usize = 64;

/// The names of those who are here, and of those whose keys are known.
#[derive(Clone, Copy)]
pub(in crate::core::node) struct Names<'a> {
    /// What is known of keys.
    pub(super) book: &'a TrustBook,
    /// Who is linked.
    pub(super) here: &'a dyn Directory,
}

impl Names<'_> {
    /// The name to use in a sentence.
    pub(in crate::core::node) fn name(&self, id: PeerId) -> String {
        let known = |node: &NodeId| self.book.nick(node).map(ToString::to_string);
        let here = self.here.peer(id).map(Peer::display_name);
        here.or_else(|| id.node().and_then(known)).unwrap_or_else(|| self.list(&[id], ""))
    }

    /// The names of several people, each of which means that one alone.
    pub(in crate::core::node) fn list(&self, ids: &[PeerId], separator: &str) -> String {
        let tagged = |digits: usize| ids.iter().take(MAX_NAMED).map(|id| self.tagged(*id, digits)).collect::<Vec<_>>();
        let distinct = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        let names = TAG_DIGITS.into_iter().map(tagged).find(distinct);
        names.unwrap_or_else(|| tagged(ALL_DIGITS)).join(separator)
    }

    /// The name, followed by as many digits of the key.
    fn tagged(&self, id: PeerId, digits: usize) -> String {
        let here = self.here.peer(id).and_then(|peer| peer.nick.as_ref());
        match id {
            PeerId::Node(node) => {
                let tag = node.tag(digits);
                let nick = here.or_else(|| self.book.nick(&node));
                nick.map_or_else(|| tag.clone(), |nick| format!("{nick}#{tag}"))
            }
            PeerId::Guest(addr) => here.map_or_else(|| addr.to_string(), |nick| format!("{nick}#{addr}")),
        }
    }
}
