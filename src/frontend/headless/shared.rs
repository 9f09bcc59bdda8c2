//! What the input has to know of the output, and the other way round.

use super::{awaited::Awaited, current_network::CurrentNetwork, current_rooms::CurrentRooms, undelivered::Undelivered};
use crate::domain::{
    bus::{Tag, Update},
    model::Room,
};

/// Shared by the threads of the input and of the output.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) undelivered: Undelivered,
    pub(super) network: CurrentNetwork,
    /// The room that lines are said in, and the others that the user is in.
    pub(super) rooms: CurrentRooms,
    pub(super) awaited: Awaited,
}

impl Shared {
    /// Lines are said in the room `spoken`.
    pub(super) fn new(spoken: Room) -> Self {
        Self {
            undelivered: Undelivered::default(),
            network: CurrentNetwork::default(),
            rooms: CurrentRooms::new(spoken),
            awaited: Awaited::default(),
        }
    }

    /// Notes an update that is about to be printed. Returns the command that it answers, if it is not marked as an
    /// answer.
    pub(super) fn see(&self, update: &Update) -> Option<Tag> {
        let answered = self.awaited.answered_by(update);
        if let Update::Answer { tag, update } = update
            && matches!(**update, Update::Failed(_))
            && self.awaited.failed(tag)
        {
            self.undelivered.not_told();
        }
        let event = update.event();
        self.undelivered.see(event);
        self.network.see(event);
        self.rooms.see(event);
        answered
    }
}
