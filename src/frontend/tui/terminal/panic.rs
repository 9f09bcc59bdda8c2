//! A panic gives the terminal back before it prints, so that its message can be read on the main screen.

use std::{panic, sync::Once};

use tokio::sync::Notify;

use super::guard;

/// Told when some thread has panicked; a panic in a task of the node would otherwise leave a program that runs on
/// without a screen.
static PANICKED: Notify = Notify::const_new();

/// Puts the restoring hook before the one that is there, once per process.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            guard::restore();
            print(info);
            PANICKED.notify_one();
        }));
    });
}

/// Waits until a thread has panicked.
pub(super) async fn panicked() {
    PANICKED.notified().await;
}
