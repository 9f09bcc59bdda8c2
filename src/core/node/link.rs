//! One link and what the node knows of it.

use std::{net::SocketAddr, time::Instant};

use super::{
    transport::{Secure, Via},
    session::Session,
};
use crate::domain::model::Peer;

/// A link by what has happened on it.
#[derive(Debug)]
pub(super) enum Link {
    /// Our dial, before its first frame: it can be given up without anybody having noticed.
    Dialling(Dial),
    /// Our dial, first frame sent, not answered yet.
    Offered(Dial),
    /// Lines flow.
    Up {
        /// Who is there.
        peer: Peer,
        /// What kind of link it is.
        kind: Kind,
    },
}

/// A dial on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dial {
    /// Where to.
    pub(super) addr: SocketAddr,
    /// How.
    pub(super) via: Via,
    /// When it began.
    pub(super) began: Instant,
    /// Who proved to be there, once connected with TLS.
    pub(super) secure: Option<Secure>,
    /// The other side's own dial was let in meanwhile: whatever comes of this one is not wanted.
    pub(super) superseded: bool,
}

/// What kind of link.
#[derive(Debug)]
pub(super) enum Kind {
    /// With a reference node.
    Guest(Origin),
    /// With a node of our kind.
    Mesh(Box<Session>),
}

impl Link {
    /// Who is at the other end of an open link.
    pub(super) fn peer(&self) -> Option<&Peer> {
        match self {
            Self::Up { peer, .. } => Some(peer),
            _ => None,
        }
    }

    /// The session of an open link with a node.
    pub(super) fn session(&self) -> Option<(&Peer, &Session)> {
        match self {
            Self::Up { peer, kind: Kind::Mesh(session) } => Some((peer, session)),
            _ => None,
        }
    }

    /// The same, to change it.
    pub(super) fn session_mut(&mut self) -> Option<(&mut Peer, &mut Session)> {
        match self {
            Self::Up { peer, kind: Kind::Mesh(session) } => Some((peer, session)),
            _ => None,
        }
    }
}

/// How much a guest's address is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// We dialled it: whoever answers there owns it.
    Dialled,
    /// It claimed a listening address on the host that it came from. Another user of that host could have lied.
    Claimed {
        /// Where its connection comes from.
        source: SocketAddr,
        /// What a look at the address has shown.
        seen: Seen,
    },
    /// Its claim could not be believed: the address is where its connection comes from, and nobody listens there.
    Source,
}

/// What a look at a claimed address has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nobody has looked yet, or nothing was there.
    Nothing,
    /// A reference node is there, as was claimed.
    Plain,
    /// Somebody else claims the same address: only its owner's answer can tell.
    Disputed,
}

impl Origin {
    /// Whether it says that the address can be dialled.
    pub(super) fn listens(self) -> bool {
        self != Self::Source
    }

    /// Whether there is reason to believe that.
    pub(super) fn is_found(self) -> bool {
        matches!(self, Self::Dialled | Self::Claimed { seen: Seen::Plain, .. })
    }
}
