//! Front end to actor.

use crate::model::{Nick, Presence, Room, Target, Text, Who};

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
    /// Go by another name from now on. Also lets a node begin that waits for its user's name.
    SetNick(Nick),
    /// Be away, or here again.
    SetPresence(Presence),
    /// The user is typing, or has stopped. Worth nothing later: may be dropped.
    Typing(bool),
    /// Sweep now.
    Rescan,
    /// Dial an address that the user knows.
    Connect(Target),
    /// Let a key have the name it goes by, whoever had it before.
    Trust(Who),
    /// Show nothing of what somebody says, under whatever name.
    Ignore(Who),
    /// Show again what somebody says.
    Unignore(Who),
    /// Say all that is known of somebody; answered by [`super::Update::Whois`].
    Whois(Who),
    /// Compare codes with somebody; answered by [`super::Update::Verify`].
    Verify {
        /// With whom.
        who: Who,
        /// None begins; then whether the codes were the same.
        same: Option<bool>,
    },
    /// Say good-bye to everyone and stop. The update channel closes when that is done.
    Quit,
}
