//! Our own events.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::{
    HeldLog, Logs,
    storage::{Clear, LogEntry, LogState, Place},
};
use crate::{
    domain::model::{EventId, Hlc, LogId, NodeId, Now, RoomId, Timestamp},
    protocol::{
        codec::event::{Draft, Event, HLC_END},
        identity::Identity,
        sealing::{self, Generation, KIND_SEALED, Opened, SaltSource, Slot},
    },
};

/// Why an event of ours cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWritten {
    /// Our clock shows a time that no event may have.
    NoTime,
    /// It is longer than a sealed event can be.
    TooLong,
}

/// What an event of ours says.
#[derive(Debug)]
pub enum Say<'a> {
    /// For everyone who may have the event: its kind, and its content with the salt.
    Clear(u32, Bytes),
    /// For the members of a room.
    Sealed {
        /// The key of the room.
        generation: &'a Generation,
        /// Kind and payload.
        clear: Clear,
        /// What its salt is made from.
        salt: SaltSource<'a>,
    },
}

impl Logs {
    /// Gives up a log of ours. The next event begins another one.
    pub(super) fn abandon(&mut self, log: &LogId) {
        if self.is_written(log) && self.rooms.get_mut(log.room).own.take().is_some() && self.abandoned.insert(*log) {
            self.newly_abandoned.push(*log);
        }
    }

    /// Takes the events after number `to` out of one of our own logs that was given up, so that others can take their
    /// place. `head_id` is event `to`. Returns whether it did. It does nothing while more of the log is on its way to
    /// disk.
    pub fn rewind(&mut self, log: &LogId, to: u64, head_id: Option<EventId>) -> bool {
        let is_busy = self.waiting.end(log).is_some() || self.is_written(log);
        let Some(held) = self.held.get_mut(log).filter(|_| log.author == self.me && !is_busy) else { return false };
        if !held.rewind(to, head_id) {
            return false;
        }
        self.note_rewound(log);
        true
    }

    /// Events were taken out of a log. The store is still to be told.
    pub(super) fn note_rewound(&mut self, log: &LogId) {
        self.frontier.forget(log);
        self.changed.remove(log);
        self.removing.insert(*log);
        self.rewound.extend(self.held.get(log).map(|held| held.state().clone()));
    }

    /// Logs that were rewound since the last call, as they stand now.
    pub fn take_rewound(&mut self) -> Vec<LogState> {
        std::mem::take(&mut self.rewound)
    }

    /// Our own logs that were given up in this run. What the store says later does not bring them back.
    pub fn abandoned(&self) -> &BTreeSet<LogId> {
        &self.abandoned
    }

    /// Our own logs that were given up since the last call.
    pub fn take_newly_abandoned(&mut self) -> Vec<LogId> {
        std::mem::take(&mut self.newly_abandoned)
    }

    /// Makes sure that these logs stay given up after the store was read again.
    pub fn keep_abandoned(&mut self, abandoned: BTreeSet<LogId>) {
        for (_, state) in self.rooms.iter_mut() {
            state.own.take_if(|own| abandoned.contains(own));
        }
        self.abandoned = abandoned;
    }

    /// Adds an event to our own log, or to a new one with `epoch` if there is none to continue. It must be on disk
    /// before anybody hears of it. It names only causes whose authors `may_name` allows: other nodes may never get the
    /// rest, and would wait for it. The wall clock of `now` is the time to go by. `wall` is what our own clock shows,
    /// so that others see how far off it is.
    ///
    /// # Errors
    /// [`NotWritten`] if our clock is beyond 2200, or what is sealed is too long.
    pub fn write(
        &mut self,
        room: RoomId,
        say: Say<'_>,
        identity: &Identity,
        epoch: impl FnOnce() -> u64,
        may_name: &dyn Fn(&NodeId) -> bool,
        (now, wall): (Now, Timestamp),
    ) -> Result<LogEntry, NotWritten> {
        let hlc = self.latest(&room).next().max(Hlc::at(now.wall));
        if hlc >= HLC_END {
            return Err(NotWritten::NoTime);
        }
        // Our clock was ahead when we last wrote. What it shows now cannot continue that log.
        if let Some(own) =
            self.own(&room).filter(|own| self.held.get(own).is_some_and(|held| held.state().head_hlc >= hlc))
        {
            self.abandon(&own);
        }
        let me = self.me;
        let log = *self.rooms.get_mut(room).own.get_or_insert_with(|| LogId { room, author: me, epoch: epoch() });
        let (head, prev) = self.held.get(&log).map_or((0, None), |held| (held.head(), held.state().head_id));
        let (seq, deps) = (head + 1, self.frontier.deps(&log, may_name));
        let (kind, content, opened) = match say {
            Say::Clear(kind, content) => (kind, content, None),
            Say::Sealed { generation, clear, salt } => {
                let inside = Opened { kind: clear.kind, payload: clear.payload.clone(), deps: deps.clone() };
                let content = sealing::seal(generation, &Slot { log, seq, prev }, &inside, salt);
                (KIND_SEALED, content.map_err(|_| NotWritten::TooLong)?, Some(clear))
            }
        };
        // What a sealed event follows is nobody else's business: its deps are inside the seal.
        let outer = if opened.is_some() { Vec::new() } else { deps.clone() };
        let draft = Draft { log, seq, prev, hlc, deps: outer, wall, kind, content };
        let signed = draft.clone().sign(|message| identity.sign(message));
        let event = Event { deps, ..draft.into_event(&signed) };
        let place = Place { shown: now.wall, ..Place::by_clock(&event) };
        let entry = LogEntry { event, signed, arrived: now.wall, own: true, place, opened };
        self.held.entry(log).or_insert_with(|| HeldLog::empty(log));
        self.rooms.get_mut(room).latest = hlc;
        self.apply(&entry);
        Ok(entry)
    }
}
