//! What goes into the dialing machine, what comes out, and what it may look at meanwhile.

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
    /// The program runs. `last_known` says where people listened in earlier runs.
    Start {
        /// Addresses, the most promising first.
        last_known: Vec<SocketAddr>,
    },
    /// A sweep found an open port.
    Found(SocketAddr),
    /// A signed datagram says that this key listens at this address. The signature proves that it says so; only a dial that
    /// takes no other key shows whether it does.
    Announced {
        /// The key.
        node: NodeId,
        /// The address.
        addr: SocketAddr,
    },
    /// A datagram of this key was heard that says no more than that it is there.
    Heard(NodeId),
    /// The user wants to be linked with somebody there, now.
    Connect(Target),
    /// The user wants to be linked with somebody there for as long as the program runs.
    Configured(Target),
    /// The user looks for people: all waits are over.
    Rescan,
    /// We listen elsewhere now. Peers that were found where we were are not to be looked for from here.
    Relocated {
        /// As in [`Self::Start`].
        last_known: Vec<SocketAddr>,
        /// Whether nothing leaves this machine any more, and did before.
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
    /// A linked peer was met there: it need not be dialled.
    Linked(SocketAddr),
    /// Somebody answered there: what the user asked for is there.
    Answered(SocketAddr),
    /// The link with the peer there is gone.
    Lost(SocketAddr),
    /// A peer that was just linked claims to listen there: to be checked soon.
    Claimed(SocketAddr),
    /// It must be dialled once more, now, to see who is there.
    Disputed(SocketAddr),
    /// We are there ourselves, or nobody that we want: not again for a while.
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
    /// A dial ended without a link. The user hears why if they named the address and it has failed often enough.
    Failed {
        /// Where to.
        addr: SocketAddr,
        /// The only key that was looked for there.
        only: Option<NodeId>,
        /// Why. None of the rest matters if the user is not to hear of it.
        why: Option<FailedDial>,
        /// Whether the other side refused because of another dial or link between us. That is soon over.
        soon_over: bool,
    },
}

/// What is to be done.
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

/// What the machine may know of the rest of the node while it handles one input.
pub(in crate::core::node) struct Context<'a> {
    pub(in crate::core::node) me: &'a Myself,
    pub(in crate::core::node) links: &'a dyn Links,
    pub(in crate::core::node) reputation: &'a dyn Reputation,
    pub(in crate::core::node) now: Now,
}
