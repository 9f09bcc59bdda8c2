//! Front end to actor.

use std::sync::Arc;

use crate::domain::model::{Network, Nick, Position, Presence, Room, Seek, Target, Text, Who};

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
        /// The network that it is for, as [`super::Update::NetworkStatus`] names it: a room is another one on each. A node that is on
        /// another one by then refuses it. None is for wherever it is.
        network: Option<Network>,
    },
    /// Go by another name from now on. Also lets a node begin that waits for its user's name.
    SetNick(Nick),
    /// Be away, or here again.
    SetPresence(Presence),
    /// Remember whether messages are shown plainly, for the next start.
    PlainView(bool),
    /// The user is typing, or has stopped. Worth nothing later: may be dropped.
    Typing(bool),
    /// Whether others may be told that the user is typing, and the user that others are; remembered.
    ShareTyping(bool),
    /// Open the node to the network, or close it to this machine; remembered for this network.
    Open(bool),
    /// Open the node to the network that this interface leads to, and to no other.
    OpenAt(Arc<str>),
    /// This network is the one of that name; without one, the one that it most likely is.
    SameNetwork(Option<Network>),
    /// Give what was said on this network to everybody who is here.
    ShareHistory,
    /// Say here what the user said on that network, or on any other one, and nobody is known to have.
    SayHere(Option<Network>),
    /// Sweep now.
    Rescan,
    /// Dial an address that the user knows.
    Connect(Target),
    /// Let a key have the name it goes by.
    Trust {
        /// Which key.
        who: Who,
        /// Whether the user is sure, although another key loses the name that is verified or here.
        sure: bool,
    },
    /// Take that back.
    Untrust(Who),
    /// Take back what was said of codes that were compared with somebody.
    Unverify(Who),
    /// Hide someone's messages, under any name.
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
    /// Show messages from disk; answered by [`super::Update::Page`].
    Page {
        /// Of which room.
        room: Room,
        /// Which ones.
        seek: Seek,
        /// At most so many.
        max: usize,
    },
    /// Find messages with these words; answered by [`super::Update::Found`].
    Search {
        /// Of which room.
        room: Room,
        /// What was typed.
        query: String,
        /// Only what is older than this: the next page.
        before: Option<Position>,
        /// At most so many, the newest.
        max: usize,
    },
    /// Take all that was said in a room off this machine's disk, for good; answered by [`super::Update::Erased`].
    Erase {
        /// Which room.
        room: Room,
        /// On which network, as in [`Command::Say`].
        network: Option<Network>,
    },
    /// Say good-bye to everyone and stop. The update channel closes when that is done.
    Quit,
}
