//! Events that came before their causes.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::storage::LogEntry;
use crate::{
    domain::model::{EventId, Hlc, LogId},
    protocol::codec::event::Dep,
};

/// Events that may wait at once. One that finds no room is sent again, because we do not say that we hold it.
pub(super) const MAX_WAITING: usize = 256;

/// Bytes of events that may wait at once: a few of the longest, or hundreds of the usual ones.
const MAX_WAITING_BYTES: usize = 4 * 1024 * 1024;

/// How long an event waits for its causes. Honest nodes that have them pass them on within seconds. If the only node
/// that has them is gone or withholds them, nobody else is held up: clocks decide the order, and a late event still
/// finds its place.
pub const WAIT_FOR_CAUSES: Duration = Duration::from_secs(10);

/// Events of one author that may wait at once, so that nobody takes all the room.
const MAX_WAITING_OF_ONE: usize = 64;

/// How long an event waits for causes in a log that is unknown here. Keys cost nothing, and we do not hold the logs of
/// every author.
pub const WAIT_FOR_STRANGERS: Duration = Duration::from_millis(300);

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    logs: BTreeMap<LogId, Queue>,
    count: usize,
    bytes: usize,
}

/// A gapless piece of one log that begins after its head.
#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<(LogEntry, Instant)>,
    /// The cause that the first of them waits for; none if it waits only for its predecessor.
    missing: Option<Dep>,
    /// How long it waits.
    patience: Duration,
}

/// The last waiting event of a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) seq: u64,
    pub(super) id: EventId,
    pub(super) hlc: Hlc,
}

impl Waiting {
    /// The last waiting event of a log.
    pub(super) fn end(&self, log: &LogId) -> Option<End> {
        let (last, _) = self.logs.get(log)?.events.back()?;
        Some(End { seq: last.event.seq, id: last.event.id, hlc: last.event.hlc })
    }

    /// The identity of the event with this number, if it waits.
    pub(super) fn id_at(&self, log: &LogId, seq: u64) -> Option<EventId> {
        let mut events = self.logs.get(log)?.events.iter();
        events.find(|(entry, _)| entry.event.seq == seq).map(|(entry, _)| entry.event.id)
    }

    /// Adds an event after the last one of its log. Returns whether there was room.
    pub(super) fn push(&mut self, entry: LogEntry, missing: Option<(Dep, Duration)>, now: Instant) -> bool {
        let (log, bytes) = (entry.event.log, entry.signed.bytes());
        let of_author = self.logs.iter().filter(|(other, _)| other.author == log.author);
        let of_author: usize = of_author.map(|(_, queue)| queue.events.len()).sum();
        let full = self.count >= MAX_WAITING || of_author >= MAX_WAITING_OF_ONE;
        if full || self.bytes + bytes > MAX_WAITING_BYTES {
            return false;
        }
        self.count += 1;
        self.bytes += bytes;
        let queue = self.logs.entry(log).or_default();
        if queue.events.is_empty() {
            queue.wait_for(missing);
        }
        queue.events.push_back((entry, now));
        true
    }

    /// The logs that have events waiting.
    pub(super) fn logs(&self) -> Vec<LogId> {
        self.logs.keys().copied().collect()
    }

    /// The logs whose first event waits for an event of `log`, or for its predecessor only.
    pub(super) fn for_log(&self, log: &LogId) -> Vec<LogId> {
        let waits = |other: &LogId, queue: &Queue| queue.missing.map_or(other == log, |dep| dep.log == *log);
        self.logs.iter().filter(|(other, queue)| waits(other, queue)).map(|(other, _)| *other).collect()
    }

    /// The first event of a log waits for something else now.
    pub(super) fn wait_for(&mut self, log: &LogId, missing: (Dep, Duration)) {
        if let Some(queue) = self.logs.get_mut(log) {
            queue.wait_for(Some(missing));
        }
    }

    /// The first waiting event of a log.
    pub(super) fn front(&self, log: &LogId) -> Option<&LogEntry> {
        self.logs.get(log)?.events.front().map(|(entry, _)| entry)
    }

    /// Until when the first event of a log waits.
    pub(super) fn until(&self, log: &LogId) -> Option<Instant> {
        self.logs.get(log)?.until()
    }

    /// Takes the first event of a log. As far as we know, the next one waits only for it.
    pub(super) fn pop(&mut self, log: &LogId) -> Option<LogEntry> {
        let queue = self.logs.get_mut(log)?;
        let (entry, _) = queue.events.pop_front()?;
        queue.wait_for(None);
        if queue.events.is_empty() {
            self.logs.remove(log);
        }
        self.count -= 1;
        self.bytes -= entry.signed.bytes();
        Some(entry)
    }

    /// Drops all waiting events of a log.
    pub(super) fn remove(&mut self, log: &LogId) {
        while self.pop(log).is_some() {}
    }

    /// When the first of all waiting events has waited long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        self.logs.values().filter_map(Queue::until).min()
    }
}

impl Queue {
    fn wait_for(&mut self, missing: Option<(Dep, Duration)>) {
        (self.missing, self.patience) =
            missing.map_or((None, WAIT_FOR_CAUSES), |(dep, patience)| (Some(dep), patience));
    }

    fn until(&self) -> Option<Instant> {
        self.events.front().map(|(_, since)| *since + self.patience)
    }
}
