//! What seals the events of a room.

use std::collections::BTreeSet;

use crate::{domain::model::NodeId, protocol::sealing::Generation};

/// What seals the events of a room.
#[derive(Debug, Clone)]
pub struct Seal {
    /// The key, with its name.
    pub generation: Generation,
    /// Who may write there. Events of others are ignored.
    pub writers: BTreeSet<NodeId>,
}

impl PartialEq for Seal {
    /// Two keys never have one name.
    fn eq(&self, other: &Self) -> bool {
        self.generation.id() == other.generation.id() && self.writers == other.writers
    }
}

impl Eq for Seal {}
