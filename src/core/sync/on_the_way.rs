//! How much is on its way to disk, and whose it is.

use std::collections::BTreeMap;

use super::commit_queue::Queued;
use crate::{domain::model::LinkId, protocol::codec::Published};

/// Lines of our user that are accepted and not published yet. They will be in front of no link before they are.
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
    /// Bytes of each link that has any.
    links: BTreeMap<LinkId, usize>,
}

impl OnTheWay {
    /// Lines of our user.
    pub(super) fn own(&self) -> Unpublished {
        self.own
    }

    /// Bytes of events that came over a link.
    pub(super) fn of(&self, link: LinkId) -> usize {
        self.links.get(&link).copied().unwrap_or_default()
    }

    /// Something was accepted.
    pub(super) fn add(&mut self, queued: &Queued) {
        match queued {
            Queued::Event(entry, _) if entry.own => {
                self.own.lines += 1;
                self.own.bytes += Published::most_bytes(&entry.signed);
            }
            Queued::Event(entry, Some(link)) => *self.links.entry(*link).or_default() += entry.signed.bytes(),
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
            Queued::Event(entry, Some(link)) => {
                let left = self.of(*link).saturating_sub(entry.signed.bytes());
                if left == 0 {
                    self.links.remove(link);
                } else {
                    self.links.insert(*link, left);
                }
            }
            Queued::Event(_, None) | Queued::Guest(..) => {}
        }
    }
}
