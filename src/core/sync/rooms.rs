//! Which rooms are open here, and who may know of which.
//!
//! The router decides both and tells this machine. All that a link is told, sent or believed about the log goes through
//! [`Sync::may_know`]: links know of the lobby, and of the other rooms that they were admitted to. What comes over a
//! link about a room that it may not know is ignored.
//!
//! When a link is admitted to a room, both sides list what they hold of it, as they do for the lobby when a link opens.
//! Nothing is sent there before that list has come.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;

use super::{Sync, cursor::LogKey, event::Context, link::Link, seal::Seal};
use crate::{
    core::{
        log::{HeldLog, Writers},
        mutant,
    },
    domain::model::{EventId, LinkId, LogId, NodeId, Room, RoomId},
};

/// The rooms that are open here.
#[derive(Debug)]
pub(super) struct Rooms {
    open: BTreeMap<RoomId, Open>,
}

/// A room that is open.
#[derive(Debug)]
struct Open {
    room: Room,
    seal: Option<Seal>,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { open: BTreeMap::from([(RoomId::LOBBY, Open { room: Room::Lobby, seal: None })]) }
    }
}

impl Rooms {
    /// What front ends call a room that is open.
    pub(super) fn name(&self, id: &RoomId) -> Option<&Room> {
        self.open.get(id).map(|open| &open.room)
    }

    /// What seals the events of a room, if they are sealed.
    pub(super) fn seal(&self, id: &RoomId) -> Option<&Seal> {
        self.open.get(id)?.seal.as_ref()
    }

    /// What the log calls a room, if it is open.
    pub(super) fn id(&self, room: &Room) -> Option<RoomId> {
        if let Some(id) = room.public_id() {
            return self.open.contains_key(&id).then_some(id);
        }
        self.open.iter().find(|(_, open)| open.room == *room).map(|(id, _)| *id)
    }

    /// What seals the events of an open room has changed. Returns whether it is open.
    fn reseal(&mut self, id: &RoomId, seal: Seal) -> bool {
        self.open.get_mut(id).map(|open| open.seal = Some(seal)).is_some()
    }

    /// Whether a room is open.
    pub(super) fn is_open(&self, id: &RoomId) -> bool {
        self.open.contains_key(id)
    }

    /// What the log calls all rooms that are open.
    pub(super) fn ids(&self) -> impl Iterator<Item = RoomId> {
        self.open.keys().copied()
    }

    /// All rooms that are open.
    pub(super) fn names(&self) -> impl Iterator<Item = &Room> {
        self.open.values().map(|open| &open.room)
    }
}

impl Sync {
    /// Whether a link may know of a room.
    pub(super) fn may_know(&self, link: LinkId, room: &RoomId) -> bool {
        let may_know = |link: &Link| link.may_know(room) || mutant::knows_every_room();
        self.rooms.is_open(room) && self.links.get(link).is_some_and(may_know)
    }

    /// How far the logs of an author in a room are on disk: of each its epoch, the number of its newest event, and that
    /// event's identity. The newest logs come first.
    pub fn ends(&self, room: &RoomId, author: &NodeId) -> Vec<(u64, u64, EventId)> {
        let mut logs: Vec<&HeldLog> = self.logs.of_in(room, author).collect();
        logs.sort_unstable_by_key(|held| std::cmp::Reverse(held.touched()));
        let end = |held: &&HeldLog| held.committed_end().map(|(seq, id)| (held.state().id.epoch, seq, id));
        logs.iter().filter_map(end).collect()
    }

    /// Our user is in this room from now on.
    pub(super) fn open_room(&mut self, room: Room, id: RoomId, seal: Option<Seal>, cx: &mut Context<'_>) {
        let writers = seal.as_ref().map(|seal| seal.writers().clone());
        self.rooms.open.insert(id, Open { room, seal });
        self.logs.open(id);
        if let Some(writers) = writers {
            // It belongs to its members, on whatever network they meet.
            self.withholding.forget_room(&id);
            self.set_writers(id, writers, cx);
        }
        if let Some(log) = self.logs.own(&id) {
            self.follow_open(&log);
            self.follow_more(cx);
        }
        self.look_up_topic(id, cx);
    }

    /// Who is a member of a room has changed, or there is another key.
    pub(super) fn reseal(&mut self, id: RoomId, seal: Seal, cx: &mut Context<'_>) {
        let writers = seal.writers().clone();
        if self.rooms.reseal(&id, seal) {
            self.set_writers(id, writers, cx);
        }
    }

    fn set_writers(&mut self, id: RoomId, writers: Arc<Writers>, cx: &mut Context<'_>) {
        self.logs.set_writers(id, writers);
        self.void.insert(id);
        self.take_out_void(cx);
        // What others hold may count now, or not any more.
        for name in self.links.names() {
            if !self.may_know(name, &id) {
                continue;
            }
            let Some(link) = self.links.get(name) else { continue };
            let named: Vec<LogId> = link.cursors.logs().filter(|log| log.room == id).map(|log| **log).collect();
            for log in named {
                self.review(name, &log, false, cx);
            }
        }
        if self.links.iter().any(|(_, link)| link.ahead.iter().any(|log| log.room == id)) {
            self.catch_up(cx);
        }
    }

    /// Takes out what does not count any more, as far as nothing of it is on its way to disk.
    pub(super) fn take_out_void(&mut self, cx: &mut Context<'_>) {
        if self.void.is_empty() {
            return;
        }
        let rooms = std::mem::take(&mut self.void);
        self.void = rooms.into_iter().filter(|room| !self.logs.take_out_void(room)).collect();
        self.flush(cx);
    }

    /// The logs were read again: they know of the lobby only.
    pub(super) fn reopen_rooms(&mut self) {
        for (id, open) in &self.rooms.open {
            self.logs.open(*id);
            if let Some(seal) = &open.seal {
                self.logs.set_writers(*id, seal.writers().clone());
                self.void.insert(*id);
            }
        }
    }

    /// A frame about private rooms goes to a link.
    pub(super) fn pass(&mut self, name: LinkId, about: Option<RoomId>, frame: Bytes, cx: &mut Context<'_>) {
        if let Some(link) = self.links.get_mut(name) {
            link.pass(about, frame);
            self.send_next(name, cx);
        }
    }

    /// Our user is not in this room any more. What is held of it stays on the disk.
    pub(super) fn close_room(&mut self, id: RoomId, cx: &mut Context<'_>) {
        for name in self.links.names() {
            self.exclude(name, &id, cx);
        }
        self.forget_topic(&id, cx);
        self.rooms.open.remove(&id);
        self.logs.close(id);
        self.delivery.close_room(&id);
        self.report_delivery_soon(cx.now);
    }

    /// Tells a link which open rooms our user is in.
    pub(super) fn announce(&mut self, name: LinkId, frame: Bytes, cx: &mut Context<'_>) {
        if let Some(link) = self.links.get_mut(name) {
            link.announcement = Some(frame);
            self.send_next(name, cx);
        }
    }

    /// A link may know of a room from now on: it is told what we hold of it.
    pub(super) fn admit(&mut self, name: LinkId, id: RoomId, cx: &mut Context<'_>) {
        if !self.rooms.is_open(&id) || !self.links.get_mut(name).is_some_and(|link| link.admit(id)) {
            return;
        }
        let logs = self.logs.iter().map(|(log, _)| log).filter(|log| log.room == id);
        let logs = logs.filter(|log| self.may_be_offered(name, log, cx));
        let logs: Vec<LogKey> = logs.filter_map(|log| self.logs.key(log)).collect();
        self.tell(name, &logs, false, cx);
        self.report_delivery_soon(cx.now);
    }

    /// A link may not know of a room any more.
    pub(super) fn exclude(&mut self, name: LinkId, id: &RoomId, cx: &Context<'_>) {
        if let Some(link) = self.links.get_mut(name).filter(|_| !mutant::never_excludes()) {
            link.exclude(id);
            self.report_delivery_soon(cx.now);
        }
    }

    /// A link has listed what it holds of the rooms that it was admitted to: now it is known what it lacks there.
    pub(super) fn listed_rooms(&mut self, name: LinkId, cx: &Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        let listed = link.list_rooms();
        if listed.is_empty() {
            return;
        }
        let logs: Vec<LogId> = self.logs.iter().map(|(log, _)| *log).filter(|log| listed.contains(&log.room)).collect();
        for log in logs {
            self.review(name, &log, false, cx);
        }
    }
}

impl Link {
    /// Whether it may know of a room.
    pub(super) fn may_know(&self, room: &RoomId) -> bool {
        *room == RoomId::LOBBY || self.rooms.contains_key(room)
    }

    /// Whether it has listed all that it holds of a room.
    pub(super) fn has_listed(&self, room: &RoomId) -> bool {
        self.phase().is_listed() && (*room == RoomId::LOBBY || self.rooms.get(room).copied().unwrap_or(false))
    }

    /// It may know of a room from now on. Whether that is news.
    fn admit(&mut self, room: RoomId) -> bool {
        let news = !self.rooms.contains_key(&room);
        if news {
            self.rooms.insert(room, false);
        }
        news
    }

    /// It may not know of a room any more.
    fn exclude(&mut self, room: &RoomId) {
        self.rooms.remove(room);
        let logs = [&self.ahead, &self.untold, &self.awaited].into_iter().flatten();
        let mut logs: Vec<LogId> =
            logs.chain(self.cursors.logs()).filter(|log| log.room == *room).map(|log| **log).collect();
        logs.sort_unstable();
        logs.dedup();
        for log in logs {
            self.forget_held(&log);
        }
        self.forget_listed(room);
        self.our_names.forget_bases(room);
        self.checks.retain(|log, _| log.room != *room);
        self.refuses.retain(|log, _| log.room != *room);
    }

    /// The rooms whose list is complete now and was not before.
    fn list_rooms(&mut self) -> Vec<RoomId> {
        let new: Vec<RoomId> = self.rooms.iter().filter(|(_, listed)| !**listed).map(|(room, _)| *room).collect();
        self.rooms.values_mut().for_each(|listed| *listed = true);
        new
    }
}
