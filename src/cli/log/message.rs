//! Turns stored lines into messages.

use std::collections::BTreeMap;

use super::{Error, names::Names, pages::unexpected};
use crate::{
    core::log::storage::{LogState, Reply, Request, StoredLine},
    domain::model::{Author, Delivery, LogId, Mark, Message, MessageId, MessageKind, PeerId, Room, RoomId, Timestamp},
    runtime::{profile::Existing, store::Database},
};

/// Turns the lines of a room into messages.
pub(super) struct Messages {
    room: Room,
    id: RoomId,
    names: Names,
    /// For each log whose author signed two events under one number: the first such number.
    forked: BTreeMap<LogId, u64>,
}

impl Messages {
    /// For the lines of a room, with people as the user of this profile knows them.
    pub(super) fn new(
        room: &Room,
        id: RoomId,
        profile: &Existing,
        database: &mut Database,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let Reply::Loaded(snapshot) = database.handle(Request::Load)? else { return Err(unexpected().into()) };
        let forked = snapshot.logs.into_iter().filter_map(|LogState { id, forked, .. }| Some((id, forked?))).collect();
        Ok(Self { room: room.clone(), id, names: Names::new(profile, now), forked })
    }

    /// What a front end shows of a line; `None` if its author is ignored.
    pub(super) fn message(&mut self, line: &StoredLine) -> Option<Message> {
        let position = line.position;
        let author = match line.guest {
            Some(addr) => Author::Peer(PeerId::Guest(addr)),
            None if self.names.is_own(position.author) => Author::Own,
            None => Author::Peer(PeerId::Node(position.author)),
        };
        if self.names.is_ignored(author) {
            return None;
        }
        let (nick, text, kind) = line.content.shown(line.kind);
        let nick = self.names.called(author).or_else(|| nick.cloned());
        let message = Message {
            id: position.id,
            room: self.room.clone(),
            author,
            repute: self.names.repute(author, nick.as_ref()),
            nick,
            kind,
            text,
            action: line.content.is_action(),
            again: line.content.again().map(MessageId::from),
            sent_at: line.shown,
            delivery: Delivery::Sent,
            position,
            history: true,
            mark: match self.forked.get(&log(self.id, line)) {
                Some(seq) if line.guest.is_none() && position.seq >= *seq => Mark::Forked,
                _ if matches!(kind, MessageKind::Unknown(_)) => Mark::Unknown,
                _ => line.dating.into(),
            },
        };
        self.names.met(&message);
        Some(message)
    }

    /// The tag that tells its author from others of the same name, for JSON.
    pub(super) fn tag(&self, message: &Message) -> Option<String> {
        self.names.tag(message).strip_prefix('#').map(str::to_owned)
    }

    /// The name of its author in text output.
    pub(super) fn name(&self, message: &Message) -> String {
        self.names.name(message)
    }
}

const fn log(room: RoomId, line: &StoredLine) -> LogId {
    LogId { room, author: line.position.author, epoch: line.position.epoch }
}
