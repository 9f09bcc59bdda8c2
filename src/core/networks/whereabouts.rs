//! What is reported about where the node is.

use std::collections::BTreeSet;

use crate::domain::model::{Network, NodeId};

/// What a node needs to know about where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The network.
    pub network: Network,
    /// Whether it is certain that this is that network. If so, what was said here before may be passed on to people who
    /// were never here, as long as somebody who was here is present.
    pub certain: bool,
    /// Whether there is no network at all yet.
    pub awaited: bool,
    /// The keys that are known from this network.
    pub known: BTreeSet<NodeId>,
    /// Networks that this one may be, if it is not certain.
    pub may_be: Vec<Network>,
    /// The number of the stay.
    pub stay: u64,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing; the node is where it was.
    Stayed,
    /// The node has come to another network.
    Arrived,
    /// What was kept under this name belongs to the present network now.
    Joined(Network),
}

impl Step {
    /// The network that was joined to the present one.
    pub fn joined(self) -> Option<Network> {
        match self {
            Self::Joined(network) => Some(network),
            Self::Stayed | Self::Arrived => None,
        }
    }
}

/// What the user decided for a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// Whether the chat is open there.
    pub open: bool,
    /// Whether that was decided in this run.
    pub now: bool,
}
