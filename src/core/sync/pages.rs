//! Messages from disk, as the front ends show them.

use std::time::Duration;

use super::Purpose;
use crate::{
    core::{
        log::{
            Logs,
            storage::{self, Found, Line, PageRequest, Request, SearchRequest},
        },
        node::{Node, Output},
    },
    domain::{
        bus::{FailureCode, Page, Update},
        model::{
            Author, Delivery, LogId, Mark, Message, Nick, NodeId, Now, PeerId, Position, Room, Seek, Text, Timestamp,
        },
    },
    protocol::codec::event::Content,
};

/// Messages that a front end may ask for at once: more than any screen shows.
const MAX_PAGE: usize = 1_000;

/// After so long on its way an event is marked as late (DESIGN.md section 6): it may be dated back.
const LATE_AFTER: Duration = Duration::from_mins(10);

/// Requests of the front end that may wait for the store; a front end that asks for more has lost its way.
const MAX_ASKED: usize = 64;

impl Node {
    pub(in crate::core::node) fn ask_page(&mut self, room: Room, seek: Seek, max: usize, out: &mut Vec<Output>) {
        let request = PageRequest { room: room.id(), seek, max: max.min(MAX_PAGE) };
        self.ask_for_front(Purpose::Page(room, seek), Request::Page(request), out);
    }

    pub(in crate::core::node) fn ask_search(
        &mut self,
        room: Room,
        query: String,
        before: Option<Position>,
        max: usize,
        out: &mut Vec<Output>,
    ) {
        let request = SearchRequest { room: room.id(), query: query.clone(), before, max: max.min(MAX_PAGE) };
        self.ask_for_front(Purpose::Search(query), Request::Search(request), out);
    }

    pub(in crate::core::node) fn ask_erase(&mut self, room: Room, out: &mut Vec<Output>) {
        self.ask_for_front(Purpose::Erase(room), Request::Erase(room.id()), out);
    }

    fn ask_for_front(&mut self, purpose: Purpose, request: Request, out: &mut Vec<Output>) {
        let of_front =
            |purpose: &&Purpose| matches!(purpose, Purpose::Page(..) | Purpose::Search(_) | Purpose::Erase(_));
        if self.sync.purposes.values().filter(of_front).count() < MAX_ASKED {
            return self.sync.ask(purpose, request, out);
        }
        let text = "Too much is being looked for at once. Wait a moment and try again.".to_owned();
        out.push(Output::Update(Update::Failed { code: FailureCode::Storage, text }));
    }

    pub(super) fn page(&mut self, room: Room, seek: Seek, page: &storage::Page, now: Now, out: &mut Vec<Output>) {
        let storage::Page { lines, before, after } = page;
        let messages = lines.iter().filter_map(|line| self.message(line, now)).collect();
        out.push(Output::Update(Update::Page(Page { room, seek, messages, before: *before, after: *after })));
    }

    pub(super) fn found_lines(&mut self, query: String, found: &Found, now: Now, out: &mut Vec<Output>) {
        let messages = found.lines.iter().filter_map(|line| self.message(line, now)).collect();
        out.push(Output::Update(Update::Found { query, messages, more: found.more }));
    }

    /// A stored line as it is shown; none of who is ignored.
    pub(super) fn message(&self, line: &Line, now: Now) -> Option<Message> {
        let Line { position, content, kind, wall, arrived, .. } = line;
        let author = match super::commit::guest(line) {
            Some(guest) => Author::Peer(guest),
            None if position.author == self.me => Author::Own,
            None => Author::Peer(PeerId::Node(position.author)),
        };
        if self.is_ignored(author, now) {
            return None;
        }
        let log = LogId { room: Room::LOBBY.id(), author: position.author, epoch: position.epoch };
        let (nick, text, action, known) = match content {
            Content::Said { nick, text, action } => (nick.as_ref(), text.clone(), *action, true),
            Content::Unknown => {
                let said = format!("something that this version cannot show (kind {kind})");
                (None, Text::new(&said).ok()?, false, false)
            }
        };
        let forked = self.sync.logs.get(&log).and_then(|held| held.state().forked);
        let mark = match forked {
            Some(seq) if position.seq >= seq && line.guest.is_none() => Mark::Forked,
            _ if !known => Mark::Unknown,
            _ if Logs::is_ahead(position.hlc, now.wall) => Mark::Ahead,
            _ if is_late(position.hlc.wall(), *arrived) => Mark::Late,
            _ => Mark::None,
        };
        // What was said in an earlier log of ours is nobody's to wait for.
        let waits = self.sync.logs.own() == Some(&log) && position.seq > self.sync.delivery.newest_acked(&log);
        Some(Message {
            id: position.id,
            room: Room::LOBBY,
            author,
            nick: self.nick_of(author, nick, now),
            text,
            action,
            sent_at: *wall,
            delivery: if waits { Delivery::Waiting } else { Delivery::Sent },
            position: *position,
            history: position.hlc.wall() < self.sync.started,
            mark,
        })
    }

    fn is_ignored(&self, author: Author, now: Now) -> bool {
        match author {
            Author::Own => false,
            Author::Peer(PeerId::Node(node)) => self.trust.standing(&node, now.wall).1,
            Author::Peer(PeerId::Guest(addr)) => self.ignored_guests.contains(&addr),
        }
    }

    /// The name to show with a message. What is said under a name proves nothing; what its author goes by on a link was looked
    /// at, and a name that is somebody else's is shown for nobody.
    fn nick_of(&self, author: Author, said: Option<&Nick>, now: Now) -> Option<Nick> {
        match author {
            Author::Own => Some(self.nick.clone()),
            Author::Peer(PeerId::Guest(_)) => said.cloned(),
            Author::Peer(PeerId::Node(node)) => {
                let known = self.known_nick(&node);
                let free = || said.filter(|nick| !self.trust.is_somebodys(nick, now.wall));
                known.or_else(free).cloned()
            }
        }
    }

    fn known_nick(&self, node: &NodeId) -> Option<&Nick> {
        let here = self.peer(PeerId::Node(*node)).and_then(|peer| peer.nick.as_ref());
        here.or_else(|| self.trust.nick(node))
    }
}

fn is_late(said: Timestamp, arrived: Timestamp) -> bool {
    let late = i64::try_from(LATE_AFTER.as_millis()).unwrap_or(i64::MAX);
    arrived.as_millis().saturating_sub(said.as_millis()) > late
}
