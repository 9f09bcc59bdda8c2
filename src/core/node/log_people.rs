//! Answers the log machine's questions about people, using the links and the trust machine.

use super::{myself::Myself, peers::Peers, trust::Keyring, views::Directory};
use crate::{
    core::{log::storage::Ignored, sync},
    domain::model::{Class, Host, Nick, NodeId, PeerId, Repute, Timestamp, Trust, Who},
};

/// See the module's documentation.
pub(super) struct LogPeople<'a> {
    pub(super) me: &'a Myself,
    pub(super) peers: &'a Peers,
    pub(super) trust: &'a Keyring,
}

impl sync::People for LogPeople<'_> {
    fn own_nick(&self) -> &Nick {
        &self.me.nick
    }

    fn is_known(&self, node: &NodeId) -> bool {
        self.trust.book().get(node).is_some()
    }

    fn class(&self, node: &NodeId, _: Timestamp) -> Class {
        self.trust.book().class(node, self.peers.has_node(node))
    }

    fn host(&self, node: &NodeId) -> Option<Host> {
        self.peers.host_of(node)
    }

    fn has_guests(&self) -> bool {
        self.peers.has_guests()
    }

    fn is_ignored(&self, peer: PeerId) -> bool {
        match peer {
            PeerId::Node(node) => self.trust.book().is_ignored(&node),
            PeerId::Guest(addr) => self.trust.is_ignored_guest(&addr),
        }
    }

    fn ignored(&self) -> Ignored {
        let nodes = self.trust.book().known().filter(|known| known.ignored).map(|known| known.node);
        Ignored { nodes: nodes.collect(), guests: self.trust.ignored_guests().clone() }
    }

    /// The name in a message proves nothing. The name that its author uses on a link was checked. Without such a name,
    /// the one in the message is shown, and marked if it is somebody else's.
    fn shown(&self, peer: PeerId, said: Option<&Nick>, wall: Timestamp) -> (Option<Nick>, Repute) {
        let here = self.peers.peer(peer);
        let PeerId::Node(node) = peer else {
            let ignored = self.is_ignored(peer);
            return (said.cloned(), here.map_or(Repute { ignored, ..Repute::of(Trust::Guest) }, |peer| peer.repute));
        };
        let book = self.trust.book();
        let known = here.and_then(|peer| peer.nick.as_ref()).or_else(|| book.nick(&node));
        match (known, said) {
            (None, Some(said)) => (Some(said.clone()), book.repute_under(&node, said, wall)),
            (known, _) => (known.cloned(), book.repute(&node, wall)),
        }
    }

    fn called(&self, who: &Who, wall: Timestamp) -> Vec<NodeId> {
        let people = self.trust.people(self.peers, wall).everyone(who);
        people.into_iter().filter_map(|peer| peer.node().copied()).collect()
    }
}
