//! Messages from disk, as the front ends show them.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Purpose, Sync,
    event::{Context, Output, People},
};
use crate::{
    core::log::storage::{Dating, Found, FoundLine, PageRequest, Request, SearchRequest, StoredLine, StoredPage},
    domain::{
        bus::{Page, RoomFailure, StorageFailure, Update},
        model::{
            Author, Delivery, LogId, Mark, Message, MessageId, MessageKind, NodeId, Now, PeerId, Position, Query,
            Repute, Room, RoomId, Seek, Timestamp, Trust, Who,
        },
    },
};

/// Messages that a front end may ask for at once: more than any screen shows.
const MAX_PAGE: usize = 1_000;

/// An event that was on its way for longer than this is marked as late: it may have been dated back.
const LATE_AFTER: Duration = Duration::from_mins(10);

impl Sync {
    /// The front end wants a page of a room.
    pub(super) fn page(&mut self, room: Room, seek: Seek, max: usize, cx: &mut Context<'_>) {
        let Some(id) = self.rooms.id(&room) else { return cx.update(RoomFailure::NotJoined(room).into()) };
        let request = PageRequest { room: id, seek, max: max.min(MAX_PAGE), ignored: cx.people.ignored() };
        self.query(Purpose::Page(room, seek), Request::Page(request), cx);
    }

    /// The front end wants messages with certain words.
    pub(super) fn search(
        &mut self,
        room: Option<Room>,
        query: String,
        before: Option<Position>,
        max: usize,
        cx: &mut Context<'_>,
    ) {
        let rooms = match &room {
            None => self.rooms.ids().collect(),
            Some(one) => match self.rooms.id(one) {
                Some(id) => vec![id],
                None => return cx.update(RoomFailure::NotJoined(one.clone()).into()),
            },
        };
        // A front end asks only for what can be read.
        let wanted = Query::new(&query).unwrap_or_default();
        let request = SearchRequest {
            rooms,
            authors: self.called(&wanted.from, cx),
            query: Box::new(wanted),
            before,
            max: max.min(MAX_PAGE),
            ignored: cx.people.ignored(),
        };
        self.query(Purpose::Search(room, query), Request::Search(request), cx);
    }

    /// The people that are known by these names.
    fn called(&self, names: &[String], cx: &Context<'_>) -> BTreeSet<NodeId> {
        let own = cx.people.own_nick().as_str().to_lowercase();
        let me = names.iter().any(|name| name.to_lowercase() == own).then_some(self.me);
        let whos = names.iter().filter_map(|name| Who::new(name));
        whos.flat_map(|who| cx.people.called(&who, cx.now.wall)).chain(me).collect()
    }

    /// The user erases a room.
    pub(super) fn erase(&mut self, room: Room, cx: &mut Context<'_>) {
        let Some(id) = self.rooms.id(&room) else { return cx.update(RoomFailure::NotJoined(room).into()) };
        self.query(Purpose::Erase(room), Request::Erase(id), cx);
    }

    fn query(&mut self, purpose: Purpose, request: Request, cx: &mut Context<'_>) {
        if self.requests.has_room_for_query() {
            self.requests.ask(purpose, request, cx.out);
        } else {
            cx.out.push(Output::NotDone(StorageFailure::TooManyQueries));
        }
    }

    /// A page came from disk.
    pub(super) fn show_page(&self, room: Room, seek: Seek, page: &StoredPage, cx: &mut Context<'_>) {
        let StoredPage { lines, before, after } = page;
        let Some(id) = self.rooms.id(&room) else { return };
        let unkept = self.unkept_lines(&id, lines, *before, *after);
        let mut lines: Vec<&StoredLine> = lines.iter().chain(&unkept).collect();
        lines.sort_by_key(|line| line.position);
        let messages = lines.into_iter().filter_map(|line| self.message(&id, line, cx.people, cx.now)).collect();
        cx.update(Update::Page(Page { room, seek, messages, before: *before, after: *after }));
    }

    /// Search results came from disk.
    pub(super) fn show_found(&self, room: Option<Room>, query: String, found: &Found, cx: &mut Context<'_>) {
        if room.as_ref().is_some_and(|room| self.rooms.id(room).is_none()) {
            return;
        }
        let message = |found: &FoundLine| self.message(&found.room, &found.line, cx.people, cx.now);
        let messages = found.lines.iter().filter_map(message).collect();
        cx.update(Update::Found { room, query, messages, more: found.more, behind: found.behind });
    }

    /// A stored line of a room as it is shown; none if its author is ignored, or the room was left.
    pub(super) fn message(&self, room: &RoomId, line: &StoredLine, people: &dyn People, now: Now) -> Option<Message> {
        let name = self.rooms.name(room)?.clone();
        let StoredLine { position, content, kind, shown, dating, arrived, guest, .. } = line;
        let author = match guest {
            Some(guest) => Author::Peer(PeerId::Guest(*guest)),
            None if position.author == self.me => Author::Own,
            None => Author::Peer(PeerId::Node(position.author)),
        };
        if let Author::Peer(peer) = author
            && people.is_ignored(peer)
        {
            return None;
        }
        let log = LogId { room: *room, author: position.author, epoch: position.epoch };
        let (nick, text, kind) = content.shown(*kind);
        let forked = self.logs.get(&log).and_then(|held| held.state().forked);
        let mark = match forked {
            Some(seq) if position.seq >= seq && guest.is_none() => Mark::Forked,
            _ if matches!(kind, MessageKind::Unknown(_)) => Mark::Unknown,
            _ if self.unkept.shows(&position.id) => Mark::NotKept,
            _ if *dating != Dating::Believed => (*dating).into(),
            _ if author != Author::Own && is_late(position.hlc.wall(), *arrived) => Mark::Late,
            _ => Mark::None,
        };
        let (nick, repute) = match author {
            Author::Own => (Some(people.own_nick().clone()), Repute::of(Trust::Verified)),
            Author::Peer(peer) => people.shown(peer, nick, now.wall),
        };
        // Nobody waits for what was said in an earlier log of ours.
        let waits = self.logs.is_written(&log) && position.seq > self.delivery.newest_acked(&log);
        Some(Message {
            id: position.id,
            room: name,
            author,
            nick,
            repute,
            kind,
            text,
            action: content.is_action(),
            again: content.again().map(MessageId::from),
            sent_at: *shown,
            delivery: if waits { Delivery::Waiting } else { Delivery::Sent },
            position: *position,
            history: position.hlc.wall() < self.clocks.reference(Now { wall: self.started, ..now }).wall,
            mark,
        })
    }
}

fn is_late(said: Timestamp, arrived: Timestamp) -> bool {
    let late = i64::try_from(LATE_AFTER.as_millis()).unwrap_or(i64::MAX);
    arrived.as_millis().saturating_sub(said.as_millis()) > late
}
