//! Joins the node with the log machine ([`crate::core::sync`]): passes inputs on, answers what it asks about people, and turns its
//! outputs into the node's.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use super::{CloseReason, LinkId, Node, Output, link::Link, trust::TrustBook};
use crate::{
    core::sync,
    domain::model::{Nick, NodeId, Now, PeerId, Timestamp},
    protocol::codec::mesh::Reason,
};

/// What the node knows of people.
struct People<'a> {
    nick: &'a Nick,
    links: &'a BTreeMap<LinkId, Link>,
    peers: &'a BTreeMap<PeerId, LinkId>,
    trust: &'a TrustBook,
    ignored_guests: &'a BTreeSet<SocketAddr>,
}

impl sync::People for People<'_> {
    fn own_nick(&self) -> &Nick {
        self.nick
    }

    fn is_known(&self, node: &NodeId) -> bool {
        self.trust.get(node).is_some()
    }

    fn has_guests(&self) -> bool {
        self.peers.keys().any(|peer| matches!(peer, PeerId::Guest(_)))
    }

    fn is_ignored(&self, peer: PeerId, wall: Timestamp) -> bool {
        match peer {
            PeerId::Node(node) => self.trust.standing(&node, wall).1,
            PeerId::Guest(addr) => self.ignored_guests.contains(&addr),
        }
    }

    /// The name in a message proves nothing. The name that its author uses on a link was checked; without one, a name that
    /// belongs to somebody else is not shown.
    fn shown_nick(&self, peer: PeerId, said: Option<&Nick>, wall: Timestamp) -> Option<Nick> {
        let PeerId::Node(node) = peer else { return said.cloned() };
        let here = self.peers.get(&peer).and_then(|link| self.links.get(link)).and_then(Link::peer);
        let known = here.and_then(|peer| peer.nick.as_ref()).or_else(|| self.trust.nick(&node));
        let free = || said.filter(|nick| !self.trust.is_somebodys(nick, wall));
        known.or_else(free).cloned()
    }
}

impl Node {
    /// Tells the log machine what happened, and does what it says.
    pub(super) fn feed_sync(&mut self, input: sync::Input, now: Now, out: &mut Vec<Output>) {
        let people = People {
            nick: &self.nick,
            links: &self.links,
            peers: &self.peers,
            trust: &self.trust,
            ignored_guests: &self.ignored_guests,
        };
        let mut outputs = Vec::new();
        self.sync.handle(input, &people, now, &mut outputs);
        for output in outputs {
            match output {
                sync::Output::Tell { link, frame } => out.push(Output::Tell { link, frame }),
                sync::Output::Batch { link, frame } => out.push(Output::Batch { link, frame }),
                sync::Output::Publish(message) => out.push(Output::Publish(message)),
                sync::Output::Store { ticket, request } => out.push(Output::Store { ticket, request }),
                sync::Output::Update(update) => out.push(Output::Update(update)),
                sync::Output::Notice(notice) => {
                    if self.told.may_tell(notice.code(), now.mono) {
                        let update = notice.update(|author| self.name(PeerId::Node(author)));
                        out.push(Output::Update(update));
                    }
                }
                sync::Output::NotDone(reason) => out.push(Output::Update(reason.update())),
                sync::Output::Misbehaved(link) => {
                    self.close(link, CloseReason::Protocol, Reason::Protocol, now, out);
                }
                sync::Output::Leave => {
                    self.leaving = true;
                    out.push(Output::Leave);
                }
            }
        }
    }

    /// Lets the log machine do what is due by the clock.
    pub(super) fn beat_sync(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.sync.next_timer().is_some_and(|due| due <= now.mono) {
            self.feed_sync(sync::Input::Timer, now, out);
        }
    }

    /// Whether so much waits for the disk that nothing more should come.
    pub fn is_writing_much(&self) -> bool {
        self.sync.is_writing_much()
    }

    /// Whether something that our user said is not on disk yet.
    pub fn is_writing_own(&self) -> bool {
        self.sync.is_writing_own()
    }
}
