//! How text calls people, so that nobody passes for somebody else.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        model::{Author, Known, Mark, Message, Nick, NodeId, PeerId, skeleton},
        naming::{FirstHolders, GUEST, HANDLE_DIGITS, Name, SUSPECT},
    },
    runtime::profile::Existing,
};

/// Who has which name.
pub(super) struct Names {
    me: NodeId,
    known: BTreeMap<NodeId, Nick>,
    ignored: BTreeSet<NodeId>,
    holders: FirstHolders,
}

impl Names {
    /// As the user of this profile knows people.
    pub(super) fn new(profile: &Existing) -> Self {
        let known: BTreeMap<NodeId, Nick> =
            profile.known().iter().filter_map(|Known { node, nick, .. }| Some((*node, nick.clone()?))).collect();
        let mut holders = FirstHolders::default();
        for (node, nick) in &known {
            holders.known(skeleton(nick), *node);
        }
        if let Some(nick) = profile.nick() {
            holders.user(skeleton(nick));
        }
        let ignored = profile.known().iter().filter(|known| known.ignored).map(|known| known.node).collect();
        Self { me: profile.node(), known, ignored, holders }
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
        let node = match message.author {
            Author::Own => None,
            Author::Peer(PeerId::Node(node)) => Some(node),
            Author::Peer(PeerId::Guest(_)) => return,
        };
        if let Some(nick) = &message.nick {
            self.holders.used(skeleton(nick), node);
        }
    }

    /// `bob`, `?bob` for a guest, `!bob` for a key that signed two things as one, `bob#c04e5d17` where somebody else had the
    /// name before.
    pub(super) fn name(&self, message: &Message) -> String {
        let (mark, tag) = match (message.author, &message.nick) {
            (Author::Own, _) => ("", String::new()),
            (Author::Peer(PeerId::Guest(_)), _) => (GUEST, String::new()),
            (Author::Peer(PeerId::Node(node)), nick) => {
                let mark = if message.mark == Mark::Forked { SUSPECT } else { "" };
                let is_another = nick.as_ref().is_some_and(|nick| !self.holders.holds(&skeleton(nick), node));
                (mark, if is_another { format!("#{}", node.tag(HANDLE_DIGITS)) } else { String::new() })
            }
        };
        Name { mark, called: message.display_name(), tag: &tag }.to_string()
    }
}
