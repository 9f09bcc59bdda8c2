//! An entry on its way to disk, and how much may wait.

use std::collections::BTreeMap;

use crate::{
    core::log::storage::{GuestLine, LogEntry},
    domain::model::{LinkId, Now, RoomId},
};

/// Entries that may wait for the disk, and their bytes. Beyond that, links are not read and no command is taken.
pub(super) const MAX_QUEUED: usize = 4_096;
pub(super) const MAX_QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// The least weight of an entry, in bytes. It makes the limit in bytes a limit in entries, too.
const LEAST_BYTES: usize = MAX_QUEUED_BYTES / MAX_QUEUED;

/// A link may use one part in this many of the free room. So there is always room for one more link, however many use
/// all that they may: ten links leave two sevenths of the room, two hundred leave a fiftieth.
const SHARE: usize = 4;

/// An entry that was accepted and is not on disk yet.
#[derive(Debug, Clone)]
pub(super) enum Queued {
    /// An event, and the link that it came over.
    Event(Box<LogEntry>, Option<LinkId>),
    /// A guest's line, and when it came.
    Guest(GuestLine, Now),
}

impl Queued {
    /// The room that it belongs to.
    pub(super) fn room(&self) -> RoomId {
        match self {
            Self::Event(entry, _) => entry.event.log.room,
            Self::Guest(line, _) => line.room,
        }
    }

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

    /// Its weight, in bytes.
    pub(super) fn weight(&self) -> usize {
        weight(self.bytes())
    }
}

/// The weight of an entry of this size, in bytes.
pub(super) fn weight(bytes: usize) -> usize {
    bytes.max(LEAST_BYTES)
}

/// How much of [`MAX_QUEUED_BYTES`] is used, in all and by each link.
#[derive(Debug, Default)]
pub(super) struct Used {
    bytes: usize,
    /// By each link that uses any.
    links: BTreeMap<LinkId, usize>,
}

impl Used {
    /// How many bytes are free.
    pub(super) fn free(&self) -> usize {
        MAX_QUEUED_BYTES.saturating_sub(self.bytes)
    }

    /// Whether a link uses less than a quarter of the free room, so that no link can use up all of it.
    pub(super) fn has_share_for(&self, link: LinkId) -> bool {
        self.links.get(&link).copied().unwrap_or_default() * SHARE < self.free()
    }

    /// An entry of this weight was added. `link` brought it, if any link did.
    pub(super) fn add(&mut self, link: Option<LinkId>, weight: usize) {
        self.bytes += weight;
        if let Some(link) = link {
            *self.links.entry(link).or_default() += weight;
        }
    }

    /// An entry of this weight that `link` brought is gone.
    pub(super) fn remove(&mut self, link: LinkId, weight: usize) {
        self.bytes = self.bytes.saturating_sub(weight);
        let left = self.links.remove(&link).unwrap_or_default().saturating_sub(weight);
        if left > 0 {
            self.links.insert(link, left);
        }
    }
}
