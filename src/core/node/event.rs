//! What goes in and what comes out.

use std::net::SocketAddr;

use bytes::Bytes;

use super::{LinkId, LocalAddrs};
use crate::{
    core::log::storage::{Failure, Reply, Request},
    domain::{
        bus::{Command, NoticeCode, Update},
        model::{LeaveReason, NodeId, Peer, Target},
    },
    protocol::codec::{
        Heard, Protocol, Published,
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
        lines: Vec<Heard>,
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

/// What the TLS handshake has proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secure {
    /// The other side holds the private key of this one.
    pub node: NodeId,
    /// Names this TLS session and no other (RFC 9266, tls-exporter): two sessions with somebody in between have two.
    pub exporter: [u8; 32],
}

/// Why a dial came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialFailure {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    Timeout,
    /// No way there from the address that we listen on.
    Unreachable,
    /// The connection ended before an answer.
    Ended,
    /// Something answered that does not speak our protocol.
    Protocol,
    /// It answered the TLS handshake in plain text, as reference nodes do.
    NotTls,
    /// It answered the TLS handshake and did not prove who it is, or is not who was looked for.
    Untrusted,
}

/// How to dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// With TLS.
    Secure {
        /// The only one who may be there, if it matters.
        only: Option<NodeId>,
    },
    /// In plain text.
    Plain,
}

/// Why an open link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The other side ended it.
    Ended,
    /// The other side stopped answering or reading.
    Timeout,
    /// Its place in the ring was overtaken.
    TooSlow,
    /// It sent something that no program of the protocol sends.
    Protocol,
}

impl From<CloseReason> for LeaveReason {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Ended => Self::Closed,
            CloseReason::Timeout => Self::Timeout,
            CloseReason::TooSlow => Self::TooSlow,
            CloseReason::Protocol => Self::Protocol,
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Dial `addr`; answer with [`Input::DialConnected`] or [`Input::DialFailed`].
    Dial {
        /// The name of the new link.
        link: LinkId,
        /// Where to.
        addr: SocketAddr,
        /// How.
        via: Via,
    },
    /// Send the first frame on a connected dial; answer with `DialAnswered`, `DialRefused` or `DialFailed`.
    Offer {
        /// Which dial.
        link: LinkId,
        /// The frame.
        first: Bytes,
    },
    /// Let lines flow. From now on the link sees every [`Output::Publish`].
    Open {
        /// Which link.
        link: LinkId,
        /// Which frames it gets.
        protocol: Protocol,
        /// On an accepted link: what lets the dialler in.
        first: Option<Bytes>,
    },
    /// Send a frame on an open link, before the lines that wait.
    Tell {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// End it. An accepted link that was not open ends without "ok" or Hello, which refuses it.
    Close {
        /// Which link.
        link: LinkId,
        /// The last frame, of a link of nodes.
        bye: Option<Bytes>,
    },
    /// A message for all open links.
    Publish(Published),
    /// Send a frame of events on an open link, behind its other frames. One at a time: answered by [`Input::Taken`] when the
    /// link has taken it.
    Batch {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Ask the store; answered by [`Input::Stored`].
    Store {
        /// The number of the request.
        ticket: u64,
        /// What.
        request: Request,
    },
    /// Tell the front end.
    Update(Update),
    /// Sweep now.
    Sweep,
    /// Announce the node now.
    Announce,
    /// [`super::Node::linked`] has changed.
    LinkedChanged,
    /// What is known of people has changed: [`super::Node::known`] is to be saved, soon.
    KnownChanged,
    /// Close everything and stop.
    Leave,
}

impl Output {
    pub(super) fn too_slow(peer: &Peer) -> Self {
        Self::Update(Update::Notice {
            code: NoticeCode::PeerTooSlow,
            text: format!("{} reads too slowly and missed lines; its link was closed.", peer.display_name()),
        })
    }
}
