//! What goes in and what comes out.

use std::{fmt, net::SocketAddr};

use crate::{
    bus::{Command, NoticeCode, Update},
    convert::{Frames, Framing, Heard, Stranger},
    model::{LeaveReason, Nick, Peer, Target},
};

/// One connection's stream of the reference protocol, from its dial or arrival to its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkId {
    /// We dialled; numbered by the node.
    Dialled(u32),
    /// Somebody dialled us; numbered by the server.
    Accepted(u32),
}

impl fmt::Debug for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dialled(n) => write!(f, "out-{n}"),
            Self::Accepted(n) => write!(f, "in-{n}"),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum In {
    /// The user asked for something.
    Command(Command),
    /// The sweep found an open port: someone may be there.
    Found(SocketAddr),
    /// The user named this in the config file or on the command line: it is tried for as long as the program runs.
    Configured(Target),
    /// A dial reached an open port; nothing was sent yet.
    DialConnected {
        /// Which dial.
        link: LinkId,
    },
    /// A dial was let in: the other side said "ok".
    DialAnswered {
        /// Which dial.
        link: LinkId,
        /// Who answered.
        stranger: Stranger,
    },
    /// The other side ended the stream before "ok": it has a link with us, or is just making one.
    DialRefused {
        /// Which dial.
        link: LinkId,
    },
    /// A dial came to nothing.
    DialFailed {
        /// Which dial.
        link: LinkId,
        /// How.
        failure: DialFailure,
    },
    /// Somebody dialled us and sent its first frame.
    Arrived {
        /// The new link.
        link: LinkId,
        /// Where the connection comes from.
        source: SocketAddr,
        /// The listening address it claims, if it was one.
        claim: Option<SocketAddr>,
        /// Who it says it is.
        stranger: Stranger,
    },
    /// A linked peer spoke.
    Heard {
        /// Which link.
        link: LinkId,
        /// What it said.
        lines: Vec<Heard>,
    },
    /// A link that was open is no more.
    Closed {
        /// Which link.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// The time that [`super::Node::next_timer`] asked for has come.
    Timer,
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
pub enum Out {
    /// Dial `addr`; answer with [`In::DialConnected`] or [`In::DialFailed`].
    Dial {
        /// The name of the new link.
        link: LinkId,
        /// Where to.
        addr: SocketAddr,
    },
    /// Send the first frame on a connected dial; answer with `DialAnswered`, `DialRefused` or `DialFailed`.
    Offer {
        /// Which dial.
        link: LinkId,
    },
    /// Let lines flow: on an accepted link "ok" goes first. From now on the link sees every [`Out::Publish`].
    Open {
        /// Which link.
        link: LinkId,
        /// In which frames it gets the lines.
        framing: Framing,
    },
    /// End it. An accepted link that was not open ends without "ok", which refuses it.
    Close {
        /// Which link.
        link: LinkId,
    },
    /// A message for all open links.
    Publish(Frames),
    /// Tell the front end.
    Update(Update),
    /// Sweep now.
    Sweep,
    /// [`super::Node::linked`] has changed.
    LinkedChanged,
    /// The name that new links are introduced with is another now.
    Rename(Nick),
    /// Close everything and stop.
    Leave,
}

impl Out {
    pub(super) fn too_slow(peer: &Peer) -> Self {
        Self::Update(Update::Notice {
            code: NoticeCode::PeerTooSlow,
            text: format!("{} reads too slowly and missed lines; its link was closed.", peer.display_name()),
        })
    }
}
