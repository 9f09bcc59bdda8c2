//! Who is in which room, so that changes can be told.

use std::collections::BTreeMap;

use super::{event::Member, spoken::Spoken};
use crate::{
    domain::{
        bus::{Invitation, RoomFailure, RoomMembers},
        model::{NodeId, PrivateRoom, Room, RoomId},
    },
    frontend::{json::InRoom, room_names},
};

/// The rooms that the user is in, and who else is. Bounded by the rooms and the links that the node has.
#[derive(Debug)]
pub(super) struct Rooms {
    spoken: Spoken,
    /// Linked people in each room that is not the lobby, in the order of their keys.
    members: BTreeMap<Room, Vec<NodeId>>,
    /// The invitations that the user has not answered.
    invitations: BTreeMap<RoomId, Invitation>,
}

impl Rooms {
    /// Lines are said in the room `spoken`, which is joined at the start.
    pub(super) fn new(spoken: Room) -> Self {
        Self { spoken: Spoken::new(spoken), members: BTreeMap::new(), invitations: BTreeMap::new() }
    }

    /// Whether it is another room than that which lines are said in.
    pub(super) fn is_other(&self, room: &Room) -> bool {
        room != self.spoken.room()
    }

    /// The user is in a room that is not the lobby, because they have just `asked` for it or since an earlier run.
    pub(super) fn joined(&mut self, room: &Room, asked: bool) {
        self.spoken.joined(room, asked);
        if let Room::Private(room) = room {
            self.invitations.remove(&room.id);
        }
        self.members.entry(room.clone()).or_default();
    }

    /// Whether the user is in a room.
    pub(super) fn is_in(&self, room: &Room) -> bool {
        room.is_lobby() || self.members.contains_key(room)
    }

    /// The user has left a room.
    pub(super) fn left(&mut self, room: &Room) {
        self.members.remove(room);
    }

    /// The user is invited.
    pub(super) fn invited(&mut self, invitation: Invitation) {
        self.invitations.insert(invitation.room.id, invitation);
    }

    /// The user has refused an invitation.
    pub(super) fn declined(&mut self, room: &PrivateRoom) {
        self.invitations.remove(&room.id);
    }

    /// The invitations that the user has not answered.
    pub(super) fn invitations(&self) -> impl Iterator<Item = &Invitation> {
        self.invitations.values()
    }

    /// The private rooms that the user is in, and how many linked people are in each.
    pub(super) fn private(&self) -> impl Iterator<Item = (&Room, usize)> {
        let rooms = self.members.iter().filter(|(room, _)| matches!(room, Room::Private(_)));
        rooms.map(|(room, members)| (room, members.len()))
    }

    /// The keys of a room. It has digits of its id if another one that the user knows has its name.
    pub(super) fn keys(&self, room: &Room) -> InRoom {
        let Room::Private(private) = room else { return InRoom::new(room) };
        let joined = self.members.keys().filter_map(room_names::named);
        let known = joined.chain(self.invitations.values().map(|one| room_names::named_private(&one.room)));
        InRoom::called(room, room_names::called(private, known))
    }

    /// Whether the failure is no news: the room that is joined at the start was joined in an earlier run.
    pub(super) fn expects(&mut self, failure: &RoomFailure) -> bool {
        self.spoken.expects(failure)
    }

    /// These people are in a room now. Returns who came and who left.
    pub(super) fn changes(&mut self, RoomMembers { room, people }: RoomMembers) -> Vec<(NodeId, Member)> {
        let before = self.members.insert(room, people.clone()).unwrap_or_default();
        let came = people.iter().filter(|node| !before.contains(node)).map(|node| (*node, Member::Joined));
        let left = before.iter().filter(|node| !people.contains(node)).map(|node| (*node, Member::Left));
        came.chain(left).collect()
    }

    /// Whether nobody else is in a room that is not the lobby.
    pub(super) fn is_empty(&self, room: &Room) -> bool {
        self.members.get(room).is_none_or(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_are_told() {
        let dev = Room::named("dev").unwrap();
        let mut rooms = Rooms::new(Room::Lobby);
        let nodes = [1, 2, 3].map(|n| NodeId::new([n; 32]));
        let mut told = |people: &[NodeId]| rooms.changes(RoomMembers { room: dev.clone(), people: people.to_vec() });
        assert_eq!(told(&nodes[..2]), [(nodes[0], Member::Joined), (nodes[1], Member::Joined)]);
        assert_eq!(told(&nodes[1..]), [(nodes[2], Member::Joined), (nodes[0], Member::Left)]);
        assert_eq!(told(&nodes[1..]), []);
        rooms.left(&dev);
        assert!(rooms.is_empty(&dev));
    }
}
