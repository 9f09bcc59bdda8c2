//! Announcements that were heard: hints, as everything that says where somebody may be.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{Node, Output, Via, link::Dial, local_addrs::is_for_everybody};
use crate::domain::model::{NodeId, Now, PeerId};

/// Keys whose announcements are remembered. Keys cost nothing, so that more of them say nothing about how many people there
/// are; a room has 256 at most.
const MAX_HEARD: usize = 256;

/// How long an announcement counts as heard lately: two are 30 s apart.
const HEARD_FOR: Duration = Duration::from_mins(1);

/// How often an announcement of our own may follow from a dial that failed. Who cannot be reached may well reach us.
const ANSWER_EVERY: Duration = Duration::from_secs(10);

/// What was heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    at: BTreeMap<NodeId, Instant>,
    answered: Option<Instant>,
}

impl Heard {
    fn note(&mut self, node: NodeId, now: Instant) {
        if self.at.len() >= MAX_HEARD && !self.at.contains_key(&node) {
            self.at.retain(|_, at| now.saturating_duration_since(*at) < HEARD_FOR);
        }
        if self.at.len() < MAX_HEARD || self.at.contains_key(&node) {
            self.at.insert(node, now);
        }
    }
}

impl Node {
    /// `node` says that it listens at `addr`. That it says so is proved; that it does, by a dial that takes nobody else.
    pub(super) fn announced(&mut self, node: NodeId, addr: SocketAddr, now: Now) {
        if node == self.me {
            return;
        }
        self.heard.note(node, now.mono);
        let known = self.peers.contains_key(&PeerId::Node(node)) || self.is_linked(addr);
        if known || self.location.is_own(&addr) || !self.location.reaches(addr.ip()) {
            return;
        }
        // The source may be forged, and the port is the sender's choice.
        let may_be_meant = self.ports.may_be_meant(addr.port());
        if may_be_meant && self.book.would_dial(&addr, &node, now.mono) && self.limits.announced(addr.ip(), now.mono) {
            self.book.announced(addr, node, now.mono);
        }
    }

    /// A datagram of `node` was heard that says no more than that it is there.
    pub fn note_heard(&mut self, node: NodeId, now: Now) {
        self.heard.note(node, now.mono);
    }

    /// Whether `node` was heard lately.
    pub fn has_heard(&self, node: &NodeId, now: Now) -> bool {
        self.heard.at.get(node).is_some_and(|at| now.mono.saturating_duration_since(*at) < HEARD_FOR)
    }

    /// Whether a dial is to somebody who was heard.
    pub(super) fn is_announced(&self, dial: &Dial) -> bool {
        matches!(dial.via, Via::Secure { only: Some(node) } if self.heard.at.contains_key(&node))
    }

    /// Who announced itself at `addr` could not be reached there: perhaps it reaches us.
    pub(super) fn answer_announcement(&mut self, addr: SocketAddr, now: Now, out: &mut Vec<Output>) {
        let lately = self.heard.answered.is_some_and(|at| now.mono.saturating_duration_since(at) < ANSWER_EVERY);
        if !lately && is_for_everybody(&addr) {
            self.heard.answered = Some(now.mono);
            out.push(Output::Announce);
        }
    }
}
