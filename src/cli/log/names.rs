//! How text calls people, so that nobody passes for somebody else.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::model::{Author, Known, Mark, Message, Nick, NodeId, PeerId, Skeleton, skeleton},
    runtime::profile::Existing,
};

/// Names that are remembered with who had them first. Who has one beyond is always shown with the begin of the key.
const MAX_NAMES: usize = 16_384;

/// Digits of a key that tell people with one name apart.
const DIGITS: usize = 8;

/// Who has which name.
pub(super) struct Names {
    me: NodeId,
    known: BTreeMap<NodeId, Nick>,
    ignored: BTreeSet<NodeId>,
    /// Who had a name first: those whom the user knows, then those who said something under it.
    first: BTreeMap<Skeleton, Author>,
}

impl Names {
    /// As the user of this profile knows people.
    pub(super) fn new(profile: &Existing) -> Self {
        let known: BTreeMap<NodeId, Nick> =
            profile.known().iter().filter_map(|Known { node, nick, .. }| Some((*node, nick.clone()?))).collect();
        let own = profile.nick().map(|nick| (skeleton(nick), Author::Own));
        // Of two whom the user knows by one name, neither has it.
        let mut first = BTreeMap::new();
        for (node, nick) in &known {
            let author = Author::Peer(PeerId::Node(*node));
            first.entry(skeleton(nick)).and_modify(|has| *has = None).or_insert(Some(author));
        }
        let nobody = Author::Peer(PeerId::Node(NodeId::new([0; 32])));
        let first = first.into_iter().map(|(name, author)| (name, author.unwrap_or(nobody))).chain(own).collect();
        let ignored = profile.known().iter().filter(|known| known.ignored).map(|known| known.node).collect();
        Self { me: profile.node(), known, ignored, first }
    }

    pub(super) fn is_own(&self, node: NodeId) -> bool {
        node == self.me
    }

    pub(super) fn is_ignored(&self, author: Author) -> bool {
        matches!(author, Author::Peer(PeerId::Node(node)) if self.ignored.contains(&node))
    }

    /// The name that the user knows somebody by.
    pub(super) fn called(&self, author: Author) -> Option<Nick> {
        match author {
            Author::Peer(PeerId::Node(node)) => self.known.get(&node).cloned(),
            Author::Own | Author::Peer(PeerId::Guest(_)) => None,
        }
    }

    /// Remembers under which name a message was said.
    pub(super) fn met(&mut self, message: &Message) {
        let guest = matches!(message.author, Author::Peer(PeerId::Guest(_)));
        if let Some(nick) = message.nick.as_ref().filter(|_| !guest && self.first.len() < MAX_NAMES) {
            self.first.entry(skeleton(nick)).or_insert(message.author);
        }
    }

    /// `bob`, `?bob` for a guest, `!bob` for a key that signed two things as one, `bob#c04e5d17` where somebody else had the
    /// name before.
    pub(super) fn name(&self, message: &Message) -> String {
        let called = message.display_name();
        let Author::Peer(peer) = message.author else { return called.into_owned() };
        let PeerId::Node(node) = peer else { return format!("?{called}") };
        let mark = if message.mark == Mark::Forked { "!" } else { "" };
        let has_it = |nick| self.first.get(&skeleton(nick)) == Some(&message.author);
        match &message.nick {
            Some(nick) if !has_it(nick) => format!("{mark}{called}#{}", node.tag(DIGITS)),
            _ => format!("{mark}{called}"),
        }
    }
}
