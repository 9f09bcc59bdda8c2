//! What is on its way to disk.

use std::collections::VecDeque;

use crate::{
    core::log::storage::{Ack, GuestLine, LogEntry, LogState, Proof},
    domain::model::{LinkId, Now},
};

/// Entries, and bytes of them, that may wait for the disk before links and user have to wait too.
const MAX_QUEUED: usize = 4_096;
const MAX_QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// Something that was accepted and is not on disk yet.
#[derive(Debug)]
pub(super) enum Queued {
    /// An event, and the link that it came over.
    Event(Box<LogEntry>, Option<LinkId>),
    /// A guest's line, and when it came.
    Guest(GuestLine, Now),
}

impl Queued {
    /// Whether our user said it.
    fn is_own(&self) -> bool {
        matches!(self, Self::Event(entry, _) if entry.own)
    }

    /// Its size in memory, roughly.
    fn bytes(&self) -> usize {
        match self {
            Self::Event(entry, _) => entry.signed.bytes(),
            Self::Guest(line, _) => line.text.as_str().len(),
        }
    }
}

/// What the store was given and has not confirmed.
#[derive(Debug)]
pub(super) struct Commit {
    /// What it was made of.
    pub(super) queued: Vec<Queued>,
    /// How the logs stand after it.
    pub(super) states: Vec<LogState>,
    /// The acknowledgements in it.
    pub(super) acks: Vec<Ack>,
    /// The proofs in it.
    pub(super) forks: Vec<Proof>,
}

/// The way to disk: one commit at a time, and what waits for the next one.
#[derive(Debug, Default)]
pub(super) struct Writer {
    queue: VecDeque<Queued>,
    queued_bytes: usize,
    /// What the store was given and has not confirmed.
    pub(super) commit: Option<Commit>,
    /// Whether the store has failed and was not read again since.
    pub(super) broken: bool,
}

impl Writer {
    /// Whether the store takes nothing now.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether so much waits that nothing more should come.
    pub(super) fn is_full(&self) -> bool {
        !self.broken && (self.queue.len() > MAX_QUEUED || self.queued_bytes > MAX_QUEUED_BYTES)
    }

    /// Whether something that our user said is on its way.
    pub(super) fn has_own(&self) -> bool {
        let in_commit = self.commit.iter().flat_map(|commit| &commit.queued);
        in_commit.chain(&self.queue).any(Queued::is_own)
    }

    /// Lets something wait for the next commit.
    pub(super) fn push(&mut self, queued: Queued) {
        self.queued_bytes += queued.bytes();
        self.queue.push_back(queued);
    }

    /// Takes all that waits.
    pub(super) fn take_queue(&mut self) -> Vec<Queued> {
        self.queued_bytes = 0;
        self.queue.drain(..).collect()
    }
}
