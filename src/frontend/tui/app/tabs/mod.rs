//! The rooms that the user is in, as a row of tabs. One of them is in view.
//!
//! The lobby is always the first, and the others follow in the order in which the user joined them. A tab holds the
//! room's conversation, what the user was writing there, and who is in it. `bar` says how the row looks, and `named`
//! which tab the user means.

mod bar;
mod named;
mod tab;

use std::collections::BTreeMap;

use self::tab::Tab;
pub(crate) use self::{
    bar::{Bar, Label, fit},
    named::NotFound,
};
use super::conversation::{Conversation, Unread};
use crate::{
    domain::{
        bus::RoomView,
        model::{Message, NodeId, Room},
    },
    frontend::words::tabs as words,
};

/// The row of tabs. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Tabs {
    lobby: Box<Tab>,
    /// All others.
    others: Vec<Tab>,
    /// The messages that have set the topics of rooms. The user need not be in all of them yet.
    topics: BTreeMap<Room, Message>,
    /// Which one is in view; the lobby is 0.
    current: usize,
    /// How many messages the room in view holds.
    cap: usize,
    /// Whether there is a node to ask.
    is_connected: bool,
}

impl Tabs {
    /// The lobby alone. The room in view holds `cap` messages.
    pub(crate) fn new(cap: usize) -> Self {
        let lobby = Box::new(Tab::new(Room::Lobby, cap));
        Self { lobby, others: Vec::new(), topics: BTreeMap::new(), current: 0, cap, is_connected: false }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.others.len() + 1
    }

    /// Which one is in view; the lobby is 0.
    pub(crate) const fn at(&self) -> usize {
        self.current
    }

    fn other(&self) -> Option<&Tab> {
        self.others.get(self.current.checked_sub(1)?)
    }

    /// The tab in view.
    pub(crate) fn current(&self) -> &Tab {
        self.other().unwrap_or(&self.lobby)
    }

    /// The tab in view, to be changed.
    pub(crate) fn current_mut(&mut self) -> &mut Tab {
        match self.current.checked_sub(1).and_then(|at| self.others.get_mut(at)) {
            Some(other) => other,
            None => &mut self.lobby,
        }
    }

    /// The conversation in view.
    pub(crate) fn here(&self) -> &Conversation {
        &self.current().conversation
    }

    /// The conversation in view, to be changed.
    pub(crate) fn here_mut(&mut self) -> &mut Conversation {
        &mut self.current_mut().conversation
    }

    /// The room in view.
    pub(crate) fn room(&self) -> &Room {
        self.current().room()
    }

    /// All tabs, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Tab> {
        std::iter::once(&*self.lobby).chain(&self.others)
    }

    /// All conversations.
    pub(crate) fn conversations(&mut self) -> impl Iterator<Item = &mut Conversation> {
        self.all_mut().map(|tab| &mut tab.conversation)
    }

    /// The lobby's conversation, and the one in view if that is another one.
    pub(crate) fn lobby_and_here(&mut self) -> impl Iterator<Item = &mut Conversation> {
        let other = self.current.checked_sub(1).and_then(|at| self.others.get_mut(at));
        std::iter::once(&mut *self.lobby).chain(other).map(|tab| &mut tab.conversation)
    }

    /// All tabs, to be changed.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Tab> {
        std::iter::once(&mut *self.lobby).chain(&mut self.others)
    }

    /// Which tab is this room's, if the user is in it.
    pub(crate) fn position(&self, room: &Room) -> Option<usize> {
        self.all().position(|tab| tab.room() == room)
    }

    /// Whether this room is in view.
    pub(crate) fn is_here(&self, room: &Room) -> bool {
        self.room() == room
    }

    /// The tab of a room, if the user is in it.
    pub(crate) fn of(&mut self, room: &Room) -> Option<&mut Tab> {
        self.all_mut().find(|tab| tab.room() == room)
    }

    /// The conversation of a room, if the user is in it.
    pub(crate) fn conversation(&mut self, room: &Room) -> Option<&mut Conversation> {
        self.of(room).map(|tab| &mut tab.conversation)
    }

    /// The user is in this room, and left it like this in an earlier run. Returns its tab, and whether the node has
    /// told of it for the first time: later, the user may have gone on.
    pub(crate) fn open(&mut self, room: Room, view: &RoomView) -> (usize, bool) {
        let at = self.position(&room).unwrap_or_else(|| {
            let mut tab = Tab::new(room, self.cap);
            if self.is_connected {
                tab.conversation.connect();
            }
            self.others.push(tab);
            self.others.len()
        });
        (at, self.all_mut().nth(at).is_some_and(|tab| tab.remember(view)))
    }

    /// This message says what a room is about, or nothing does any more.
    pub(crate) fn set_topic(&mut self, room: Room, topic: Option<Box<Message>>) {
        match topic {
            Some(topic) => drop(self.topics.insert(room, *topic)),
            None => drop(self.topics.remove(&room)),
        }
    }

    /// The rooms belong to another network. The node tells what they are about there.
    pub(crate) fn forget_topics(&mut self) {
        self.topics.clear();
    }

    /// The message that says what a room is about.
    pub(crate) fn topic(&self, room: &Room) -> Option<&Message> {
        self.topics.get(room)
    }

    /// The user has left this room. The tab before it comes into view if it was in view. Returns what the user was
    /// writing there.
    pub(crate) fn close(&mut self, room: &Room) -> Option<String> {
        // The lobby cannot be left.
        let at = self.others.iter().position(|tab| tab.room() == room)?;
        let tab = self.others.remove(at);
        if self.current > at {
            self.current -= 1;
        }
        Some(tab.parked.into_text())
    }

    /// Brings a tab into view. The caller has parked what the user was writing.
    pub(crate) fn show(&mut self, at: usize) {
        if at < self.count() && at != self.current {
            self.here_mut().leave();
            self.current = at;
        }
    }

    /// There is a node to ask.
    pub(crate) fn connect(&mut self) {
        self.is_connected = true;
        self.conversations().for_each(Conversation::connect);
    }

    /// There is no node to ask any more.
    pub(crate) fn disconnect(&mut self) {
        self.is_connected = false;
        self.conversations().for_each(Conversation::disconnect);
    }

    /// The disk does not answer. Whatever was asked of it can be asked again.
    pub(crate) fn unreadable(&mut self) {
        let here = self.current;
        for (at, tab) in self.all_mut().enumerate() {
            if at == here || tab.conversation.is_reading() {
                tab.conversation.unreadable();
            }
        }
    }

    /// What arrived unseen in all rooms.
    pub(crate) fn unread(&self) -> Unread {
        total(self.all())
    }

    /// What arrived unseen in the rooms that are not in view.
    pub(crate) fn unread_elsewhere(&self) -> Unread {
        total(self.all().enumerate().filter(|(at, _)| *at != self.current).map(|(_, tab)| tab))
    }

    /// The next tab, or the previous one if `back`. The last one is before the first.
    pub(crate) fn next(&self, back: bool) -> usize {
        let count = self.count();
        (self.current + if back { count - 1 } else { 1 }) % count
    }

    /// The next tab in which something arrived unseen: first those with something for the user.
    pub(crate) fn next_active(&self) -> Option<usize> {
        let after = (self.current + 1..self.count()).chain(0..self.current);
        let unread: Vec<_> = self.all().map(Tab::unread).collect();
        let first = |wanted: fn(&Unread) -> bool| after.clone().find(|at| unread.get(*at).is_some_and(wanted));
        first(|unread| unread.mentions > 0).or_else(|| first(|unread| unread.all > 0))
    }

    /// The tab that the user means by `typed`; `called` is how they know each room.
    ///
    /// # Errors
    /// [`NotFound`] if that is none of them, or not clear.
    pub(crate) fn named(&self, typed: &str, called: impl Fn(&Room) -> String) -> Result<usize, NotFound> {
        named::find(typed, &self.all().map(|tab| called(tab.room())).collect::<Vec<_>>())
    }

    /// How the row of tabs looks, in few words if the window `is_narrow`; `called` is how the user knows each room.
    pub(crate) fn bar(&self, is_narrow: bool, called: impl Fn(&Room) -> String) -> Bar {
        if is_narrow && self.count() > 1 {
            let elsewhere = self.unread_elsewhere();
            let name = called(self.room());
            return Bar::Short(words::short(
                self.current + 1,
                self.count(),
                &name,
                elsewhere.all,
                elsewhere.mentions > 0,
            ));
        }
        let label = |(at, tab): (usize, &Tab)| Label::new(at, &called(tab.room()), tab, at == self.current);
        Bar::Row(self.all().enumerate().map(label).collect())
    }

    /// Linked people in the room in view; `None` in the lobby, where everybody is.
    pub(crate) fn members(&self) -> Option<&[NodeId]> {
        let tab = self.current();
        match tab.room() {
            Room::Lobby => None,
            Room::Direct(node) => Some(std::slice::from_ref(node)),
            Room::Open(_) | Room::Private(_) => Some(&tab.members),
        }
    }
}

fn total<'a>(tabs: impl Iterator<Item = &'a Tab>) -> Unread {
    tabs.map(Tab::unread).fold(Unread::default(), Unread::plus)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::tui::app::conversation::Tone;

    fn room(name: &str) -> Room {
        Room::named(name).unwrap()
    }

    fn three() -> Tabs {
        let mut tabs = Tabs::new(100);
        assert_eq!(["dev", "ops"].map(|name| tabs.open(room(name), &RoomView::default())), [(1, true), (2, true)]);
        tabs
    }

    /// A warning that nobody has seen.
    fn warn(tabs: &mut Tabs, name: &str) {
        let conversation = tabs.conversation(&room(name)).unwrap();
        let seq = conversation.block(Tone::Alarm, "!", 0, jiff::civil::Date::ZERO);
        conversation.arrived(seq, false);
    }

    #[test]
    fn a_room_has_one_tab() {
        let mut tabs = three();
        assert_eq!(tabs.open(room("dev"), &RoomView::default()), (1, false));
        assert_eq!((tabs.count(), tabs.position(&room("ops"))), (3, Some(2)));
        assert!(tabs.is_here(&Room::Lobby));
    }

    #[test]
    fn the_tab_before_a_closed_one_comes_into_view() {
        let mut tabs = three();
        tabs.show(2);
        tabs.close(&room("dev"));
        assert!(tabs.is_here(&room("ops")) && tabs.at() == 1, "another one was closed");
        tabs.close(&room("ops"));
        assert!(tabs.is_here(&Room::Lobby));
        tabs.close(&Room::Lobby);
        assert_eq!(tabs.count(), 1, "the lobby stays");
    }

    #[test]
    fn next_and_previous_go_round() {
        let mut tabs = three();
        assert_eq!((tabs.next(false), tabs.next(true)), (1, 2));
        tabs.show(2);
        assert_eq!((tabs.next(false), tabs.next(true)), (0, 1));
        tabs.show(9);
        assert_eq!(tabs.at(), 2, "there is no such tab");
    }

    #[test]
    fn activity_is_searched_from_the_tab_in_view_on() {
        let mut tabs = three();
        assert_eq!(tabs.next_active(), None);
        warn(&mut tabs, "lobby");
        assert_eq!(tabs.next_active(), None, "the tab in view does not count");
        warn(&mut tabs, "ops");
        assert_eq!((tabs.next_active(), tabs.unread().all, tabs.unread_elsewhere().all), (Some(2), 2, 1));
        tabs.show(1);
        assert_eq!(tabs.unread().all, 1, "whoever leaves a tab has seen it");
        warn(&mut tabs, "lobby");
        assert_eq!(tabs.next_active(), Some(2), "the next one");
        tabs.show(2);
        assert_eq!(tabs.next_active(), Some(0));
    }
}
