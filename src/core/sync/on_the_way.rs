//! How much is on its way to disk, in all and of each link.

use std::collections::BTreeMap;

use super::queued::{MAX_QUEUED, MAX_QUEUED_BYTES, Queued};
use crate::{domain::model::LinkId, protocol::codec::Published};

/// The least that an event counts, in bytes. With it, one limit in bytes is also a limit in events.
const LEAST_BYTES: usize = MAX_QUEUED_BYTES / MAX_QUEUED;

/// A link may have one part in this many of the free room on the way. So there is always room for one more link,
/// however many use all that they may: ten links leave two sevenths of the room, two hundred leave a fiftieth.
const SHARE: usize = 4;

/// Lines of our user that are accepted and not published yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unpublished {
    /// How many.
    pub lines: usize,
    /// Bytes that they will take once they are published, at most.
    pub bytes: usize,
}

/// What waits for the disk or is being written, counted from its acceptance until the store has confirmed it.
#[derive(Debug, Default)]
pub(super) struct OnTheWay {
    own: Unpublished,
    /// Of all links, each event counting [`LEAST_BYTES`] at least.
    bytes: usize,
    /// Of each link that has any.
    links: BTreeMap<LinkId, usize>,
}

impl OnTheWay {
    /// Lines of our user.
    pub(super) fn own(&self) -> Unpublished {
        self.own
    }

    /// Whether a link has less on the way than a quarter of the free room, so that no link can use up all of it.
    pub(super) fn has_room_for(&self, link: LinkId) -> bool {
        let has = self.links.get(&link).copied().unwrap_or_default();
        has * SHARE < MAX_QUEUED_BYTES.saturating_sub(self.bytes)
    }

    /// Something was accepted.
    pub(super) fn add(&mut self, queued: &Queued) {
        match queued {
            Queued::Event(entry, _) if entry.own => {
                self.own.lines += 1;
                self.own.bytes += Published::most_bytes(&entry.signed);
            }
            Queued::Event(_, Some(link)) => {
                self.bytes += weight(queued);
                *self.links.entry(*link).or_default() += weight(queued);
            }
            Queued::Event(_, None) | Queued::Guest(..) => {}
        }
    }

    /// Something was written, or will not be.
    pub(super) fn remove(&mut self, queued: &Queued) {
        match queued {
            Queued::Event(entry, _) if entry.own => {
                self.own.lines = self.own.lines.saturating_sub(1);
                self.own.bytes = self.own.bytes.saturating_sub(Published::most_bytes(&entry.signed));
            }
            Queued::Event(_, Some(link)) => {
                self.bytes = self.bytes.saturating_sub(weight(queued));
                let left = self.links.remove(link).unwrap_or_default().saturating_sub(weight(queued));
                if left > 0 {
                    self.links.insert(*link, left);
                }
            }
            Queued::Event(_, None) | Queued::Guest(..) => {}
        }
    }
}

fn weight(queued: &Queued) -> usize {
    queued.bytes().max(LEAST_BYTES)
}
