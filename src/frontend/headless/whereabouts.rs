//! Which network's lobby it is that the reader of the output was told of last.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{bus::Update, model::Network};

/// Shared by who writes the output and who reads the input: a line is for whom its writer could see.
#[derive(Debug, Clone, Default)]
pub(super) struct CurrentNetwork(Arc<Mutex<Option<Network>>>);

impl CurrentNetwork {
    /// Takes in what is printed next.
    pub(super) fn see(&self, update: &Update) {
        if let Update::NetworkStatus(whereabouts) = update {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(whereabouts.network.clone());
        }
    }

    /// The network; none before the first was told.
    pub(super) fn network(&self) -> Option<Network> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
