//! What is known of a peer's key.

use std::net::SocketAddr;

use super::{Met, Nick, NodeId, Timestamp};

/// How much is known of who a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A reference node: nobody can say who it is.
    Guest,
    /// A key that is met for the first time, or was for less than a day.
    New,
    /// The same key as on earlier days.
    Known,
    /// The user has compared codes with that person.
    Verified,
    /// A key that goes by the name of somebody else whose key is known: an alarm was raised and not answered yet.
    Suspect,
}

/// What is remembered of a key, across runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The key.
    pub node: NodeId,
    /// The last name it went by that was nobody else's: a disputed claim earns nothing by waiting.
    pub nick: Option<Nick>,
    /// When it was linked first.
    pub first_seen: Timestamp,
    /// When it was linked last.
    pub last_seen: Timestamp,
    /// Where it listened last; at most [`MAX_ADDRESSES`].
    pub addrs: Vec<SocketAddr>,
    /// Whether the user has compared codes with that person (`/verify`).
    pub verified: bool,
    /// Whether the user has said that this key may have its name, although another one had it (`/trust`).
    pub trusted: bool,
    /// Whether nothing that it says is shown (`/ignore`).
    pub ignored: bool,
    /// How it was met; none if an older program has kept this, which did not count.
    pub met: Option<Met>,
}

/// Addresses of one node that are kept: more interfaces than a machine has in practice.
pub const MAX_ADDRESSES: usize = 8;
