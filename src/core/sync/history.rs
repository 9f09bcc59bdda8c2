//! What the machine starts with.

use std::time::Duration;

use crate::{
    core::{log::storage::Snapshot, networks::Standing},
    domain::model::Timestamp,
    protocol::identity::Identity,
};

/// How long and how many lines are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Older lines are forgotten.
    pub age: Option<Duration>,
    /// Only this many lines of each room are kept.
    pub lines: Option<u64>,
}

/// What the log needs at the start.
#[derive(Debug, Clone)]
pub struct History {
    /// What the store holds.
    pub snapshot: Snapshot,
    /// How long and how many lines the store should keep.
    pub retention: Retention,
    /// What our events are signed with.
    pub identity: Identity,
    /// When the program started: what was said before is history.
    pub started: Timestamp,
    /// How certain it is which network this is, and who is known there.
    pub standing: Standing,
}
