//! Stops the program as a shell's job control expects it.

use std::io;

/// Stops this process group until someone continues it.
///
/// The whole group, because a shell waits for all of it: under `cargo run` or a script, stopping only ourselves would
/// leave the terminal to nobody. `SIGTSTP` and not `SIGSTOP`, because the kernel ignores it where nobody could continue
/// the group (a terminal window whose only program this is), instead of freezing it for ever.
#[cfg(unix)]
pub(super) fn stop() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};

    kill_current_process_group(Signal::TSTP).map_err(Into::into)
}

/// There is no job control here: Ctrl-Z does nothing.
#[cfg(not(unix))]
pub(super) fn stop() -> io::Result<()> {
    Ok(())
}
