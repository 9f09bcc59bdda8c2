//! The topics of the rooms that are open: of each, the newest event that sets one.
//!
//! What it is at the start, and when the room opens, is looked up on disk. After that, it changes with each newer event
//! that is committed. It is looked up again whenever such an event may be gone, or may be shown that was not shown.

use std::collections::{BTreeMap, BTreeSet};

use super::{Purpose, Sync, event::Context};
use crate::{
    core::log::storage::{LogEntry, Reply, Request, StoredLine, TopicRequest},
    domain::{
        bus::{RoomFailure, Update},
        model::{PeerId, Position, Room, RoomId, StoreFailure, Topic},
    },
    protocol::codec::event::{Content, KIND_TOPIC},
};

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Topics {
    /// Where the topics stand that the front end was told.
    told: BTreeMap<RoomId, Position>,
    /// Rooms whose topics are to be looked up. One at a time, so that many rooms do not fill the queue of the store.
    wanted: BTreeSet<RoomId>,
    /// The room whose topic is being looked up.
    asked: Option<RoomId>,
}

/// Which topics may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Review {
    /// Only those that are known: lines are gone.
    Known,
    /// All.
    All,
}

/// Which topics may have changed once the store has given this answer.
pub(super) const fn may_change(purpose: &Purpose, reply: &Result<Reply, StoreFailure>) -> Option<Review> {
    match (purpose, reply) {
        (Purpose::Erase(_) | Purpose::Retain | Purpose::Shrink | Purpose::Remove(_), Ok(_)) => Some(Review::Known),
        (Purpose::Settle | Purpose::Reload | Purpose::Join, Ok(_)) => Some(Review::All),
        _ => None,
    }
}

impl Sync {
    /// Our user says what a room is about.
    pub(super) fn set_topic(&mut self, room: &Room, topic: &Topic, cx: &mut Context<'_>) {
        let Some(id) = self.rooms.id(room) else { return cx.update(RoomFailure::NotJoined(room.clone()).into()) };
        if self.must_wait() {
            let trouble = self.disk_trouble();
            let (room, text) = (room.clone(), topic.as_text().clone());
            return cx.update(Update::Returned { room, text, action: false, topic: true, trouble, shown: false });
        }
        let content = Content::topic(self.salts.next(), cx.people.own_nick(), topic, None);
        self.write_said(id, (KIND_TOPIC, content), cx);
    }

    /// Looks up the topic of a room.
    pub(super) fn look_up_topic(&mut self, room: RoomId, cx: &mut Context<'_>) {
        self.topics.wanted.insert(room);
        self.look_up_next_topic(cx);
    }

    /// Looks up these topics again.
    pub(super) fn review_topics(&mut self, review: Review, cx: &mut Context<'_>) {
        let is_due = |room: &RoomId| review == Review::All || self.topics.told.contains_key(room);
        let rooms: Vec<RoomId> = self.rooms.ids().filter(is_due).collect();
        self.topics.wanted.extend(rooms);
        self.look_up_next_topic(cx);
    }

    fn look_up_next_topic(&mut self, cx: &mut Context<'_>) {
        while self.topics.asked.is_none()
            && let Some(room) = self.topics.wanted.pop_first()
        {
            if self.rooms.is_open(&room) {
                self.topics.asked = Some(room);
                let request = TopicRequest { room, ignored: cx.people.ignored() };
                self.requests.ask(Purpose::Topic(room), Request::Topic(request), cx.out);
            }
        }
    }

    /// The store has looked up a topic, unless it could not.
    pub(super) fn topic_looked_up(&mut self, room: RoomId, reply: Option<Reply>, cx: &mut Context<'_>) {
        self.topics.asked = None;
        // If it is wanted again, this answer may be out of date.
        if let Some(Reply::Topic(line)) = reply
            && !self.topics.wanted.contains(&room)
        {
            self.tell_topic(room, line.as_deref(), cx);
        }
        self.look_up_next_topic(cx);
    }

    /// These events are on disk now.
    pub(super) fn topics_committed(&mut self, lines: &[(RoomId, StoredLine)], cx: &mut Context<'_>) {
        let mut newest: BTreeMap<RoomId, &StoredLine> = BTreeMap::new();
        for (room, line) in lines {
            if self.topics.asked == Some(*room) {
                self.topics.wanted.insert(*room);
            }
            let known = newest.get(room).map(|line| line.position).or_else(|| self.topics.told.get(room).copied());
            let author = line.position.author;
            let is_hidden = author != self.me && cx.people.is_ignored(PeerId::Node(author));
            if known < Some(line.position) && !is_hidden {
                newest.insert(*room, line);
            }
        }
        for (room, line) in newest {
            self.tell_topic(room, Some(line), cx);
        }
    }

    /// Our user is not in this room any more.
    pub(super) fn forget_topic(&mut self, room: &RoomId, cx: &mut Context<'_>) {
        self.topics.wanted.remove(room);
        self.tell_topic(*room, None, cx);
    }

    /// Tells the front end the topic of a room, if that is news.
    fn tell_topic(&mut self, room: RoomId, line: Option<&StoredLine>, cx: &mut Context<'_>) {
        let topic = line.and_then(|line| self.message(&room, line, cx.people, cx.now));
        let position = topic.as_ref().map(|topic| topic.position);
        let Some(name) = self.rooms.name(&room).cloned() else { return };
        let before = match position {
            Some(position) => self.topics.told.insert(room, position),
            None => self.topics.told.remove(&room),
        };
        if before != position {
            cx.update(Update::RoomTopic { room: name, topic: topic.map(Box::new) });
        }
    }
}

/// The line of an event, if that sets a topic.
pub(super) fn topic_of(entry: &LogEntry, line: &StoredLine) -> Option<(RoomId, StoredLine)> {
    matches!(line.content, Content::Topic { .. }).then(|| (entry.event.log.room, line.clone()))
}
