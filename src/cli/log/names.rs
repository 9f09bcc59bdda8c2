//! The names of people in text output, chosen so that nobody can pass for somebody else.

use std::collections::BTreeMap;

use crate::{
    domain::{
        model::{Author, Known, Message, Nick, NodeId, PeerId, Repute, Skeleton, Timestamp, Trust, skeleton},
        naming::{Claim, Name, Register},
    },
    runtime::profile::Existing,
};

/// Who has which name.
pub(super) struct Names {
    me: NodeId,
    own: Option<Skeleton>,
    known: BTreeMap<NodeId, Known>,
    /// The best claim to each name, as the node decides it.
    claims: BTreeMap<Skeleton, Claim>,
    register: Register,
    now: Timestamp,
}

impl Names {
    /// The names by which the user of this profile knows people.
    pub(super) fn new(profile: &Existing, now: Timestamp) -> Self {
        let known: BTreeMap<NodeId, Known> = profile.known().iter().map(|known| (known.node, known.clone())).collect();
        let mut claims: BTreeMap<Skeleton, Claim> = BTreeMap::new();
        for known in known.values().filter(|known| known.keeps_names()) {
            if let Some(nick) = &known.nick {
                let claim = Claim::of(known);
                claims.entry(skeleton(nick)).and_modify(|best| *best = claim.max(*best)).or_insert(claim);
            }
        }
        let mut register = Register::of_history();
        if let Some(nick) = profile.nick() {
            register.set_own(nick);
        }
        Self { me: profile.node(), own: profile.nick().map(skeleton), known, claims, register, now }
    }

    pub(super) fn is_own(&self, node: NodeId) -> bool {
        node == self.me
    }

    pub(super) fn is_ignored(&self, author: Author) -> bool {
        matches!(author, Author::Peer(PeerId::Node(node)) if self.known.get(&node).is_some_and(|known| known.ignored))
    }

    /// The name that the user knows somebody by.
    pub(super) fn called(&self, author: Author) -> Option<Nick> {
        match author {
            Author::Peer(PeerId::Node(node)) => self.known.get(&node)?.nick.clone(),
            Author::Own | Author::Peer(PeerId::Guest(_)) => None,
        }
    }

    /// What is known about an author under this name.
    pub(super) fn repute(&self, author: Author, nick: Option<&Nick>) -> Repute {
        let node = match author {
            Author::Own => return Repute::of(Trust::Verified),
            Author::Peer(PeerId::Guest(_)) => return Repute::of(Trust::Guest),
            Author::Peer(PeerId::Node(node)) => node,
        };
        let looks = nick.map(skeleton);
        let namesake = looks.as_ref().is_some_and(|looks| {
            self.own.as_ref() == Some(looks) || self.claims.get(looks).is_some_and(|claim| claim.node() != node)
        });
        let Some(known) = self.known.get(&node) else { return Repute::of_unknown(namesake) };
        let granted = known.trusted && known.nick.as_ref() == nick;
        Repute { trust: known.trust(namesake, granted, self.now), namesake, ignored: false }
    }

    /// Remembers the name under which a message was said.
    pub(super) fn met(&mut self, message: &Message) {
        if let (Author::Peer(id), Some(nick)) = (message.author, &message.nick) {
            self.register.heard(id, nick, message.repute);
        }
    }

    /// The key prefix that tells the author of a message from others with the same name; usually empty.
    pub(super) fn tag(&self, message: &Message) -> String {
        match (message.author, &message.nick) {
            (Author::Peer(id @ PeerId::Node(_)), Some(nick)) => {
                self.register.tags(id, nick, message.repute).whole.unwrap_or_default().into()
            }
            _ => String::new(),
        }
    }

    /// `bob`, `?bob` for a guest, `!bob` where there is a doubt, `bob#c04e` where somebody else had the name before.
    pub(super) fn name(&self, message: &Message) -> String {
        Name::of_author(message, &self.tag(message)).to_string()
    }
}
