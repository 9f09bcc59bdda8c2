//! What people are called: in sentences, and so that a name can be typed and means nobody else.

use super::book::TrustBook;
use crate::{
    core::node::views::Directory,
    domain::{
        model::{Nick, NodeId, Peer, PeerId},
        naming::typed_names,
    },
};

/// People who are named when several could be meant.
const MAX_NAMED: usize = 8;

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
        let people: Vec<_> = ids.iter().take(MAX_NAMED).map(|id| (*id, self.nick(*id))).collect();
        typed_names(&people).join(separator)
    }

    /// What somebody who is here calls themselves, or else was called last.
    fn nick(&self, id: PeerId) -> Option<&Nick> {
        let here = self.here.peer(id).and_then(|peer| peer.nick.as_ref());
        here.or_else(|| self.book.nick(id.node()?))
    }
}
