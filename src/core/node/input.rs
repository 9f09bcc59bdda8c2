//! What the router is told.

use std::net::SocketAddr;

use super::{
    local_addrs::LocalAddrs,
    transport::{CloseReason, DialFailure, Secure},
};
use crate::{
    core::log::storage::{Failure, Reply},
    domain::{
        bus::Command,
        model::{LinkId, NodeId, Target},
    },
    protocol::codec::{
        ReferenceLine,
        mesh::{Frame, Hello, Reason},
    },
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The user asked for something.
    Command(Command),
    /// The sweep found an open port: someone may be there.
    Found(SocketAddr),
    /// A datagram signed by this key, from this host, names this port.
    Announced {
        /// Who.
        node: NodeId,
        /// Where it says that it listens.
        addr: SocketAddr,
    },
    /// We listen elsewhere now.
    Moved(LocalAddrs),
    /// The user named this in the config file or on the command line: it is tried for as long as the program runs.
    Configured(Target),
    /// A dial reached an open port, and the handshake if it was to be one; nothing else was sent yet.
    DialConnected {
        /// Which dial.
        link: LinkId,
        /// Who proved to be there; none of a plain dial.
        secure: Option<Secure>,
    },
    /// A dial was let in: the other side said "ok", or its Hello.
    DialAnswered {
        /// Which dial.
        link: LinkId,
        /// What it said of itself; none of a plain dial.
        hello: Option<Hello>,
    },
    /// The other side ended the stream instead of letting us in.
    DialRefused {
        /// Which dial.
        link: LinkId,
        /// Why, if it said so. A reference node says nothing: it has a link with us, or is just making one.
        reason: Option<Reason>,
    },
    /// A dial came to nothing.
    DialFailed {
        /// Which dial.
        link: LinkId,
        /// How.
        failure: DialFailure,
    },
    /// Somebody dialled us in plain text and sent its first frame.
    Arrived {
        /// The new link.
        link: LinkId,
        /// Where the connection comes from.
        source: SocketAddr,
        /// The listening address it claims, if it was one.
        claim: Option<SocketAddr>,
    },
    /// A node dialled us inside TLS and said Hello.
    Introduced {
        /// The new link.
        link: LinkId,
        /// Where the connection comes from.
        source: SocketAddr,
        /// Who it proved to be.
        secure: Secure,
        /// What it says of itself.
        hello: Hello,
    },
    /// A guest spoke.
    Heard {
        /// Which link.
        link: LinkId,
        /// What it said.
        lines: Vec<ReferenceLine>,
    },
    /// A node spoke.
    Told {
        /// Which link.
        link: LinkId,
        /// What it sent.
        frames: Vec<Frame>,
    },
    /// A link that was open is no more.
    Closed {
        /// Which link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// What the store answers.
    Stored {
        /// To which request.
        ticket: u64,
        /// What.
        reply: Result<Reply, Failure>,
    },
    /// A link has taken the batch that it was given last.
    Taken(LinkId),
    /// The time that [`super::Node::next_timer`] asked for has come.
    Timer,
}
