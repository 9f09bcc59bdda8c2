//! What others have said in rooms of which our user may know nothing yet.

use super::{
    Sync,
    event::{Context, Output},
};
use crate::{
    core::log::{
        HeldLog,
        storage::{LogEntry, StoredLine},
    },
    domain::model::{NodeId, PeerId, Room, RoomId},
};

/// What is held of one author in one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Which room.
    pub room: RoomId,
    /// Who.
    pub author: NodeId,
    /// How many lines of theirs have ever come here.
    pub lines: u64,
}

impl Sync {
    /// Who has said something in rooms other than the lobby, as far as any of it is held.
    pub fn heard(&self) -> Vec<Heard> {
        let others = self.logs.iter().filter(|(log, held)| {
            log.room != RoomId::LOBBY && log.author != self.me && held.base() <= held.committed_head()
        });
        let mut pairs: Vec<(RoomId, NodeId)> = others.map(|(log, _)| (log.room, log.author)).collect();
        pairs.dedup();
        pairs.into_iter().map(|(room, author)| self.heard_of(room, author)).collect()
    }

    /// What is held of one author in one room.
    pub fn heard_of(&self, room: RoomId, author: NodeId) -> Heard {
        let lines = self.logs.of_in(&room, &author).map(HeldLog::committed_head).sum();
        Heard { room, author, lines }
    }

    /// What the log calls a room, if it is open.
    pub fn room_id(&self, room: &Room) -> Option<RoomId> {
        self.rooms.id(room)
    }

    /// Whether our user has ever said anything in a room.
    pub fn has_spoken_in(&self, room: &RoomId) -> bool {
        self.logs.own(room).is_some()
    }

    /// An event is on disk, and its room was closed meanwhile. If it is sealed, our user may not know of the room: the
    /// link of its only other member has ended, and this may be the first line there.
    pub(super) fn came_too_late(&self, entry: &LogEntry, line: &StoredLine, cx: &mut Context<'_>) {
        let log = entry.event.log;
        let is_shown = self.rooms.is_open(&log.room) || entry.opened.is_none() || entry.own;
        if !is_shown && !cx.people.is_ignored(PeerId::Node(log.author)) {
            cx.out.push(Output::Unseen { room: log.room, line: Box::new(line.clone()) });
        }
    }
}
