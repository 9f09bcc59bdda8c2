//! Delays the input until the people on the network can receive it. Without this, `echo hello | proximity-chat` would
//! say everything before it could find anybody.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, Instant},
};

use crate::domain::bus::{SweepProgress, SweepState, Update};

/// The time from the end of the first sweep to the first line, so that the dials that the sweep caused can end. A dial
/// takes three round trips, and one that crosses a dial from the other side is repeated after 150 ms.
pub(super) const SETTLING: Duration = Duration::from_millis(200);

/// The longest wait: the sweep of a large network takes a while, and a pipe must not seem stuck.
pub(super) const LONGEST: Duration = Duration::from_secs(2);

/// The delay, and what ends it.
pub(super) fn startup_delay() -> (SweepWatch, StartupDelay) {
    // Room for one message: only the first sweep counts.
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
            // If this fails, the channel is full or nobody waits: the delay has ended already.
            let _ = self.swept.try_send(());
        }
    }
}

/// What the input waits for.
pub(super) struct StartupDelay {
    first_sweep: Receiver<()>,
}

impl StartupDelay {
    /// Waits until the first sweep is over and its dials have had a moment, but never longer than [`LONGEST`].
    pub(super) fn wait(self) {
        let began = Instant::now();
        if self.first_sweep.recv_timeout(LONGEST).is_ok() {
            // This only sleeps: nothing comes, because another sweep would need a command from the input. The end of
            // the program ends the sleep too.
            let _ = self.first_sweep.recv_timeout(SETTLING.min(LONGEST.saturating_sub(began.elapsed())));
        }
    }
}
