//! What one link lacks, and when it is sent again. Only a few logs have a running timer at once, and a link that takes
//! nothing is offered less and less, so that an idle link costs nothing, however much it lacks.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::cursor::LogKey;
use crate::{core::mutant, domain::model::LogId};

/// How long a link may lack something before it is sent again, or before we forward it for its author. Immediate
/// forwarding cost 2 to 2.6 duplicates per event.
const LAGS_AFTER: Duration = Duration::from_secs(2);

/// How many times the wait is doubled while a link does not take what it is sent.
const MAX_DOUBLINGS: u8 = 5;

/// How soon we look again at a link that was busy when something was due for it.
const BUSY_AGAIN: Duration = Duration::from_millis(500);

/// Logs that may be on their way to a link at once: at least partly sent, and not confirmed.
pub(super) const MAX_WINDOW: usize = 256;

/// The divisor of the window when a link has confirmed nothing at all for a while.
const SHRINK: usize = 4;

/// Bytes that a link may be sent before it confirms anything. A working link confirms every 50 ms and never reaches
/// this.
const MAX_UNCONFIRMED: usize = 4 * 1024 * 1024;

/// A log of which the link lacks something and that has a running timer.
#[derive(Debug, Clone, Copy)]
struct Wait {
    /// When to send it again.
    due: Instant,
    /// How often it was sent again.
    tries: u8,
    /// Whether the link is sent this log although another node wrote it.
    forwards: bool,
    /// Whether our user wrote it.
    own: bool,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Lagging {
    /// An extra wait before this link is sent what another node wrote. It is random, so that not all nodes begin at
    /// once.
    jitter: Duration,
    /// The logs of which it lacks something that it may get from us.
    behind: BTreeSet<LogKey>,
    /// Those of them with a running timer: at most `window`, plus our own.
    waits: BTreeMap<LogKey, Wait>,
    window: usize,
    /// Logs that it does not take now, and until when.
    refused: BTreeMap<LogKey, Instant>,
    /// Bytes that it was sent since it last confirmed anything.
    unconfirmed: usize,
    /// Whether it has confirmed anything since it was last sent something again.
    progress: bool,
}

impl Lagging {
    /// A link that lacks nothing yet.
    pub(super) fn new(jitter: Duration) -> Self {
        let (behind, waits, refused) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        Self { jitter, behind, waits, window: MAX_WINDOW, refused, unconfirmed: 0, progress: true }
    }

    /// It lacks something of a log, which may be our `own`. Returns when to look again, if a timer starts.
    pub(super) fn falls_behind(&mut self, log: &LogKey, own: bool, now: Instant) -> Option<Instant> {
        if self.refused.get(log).is_some_and(|until| now < *until) {
            return None;
        }
        self.behind.insert(log.clone());
        self.watch(log, own, now)
    }

    fn watch(&mut self, log: &LogKey, own: bool, now: Instant) -> Option<Instant> {
        // Our own log never waits for a place in the window.
        if self.waits.contains_key(log) || (!own && self.waits.len() >= self.window) {
            return None;
        }
        let due = now + patience(self.jitter, own, 0);
        self.waits.insert(log.clone(), Wait { due, tries: 0, forwards: false, own });
        Some(due)
    }

    /// It does not take a log before `until`. Returns when to look again.
    pub(super) fn refused(&mut self, log: &LogKey, until: Instant) -> Instant {
        self.waits.remove(log);
        self.behind.remove(log);
        if self.refused.len() < MAX_WINDOW || self.refused.contains_key(log) {
            self.refused.insert(log.clone(), until);
        }
        until
    }

    /// It has confirmed something of a log, and lacks more. Returns when to look again.
    pub(super) fn moves(&mut self, log: &LogId, now: Instant) -> Option<Instant> {
        self.confirmed();
        let wait = self.waits.get_mut(log)?;
        (wait.due, wait.tries) = (now + patience(self.jitter, wait.own, 0), 0);
        Some(wait.due)
    }

    /// It lacks nothing of a log, or may not have it from us.
    pub(super) fn caught_up(&mut self, log: &LogId) {
        self.refused.remove(log);
        self.behind.remove(log);
        self.waits.remove(log);
    }

    /// It has confirmed something.
    pub(super) fn confirmed(&mut self) {
        (self.unconfirmed, self.progress) = (0, true);
        self.window = (self.window * 2).min(MAX_WINDOW);
    }

    /// It was handed a frame of `bytes` bytes.
    pub(super) fn handed(&mut self, bytes: usize) {
        self.unconfirmed = self.unconfirmed.saturating_add(bytes);
    }

    /// Whether it may be sent more before it confirms something.
    pub(super) fn may_be_sent(&self) -> bool {
        self.unconfirmed < MAX_UNCONFIRMED / MAX_WINDOW * self.window
    }

    /// How many more logs it may be sent something of, if it is worth choosing some now.
    pub(super) fn room(&self) -> Option<usize> {
        let room = self.window.saturating_sub(self.waits.len());
        let idle = self.behind.len() > self.waits.len();
        (idle && room > 0 && self.waits.len() <= self.window / 2).then_some(room)
    }

    /// The logs without a running timer.
    pub(super) fn idle(&self) -> impl Iterator<Item = &LogKey> {
        self.behind.iter().filter(|log| !self.waits.contains_key(*log))
    }

    /// Starts the timers of these logs. Returns when to look again.
    pub(super) fn choose(&mut self, logs: &[LogKey], now: Instant) -> Option<Instant> {
        logs.iter().filter_map(|log| self.watch(log, false, now)).min()
    }

    /// The logs to send it now: our own, those that it has lacked for too long, and all others if it has asked for
    /// `all`.
    pub(super) fn to_send(&self, all: bool) -> impl Iterator<Item = &LogKey> {
        self.waits.iter().filter(move |(_, wait)| all || wait.own || wait.forwards).map(|(log, _)| log)
    }

    /// When the next log is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.waits.values().map(|wait| wait.due).chain(self.refused.values().copied()).min()
    }

    /// Takes out the logs that it may be offered again, because their hold-off time is over.
    pub(super) fn take_refused(&mut self, now: Instant) -> Vec<LogKey> {
        let over: Vec<LogKey> =
            self.refused.iter().filter(|(_, until)| **until <= now).map(|(log, _)| log.clone()).collect();
        for log in &over {
            self.refused.remove(log);
        }
        over
    }

    /// Takes out the logs that it has lacked for too long. They are sent again, starting at what it holds.
    pub(super) fn take_due(&mut self, is_free: bool, now: Instant) -> Vec<LogKey> {
        let mut late = Vec::new();
        for (log, wait) in self.waits.iter_mut().filter(|(_, wait)| wait.due <= now) {
            if !is_free {
                wait.due = now + BUSY_AGAIN;
                continue;
            }
            wait.tries = if mutant::never_sends_less() { 0 } else { (wait.tries + 1).min(MAX_DOUBLINGS) };
            wait.forwards |= !wait.own;
            wait.due = now + patience(self.jitter, wait.own, wait.tries);
            late.push(log.clone());
        }
        if !late.is_empty() {
            if !std::mem::take(&mut self.progress) && !mutant::never_sends_less() {
                self.shrink();
                late.retain(|log| self.waits.contains_key(log));
            }
            self.unconfirmed = 0;
        }
        late
    }

    /// It has confirmed nothing for a while, so it is offered less.
    fn shrink(&mut self) {
        self.window = (self.window / SHRINK).max(1);
        let excess = self.waits.len().saturating_sub(self.window);
        let others: Vec<LogKey> =
            self.waits.iter().filter(|(_, wait)| !wait.own).map(|(log, _)| log.clone()).take(excess).collect();
        for log in others {
            self.waits.remove(&log);
        }
    }
}

/// How long a log waits before it is sent again. The jitter is for logs that other nodes wrote.
fn patience(jitter: Duration, own: bool, tries: u8) -> Duration {
    let jitter = if own { Duration::ZERO } else { jitter };
    (LAGS_AFTER + jitter) * (1 << tries)
}
