//! What the links want done, and what they tell the other machines.

use std::net::SocketAddr;

use bytes::Bytes;

use super::newcomer::Newcomer;
use crate::{
    core::node::{dialing::News, output, transport::Via},
    domain::{
        bus::Update,
        model::{LinkId, Nick, NodeId, Text},
    },
    protocol::codec::Protocol,
};

/// See the module's documentation.
#[derive(Debug)]
pub(in crate::core::node) enum Output {
    /// For the shell.
    Shell(output::Output),
    /// For the dialing machine: what became of an address.
    Address(News),
    /// A node is let in: the router finds out what is known about its key, and calls [`super::Peers::join`].
    Newcomer(Box<Newcomer>),
    /// A link that was up is gone.
    Down {
        /// Which link.
        link: LinkId,
        /// The key of the node at its other end; none for a guest.
        node: Option<NodeId>,
    },
    /// A node's clock was measured.
    Clock {
        /// Its link.
        link: LinkId,
        /// By how many milliseconds it is ahead of ours.
        ahead_ms: i64,
    },
    /// A node that went by this name is gone.
    NameLeft(Nick),
    /// A node goes by another name now.
    Renamed {
        /// Its key.
        node: NodeId,
        /// The new name.
        nick: Nick,
    },
    /// A linked node can be dialled at this address.
    Listens {
        /// Its key.
        node: NodeId,
        /// The address.
        addr: SocketAddr,
    },
    /// A guest goes by another name now.
    GuestNamed {
        /// Its address.
        addr: SocketAddr,
        /// The new name.
        nick: Nick,
    },
    /// The link with a guest is gone, or goes on under another address.
    GuestLeft {
        /// Its address until now.
        addr: SocketAddr,
        /// The name it went by.
        nick: Option<Nick>,
        /// Its address from now on, if the link goes on.
        moved_to: Option<SocketAddr>,
    },
    /// A guest says something.
    GuestSaid {
        /// Its address.
        addr: SocketAddr,
        /// The name it used.
        nick: Option<Nick>,
        /// What it said.
        text: Text,
        /// Whether it is an action.
        action: bool,
    },
}

/// Outputs for the shell.
impl Output {
    pub(super) fn update(update: Update) -> Self {
        Self::Shell(output::Output::Update(update))
    }

    pub(super) fn dial(link: LinkId, addr: SocketAddr, via: Via) -> Self {
        Self::Shell(output::Output::Dial { link, addr, via })
    }

    pub(super) fn offer(link: LinkId, first: Bytes) -> Self {
        Self::Shell(output::Output::Offer { link, first })
    }

    pub(super) fn open(link: LinkId, protocol: Protocol, first: Option<Bytes>) -> Self {
        Self::Shell(output::Output::Open { link, protocol, first })
    }

    pub(super) fn tell(link: LinkId, frame: Bytes) -> Self {
        Self::Shell(output::Output::Tell { link, frame })
    }

    pub(super) fn close(link: LinkId, bye: Option<Bytes>) -> Self {
        Self::Shell(output::Output::Close { link, bye })
    }

    pub(super) fn linked_changed() -> Self {
        Self::Shell(output::Output::LinkedChanged)
    }
}
