//! An entry on its way to disk, and how much may wait.

use crate::{
    core::log::storage::{GuestLine, LogEntry},
    domain::model::{LinkId, Now},
};

/// Entries that may wait for the disk, and their bytes. Beyond that, links are not read and no command is taken.
pub(super) const MAX_QUEUED: usize = 4_096;
pub(super) const MAX_QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// An entry that was accepted and is not on disk yet.
#[derive(Debug, Clone)]
pub(super) enum Queued {
    /// An event, and the link that it came over.
    Event(Box<LogEntry>, Option<LinkId>),
    /// A guest's line, and when it came.
    Guest(GuestLine, Now),
}

impl Queued {
    /// Whether our user said it.
    pub(super) fn is_own(&self) -> bool {
        matches!(self, Self::Event(entry, _) if entry.own)
    }

    /// Its size in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Event(entry, _) => entry.signed.bytes(),
            Self::Guest(line, _) => line.text.as_str().len(),
        }
    }
}
