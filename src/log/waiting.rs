//! Events that came before what they follow.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::storage::Append;
use crate::model::{EventId, Hlc, LogId};

/// Events that wait at once (DESIGN.md section 7). Who finds no room comes again: what we say that we hold does not have it.
pub(super) const MAX_WAITING: usize = 256;

/// Bytes of events that wait at once: a few of the longest, hundreds of the usual ones.
const MAX_WAITING_BYTES: usize = 4 * 1024 * 1024;

/// How long an event waits for what it follows. Whoever has seen that passes it on within seconds; if only somebody has it
/// who keeps it back, or is gone, the honest must not be held up: order is a matter of clocks, and what comes later still
/// finds its place.
pub const WAIT_FOR_CAUSES: Duration = Duration::from_secs(10);

/// See the module's documentation. Of each log a gapless piece that begins behind its head.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    logs: BTreeMap<LogId, VecDeque<(Append, Instant)>>,
    count: usize,
    bytes: usize,
}

/// The end of what waits of a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) seq: u64,
    pub(super) id: EventId,
    pub(super) hlc: Hlc,
}

impl Waiting {
    /// The last event of a log that waits.
    pub(super) fn end(&self, log: &LogId) -> Option<End> {
        let (last, _) = self.logs.get(log)?.back()?;
        Some(End { seq: last.event.seq, id: last.event.id, hlc: last.event.hlc })
    }

    /// The event of a log with this number, if it waits.
    pub(super) fn id_at(&self, log: &LogId, seq: u64) -> Option<EventId> {
        self.logs.get(log)?.iter().find(|(append, _)| append.event.seq == seq).map(|(append, _)| append.event.id)
    }

    /// Adds an event behind the last one; whether there was room.
    pub(super) fn push(&mut self, append: Append, now: Instant) -> bool {
        let bytes = append.signed.bytes();
        if self.count >= MAX_WAITING || self.bytes + bytes > MAX_WAITING_BYTES {
            return false;
        }
        self.count += 1;
        self.bytes += bytes;
        self.logs.entry(append.event.log).or_default().push_back((append, now));
        true
    }

    /// The logs of which something waits.
    pub(super) fn logs(&self) -> Vec<LogId> {
        self.logs.keys().copied().collect()
    }

    /// The first event of a log that waits, and since when.
    pub(super) fn front(&self, log: &LogId) -> Option<(&Append, Instant)> {
        self.logs.get(log)?.front().map(|(append, since)| (append, *since))
    }

    /// Takes the first event of a log.
    pub(super) fn pop(&mut self, log: &LogId) -> Option<Append> {
        let queue = self.logs.get_mut(log)?;
        let (append, _) = queue.pop_front()?;
        if queue.is_empty() {
            self.logs.remove(log);
        }
        self.count -= 1;
        self.bytes -= append.signed.bytes();
        Some(append)
    }

    /// Since when the event waits that has waited longest.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.logs.values().filter_map(|queue| queue.front()).map(|(_, since)| *since).min()
    }
}
