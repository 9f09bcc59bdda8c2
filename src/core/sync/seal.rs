//! What seals the events of a room.

use std::sync::Arc;

use crate::{
    core::log::Writers,
    protocol::sealing::{Generation, GenerationId},
};

/// What seals the events of a room.
#[derive(Debug, Clone)]
pub struct Seal {
    /// The key that seals what is said from now on.
    newest: Generation,
    /// Those before it, which open what was said. The newest is the last.
    earlier: Vec<Generation>,
    /// Who may write there, and what counts of those who may not any more. Everything else is ignored.
    writers: Arc<Writers>,
}

impl Seal {
    /// The seal of a room. `earlier` are the keys that were used before `newest`.
    pub fn new(newest: Generation, earlier: impl IntoIterator<Item = Generation>, writers: Writers) -> Self {
        Self { newest, earlier: earlier.into_iter().collect(), writers: Arc::new(writers) }
    }

    /// The key that seals what is said from now on.
    pub const fn newest(&self) -> &Generation {
        &self.newest
    }

    /// The key of this name.
    pub(super) fn generation(&self, id: &GenerationId) -> Option<&Generation> {
        self.generations().rev().find(|generation| generation.id() == *id)
    }

    /// Who may write there.
    pub const fn writers(&self) -> &Arc<Writers> {
        &self.writers
    }

    fn names(&self) -> impl Iterator<Item = GenerationId> + '_ {
        self.generations().map(Generation::id)
    }

    fn generations(&self) -> impl DoubleEndedIterator<Item = &Generation> {
        self.earlier.iter().chain([&self.newest])
    }
}

impl PartialEq for Seal {
    /// Two keys never have one name.
    fn eq(&self, other: &Self) -> bool {
        self.names().eq(other.names()) && self.writers == other.writers
    }
}

impl Eq for Seal {}
