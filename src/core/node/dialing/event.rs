//! Inputs and outputs of the dialing machine, and what it may read while it handles an input.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;

use super::failed_dial::FailedDial;
use crate::{
    core::node::{
        myself::Myself,
        transport::Via,
        views::{Links, Reputation},
    },
    domain::{
        bus::Update,
        model::{LinkId, NodeId, Now, Target},
    },
    protocol::codec::mesh::Sighting,
};

/// What happened.
#[derive(Debug)]
pub(in crate::core::node) enum Input<'a> {
    /// The program has started. `last_known` says where people listened in earlier runs.
    Start {
        /// Addresses, the most promising first.
        last_known: Vec<SocketAddr>,
    },
    /// A sweep found an open port.
    Found(SocketAddr),
    /// A signed datagram says that this key listens at this address. The signature proves only that the key says so; a
    /// dial that accepts no other key shows whether it is true.
    Announced {
        /// The key.
        node: NodeId,
        /// The address.
        addr: SocketAddr,
    },
    /// A datagram from this key was heard that says only that the node is there.
    Heard(NodeId),
    /// The user wants to be linked with somebody there, now.
    Connect(Target),
    /// The user wants to be linked with somebody there for as long as the program runs.
    Configured(Target),
    /// The user looks for people: all waits end.
    Rescan,
    /// We listen elsewhere now. Peers that were found at the old place are no longer looked for.
    Relocated {
        /// As in [`Self::Start`].
        last_known: Vec<SocketAddr>,
        /// Whether the networks were just closed, so that nothing leaves this machine any more.
        closed: bool,
    },
    /// A node was linked: it and the others are told about each other.
    NodeLinked {
        /// On which link.
        link: LinkId,
        /// Its key.
        node: NodeId,
    },
    /// A node passes on where others listen.
    PassedOn {
        /// The key of the node that says so.
        from: NodeId,
        /// What it says.
        sightings: &'a [Sighting],
    },
    /// The links have news about an address.
    News(News),
    /// Something else happened, or the time that [`super::Dialing::next_timer`] named has come: dials what is due.
    Tick,
}

/// What became of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum News {
    /// A linked peer was reached there: it need not be dialled.
    Linked(SocketAddr),
    /// Somebody answered there: the user's request for it is fulfilled.
    Answered(SocketAddr),
    /// The link with the peer there is gone.
    Lost(SocketAddr),
    /// A peer that was just linked claims to listen there: to be checked soon.
    Claimed(SocketAddr),
    /// It must be dialled once more, now, to see who is there.
    Disputed(SocketAddr),
    /// We are there ourselves, or nobody that we want: not dialled again for a while.
    Unwanted(SocketAddr),
    /// Another copy of our key has taken our place there: dialled again after this time.
    Displaced {
        /// Where.
        addr: SocketAddr,
        /// How long to wait.
        wait: Duration,
    },
    /// A node there was reached.
    Reached(SocketAddr),
    /// The node there speaks another version of the protocol.
    OtherVersion(SocketAddr),
    /// A dial ended without a link. The user is told why if they named the address and it has failed often enough.
    Failed {
        /// Where to.
        addr: SocketAddr,
        /// The only key that was looked for there.
        only: Option<NodeId>,
        /// Why; none if the user need not be told.
        why: Option<FailedDial>,
        /// Whether the other side refused because of another dial or link between us, so that a retry may soon succeed.
        soon_over: bool,
    },
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core::node) enum Output {
    /// Dial.
    Dial {
        /// Where to.
        addr: SocketAddr,
        /// How.
        via: Via,
    },
    /// Send a frame on a link.
    Tell {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Announce the node now.
    Announce,
    /// Tell the front end.
    Update(Update),
}

/// What the machine may know about the rest of the node while it handles one input.
pub(in crate::core::node) struct Context<'a> {
    pub(in crate::core::node) me: &'a Myself,
    pub(in crate::core::node) links: &'a dyn Links,
    pub(in crate::core::node) reputation: &'a dyn Reputation,
    pub(in crate::core::node) now: Now,
}
