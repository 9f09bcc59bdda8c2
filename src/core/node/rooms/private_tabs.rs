//! The private rooms of our user among all their rooms: which one a name means, and when one comes or goes.

use super::{Joined, MAX_JOINED, Output, Rooms, private::Change};
use crate::{
    domain::{
        bus::{KeptPrivate, RoomFailure, RoomView, Update},
        model::{PrivateRoom, Room, RoomId, RoomName},
        naming::HANDLE_DIGITS,
    },
    protocol::membership::Cut,
};

impl Rooms {
    /// What is kept of private rooms.
    pub(in crate::core::node) fn kept_private(&self) -> KeptPrivate {
        self.private.kept()
    }

    /// The room of this name that our user was invited to. None if there is none or it is not clear which one is meant;
    /// then the user was told.
    pub(super) fn invitation(&self, name: &RoomName, id: Option<&str>, out: &mut Vec<Output>) -> Option<RoomId> {
        let mut rooms = self.private.invitations(name);
        rooms.retain(|room| id.is_none_or(|id| room.begins_with(id)));
        match rooms[..] {
            [room] => return Some(room),
            [] => out.push(Output::Update(RoomFailure::NotInvited(name.clone()).into())),
            _ => {
                let ids = rooms.iter().map(|room| format!("{room:.HANDLE_DIGITS$}")).collect();
                out.push(Output::Update(RoomFailure::Ambiguous { name: name.clone(), ids }.into()));
            }
        }
        None
    }

    /// Our user joins a private room if they were invited to one of this name. Returns whether that is settled.
    pub(super) fn join_private(&mut self, name: &RoomName, id: Option<&str>, out: &mut Vec<Output>) -> bool {
        if id.is_none() && self.private.invitations(name).is_empty() {
            // Who types the name of a private room must not speak in an open one by mistake.
            let known = self.private.rooms().find(|room| room.name == *name);
            out.extend(
                known.iter().map(|room| Output::Update(RoomFailure::Joined(Room::Private(room.clone())).into())),
            );
            return known.is_some();
        }
        if let Some(room) = self.invitation(name, id, out) {
            if self.joined.len() >= MAX_JOINED {
                out.push(Output::Update(RoomFailure::TooMany(MAX_JOINED).into()));
            } else if let Some(room) = self.private.accept(&room, out) {
                self.show_private(room, out);
            }
        }
        true
    }

    pub(super) fn create(&mut self, name: RoomName, ask: bool, out: &mut Vec<Output>) {
        if self.joined.len() >= MAX_JOINED {
            return out.push(Output::Update(RoomFailure::TooMany(MAX_JOINED).into()));
        }
        if let Some(room) = self.private.create(name, ask, out) {
            self.show_private(room, out);
        }
    }

    pub(super) fn renew(&mut self, old: PrivateRoom, cuts: Vec<Cut>, out: &mut Vec<Output>) {
        match self.private.renew(&old.id, out) {
            Ok(room) => {
                self.show_private(room, out);
                self.part(&Room::Private(old), cuts, out);
            }
            Err(refusal) => out.push(Output::Refused(old, refusal)),
        }
    }

    /// Our user is in a private room from now on.
    fn show_private(&mut self, room: PrivateRoom, out: &mut Vec<Output>) {
        let (room, view) = (Room::Private(room), RoomView::default());
        self.joined.push(Joined::new(room.clone(), view.clone()));
        out.extend([Output::Update(Update::RoomJoined { room, view, asked: true }), Output::Kept]);
    }

    /// Our user is not in a private room any more.
    pub(super) fn changed(&mut self, change: Change, out: &mut Vec<Output>) {
        let Change { room, because } = change;
        let room = Room::Private(room);
        self.joined.retain(|joined| joined.room != room);
        out.extend([Output::Update(Update::RoomLeft { room, because }), Output::Kept]);
    }
}
