//! Our own lines that somebody here has not received yet. The program waits for them before it ends, and its exit code
//! reports them.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::tally::{Reached, Tally};
use crate::domain::{bus::Update, model::Room};

/// How long the end waits for the others to have everything: enough to dial a lost link again, and for a pause in
/// Wi-Fi.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// A tally that two threads share: the input counts our own lines and waits for them, and the output sees what becomes
/// of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Undelivered(Arc<(Mutex<Shared>, Condvar)>);

#[derive(Debug, Default)]
struct Shared {
    tally: Tally,
    /// Nothing more will be seen.
    closed: bool,
}

impl Undelivered {
    /// The node is about to be given a line for a room.
    pub(super) fn said(&self, room: &Room) {
        self.shared().tally.said(room);
    }

    /// The node is about to be given a line for one person.
    pub(super) fn tells(&self) {
        self.shared().tally.tells();
    }

    /// A line for one person was not accepted.
    pub(super) fn not_told(&self) {
        self.shared().tally.not_told();
    }

    /// Takes an update into account.
    pub(super) fn see(&self, update: &Update) {
        let mut shared = self.shared();
        shared.tally.see(update, Instant::now());
        drop(shared);
        self.0.1.notify_all();
    }

    /// Nothing more will be seen. Wakes a thread that waits.
    pub(super) fn close(&self) {
        self.shared().closed = true;
        self.0.1.notify_all();
    }

    /// Waits until everybody here who can be expected to take lines has taken all of them, but no longer than
    /// [`LINGER`]. Returns whom they have reached.
    pub(super) fn wait(&self) -> Reached {
        let begun = Instant::now();
        let mut shared = self.shared();
        loop {
            let now = Instant::now();
            let left = (begun + LINGER).saturating_duration_since(now);
            if shared.closed || shared.tally.is_settled(now) || left.is_zero() {
                return shared.tally.reached(now);
            }
            let next =
                shared.tally.next_given_up(now).map_or(left, |next| next.saturating_duration_since(now).min(left));
            (shared, _) = self.0.1.wait_timeout(shared, next).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        // The counts are right, even if another thread panicked while it held the lock.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
