//! What is known of one link: what the other side holds, and what it was sent.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::domain::{limit::TokenBucket, model::LogId};

/// Logs that a link may name of which nothing is held here: as many as it may introduce authors, twice. Fifty links that name
/// 1,024 each and send none took a node to 66 MB.
const MAX_STRANGE_LOGS: usize = 512;

/// Events that no honest node sends, at once and per second in the long run, until the link is cut: none is expected, but
/// a defect of ours should not throw out everybody at once.
const REFUSED_BURST: u32 = 16;
const REFUSED_RATE: f64 = 0.1;

/// Lookups in the store that a link may cause at once, and per second in the long run, by events that we hold already.
/// Ordinary duplicates are told by what is in memory.
const LOOKUP_BURST: u32 = 256;
const LOOKUP_RATE: f64 = 32.0;

/// Frames, and bytes of them, beside the usual ones that wait for a link.
const MAX_EXTRA: usize = 32;
const MAX_EXTRA_BYTES: usize = 1024 * 1024;

/// How often one link is told at most of what nobody there waits for (DESIGN.md section 6).
pub(super) const TELL_EVERY: Duration = Duration::from_secs(1);

/// The other side of one log.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    /// The newest event that it says to hold.
    pub(super) has: u64,
    /// The oldest.
    pub(super) base: u64,
    /// The newest of a gapless piece that it was sent.
    pub(super) sent: u64,
    /// Since when it has not moved, although there was something to have.
    pub(super) since: Option<Instant>,
    /// How often it was sent the same in vain.
    pub(super) tries: u8,
    /// Whether it is sent this log, although somebody else wrote it.
    pub(super) forwards: bool,
    /// How often it was shown an event of ours that contradicts it.
    pub(super) disputed: u8,
    /// Whether it was shown the proof that the log's author contradicts itself.
    pub(super) proved: bool,
}

impl Cursor {
    /// The first event that it lacks, as far as we know.
    pub(super) fn next(&self) -> u64 {
        self.has.max(self.sent) + 1
    }
}

/// What is known of one link. See the module's documentation.
#[derive(Debug)]
pub(in crate::core::node) struct Cursors {
    of: BTreeMap<LogId, Cursor>,
    strange: usize,
    /// Whether it has said all that it holds.
    pub(super) complete: bool,
    /// Whether events are being read for it, or wait to be taken by it.
    pub(super) busy: bool,
    /// Whether it wants everything at once.
    pub(super) wants: bool,
    /// Logs that have changed since it was told of them.
    pub(super) untold: BTreeSet<LogId>,
    pub(super) tell_at: Option<Instant>,
    /// When to ask it for what its events follow and we lack.
    pub(super) ask_at: Option<Instant>,
    pub(super) told_at: Option<Instant>,
    /// Frames of events that are not next, such as proofs.
    pub(super) extra: VecDeque<Bytes>,
    refused: TokenBucket,
    lookups: TokenBucket,
    /// Milliseconds that this link waits longer than others before it forwards, so that not all begin at once.
    pub(super) jitter: u64,
}

impl Cursors {
    pub(in crate::core::node) fn new(jitter: u64) -> Self {
        Self {
            of: BTreeMap::new(),
            strange: 0,
            complete: false,
            busy: false,
            wants: false,
            untold: BTreeSet::new(),
            tell_at: None,
            ask_at: None,
            told_at: None,
            extra: VecDeque::new(),
            refused: TokenBucket::new(REFUSED_BURST, REFUSED_RATE),
            lookups: TokenBucket::new(LOOKUP_BURST, LOOKUP_RATE),
            jitter,
        }
    }

    /// The other side of a log, as far as it is known.
    pub(super) fn get(&self, log: &LogId) -> Cursor {
        self.of.get(log).copied().unwrap_or_default()
    }

    /// All that was said of any log.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&LogId, &Cursor)> {
        self.of.iter()
    }

    /// The other side of a log that is held here.
    pub(super) fn held(&mut self, log: &LogId) -> &mut Cursor {
        self.of.entry(*log).or_default()
    }

    /// The other side of a log of which nothing is held here, if there is room for one more.
    pub(super) fn strange(&mut self, log: &LogId) -> Option<&mut Cursor> {
        if !self.of.contains_key(log) {
            if self.strange >= MAX_STRANGE_LOGS {
                return None;
            }
            self.strange += 1;
        }
        Some(self.of.entry(*log).or_default())
    }

    /// It lacks all that it does not say to have, whatever it was sent.
    pub(super) fn want_all(&mut self) {
        self.wants = true;
        for cursor in self.of.values_mut() {
            (cursor.sent, cursor.tries, cursor.since) = (cursor.has, 0, None);
        }
    }

    /// From which event on it offers a log.
    pub(super) fn base(&self, log: &LogId) -> Option<u64> {
        self.of.get(log).map(|cursor| cursor.base).filter(|base| *base > 0)
    }

    /// It is told soon how far we are with a log, once a second at most: it is mistaken, or a frame was lost.
    pub(super) fn tell_again(&mut self, log: &LogId, now: Instant) {
        self.untold.insert(*log);
        let soonest = self.told_at.map_or(now, |told| told + TELL_EVERY);
        self.tell_at.get_or_insert(soonest.max(now));
    }

    /// It sent an event that no honest node sends; whether it may go on.
    pub(super) fn may_err(&mut self, now: Instant) -> bool {
        self.refused.take(now)
    }

    /// Whether it may cause a lookup in the store.
    pub(super) fn may_look_up(&mut self, now: Instant) -> bool {
        self.lookups.take(now)
    }

    /// Adds frames beside the usual ones, if there is room for all of them.
    pub(super) fn push_extra(&mut self, frames: Vec<Bytes>) -> bool {
        let bytes: usize = self.extra.iter().chain(&frames).map(Bytes::len).sum();
        let room = self.extra.len() + frames.len() <= MAX_EXTRA && bytes <= MAX_EXTRA_BYTES;
        if room {
            self.extra.extend(frames);
        }
        room
    }
}
