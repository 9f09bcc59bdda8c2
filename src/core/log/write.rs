//! Our own events.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::{HeldLog, Logs, storage::LogEntry};
use crate::{
    domain::model::{Hlc, LogId, Now, RoomId},
    protocol::{
        codec::event::{Draft, HLC_END},
        identity::Identity,
    },
};

/// Our clock shows a time that no event may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The clock of this machine, or of somebody here, is beyond the year 2200; nothing can be sent. Set it right.")]
pub struct NoTime;

impl Logs {
    /// A log of ours is not gone on with: the next event begins another one.
    pub(super) fn leave(&mut self, log: &LogId) {
        if self.own.take_if(|own| own == log).is_some() && self.left.insert(*log) {
            self.just_left.push(*log);
        }
    }

    /// Own logs that were given up in this run. What a store says later does not bring them back.
    pub fn left(&self) -> &BTreeSet<LogId> {
        &self.left
    }

    /// Own logs that were given up since this was asked last.
    pub fn take_just_left(&mut self) -> Vec<LogId> {
        std::mem::take(&mut self.just_left)
    }

    /// Takes over what was given up before the store was read again.
    pub fn stay_left(&mut self, left: BTreeSet<LogId>) {
        self.own.take_if(|own| left.contains(own));
        self.left = left;
    }

    /// Writes an event to our own log, a new one with `epoch` if there is none to go on with. It must be committed before
    /// anybody hears of it.
    ///
    /// # Errors
    /// [`NoTime`] if our clock is beyond 2200.
    pub fn write(
        &mut self,
        room: RoomId,
        (kind, content): (u32, Bytes),
        identity: &Identity,
        epoch: impl FnOnce() -> u64,
        now: Now,
    ) -> Result<LogEntry, NoTime> {
        let hlc = self.latest.next().max(Hlc::at(now.wall));
        if hlc >= HLC_END {
            return Err(NoTime);
        }
        let log = *self.own.get_or_insert_with(|| LogId { room, author: self.me, epoch: epoch() });
        let (head, prev) = self.held.get(&log).map_or((0, None), |held| (held.head(), held.state().head_id));
        let draft =
            Draft { log, seq: head + 1, prev, hlc, deps: self.frontier.deps(&log), wall: now.wall, kind, content };
        let signed = draft.clone().sign(|message| identity.sign(message));
        let event = draft.into_event(&signed);
        let entry = LogEntry { event, signed, arrived: now.wall, own: true };
        self.held.entry(log).or_insert_with(|| HeldLog::empty(log));
        self.apply(&entry, now);
        Ok(entry)
    }
}
