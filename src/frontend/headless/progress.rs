//! What has become of what the program was given. The end waits for it, and the exit code tells it.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    pending::Pending,
    request::Reference,
    tally::{Reached, Tally},
};
use crate::domain::bus::{Command, RequestId, Update};

/// How long the end waits for answers, and for the others to have everything: enough to dial a lost link again, and for
/// a pause in Wi-Fi.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// Shared by two threads: the input gives commands and waits for them, and the output sees what becomes of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    pending: Pending,
    tally: Tally,
    /// Nothing more will be seen.
    closed: bool,
}

impl State {
    /// Whether nothing that is worth waiting for is missing. It may be worth waiting `to_be_found` by somebody.
    fn is_settled(&self, to_be_found: bool, now: Instant) -> bool {
        let is_known = self.tally.is_complete(now) && (!to_be_found || self.tally.has_looked(now));
        is_known && !self.pending.waits()
    }

    fn reached(&self, now: Instant) -> Reached {
        if self.pending.waits() { Reached::NotEveryone } else { self.tally.reached(now) }
    }
}

impl Progress {
    /// The node is about to be given a command. Returns its number.
    pub(super) fn add(&self, reference: Option<Reference>, command: &Command) -> RequestId {
        self.state().pending.add(reference, command)
    }

    /// A line was refused before the node was given it.
    pub(super) fn refused(&self) {
        self.state().tally.refused();
    }

    /// Takes an update into account. Returns how the program called the command that it answers.
    pub(super) fn see(&self, update: &Update) -> Option<Reference> {
        let mut state = self.state();
        let settled = state.pending.settle(update);
        if settled.refused {
            state.tally.refused();
        }
        state.tally.see(update.event(), Instant::now());
        drop(state);
        self.0.1.notify_all();
        settled.reference
    }

    /// Nothing more will be seen. Wakes a thread that waits.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.0.1.notify_all();
    }

    /// Waits until every command is answered, and everybody here who can be expected to take lines has taken all of
    /// them, but no longer than [`LINGER`]. If nobody is here, it also waits `to_be_found` by somebody. Returns whom the
    /// lines have reached.
    pub(super) fn wait(&self, to_be_found: bool) -> Reached {
        let begun = Instant::now();
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let left = (begun + LINGER).saturating_duration_since(now);
            if state.closed || state.is_settled(to_be_found, now) || left.is_zero() {
                return state.reached(now);
            }
            let next =
                state.tally.next_given_up(now).map_or(left, |next| next.saturating_duration_since(now).min(left));
            (state, _) = self.0.1.wait_timeout(state, next).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is in it is right, even if another thread panicked while it held the lock.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
