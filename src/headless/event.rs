//! The contract: every event, its keys and their order. Keys may be added, never renamed.

use std::{borrow::Cow, fmt::Display, net::SocketAddr};

use serde::{Serialize, Serializer};

use crate::model::{LeaveReason, MessageId, Nick, Peer, PeerId};

/// The protocol of every peer of this release.
pub(super) const PROTOCOL: &str = "reference";

/// One line of output.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event<'a> {
    Listening {
        addr: SocketAddr,
        /// The node's public key, once nodes have one.
        node: Option<&'a str>,
        nick: &'a str,
        version: &'a str,
    },
    Sweep {
        state: &'static str,
        probed: u64,
        total: u64,
        found: u64,
        took_ms: u64,
    },
    Peer {
        change: Change,
        peer: Shown<PeerId>,
        nick: Option<&'a str>,
        /// The name before a change, for text.
        #[serde(skip)]
        was: Option<&'a str>,
        addr: SocketAddr,
        protocol: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        verified: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    Message {
        id: Shown<MessageId>,
        room: &'a str,
        /// `None` for our own, as `node` of `Listening`.
        from: Option<Shown<PeerId>>,
        nick: Option<&'a str>,
        text: &'a str,
        sent_at: &'a str,
        own: bool,
        history: bool,
        protocol: &'a str,
        #[serde(skip_serializing_if = "is_false")]
        action: bool,
    },
    Notice {
        code: &'a str,
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<Shown<MessageId>>,
    },
    Error {
        code: &'a str,
        text: &'a str,
    },
    Who {
        peers: Vec<Who<'a>>,
    },
}

/// What happened to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Joined,
    Left,
    Renamed,
}

/// A peer in the answer to `/who`.
#[derive(Serialize)]
pub(super) struct Who<'a> {
    peer: Shown<PeerId>,
    nick: Option<&'a str>,
    addr: SocketAddr,
    protocol: &'static str,
    verified: bool,
}

impl<'a> Who<'a> {
    pub(super) fn new(peer: &'a Peer) -> Self {
        Self {
            peer: Shown(peer.id),
            nick: peer.nick.as_ref().map(Nick::as_str),
            addr: peer.addr,
            protocol: PROTOCOL,
            verified: false,
        }
    }

    /// The name to show.
    pub(super) fn name(&self) -> Cow<'a, str> {
        name(self.nick, self.addr)
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// The name to show of who may have none.
pub(super) fn name(nick: Option<&str>, addr: SocketAddr) -> Cow<'_, str> {
    nick.map_or_else(|| addr.to_string().into(), Cow::Borrowed)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A value that is written as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<T>(pub(super) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Why a peer left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reason(pub(super) LeaveReason);

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}
