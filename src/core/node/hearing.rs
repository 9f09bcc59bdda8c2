//! Direct rooms in which somebody else has spoken, as the machine of the rooms must know it: who they are, and what is
//! held of them.

use super::{Node, Output, rooms, views::Directory};
use crate::{
    core::sync,
    domain::model::{Machine, NodeId, Now, Room, RoomId},
    protocol::membership::Cut,
};

impl Node {
    /// A person has said something in the direct room with our user.
    pub(super) fn hear(&mut self, node: NodeId, now: Now, out: &mut Vec<Output>) {
        if !self.rooms.is_in(&Room::Direct(node)) {
            let room = self.sync.room_id(&Room::Direct(node));
            let heard = rooms::Heard { node, stranger: self.stranger(node, room), earlier: None };
            self.drive_rooms(rooms::Input::Heard(heard), now, out);
        }
    }

    /// Something is held of a person that our user may not have seen, perhaps of the direct room with them.
    pub(super) fn hear_earlier(&mut self, heard: &sync::Heard, now: Now, out: &mut Vec<Output>) {
        let sync::Heard { room, author: node, lines } = *heard;
        let card = self.trust.book().get(&node).and_then(|known| known.card.clone());
        let earlier = Some(rooms::Earlier { room, lines, card });
        let heard = rooms::Heard { node, stranger: self.stranger(node, Some(room)), earlier };
        self.drive_rooms(rooms::Input::Heard(heard), now, out);
    }

    /// The program runs: shows the direct rooms in which something was said that our user could not see. The last run
    /// may have ended just then.
    pub(super) fn show_unseen(&mut self, now: Now, out: &mut Vec<Output>) {
        for heard in self.sync.heard() {
            if !self.trust.book().is_ignored(&heard.author) {
                self.hear_earlier(&heard, now, out);
            }
        }
    }

    /// Our user leaves a room. `cuts` says what they have written there, if it is a private one.
    pub(super) fn part(&mut self, room: Room, cuts: Vec<Cut>, now: Now, out: &mut Vec<Output>) {
        let direct = room.other().and_then(|node| Some((node, self.sync.room_id(&room)?)));
        self.drive_rooms(rooms::Input::Part { room, cuts }, now, out);
        if let Some((node, id)) = direct {
            let lines = self.sync.heard_of(id, node).lines;
            self.drive_rooms(rooms::Input::Left { node, lines }, now, out);
        }
    }

    /// Where a person is. None if they are no stranger, or if our user has written to them in this room.
    fn stranger(&self, node: NodeId, room: Option<RoomId>) -> Option<Machine> {
        let book = self.trust.book();
        let is_stranger = book.class(&node, self.peers.has_node(&node)).is_stranger();
        if !is_stranger || room.is_some_and(|room| self.sync.has_spoken_in(&room)) {
            return None;
        }
        let met = || book.get(&node).and_then(|known| known.how_met().host);
        Some(Machine::new(node, self.peers.host_of(&node).or_else(met)))
    }
}
