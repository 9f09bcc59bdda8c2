//! How many dials may be under way at once.

use std::time::{Duration, Instant};

use crate::core::node::views::{Links, OpenDial};

/// Dials under way at once. Each is a socket and a task; candidates that find no free slot wait in the address book.
const MAX_DIALS: usize = 256;

/// How many of these may be fresh: see [`FRESH`].
const MAX_FRESH_DIALS: usize = 64;

/// How long a dial counts as fresh. On any network that is fit for a chat, a peer has answered by then. An address that
/// accepts but stays silent holds a socket until its time is up, but delays nobody.
const FRESH: Duration = Duration::from_millis(300);

/// Pinned dials under way at once: those of addresses that peers pass on or announce. A dial that leads nowhere takes
/// up to 10 s, and the user's own dials must not wait for it.
const MAX_PINNED_DIALS: usize = 8;

/// Dials under way at once while no further node can be linked: enough to notice who comes back, and to check claims.
const MAX_DIALS_WHEN_FULL: usize = 2;

/// When the next dial may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Now.
    Free,
    /// From then on, or earlier if a dial ends.
    From(Instant),
    /// Only after a dial has ended.
    None,
}

/// The dials that are under way.
#[derive(Debug)]
pub(super) struct Slots {
    dials: Vec<OpenDial>,
    most: usize,
}

impl Slots {
    pub(super) fn new(links: &dyn Links) -> Self {
        Self { dials: links.dials(), most: if links.is_full() { MAX_DIALS_WHEN_FULL } else { MAX_DIALS } }
    }

    /// When another dial may begin.
    pub(super) fn next(&self) -> Slot {
        if self.dials.len() >= self.most {
            return Slot::None;
        }
        let mut began: Vec<Instant> = self.dials.iter().map(|dial| dial.began).collect();
        began.sort_unstable();
        match began.iter().rev().nth(MAX_FRESH_DIALS - 1) {
            Some(last) => Slot::From(*last + FRESH),
            None => Slot::Free,
        }
    }

    /// Whether another dial may begin at `now`.
    pub(super) fn has_free(&self, now: Instant) -> bool {
        match self.next() {
            Slot::Free => true,
            Slot::From(at) => at <= now,
            Slot::None => false,
        }
    }

    /// Whether the next dial may be a pinned one.
    pub(super) fn may_pin(&self) -> bool {
        self.dials.iter().filter(|dial| dial.pinned).count() < MAX_PINNED_DIALS
    }

    /// A dial begins.
    pub(super) fn take(&mut self, dial: OpenDial) {
        self.dials.push(dial);
    }
}
