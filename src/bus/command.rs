//! Front end to actor.

use crate::model::{Nick, Room, Target, Text};

/// What the user asked for, already validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send a message to everyone in the room.
    Say {
        /// Where.
        room: Room,
        /// What; for an action without the `/me `.
        text: Text,
        /// Whether it is an action (`/me`).
        action: bool,
    },
    /// Go by another name from now on.
    SetNick(Nick),
    /// Sweep now.
    Rescan,
    /// Dial an address that the user knows.
    Connect(Target),
    /// Say good-bye to everyone and stop. The update channel closes when that is done.
    Quit,
}
