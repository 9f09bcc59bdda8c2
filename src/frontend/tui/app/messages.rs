//! What the node reports of messages: new ones, those on disk, and those that are gone.

use super::{
    App, Output, Tone,
    conversation::{Arrival, Conversation},
};
use crate::{
    domain::{
        bus::Page,
        model::{Author, Message, Nick, PeerId, Repute, Room},
    },
    frontend::words::answers as words,
};

impl App {
    /// Notes the names in these messages, and relabels everyone who could be mistaken for one of their authors.
    fn heard<'a>(&mut self, messages: impl IntoIterator<Item = &'a Message>) {
        for message in messages {
            if let (Author::Peer(peer), Some(nick)) = (message.author, &message.nick) {
                let rivals = self.people.heard(peer, nick, message.repute, self.now.mono);
                self.relabel(&rivals);
            }
        }
    }

    /// Somebody who may not be here goes, or went, by this name.
    pub(super) fn known_as(&mut self, peer: PeerId, nick: &Nick, repute: Repute) {
        let rivals = self.people.heard(peer, nick, repute, self.now.mono);
        self.relabel(&rivals);
    }

    /// Labels what these people said by what is known about them now.
    pub(super) fn relabel(&mut self, rivals: &[PeerId]) {
        let people = &self.people;
        for conversation in self.tabs.conversations() {
            conversation.relabel(rivals, |peer, line| people.label(peer, line.nick.as_ref(), line.repute));
        }
    }

    /// Somebody said something.
    pub(super) fn message(&mut self, message: Message) {
        if let Author::Peer(peer) = message.author {
            self.people.said(peer);
            if self.people.ignores(peer) {
                return;
            }
        }
        let room = message.room.clone();
        let Some(conversation) = self.tabs.conversation(&room) else { return };
        if message.is_own() && conversation.set_delivery(message.id, message.delivery) {
            return;
        }
        self.heard([&message]);
        let is_new = message.is_own() && !message.history;
        // Reference nodes read along in the lobby only.
        let is_read_by_reference = room.is_lobby() && self.people.has_reference();
        let is_cut = is_new && is_read_by_reference && self.composer.advises_on_length(&message.text);
        let watched = self.window.attention.is_focused() && self.tabs.is_here(&room);
        let Some((conversation, maker)) = self.reading(&room) else { return };
        let arrival = conversation.receive(message, &maker, watched);
        if let Some(conversation) = self.tabs.conversation(&room) {
            conversation.read_unseen(&mut self.outputs);
        }
        match arrival {
            Arrival::Own if is_cut => {
                let advice = self.composer.advice_on_length();
                self.notice(Tone::Dim, &advice);
            }
            // What one person alone is told is for them, whatever it names.
            Arrival::Unseen { mention } if mention || matches!(room, Room::Direct(_)) => self.ring(),
            Arrival::Own | Arrival::Unseen { .. } | Arrival::Quiet => {}
        }
    }

    /// What is on disk of a room.
    pub(super) fn page(&mut self, page: Page) {
        let room = page.room.clone();
        if self.tabs.conversation(&room).is_some_and(|conversation| conversation.awaits(page.seek)) {
            self.heard(&page.messages);
            if let Some((conversation, maker)) = self.reading(&room) {
                conversation.paged(page, &maker);
            }
            if let Some(conversation) = self.tabs.conversation(&room) {
                conversation.go_back(&mut self.outputs);
            }
        }
    }

    /// What a search has found.
    pub(super) fn found(&mut self, room: Option<Room>, query: &str, messages: Vec<Message>, more: bool, behind: u64) {
        if !self.overlays.search.awaits(room.as_ref(), query) {
            return;
        }
        self.heard(&messages);
        let mut lines = Vec::with_capacity(messages.len());
        for message in messages {
            let room = message.room.clone();
            let line = self.reading(&room).and_then(|(_, maker)| maker.lines(vec![message]).pop());
            lines.extend(line.map(|line| (room, line)));
        }
        let is_here = room.is_none_or(|room| self.tabs.is_here(&room));
        let next = self.overlays.search.found(lines, more, behind);
        if !is_here {
            // The user looks at another room by now.
            self.overlays.search.close();
        }
        self.outputs.extend(next.map(Output::Send));
    }

    /// The history of a room is gone from this machine.
    pub(super) fn erased(&mut self, room: &Room, lines: u64) {
        if let Some(conversation) = self.tabs.conversation(room) {
            conversation.erased();
        }
        self.overlays.search.forget_room(room);
        if room.is_lobby() {
            self.status.set_unsent(0);
            self.people.nothing_waits();
        }
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        self.notice(Tone::Plain, &words::erased(lines, &self.room_name(room)));
    }

    /// What is on disk of a room, or of all rooms, has to be read again: at once if the user looks, or if it decides
    /// how much is unread.
    pub(super) fn reread(&mut self, room: Option<&Room>) {
        let here = self.tabs.room().clone();
        for conversation in self.tabs.conversations().filter(|one| room.is_none_or(|room| one.room() == room)) {
            Conversation::forget(conversation);
            conversation.read_unseen(&mut self.outputs);
            if *conversation.room() == here {
                conversation.enter(&mut self.outputs);
            }
        }
    }
}
