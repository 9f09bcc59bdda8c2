//! What is printed of rooms and of who is in them.

use super::Printer;
use crate::{
    domain::{
        bus::{RoomListing, RoomMembers},
        model::{Message, Nick, PeerId, Room},
        naming::Name,
    },
    frontend::{
        headless::{
            event::{About, Event, ListedRoom, RoomChange, RoomNews, SetBy},
            people::bare,
        },
        json::{Shown, author},
    },
};

impl Printer {
    /// The user is in a room from now on.
    pub(super) fn room_joined(&mut self, room: &Room, asked: bool) {
        self.rooms.joined(room, asked);
        self.room_changed(room, RoomChange::Joined);
        if self.to.is_json() && self.topics.contains_key(room) {
            self.show_topic(room);
        }
    }

    /// A room has this topic now. In text, the message that has set it says so.
    pub(super) fn room_topic(&mut self, room: &Room, topic: Option<Box<Message>>) {
        let is_shown = self.to.is_json() && self.rooms.is_in(room);
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
            let (room, who) = (self.rooms.keys(&room), self.people.someone(node));
            let event = Event::Member { room, who, change, by: None, for_good: false, doer: None };
            self.to.event(&event);
        }
    }

    /// The rooms belong to another network. The node tells what they are about there.
    pub(super) fn forget_topics(&mut self) {
        for room in std::mem::take(&mut self.topics).into_keys() {
            if self.to.is_json() && self.rooms.is_in(&room) {
                self.show_topic(&room);
            }
        }
    }

    /// What a room is about.
    pub(super) fn show_topic(&mut self, room: &Room) {
        let topic = self.topics.get(room);
        let (set, by) = topic.map_or((None, String::new()), |topic| {
            let tag = self.people.tag(topic);
            let set = SetBy {
                id: Shown(topic.id),
                from: author(topic, self.node).map(Shown),
                nick: topic.nick.as_ref().map(Nick::as_str),
                tag: bare(&tag),
                sent_at: self.clock.utc(topic.sent_at).to_owned(),
            };
            (Some(set), Name::of_author(topic, &tag).to_string())
        });
        let names = (self.room_name(room), by);
        let topic = About { topic: topic.map(|topic| topic.text.as_str()), set, names };
        let news = RoomNews { topic: Some(topic), ..RoomNews::default() };
        let event = Event::Room { room: self.rooms.keys(room), change: RoomChange::Topic, news };
        self.to.event(&event);
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
        self.to.event(&Event::Rooms { rooms });
    }

    /// What text calls a room.
    pub(super) fn room_name(&self, room: &Room) -> String {
        match room {
            Room::Direct(node) => format!("@{}", self.people.called(*node).name),
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
