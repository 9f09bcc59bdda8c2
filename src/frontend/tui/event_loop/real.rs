//! The screen on the real terminal.

use std::env;

use ratatui::{Terminal, backend::CrosstermBackend};
use tokio::sync::mpsc;

use super::{Exit, Screen, ScreenError};
use crate::{
    domain::{
        bus::{Command, Update},
        model::Now,
    },
    frontend::tui::{
        app::App,
        terminal::{Capabilities, Guard, keyboard, signals},
    },
};

/// Takes the terminal, runs the screen on it and gives it back. Call it on a current-thread runtime and the main
/// thread, so that nothing competes with the keys and job control stops at once. `clock` reads both clocks.
///
/// # Errors
/// When there is no terminal, or when it fails; it is given back all the same.
pub async fn on_terminal(
    app: App,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    clock: impl Fn() -> Now,
) -> Result<Exit, ScreenError> {
    // Before the terminal is taken, so that a SIGTERM in between finds a handler.
    let signals = signals().map_err(ScreenError::Read)?;
    let guard = Guard::enter(Capabilities::from_variables(|name| env::var(name).ok())).map_err(ScreenError::Draw)?;
    let terminal = Terminal::new(CrosstermBackend::new(guard.writer())).map_err(ScreenError::Draw)?;
    let events = keyboard().map_err(ScreenError::Read)?;
    Screen { terminal, host: guard, events, signals, commands, updates, app, clock }.run().await
}
