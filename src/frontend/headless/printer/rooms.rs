//! What is printed of rooms and of who is in them.

use super::{Printer, print};
use crate::{
    domain::{
        bus::{RoomListing, RoomMembers},
        model::{Nick, PeerId, Room},
    },
    frontend::{
        headless::{
            event::{Event, OpenRoom},
            people::bare,
        },
        json::Shown,
    },
};

impl Printer {
    /// Somebody came into a room or left it.
    pub(super) fn members(&mut self, members: RoomMembers) {
        let room = members.room.clone();
        for (node, change) in self.rooms.changes(members) {
            let (nick, tag, name) = self.people.of(node);
            let (nick, tag) = (nick.map(Nick::as_str), bare(&tag));
            let (from, room) = (Shown(node), Shown(&room));
            print(self.json, &mut self.out, &Event::Member { room, from, nick, tag, change, name });
        }
    }

    /// Which open rooms there are.
    pub(super) fn room_list(&mut self, rooms: &[RoomListing]) {
        let rooms = rooms.iter().map(|RoomListing { room, people, joined }| OpenRoom {
            room: Shown(room),
            people: *people,
            joined: *joined,
        });
        self.event(&Event::Rooms { rooms: rooms.collect() });
    }

    /// What text calls a room.
    pub(super) fn room_name(&self, room: &Room) -> String {
        match room {
            Room::Direct(node) => format!("@{}", self.people.of(*node).2),
            Room::Lobby | Room::Open(_) => room.to_string(),
        }
    }

    /// Whether nobody is in a room who could confirm what they received.
    pub(super) fn is_alone_in(&self, room: &Room) -> bool {
        match room {
            Room::Lobby => self.people.is_alone(),
            Room::Open(_) => self.rooms.is_empty(room),
            Room::Direct(node) => self.people.get(PeerId::Node(*node)).is_none(),
        }
    }
}
