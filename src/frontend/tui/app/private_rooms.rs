//! What is known of private rooms besides their tabs: what the user is invited to, who owns which, and what the user
//! was asked about them.

use std::collections::BTreeMap;

use crate::domain::{
    bus::Invitation,
    model::{NodeId, PrivateRoom, Room, RoomId, RoomName},
};

/// See the module's documentation. It is bounded by the rooms and the invitations that the node has.
#[derive(Debug, Default)]
pub(crate) struct PrivateRooms {
    invitations: BTreeMap<RoomId, Invitation>,
    owners: BTreeMap<RoomId, NodeId>,
    /// The room that the node was asked to make.
    made: Option<RoomName>,
    /// The room that the user was asked to confirm leaving.
    leaving: Option<Room>,
}

impl PrivateRooms {
    /// The invitations that the user has not answered.
    pub(crate) fn invitations(&self) -> impl Iterator<Item = &Invitation> {
        self.invitations.values()
    }

    /// The user is invited. Returns whether that is news.
    pub(crate) fn invited(&mut self, invitation: Invitation) -> bool {
        let id = invitation.room.id;
        self.owners.insert(id, invitation.owner);
        self.invitations.insert(id, invitation.clone()) != Some(invitation)
    }

    /// An invitation was answered, or the user has left the room.
    pub(crate) fn forget(&mut self, room: &PrivateRoom) {
        self.owners.remove(&room.id);
        self.invitations.remove(&room.id);
    }

    /// The user is in this room now. Returns whether they were invited to it.
    pub(crate) fn joined(&mut self, room: &PrivateRoom) -> bool {
        self.invitations.remove(&room.id).is_some()
    }

    /// Who owns a room, if that is known.
    pub(crate) fn owner(&self, room: &PrivateRoom) -> Option<NodeId> {
        self.owners.get(&room.id).copied()
    }

    /// Notes who owns a room that the user is in.
    pub(crate) fn is_owned(&mut self, room: &PrivateRoom, owner: NodeId) {
        self.owners.insert(room.id, owner);
    }

    /// The node was asked to make a room of this name.
    pub(crate) fn making(&mut self, name: RoomName) {
        self.made = Some(name);
    }

    /// A command about rooms failed, perhaps the one that makes a room.
    pub(crate) fn not_made(&mut self) {
        self.made = None;
    }

    /// Whether the user has just made this room.
    pub(crate) fn is_made(&mut self, room: &PrivateRoom) -> bool {
        self.made.take_if(|name| *name == room.name).is_some()
    }

    /// The user is asked whether to leave this room.
    pub(crate) fn ask_to_leave(&mut self, room: Room) {
        self.leaving = Some(room);
    }

    /// Whether the user was asked whether to leave this room. They are asked again the next time.
    pub(crate) fn was_asked_to_leave(&mut self, room: &Room) -> bool {
        self.leaving.take_if(|asked| asked == room).is_some()
    }
}
