//! What seals the events of a room.

use std::sync::Arc;

use crate::{
    core::log::Writers,
    protocol::sealing::{Generation, GenerationId},
};

/// What seals the events of a room.
#[derive(Debug, Clone)]
pub struct Seal {
    /// The keys that open what was said, the newest last. That one seals what is said from now on.
    generations: Vec<Generation>,
    /// Who may write there, and what counts of those who may not any more. Everything else is ignored.
    writers: Arc<Writers>,
}

impl Seal {
    /// The seal of a room. `earlier` are the keys that were used before `newest`.
    pub fn new(newest: Generation, earlier: impl IntoIterator<Item = Generation>, writers: Writers) -> Self {
        let generations = earlier.into_iter().chain([newest]).collect();
        Self { generations, writers: Arc::new(writers) }
    }

    /// The key that seals what is said from now on.
    pub fn newest(&self) -> Option<&Generation> {
        self.generations.last()
    }

    /// The key of this name.
    pub(super) fn generation(&self, id: &GenerationId) -> Option<&Generation> {
        self.generations.iter().rev().find(|generation| generation.id() == *id)
    }

    /// Who may write there.
    pub const fn writers(&self) -> &Arc<Writers> {
        &self.writers
    }

    fn names(&self) -> impl Iterator<Item = GenerationId> + '_ {
        self.generations.iter().map(Generation::id)
    }
}

impl PartialEq for Seal {
    /// Two keys never have one name.
    fn eq(&self, other: &Self) -> bool {
        self.names().eq(other.names()) && self.writers == other.writers
    }
}

impl Eq for Seal {}
