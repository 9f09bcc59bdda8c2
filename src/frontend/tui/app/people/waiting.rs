//! People who are away while messages wait for them.

use std::time::Instant;

use super::{People, Person};
use crate::domain::model::{NodeId, PeerId};

/// The most people away who are remembered: a network has no more nodes.
const MAX_AWAITED: usize = 1_024;

impl People {
    /// This many of the user's messages wait for `node`.
    pub(crate) fn waits(&mut self, node: NodeId, lines: u64, now: Instant) {
        if lines == 0 {
            self.waiting.remove(&node);
            if self.list.get(&PeerId::Node(node)).is_some_and(|person| !person.met) {
                self.list.remove(&PeerId::Node(node));
                self.retag();
            }
        } else if self.waiting.len() < MAX_AWAITED || self.waiting.contains_key(&node) {
            self.waiting.insert(node, lines);
            self.list_awaited(node, now);
        }
    }

    /// Nothing waits for anybody.
    pub(crate) fn nothing_waits(&mut self) {
        self.waiting.clear();
        self.list.retain(|_, person| person.met);
        self.retag();
    }

    /// Lists someone that messages wait for and who was not here in this run, if their name is known.
    fn list_awaited(&mut self, node: NodeId, now: Instant) {
        let id = PeerId::Node(node);
        if self.list.contains_key(&id) {
            return;
        }
        if let Some(nick) = self.heard_nick(id) {
            let mut person = Person::awaited(node, nick.clone(), now);
            if let Some(repute) = self.register.repute(id) {
                person.peer.repute = repute;
            }
            self.list.insert(id, person);
            self.retag();
        }
    }

    /// Lists someone that messages wait for and whose name has become known.
    pub(super) fn name_awaited(&mut self, id: PeerId, now: Instant) {
        if let Some(node) = id.node().filter(|node| self.waiting.contains_key(node)) {
            self.list_awaited(*node, now);
        }
    }

    /// How many of the user's messages wait for this person.
    pub(crate) fn waiting_for(&self, person: &Person) -> u64 {
        let node = person.peer.id.node().filter(|_| person.gone);
        node.and_then(|node| self.waiting.get(node)).copied().unwrap_or(0)
    }

    /// The most messages that wait for one person.
    pub(crate) fn most_waiting(&self) -> u64 {
        self.waiting.values().copied().max().unwrap_or(0)
    }
}
