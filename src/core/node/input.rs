//! What the router is told.

use std::net::SocketAddr;

use super::{
    local_addrs::LocalAddrs,
    transport::{CloseReason, DialFailure, Secure},
};
use crate::{
    core::{budgets::Space, log::storage::Reply, networks::Standing},
    domain::{
        bus::Command,
        model::{LinkId, Network, NodeId, StoreFailure, Target},
    },
    protocol::codec::{
        ReferenceLine,
        mesh::{Frame, Hello, Reason},
    },
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A command of the user.
    Command(Command),
    /// The sweep found an open port.
    Found(SocketAddr),
    /// A signed datagram came from this host and names this port.
    Announced {
        /// The key that signed it.
        node: NodeId,
        /// The address that it names. Only the holder of the key can have named it, but nothing proves that the node is
        /// there.
        addr: SocketAddr,
    },
    /// We listen on other addresses now.
    Relocated(LocalAddrs),
    /// The user named this in the config file or on the command line: it is tried for as long as the program runs.
    Configured(Target),
    /// A dial reached an open port, and finished the TLS handshake if there was one. Nothing else has been sent yet.
    DialConnected {
        /// The dial.
        link: LinkId,
        /// What the handshake proved; none for a dial in plain text.
        secure: Option<Secure>,
    },
    /// The other side let a dial in.
    DialAnswered {
        /// The dial.
        link: LinkId,
        /// The node's Hello; none for a reference node, which says "ok".
        hello: Option<Hello>,
    },
    /// The other side ended the stream instead of letting us in.
    DialRefused {
        /// The dial.
        link: LinkId,
        /// The reason, if there was one. A reference node gives none: it has a link with us, or is just setting one up.
        reason: Option<Reason>,
    },
    /// A dial failed.
    DialFailed {
        /// The dial.
        link: LinkId,
        /// How it failed.
        failure: DialFailure,
    },
    /// A reference node dialled us in plain text and sent its first frame.
    GuestArrived {
        /// The new link.
        link: LinkId,
        /// Where the connection comes from.
        source: SocketAddr,
        /// The listening address that the frame claims, if it contained one.
        claim: Option<SocketAddr>,
    },
    /// A node dialled us with TLS and said Hello.
    NodeArrived {
        /// The new link.
        link: LinkId,
        /// Where the connection comes from.
        source: SocketAddr,
        /// What the TLS handshake proved.
        secure: Secure,
        /// The node's Hello.
        hello: Hello,
    },
    /// A guest sent lines.
    GuestLines {
        /// The link.
        link: LinkId,
        /// The lines.
        lines: Vec<ReferenceLine>,
    },
    /// A node sent frames.
    Frames {
        /// The link.
        link: LinkId,
        /// The frames.
        frames: Vec<Frame>,
    },
    /// A link that was open has ended.
    Closed {
        /// The link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// The store answers a request.
    Stored {
        /// The request.
        ticket: u64,
        /// The answer.
        reply: Result<Reply, StoreFailure>,
    },
    /// How much room there is for the history now.
    FreeSpace(Space),
    /// We know more about which network this is, and about who is known there.
    Standing(Standing),
    /// The network turns out to be this one.
    Join(Network),
    /// A link has taken the batch that it was given last.
    Taken(LinkId),
    /// The time that [`super::Node::next_timer`] returned has come.
    Timer,
}
