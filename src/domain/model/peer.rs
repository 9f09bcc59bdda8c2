//! Other nodes, as people see them.

use std::{fmt, net::SocketAddr, sync::Arc};

use super::{Nick, NodeId, Repute};

/// Who a peer is to the rest of the program: stable while it is linked, and the `peer` of the headless contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeerId {
    /// A node of this program: its public key.
    Node(NodeId),
    /// A node without a key, known by its listening address, or by its source address if that could not be believed.
    Guest(SocketAddr),
}

impl PeerId {
    /// The public key, if it has one.
    pub const fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Node(node) => Some(node),
            Self::Guest(_) => None,
        }
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Guest(addr) => write!(f, "guest:{addr}"),
        }
    }
}

/// Which program a peer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Software {
    /// This program: an authenticated node.
    Ours {
        /// The version that it reports, for people.
        version: Arc<str>,
    },
    /// Anything else that speaks the reference protocol.
    Reference,
}

/// A linked node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its identity.
    pub id: PeerId,
    /// The name it last claimed; a reference node has none until it says `nick: text`.
    pub nick: Option<Nick>,
    /// Where it is: its listening address if known, else where its connection comes from.
    pub addr: SocketAddr,
    /// What it runs.
    pub software: Software,
    /// What is known about its key, and how it is shown.
    pub repute: Repute,
}

impl Peer {
    /// The name to show: the nickname; without one, a key prefix or the address.
    pub fn display_name(&self) -> String {
        match (&self.nick, self.id) {
            (Some(nick), _) => nick.to_string(),
            (None, PeerId::Node(node)) => node.tag(8),
            (None, PeerId::Guest(_)) => self.addr.to_string(),
        }
    }
}

/// Why a peer is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    /// It ended the stream, or its process ended.
    Closed,
    /// It stopped answering: frozen, or the network between is gone.
    Timeout,
    /// It did not read fast enough, and the lines kept for it were overtaken.
    TooSlow,
    /// It broke the protocol.
    Protocol,
}

impl LeaveReason {
    /// The word in the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::TooSlow => "too_slow",
            Self::Protocol => "protocol",
        }
    }
}
