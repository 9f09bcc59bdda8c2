//! From room to room: joining, leaving, and which one is in view.

use super::{
    App, Output, Tone,
    answers::rooms,
    composer::Typing,
    conversation::Mover,
    people::{Change, Person},
    tabs::NotFound,
};
use crate::{
    domain::{
        bus::{Command, Invitation, LeftBecause, RoomListing, RoomMembers, RoomView},
        model::{LeaveReason, NodeId, PeerId, Position, Room},
    },
    frontend::{
        slash::TypedRoom,
        words::{private_rooms, tabs as words, topics},
    },
};

impl App {
    /// What the user knows a room by: `#dev`, or `@bob` for the person at the other end.
    pub(crate) fn room_name(&self, room: &Room) -> String {
        match room {
            Room::Direct(node) => format!("@{}", self.people.name_of(*node)),
            Room::Private(room) => self.private_name(room),
            Room::Lobby | Room::Open(_) => room.to_string(),
        }
    }

    /// The people to list beside the room in view: those who are in it, in the lobby everybody.
    pub(crate) fn people_here(&self) -> Vec<&Person> {
        let mut people = self.people.sorted();
        if let Some(members) = self.tabs.members() {
            people.retain(|person| person.peer.id.node().is_some_and(|node| members.contains(node)));
        }
        people
    }

    /// How many people can be reached in the room in view.
    pub(crate) fn count_here(&self) -> usize {
        match self.tabs.members() {
            None => self.people.here(),
            Some(members) => members.iter().filter(|node| self.people.receives(**node)).count(),
        }
    }

    /// What to say in a room in which nobody else is, the fullest words first.
    pub(super) fn nobody_in_room(&self) -> Vec<String> {
        if self.count_here() > 0 {
            return Vec::new();
        }
        match self.tabs.room() {
            Room::Direct(node) => words::is_away(&self.people.name_of(*node)).to_vec(),
            Room::Private(room) => private_rooms::nobody_in(&self.private_name(room)).to_vec(),
            room @ (Room::Lobby | Room::Open(_)) => words::nobody_in(&room.to_string()).to_vec(),
        }
    }

    /// Brings a tab into view. What the user was writing stays in the one they leave.
    pub(super) fn show_tab(&mut self, at: usize) {
        if at == self.tabs.at() || at >= self.tabs.count() || self.overlays.name.is_open() {
            return;
        }
        self.keep_view();
        self.park();
        self.tabs.show(at);
        self.come_into_view();
    }

    /// The same for a line that asks for it. It does not stay behind as a draft.
    pub(super) fn go_by_line(&mut self, at: usize) {
        self.line_is_done();
        self.show_tab(at);
    }

    /// The line in the draft is carried out.
    pub(super) fn line_is_done(&mut self) {
        let line = self.composer.text().to_owned();
        self.composer.done(&line);
    }

    /// Puts away what the user was writing.
    fn park(&mut self) {
        let (parked, typing) = self.composer.park();
        self.tabs.current_mut().parked = parked;
        if typing == Some(Typing::Stopped) && !self.status.is_node_gone() {
            self.send(Command::Typing(false));
        }
    }

    /// Another tab is in view now.
    fn come_into_view(&mut self) {
        let parked = std::mem::take(&mut self.tabs.current_mut().parked);
        self.composer.put_back(parked);
        // These were about the room that was in view: a yes must not erase or leave another one.
        self.timers.clear(super::Timer::EraseAsked);
        self.timers.clear(super::Timer::PartAsked);
        self.offered.clear();
        self.overlays.search.close();
        self.lay_out();
        if !self.status.is_node_gone() {
            self.send(Command::Look(self.tabs.room().clone()));
        }
        self.tabs.here_mut().enter(&mut self.outputs);
    }

    /// Tells the node how the user leaves the room in view, if it does not know that.
    fn keep_view(&mut self) {
        let view = self.current_view();
        self.outputs.extend(view.map(Output::Send));
    }

    /// How the user leaves the room in view, for the node to keep. `None` if it knows that already.
    pub fn current_view(&mut self) -> Option<Command> {
        if self.status.is_node_gone() || self.overlays.name.is_open() {
            return None;
        }
        let tab = self.tabs.current_mut();
        // The user leaves this room, and has seen what is in sight.
        tab.conversation.mark_read();
        let view = tab.new_view(self.composer.text())?;
        Some(Command::KeepView { room: tab.room().clone(), view: Box::new(view) })
    }

    /// Ctrl-N and Ctrl-P.
    pub(super) fn step_tab(&mut self, back: bool) {
        if self.tabs.count() == 1 {
            return self.notice(Tone::Dim, words::ONE_ROOM);
        }
        self.show_tab(self.tabs.next(back));
    }

    /// Alt-A.
    pub(super) fn go_to_activity(&mut self) {
        match self.tabs.next_active() {
            Some(at) => self.show_tab(at),
            None => self.notice(Tone::Dim, words::NOTHING_NEW),
        }
    }

    /// Shows a message that was found, in whichever room it is.
    pub(super) fn go_to_hit(&mut self, room: &Room, position: Position) {
        match self.tabs.position(room) {
            Some(at) => {
                self.show_tab(at);
                self.tabs.here_mut().go_to_hit(position, &mut self.outputs);
            }
            // It was left meanwhile.
            None => self.notice(Tone::Error, &words::no_tab(&self.room_name(room))),
        }
    }

    /// The tab that the user means.
    ///
    /// # Errors
    /// When it is not clear, with the text to show.
    pub(super) fn tab_named(&self, typed: &str) -> Result<usize, String> {
        if let Some(at) = TypedRoom::parse(typed).ok().and_then(|typed| self.tab_with_id(&typed)) {
            return Ok(at);
        }
        self.tabs.named(typed, |room| self.room_name(room)).map_err(|not_found| match not_found {
            NotFound::Nothing => words::no_tab(typed),
            NotFound::Several(rooms) => words::several(typed, &rooms),
        })
    }

    /// The room of a tab.
    pub(super) fn room_at(&self, at: usize) -> Option<Room> {
        self.tabs.all().nth(at).map(|tab| tab.room().clone())
    }

    /// The user is in a room, and left it like this in an earlier run. A room that they have asked for comes into view.
    pub(super) fn room_joined(&mut self, room: Room, view: &RoomView, asked: bool) {
        let private = if let Room::Private(room) = &room { Some(room.clone()) } else { None };
        let (at, is_first) = self.tabs.open(room, view);
        let is_here = at == self.tabs.at();
        // A name that is being chosen is no message.
        if is_first && is_here && !self.overlays.name.is_open() {
            self.composer.remember(&view.draft);
        } else if let Some(tab) = self.tabs.all_mut().nth(at).filter(|_| is_first && !is_here) {
            tab.parked.offer(&view.draft);
        }
        if asked {
            self.show_tab(at);
        }
        if let Some(room) = private {
            self.private_joined(&room, asked);
        }
        self.lay_out();
    }

    /// Counts what came into the rooms that nobody looks at since the last run, one room at a time: the disk has other
    /// work at the start.
    pub(super) fn count_unseen(&mut self) {
        let here = self.tabs.at();
        if self.tabs.all().any(|tab| tab.conversation.is_counting()) {
            return;
        }
        let mut hidden = self.tabs.all_mut().enumerate().filter(|(at, _)| *at != here).map(|(_, tab)| tab);
        if let Some(tab) = hidden.find(|tab| tab.conversation.wants_count()) {
            tab.conversation.count_unseen(&mut self.outputs);
        }
    }

    /// The user is not in this room any more.
    pub(super) fn room_left(&mut self, room: &Room, because: LeftBecause) {
        let name = self.room_name(room);
        let is_here = self.tabs.is_here(room) && !room.is_lobby();
        if is_here {
            self.park();
        }
        let draft = self.tabs.close(room);
        if is_here {
            self.come_into_view();
        }
        if let Room::Private(room) = room {
            self.private.forget(room);
        }
        if let LeftBecause::Removed { by } = because {
            self.was_removed(&name, by, &draft.unwrap_or_default());
        }
        self.lay_out();
    }

    /// These people are in a room now.
    pub(super) fn room_members(&mut self, members: RoomMembers) {
        let at = self.clock().local(self.now.wall);
        let Self { tabs, people, .. } = self;
        let Some(tab) = tabs.of(&members.room) else { return };
        let before = std::mem::replace(&mut tab.members, members.people);
        let mut tell = |node: &NodeId, change| {
            let id = PeerId::Node(*node);
            if !people.ignores(id) {
                let mover = Mover { id, name: people.name_of(*node), stranger: people.is_stranger(id) };
                tab.conversation.presence(mover, change, at);
            }
        };
        let joined: Vec<NodeId> = tab.members.iter().filter(|node| !before.contains(node)).copied().collect();
        let left: Vec<NodeId> = before.iter().filter(|node| !tab.members.contains(node)).copied().collect();
        for node in &joined {
            tell(node, Change::Joined);
        }
        for node in &left {
            tell(node, Change::Left(LeaveReason::Closed));
        }
    }

    /// Answers `/topic`.
    pub(super) fn show_topic(&mut self) {
        let room = self.tabs.room().clone();
        let name = self.room_name(&room);
        let topic = self.tabs.topic(&room).cloned();
        let text = topic.as_ref().map(|topic| topic.text.clone());
        let by = self.reading(&room).and_then(|(_, maker)| maker.lines(topic.into_iter().collect()).pop());
        let text = match text {
            None => topics::none(&name),
            Some(text) => topics::is(&name, text.as_str(), &by.map(|line| line.name()).unwrap_or_default()),
        };
        self.notice(Tone::Plain, &text);
    }

    /// Which open rooms there are, besides the private ones, which the screen knows.
    pub(super) fn room_list(&mut self, rooms: &[RoomListing]) {
        let joined = self.tabs.all().filter(|tab| matches!(tab.room(), Room::Private(_)));
        let here = |members: &[NodeId]| members.iter().filter(|node| self.people.receives(**node)).count();
        let joined: Vec<_> = joined.map(|tab| (self.tab_name(tab.room()), here(&tab.members))).collect();
        let invitation = |one: &Invitation| rooms::Invited {
            room: self.private_name(&one.room),
            owner: self.people.name_of(one.owner),
            others: one.members,
        };
        let invitations: Vec<_> = self.private.invitations().map(invitation).collect();
        let today = self.clock().today();
        self.tabs.here_mut().answer(&rooms::text(rooms, &joined, &invitations), rooms::HANG, today);
    }
}
