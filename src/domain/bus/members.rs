//! What front ends are told of the members of private rooms.

use crate::domain::model::{NodeId, PrivateRoom, RoomId};

/// Who is in a private room, and who was invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberList {
    /// Which room.
    pub room: PrivateRoom,
    /// Who decides about it.
    pub owner: NodeId,
    /// Everybody, our user included: the owner first, the others in the order of their invitations.
    pub members: Vec<Member>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub node: NodeId,
    /// Whether they are there.
    pub state: MemberState,
}

/// Whether a member is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// Our user.
    Oneself,
    /// They are linked and have joined.
    Here,
    /// They have joined, and are not linked now.
    Away,
    /// They were invited, and are not known to have joined.
    Invited,
}

/// An invitation that waits for the user's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// To which room.
    pub room: PrivateRoom,
    /// Who has invited the user: its owner.
    pub owner: NodeId,
    /// How many others are members or invited, the owner included.
    pub members: usize,
}

/// Who is a member of a private room has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Which room.
    pub room: PrivateRoom,
    /// Who decides about it.
    pub owner: NodeId,
    /// Whom the owner has invited.
    pub invited: Vec<NodeId>,
    /// Whom the owner has removed.
    pub removed: Vec<NodeId>,
    /// Who has left by themselves.
    pub left: Vec<NodeId>,
}

/// Why the user is not in a room any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftBecause {
    /// They have left.
    Asked,
    /// The owner has removed them.
    Removed {
        /// The owner.
        by: NodeId,
    },
}

/// What is kept of private rooms for the next start. Only the node reads the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptPrivate {
    /// The rooms.
    pub rooms: Vec<KeptPrivateRoom>,
    /// Memberships that are over, the oldest first: the room, and how far.
    pub ended: Vec<(RoomId, u64)>,
}

/// One private room, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPrivateRoom {
    /// What its owner decided last. The keys in it are sealed.
    pub decision: Vec<u8>,
    /// What members have said since who left.
    pub leaves: Vec<Vec<u8>>,
    /// Whom the owner is still to be asked to invite.
    pub wishes: Vec<Vec<u8>>,
    /// Who is known to have joined.
    pub seen: Vec<NodeId>,
    /// Whether our user is in it.
    pub standing: KeptStanding,
}

/// Whether our user is in a private room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptStanding {
    /// They are.
    Joined,
    /// They were invited.
    Invited,
    /// They have left, which the owner does not know yet.
    Left(Vec<u8>),
}
