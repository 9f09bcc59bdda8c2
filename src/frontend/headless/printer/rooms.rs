//! What is printed of rooms and of who is in them.

use super::{Printer, print};
use crate::{
    domain::{
        bus::{RoomListing, RoomMembers},
        model::{Author, Message, Nick, PeerId, Room},
        naming::Name,
    },
    frontend::{
        headless::{
            event::{About, Event, ListedRoom, RoomChange, SetBy},
            people::bare,
        },
        json::Shown,
    },
};

impl Printer {
    /// The user is in a room from now on.
    pub(super) fn room_joined(&mut self, room: &Room, asked: bool) {
        self.rooms.joined(room, asked);
        self.room_changed(room, RoomChange::Joined);
        if self.json && self.topics.contains_key(room) {
            self.show_topic(room);
        }
    }

    /// A room has this topic now. In text, the message that has set it says so.
    pub(super) fn room_topic(&mut self, room: &Room, topic: Option<Box<Message>>) {
        let is_shown = self.json && self.rooms.is_in(room);
        match topic {
            Some(topic) => {
                self.people.heard(&topic);
                self.topics.insert(room.clone(), *topic);
            }
            None => drop(self.topics.remove(room)),
        }
        if is_shown {
            self.show_topic(room);
        }
    }

    /// Somebody came into a room or left it.
    pub(super) fn members(&mut self, members: RoomMembers) {
        let room = members.room.clone();
        for (node, change) in self.rooms.changes(members) {
            let (nick, tag, name) = self.people.of(node);
            let (nick, tag) = (nick.map(Nick::as_str), bare(&tag));
            let (from, room) = (Shown(node), self.rooms.keys(&room));
            let (by, doer, for_good) = (None, None, false);
            let event = Event::Member { room, from, nick, tag, change, by, for_good, name, doer };
            print(self.json, &mut self.out, &event);
        }
    }

    /// The rooms belong to another network. The node tells what they are about there.
    pub(super) fn forget_topics(&mut self) {
        for room in std::mem::take(&mut self.topics).into_keys() {
            if self.json && self.rooms.is_in(&room) {
                self.show_topic(&room);
            }
        }
    }

    /// What a room is about.
    pub(super) fn show_topic(&mut self, room: &Room) {
        let topic = self.topics.get(room);
        let set = topic.map(|topic| {
            let from = match topic.author {
                Author::Own => self.node.map(PeerId::Node),
                Author::Peer(peer) => Some(peer),
            };
            let sent_at = self.clock.utc(topic.sent_at).to_owned();
            let tag = bare(&self.people.tag(topic));
            SetBy {
                id: Shown(topic.id),
                from: from.map(Shown),
                nick: topic.nick.as_ref().map(Nick::as_str),
                tag,
                sent_at,
            }
        });
        let by = topic.map(|topic| Name::of_author(topic, &self.people.tag(topic)).to_string()).unwrap_or_default();
        let names = (self.room_name(room), by);
        let topic = topic.map(|topic| topic.text.as_str());
        let topic = Some(About { topic, set, names });
        let (room, change) = (self.rooms.keys(room), RoomChange::Topic);
        let (by, members, removed_by, remover) = (None, None, None, String::new());
        print(self.json, &mut self.out, &Event::Room { room, change, by, members, removed_by, remover, topic });
    }

    /// Which open rooms there are, which private ones the user is in, and what they are invited to.
    pub(super) fn room_list(&mut self, rooms: &[RoomListing]) {
        let open = rooms.iter().map(|RoomListing { room, people, joined }| ListedRoom {
            room: self.rooms.keys(room),
            people: *people,
            joined: *joined,
            by: None,
        });
        let private = self.rooms.private().map(|(room, people)| ListedRoom {
            room: self.rooms.keys(room),
            people,
            joined: true,
            by: None,
        });
        let invitations = self.rooms.invitations().map(|one| ListedRoom {
            room: self.rooms.keys(&Room::Private(one.room.clone())),
            people: one.members,
            joined: false,
            by: Some(self.people.someone(one.owner)),
        });
        let rooms = open.chain(private).chain(invitations).collect();
        print(self.json, &mut self.out, &Event::Rooms { rooms });
    }

    /// What text calls a room.
    pub(super) fn room_name(&self, room: &Room) -> String {
        match room {
            Room::Direct(node) => format!("@{}", self.people.of(*node).2),
            Room::Lobby | Room::Open(_) | Room::Private(_) => self.rooms.keys(room).name().to_owned(),
        }
    }

    /// Whether nobody is in a room who could confirm what they received.
    pub(super) fn is_alone_in(&self, room: &Room) -> bool {
        match room {
            Room::Lobby => self.people.is_alone(),
            Room::Open(_) | Room::Private(_) => self.rooms.is_empty(room),
            Room::Direct(node) => self.people.get(PeerId::Node(*node)).is_none(),
        }
    }
}
