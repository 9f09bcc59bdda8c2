//! The present network, for all connections to the file.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::model::Network;

/// The present network. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Present(Arc<Mutex<Network>>);

impl Present {
    pub(super) fn new(network: Network) -> Self {
        Self(Arc::new(Mutex::new(network)))
    }

    pub(super) fn get(&self) -> Network {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, network: Network) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = network;
    }
}
