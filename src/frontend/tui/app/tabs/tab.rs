//! One room in the row of tabs.

use jiff::civil::Date;

use crate::{
    domain::{
        bus::RoomView,
        model::{NodeId, Room},
    },
    frontend::tui::app::{
        composer::Parked,
        conversation::{Conversation, Unread},
        people::People,
    },
};

/// A room that the user is in. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Tab {
    pub conversation: Conversation,
    /// What the user was writing when they left the tab. Of no use while it is in view.
    pub parked: Parked,
    /// Linked people who are in it, in the order of their keys. Of no use in the lobby, where everybody is.
    pub members: Vec<NodeId>,
    /// What the node keeps of how the user left the room.
    kept: RoomView,
    /// Whether the node has told of it.
    is_known: bool,
}

impl Tab {
    pub(super) fn new(room: Room, cap: usize) -> Self {
        Self {
            conversation: Conversation::new(room, cap),
            parked: Parked::default(),
            members: Vec::new(),
            kept: RoomView::default(),
            is_known: false,
        }
    }

    /// Which room it is.
    pub(crate) const fn room(&self) -> &Room {
        self.conversation.room()
    }

    /// Takes over how the user left the room in an earlier run. Returns whether it did: it does so once.
    pub(super) fn remember(&mut self, view: &RoomView) -> bool {
        let is_first = !std::mem::replace(&mut self.is_known, true);
        if is_first {
            self.conversation.remember_seen(view.read);
            self.conversation.remember_place(view.at);
            self.kept = view.clone();
        }
        is_first
    }

    /// How the user leaves the room with this `draft`, if the node does not know that yet.
    pub(crate) fn new_view(&mut self, draft: &str) -> Option<RoomView> {
        let (read, at) = (self.conversation.seen(), self.conversation.place());
        let view = RoomView { draft: draft.to_owned(), read, at };
        (self.kept != view).then(|| {
            self.kept = view.clone();
            view
        })
    }

    /// The node did not get to know how the user left the room.
    pub(crate) fn view_was_refused(&mut self) {
        self.kept = RoomView::default();
    }

    /// Whether somebody is there who receives the user's messages from now on.
    pub(crate) fn has_receivers(&self, people: &People) -> bool {
        match self.room() {
            Room::Lobby => people.has_receivers(),
            Room::Open(_) | Room::Private(_) => self.members.iter().any(|node| people.receives(*node)),
            Room::Direct(node) => people.receives(*node),
        }
    }

    /// Updates what depends on the day and on who is here.
    pub(crate) fn keep_current(&mut self, today: Date, people: &People) {
        let alone = !self.has_receivers(people);
        self.conversation.set_today(today);
        self.conversation.set_alone(alone);
        self.conversation.keep_limits();
    }

    /// What arrived unseen. In a room for two, everything is for the user.
    pub(crate) fn unread(&self) -> Unread {
        let unread = self.conversation.unread();
        match self.room() {
            Room::Direct(_) => Unread { mentions: unread.all, ..unread },
            Room::Lobby | Room::Open(_) | Room::Private(_) => unread,
        }
    }
}
