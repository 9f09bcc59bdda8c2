//! The network that the reader of the output was last told about.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{bus::Update, model::Network};

/// Shared by the threads of the output and of the input. A line is meant for the people that its author could see.
#[derive(Debug, Clone, Default)]
pub(super) struct CurrentNetwork(Arc<Mutex<Option<Network>>>);

impl CurrentNetwork {
    /// Notes an update that is about to be printed.
    pub(super) fn see(&self, update: &Update) {
        if let Update::NetworkStatus(status) = update {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(status.network.clone());
        }
    }

    /// The network, or `None` before the first one was printed.
    pub(super) fn network(&self) -> Option<Network> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
