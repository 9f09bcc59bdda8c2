//! What does not count any more: lines of those who were removed from a room.

use std::sync::Arc;

use super::{Logs, Writers};
use crate::{
    core::mutant,
    domain::model::{LogId, NodeId, RoomId},
};

impl Logs {
    /// Who may write in a room has changed. What does not count any more must be taken out with [`Self::take_out_void`].
    pub fn set_writers(&mut self, room: RoomId, writers: Option<Arc<Writers>>) {
        self.rooms.get_mut(room).writers = writers;
        for log in self.waiting.logs() {
            if let Some(end) = self.waiting.end(&log)
                && self.is_void(&log, end.seq)
            {
                // What counts of it is sent again.
                self.waiting.remove(&log);
            }
        }
        if let Some(own) = self.own(&room).filter(|own| self.is_void(own, u64::MAX)) {
            self.abandon(&own);
        }
    }

    /// Whether an event does not count, whatever it is.
    pub fn is_void(&self, log: &LogId, seq: u64) -> bool {
        self.writers(&log.room).and_then(|writers| writers.last(log)).is_some_and(|last| seq > last)
    }

    /// Who may write in a room; `None` if everybody who is in it.
    pub fn writers(&self, room: &RoomId) -> Option<&Writers> {
        self.rooms.writers(room).map(AsRef::as_ref)
    }

    /// Takes out what does not count any more of a room. Returns whether all of it could be taken out. Nothing of a log can
    /// while some of it is on its way to disk.
    pub fn take_out_void(&mut self, room: &RoomId) -> bool {
        let writers = self.rooms.writers(room).cloned().filter(|_| !mutant::keeps_void());
        let Some(writers) = writers else { return true };
        let begin = LogId { room: *room, author: NodeId::new([0; 32]), epoch: 0 };
        let logs = self.held.range(begin..).map(|(log, _)| *log).take_while(|log| log.room == *room);
        let logs: Vec<LogId> = logs.collect();
        let mut all = true;
        for log in logs {
            let Some(held) = self.held.get_mut(&log) else { continue };
            let last = writers.last(&log).unwrap_or(u64::MAX);
            // The identity of the event at the cut may have left memory. Then it is the one that its successor named.
            let differs = writers.cut(&log).is_some_and(|(seq, id)| held.id_at(seq).is_some_and(|held| held != id));
            if held.head() <= last && !differs {
                continue;
            }
            let to = if differs { 0 } else { last };
            let head_id = writers.cut(&log).map(|(_, id)| id).filter(|_| to > 0);
            if held.void(to, head_id) {
                self.frontier.forget(&log);
                self.changed.remove(&log);
                self.removing.insert(log);
                self.rewound.push(held.state().clone());
            } else {
                all = false;
            }
        }
        all
    }
}
