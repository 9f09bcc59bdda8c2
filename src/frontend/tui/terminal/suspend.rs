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

/// Whether the terminal still passes on every key at once. A shell turns that off while it has the terminal.
#[cfg(unix)]
pub(super) fn terminal_is_raw() -> bool {
    use rustix::termios::{LocalModes, tcgetattr};

    tcgetattr(rustix::stdio::stdin()).is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ICANON))
}

/// There is no job control here: nothing takes the terminal away.
#[cfg(not(unix))]
pub(super) fn terminal_is_raw() -> bool {
    true
}

/// There is no job control here: Ctrl-Z does nothing.
#[cfg(not(unix))]
pub(super) fn stop() -> io::Result<()> {
    Ok(())
}
