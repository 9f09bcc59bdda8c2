//! What does not count any more: lines of those who were removed from a room.

use std::sync::Arc;

use super::{Logs, Writers};
use crate::{
    core::mutant,
    domain::model::{LogId, NodeId, RoomId},
};

impl Logs {
    /// Who may write in a room has changed. What does not count any more must be taken out with [`Self::take_out_void`].
    pub fn set_writers(&mut self, room: RoomId, writers: Arc<Writers>) {
        self.rooms.get_mut(room).writers = Some(writers);
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

    /// Whether an event with this number does not count.
    pub fn is_void(&self, log: &LogId, seq: u64) -> bool {
        self.last(log).is_some_and(|last| seq > last)
    }

    /// The number of the last event of a log that counts; `None` if all do.
    pub fn last(&self, log: &LogId) -> Option<u64> {
        self.rooms.get(&log.room)?.writers.as_ref()?.last(log)
    }

    /// Takes out all events of a room that do not count any more. Returns whether it took out all. It skips a log while
    /// events of it are on their way to disk.
    pub fn take_out_void(&mut self, room: &RoomId) -> bool {
        let writers = self.rooms.get(room).and_then(|room| room.writers.clone());
        let Some(writers) = writers.filter(|_| !mutant::keeps_void()) else { return true };
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
                self.note_rewound(&log);
            } else {
                all = false;
            }
        }
        all
    }
}
