//! Which own lines somebody who is here does not have yet: what `/quit` waits for, and what its exit code tells.

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    bus::Update,
    model::{Delivery, MessageId},
};

/// How long `/quit` waits for the others to have everything (DESIGN.md section 2): enough for a link that has to be dialled
/// anew, and for a pause in Wi-Fi.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// A tally of own lines, shared by who reads them, who sees what becomes of them, and who wants to leave.
#[derive(Debug, Clone, Default)]
pub(super) struct Undelivered(Arc<(Mutex<Tally>, Condvar)>);

#[derive(Debug, Default)]
struct Tally {
    /// Lines that the node was given and has not shown yet.
    on_the_way: u64,
    /// Lines that somebody who is here lacks. As many as the user says faster than others take them.
    lacking: BTreeSet<MessageId>,
    /// Whether a line was lost.
    lost: bool,
    /// Nothing more will be seen.
    closed: bool,
}

impl Undelivered {
    /// The node is about to be given a line.
    pub(super) fn said(&self) {
        self.tally().on_the_way += 1;
    }

    /// Something happened.
    pub(super) fn see(&self, update: &Update) {
        let (id, lacks) = match update {
            Update::Message(message) if message.is_own() && !message.history => {
                let mut tally = self.tally();
                tally.on_the_way = tally.on_the_way.saturating_sub(1);
                tally.lost |= message.delivery == Delivery::NotSent;
                drop(tally);
                (message.id, matches!(message.delivery, Delivery::Partly { delivered, of } if delivered < of))
            }
            Update::Delivery { id, delivered, of } => (*id, delivered < of),
            _ => return,
        };
        let mut tally = self.tally();
        if lacks {
            tally.lacking.insert(id);
        } else {
            tally.lacking.remove(&id);
        }
        self.0.1.notify_all();
    }

    /// Nothing more will be seen; whoever waits goes on.
    pub(super) fn close(&self) {
        self.tally().closed = true;
        self.0.1.notify_all();
    }

    /// Waits until everybody who is here has everything, never longer than [`LINGER`]. Whether they have.
    pub(super) fn wait(&self) -> bool {
        let end = Instant::now() + LINGER;
        let mut tally = self.tally();
        loop {
            if tally.on_the_way == 0 && tally.lacking.is_empty() {
                return !tally.lost;
            }
            let left = end.saturating_duration_since(Instant::now());
            if tally.closed || left.is_zero() {
                return false;
            }
            tally = self.0.1.wait_timeout(tally, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // A count is right whoever failed while holding it.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
