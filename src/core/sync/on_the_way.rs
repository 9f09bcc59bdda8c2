//! How much is on its way to disk, in all and from each link.

use super::queued::{Queued, Used};
use crate::{domain::model::LinkId, protocol::codec::Published};

/// Lines of our user that are accepted and not published yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unpublished {
    /// How many.
    pub lines: usize,
    /// The most bytes that they will take once they are published.
    pub bytes: usize,
}

/// What waits for the disk or is being written, counted from its acceptance until the store has confirmed it.
#[derive(Debug, Default)]
pub(super) struct OnTheWay {
    own: Unpublished,
    /// What links have brought.
    used: Used,
}

impl OnTheWay {
    /// Lines of our user.
    pub(super) fn own(&self) -> Unpublished {
        self.own
    }

    /// Whether a link has less on the way than a quarter of the free room, so that no link can use up all of it.
    pub(super) fn has_room_for(&self, link: LinkId) -> bool {
        self.used.has_share_for(link)
    }

    /// Something was accepted.
    pub(super) fn add(&mut self, queued: &Queued) {
        match queued {
            Queued::Event(entry, _) if entry.own => {
                self.own.lines += 1;
                self.own.bytes += Published::most_bytes(&entry.signed);
            }
            Queued::Event(_, Some(link)) => self.used.add(Some(*link), queued.weight()),
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
            Queued::Event(_, Some(link)) => self.used.remove(*link, queued.weight()),
            Queued::Event(_, None) | Queued::Guest(..) => {}
        }
    }
}
