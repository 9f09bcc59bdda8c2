//! Delays the input until the people who are there can hear it: without that, `echo hello | proximity-chat` would have said
//! everything before anybody could be found.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, Instant},
};

use crate::domain::bus::{SweepProgress, SweepState, Update};

/// From the end of the first sweep to the first line, so that the dials it caused can end. A dial takes three round trips,
/// and one that crosses a dial from the other side is repeated after 150 ms.
pub(super) const SETTLING: Duration = Duration::from_millis(200);

/// The longest wait: a large network takes its time, and a pipe is not to seem stuck.
pub(super) const LONGEST: Duration = Duration::from_secs(2);

/// The delay, and what ends it.
pub(super) fn startup_delay() -> (SweepWatch, StartupDelay) {
    // One place: only the first sweep counts.
    let (swept, first_sweep) = sync_channel(1);
    (SweepWatch { swept }, StartupDelay { first_sweep })
}

/// Ends the delay after the first sweep, or when it is dropped.
pub(super) struct SweepWatch {
    swept: SyncSender<()>,
}

impl SweepWatch {
    pub(super) fn see(&self, update: &Update) {
        if matches!(update, Update::Sweep(SweepProgress { state: SweepState::Done, .. })) {
            // Full, or nobody waits: it was told before.
            let _ = self.swept.try_send(());
        }
    }
}

/// What the input waits for.
pub(super) struct StartupDelay {
    first_sweep: Receiver<()>,
}

impl StartupDelay {
    /// Waits until the first sweep is over and its dials had a moment; never longer than [`LONGEST`].
    pub(super) fn wait(self) {
        let began = Instant::now();
        if self.first_sweep.recv_timeout(LONGEST).is_ok() {
            // Nothing comes: another sweep is for the input to ask for. The end of the program ends this too.
            let _ = self.first_sweep.recv_timeout(SETTLING.min(LONGEST.saturating_sub(began.elapsed())));
        }
    }
}
