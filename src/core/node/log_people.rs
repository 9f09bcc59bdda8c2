//! What the log machine asks about people, answered by the links and the trust machine.

use super::{myself::Myself, peers::Peers, trust::Keyring, views::Directory};
use crate::{
    core::{log::storage::Ignored, sync},
    domain::model::{Class, Host, Nick, NodeId, PeerId, Timestamp},
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

    fn is_ignored(&self, peer: PeerId, wall: Timestamp) -> bool {
        match peer {
            PeerId::Node(node) => self.trust.book().standing(&node, wall).1,
            PeerId::Guest(addr) => self.trust.is_ignored_guest(&addr),
        }
    }

    fn ignored(&self) -> Ignored {
        let nodes = self.trust.book().known().filter(|known| known.ignored).map(|known| known.node);
        Ignored { nodes: nodes.collect(), guests: self.trust.ignored_guests().clone() }
    }

    /// The name in a message proves nothing. The name that its author uses on a link was checked; without one, a name that
    /// belongs to somebody else is not shown.
    fn shown_nick(&self, peer: PeerId, said: Option<&Nick>, wall: Timestamp) -> Option<Nick> {
        let PeerId::Node(node) = peer else { return said.cloned() };
        let here = self.peers.peer(peer).and_then(|peer| peer.nick.as_ref());
        let known = here.or_else(|| self.trust.book().nick(&node));
        let free = || said.filter(|nick| !self.trust.book().is_somebodys(nick, wall));
        known.or_else(free).cloned()
    }
}
