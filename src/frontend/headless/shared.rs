//! What the input has to know of the output, and the other way round.

use super::{current_network::CurrentNetwork, current_rooms::CurrentRooms, progress::Progress, request::Reference};
use crate::domain::{bus::Update, model::Room};

/// Shared by the threads of the input and of the output.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) progress: Progress,
    pub(super) network: CurrentNetwork,
    /// The room that messages go to, and the others that the user is in.
    pub(super) rooms: CurrentRooms,
}

impl Shared {
    /// Messages go to the room `spoken`.
    pub(super) fn new(spoken: Room) -> Self {
        Self { progress: Progress::default(), network: CurrentNetwork::default(), rooms: CurrentRooms::new(spoken) }
    }

    /// Notes an update that is about to be printed. Returns how the program called the command that it answers.
    pub(super) fn see(&self, update: &Update) -> Option<Reference> {
        self.network.see(update.event());
        self.rooms.see(update.event());
        self.progress.see(update)
    }
}
