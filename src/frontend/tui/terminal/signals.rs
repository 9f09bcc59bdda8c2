//! Signals that end the program or call for the terminal to be taken again, as one channel.

use std::io;

use tokio::sync::mpsc;

#[cfg(unix)]
use super::ignored_signals;
use super::panic;

/// More than can arrive before the loop reacts to the first. Further ones are dropped, because the first already ends
/// it.
const SIGNAL_CAPACITY: usize = 8;

/// A request from outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// SIGINT from elsewhere; the key is an ordinary key while the screen is up.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone. It never comes if it was ignored at the start, as under `nohup`.
    HangUp,
    /// SIGCONT: someone stopped the program and let it go on; the terminal may be in any state.
    Continued,
    /// A thread panicked: its message is on the main screen already.
    Panicked,
}

/// Starts listening. Needs a runtime.
///
/// # Errors
/// When the system does not let us listen.
pub fn signals() -> io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(SIGNAL_CAPACITY);
    forward(&sender)?;
    tokio::spawn(async move {
        panic::panicked().await;
        let _ = sender.try_send(Signal::Panicked);
    });
    Ok(receiver)
}

#[cfg(unix)]
fn forward(sender: &mpsc::Sender<Signal>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let kinds = [
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::HangUp),
        (SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()), Signal::Continued),
    ];
    for (kind, meaning) in kinds {
        if meaning == Signal::HangUp && ignored_signals::is_ignored(kind.as_raw_value()) {
            continue;
        }
        let mut arrivals = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while arrivals.recv().await.is_some() {
                let _ = sender.try_send(meaning);
            }
        });
    }
    Ok(())
}

#[cfg(windows)]
fn forward(sender: &mpsc::Sender<Signal>) -> io::Result<()> {
    use tokio::signal::windows::{ctrl_break, ctrl_close};

    let (mut interrupted, mut closed) = (ctrl_break()?, ctrl_close()?);
    let sender = sender.clone();
    tokio::spawn(async move {
        let meaning = tokio::select! {
            _ = interrupted.recv() => Signal::Interrupt,
            _ = closed.recv() => Signal::HangUp,
        };
        let _ = sender.try_send(meaning);
    });
    Ok(())
}
