//! A panic gives the terminal back before it prints, so that its message can be read on the main screen.

use std::{panic, sync::Once};

use tokio::sync::Notify;

/// Notified when a thread has panicked. Otherwise a panic in a task of the node would leave the program running without
/// a screen.
static PANICKED: Notify = Notify::const_new();

/// Puts a hook that calls `restore` before the one that is there, once per process.
pub(super) fn install_hook(restore: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            restore();
            print(info);
            PANICKED.notify_one();
        }));
    });
}

/// Waits until a thread has panicked.
pub(super) async fn panicked() {
    PANICKED.notified().await;
}
