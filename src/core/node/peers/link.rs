//! The states of one link.
//!
//! What happens to a link in each state; an empty field means that the event changes nothing:
//! ```text
//! state    | connected         | answered | refused or failed | superseded | closed
//! ---------+-------------------+----------+-------------------+------------+--------
//! none     | end it            | end it   |                   |            |
//! Dialling | Offered, or none  | Up       | none              | none (1)   |
//! Offered  |                   | Up, or   | none              | marked (2) |
//!          |                   | none (3) |                   |            |
//! Up       |                   | end it   |                   | none (4)   | none
//! ```
//! A link that a peer dials appears as `Up` when it is let in; before, the machine does not know it.
//!
//! 1. Superseded means that the other side's own dial was let in. A dial in plain text that has sent nothing is ended
//!    unnoticed. A dial with TLS is marked instead: it may find a node where a guest claims to listen.
//! 2. Its first frame is out, so the other side ends it. If the other side answers instead, [`super::link_choice`]
//!    decides for a node, and the dial of a guest is ended.
//! 3. [`super::link_choice`] says which of two links with one node stays.
//! 4. Retired by a newer link with the same node.

use std::{net::SocketAddr, time::Instant};

use super::session::Session;
use crate::{
    core::node::transport::{Secure, Via},
    domain::model::{NodeId, Peer},
};

/// A link in one of its states. The module's documentation has the table of them.
#[derive(Debug)]
pub(in crate::core::node) enum Link {
    /// Our dial, before its first frame: it can be given up without the other side noticing.
    Dialling(Dial),
    /// Our dial. Its first frame was sent and is not answered yet.
    Offered(Dial),
    /// Lines flow.
    Up {
        /// Who is there.
        peer: Peer,
        /// What kind of link it is.
        kind: Kind,
    },
}

/// A dial that is under way.
#[derive(Debug, Clone, Copy)]
pub(in crate::core::node) struct Dial {
    /// Where to.
    pub(in crate::core::node) addr: SocketAddr,
    /// How.
    pub(super) via: Via,
    /// When it began.
    pub(super) began: Instant,
    /// What the TLS handshake has proved, once there was one.
    pub(super) secure: Option<Secure>,
    /// The other side's own dial was accepted meanwhile, so this one is no longer needed.
    pub(super) superseded: bool,
}

impl Dial {
    /// Whether the holder of this key has proved to be at the other end.
    pub(super) fn is_of(&self, node: &NodeId) -> bool {
        self.secure.is_some_and(|secure| secure.node == *node)
    }

    /// The only key that it accepts, because the address was passed on or announced; any key if none.
    pub(super) fn only(&self) -> Option<NodeId> {
        match self.via {
            Via::Secure { only } => only,
            Via::Plain => None,
        }
    }

    /// Whether it is in plain text, and to `addr`.
    pub(super) fn is_plain_to(&self, addr: SocketAddr) -> bool {
        self.via == Via::Plain && self.addr == addr
    }
}

/// What kind of link is up.
#[derive(Debug)]
pub(in crate::core::node) enum Kind {
    /// With a reference node.
    Guest(GuestAddress),
    /// With a node of our kind.
    Mesh(Box<Session>),
}

impl Link {
    /// The dial, if it is one that is under way.
    pub(super) fn dial(&self) -> Option<&Dial> {
        match self {
            Self::Dialling(dial) | Self::Offered(dial) => Some(dial),
            Self::Up { .. } => None,
        }
    }

    /// Who is there, if lines flow.
    pub(super) fn peer(&self) -> Option<&Peer> {
        match self {
            Self::Up { peer, .. } => Some(peer),
            _ => None,
        }
    }

    /// The session of an open link with a node.
    pub(in crate::core::node) fn session(&self) -> Option<(&Peer, &Session)> {
        match self {
            Self::Up { peer, kind: Kind::Mesh(session) } => Some((peer, session)),
            _ => None,
        }
    }

    /// The same, mutable.
    pub(super) fn session_mut(&mut self) -> Option<(&mut Peer, &mut Session)> {
        match self {
            Self::Up { peer, kind: Kind::Mesh(session) } => Some((peer, session)),
            _ => None,
        }
    }

    /// The guest of an open link with a reference node.
    pub(super) fn guest(&self) -> Option<(&Peer, GuestAddress)> {
        match self {
            Self::Up { peer, kind: Kind::Guest(address) } => Some((peer, *address)),
            _ => None,
        }
    }

    /// The same, mutable.
    pub(super) fn guest_mut(&mut self) -> Option<(&mut Peer, &mut GuestAddress)> {
        match self {
            Self::Up { peer, kind: Kind::Guest(address) } => Some((peer, address)),
            _ => None,
        }
    }
}

/// Where a guest's address comes from, and so how far it can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum GuestAddress {
    /// We dialled it, so the guest owns it.
    Dialled,
    /// It claimed a listening address on the host that it came from. Another user of that host could make that claim
    /// falsely.
    Claimed {
        /// Where its connection comes from.
        source: SocketAddr,
        /// What a check of the address has shown.
        check: ClaimCheck,
    },
    /// Its claim could not be believed: the address is where its connection comes from, and nobody listens there.
    Source,
}

/// What a check of a claimed address has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum ClaimCheck {
    /// Nobody has checked yet, or nothing was there.
    Open,
    /// A reference node is there, as was claimed.
    Confirmed,
    /// Somebody else claims the same address: only its owner's answer can tell.
    Disputed,
}

impl GuestAddress {
    /// Whether it says that the address can be dialled.
    pub(super) fn listens(self) -> bool {
        self != Self::Source
    }

    /// Whether there is reason to believe that.
    pub(super) fn is_confirmed(self) -> bool {
        matches!(self, Self::Dialled | Self::Claimed { check: ClaimCheck::Confirmed, .. })
    }
}
