//! What front ends are told of rooms.

use super::members::KeptPrivate;
use crate::domain::model::{NodeId, Position, Room, RoomName, Text};

/// How the user left a room: kept for the next start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomView {
    /// What was typed and not sent.
    pub draft: String,
    /// The newest message that the user has seen; none if none was.
    pub read: Option<Position>,
    /// The message at which the user was reading, if that was not the newest one.
    pub at: Option<Position>,
}

/// What the user has done with a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoomUse {
    /// They are in it.
    #[default]
    Used,
    /// A stranger has opened it by writing there. The user has neither looked at it nor written there.
    Unused,
    /// They have left it. Only direct rooms are kept like this: the other person may write there again.
    Left {
        /// How many lines of the other person had come by then.
        lines: u64,
    },
}

/// A room that the user is in, or has left, as it is kept for the next start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRoom {
    /// Which room.
    pub room: Room,
    /// How the user left it.
    pub view: RoomView,
    /// What they have done with it.
    pub used: RoomUse,
}

/// The rooms that the user is in, as they are kept for the next start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptRooms {
    /// All of them, in the order in which the user joined them.
    pub list: Vec<KeptRoom>,
    /// What is known of private ones, and of invitations.
    pub private: KeptPrivate,
}

/// A room that the user is in, and who else is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomMembers {
    /// Which room.
    pub room: Room,
    /// Linked people who are in it, in the order of their keys.
    pub people: Vec<NodeId>,
}

/// An open room of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomListing {
    /// Which room.
    pub room: Room,
    /// How many linked people are in it.
    pub people: usize,
    /// Whether the user is in it.
    pub joined: bool,
}

/// Why something about a room was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomFailure {
    /// The user is not in it.
    NotJoined(Room),
    /// The user is in it already.
    Joined(Room),
    /// The lobby cannot be left.
    Lobby,
    /// The user is in as many rooms as there may be.
    TooMany(usize),
    /// The line is too long for a room that is sealed.
    TooLong,
    /// Nothing can be sealed for this person: their program has not told its card yet, or knows no direct messages.
    NoCard {
        /// What they are called.
        name: String,
    },
    /// It is not certain who this person is, so direct messages to them are on hold.
    OnHold {
        /// What they are called; means them alone.
        name: String,
        /// Whether codes were compared and differed.
        differs: bool,
        /// The line that was not sent.
        text: Text,
    },
    /// A guest has no key that anything could be sealed for.
    Guest {
        /// What they are called.
        name: String,
    },
    /// The user cannot write to themselves.
    Oneself,
    /// Only private rooms have members who are invited and removed.
    NotPrivate(Room),
    /// Only its owner may do that.
    NotOwner {
        /// In which room.
        room: Room,
        /// What the owner is called.
        owner: String,
    },
    /// Several rooms have this name.
    Ambiguous {
        /// The name.
        name: RoomName,
        /// The first digits of their ids, which tell them apart.
        ids: Vec<String>,
    },
    /// Nobody has invited the user to a room of this name.
    NotInvited(RoomName),
    /// This person is a member or was invited already.
    IsMember {
        /// What they are called.
        name: String,
    },
    /// This person is no member and was not invited.
    NoMember {
        /// What they are called.
        name: String,
    },
    /// It is not certain who this person is, so they are not invited.
    NotSure {
        /// What they are called; means them alone.
        name: String,
        /// Whether codes were compared and differed.
        differs: bool,
    },
    /// The room has as many members as there can be.
    Full(usize),
    /// The user owns the room, and cannot be removed or take its place.
    Owner(Room),
}
