//! Switches the terminal over, and gives it back on every way out.

use std::{
    io::{self, Write as _},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::{Capabilities, FrameWriter, Host, clipboard, panic, sequences, suspend};

/// Whether the screen is up, and what was switched on for it. Process-wide, because the terminal is, and because the
/// panic hook must get at it. Every byte for the terminal is written under this lock, so that no part of a frame can
/// come after the terminal was given back.
static SCREEN: Mutex<Option<Capabilities>> = Mutex::new(None);

/// The screen is up as long as this lives. One at a time.
#[derive(Debug)]
pub struct Guard {
    capabilities: Capabilities,
    frame: FrameWriter,
}

impl Guard {
    /// Switches the terminal over, and makes sure that a panic in any thread gives it back.
    ///
    /// # Errors
    /// When standard input or output is no terminal, or is gone.
    pub fn enter(capabilities: Capabilities) -> io::Result<Self> {
        panic::install_hook(restore);
        // From here on, dropping it gives back whatever was switched, even if switching fails halfway.
        let guard = Self { capabilities, frame: FrameWriter::new() };
        switch_over(capabilities)?;
        Ok(guard)
    }

    /// Where the backend draws to.
    pub fn writer(&self) -> FrameWriter {
        self.frame.clone()
    }
}

impl Host for Guard {
    fn present(&mut self) -> io::Result<()> {
        self.frame.take(write)
    }

    fn set_title(&mut self, title: &str) -> io::Result<()> {
        write(&sequences::title(title))
    }

    fn bell(&mut self) -> io::Result<()> {
        write(sequences::BELL)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        write(&clipboard::set(text))
    }

    fn ask_background(&mut self) -> io::Result<bool> {
        if self.capabilities.background {
            write(sequences::ASK_BACKGROUND)?;
        }
        Ok(self.capabilities.background)
    }

    fn suspend(&mut self) -> io::Result<()> {
        restore();
        let stopped = suspend::stop();
        self.frame.discard();
        switch_over(self.capabilities)?;
        stopped
    }

    fn resume(&mut self) -> io::Result<()> {
        // SIGCONT also comes after a suspension of our own; then the terminal is as we want it.
        if suspend::terminal_is_raw() {
            return Ok(());
        }
        // A shell took the terminal while we were stopped from outside.
        restore();
        self.frame.discard();
        switch_over(self.capabilities)
    }

    fn leave(&mut self, last_words: Option<&str>) {
        restore();
        if let Some(text) = last_words {
            // If this fails, there is nobody to tell.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once: a second call does nothing. Errors are ignored, because the terminal may be what
/// failed.
fn restore() {
    let mut screen = lock();
    if let Some(capabilities) = screen.take() {
        let _ = write_all(&sequences::leave(capabilities));
        let _ = disable_raw_mode();
    }
}

fn switch_over(capabilities: Capabilities) -> io::Result<()> {
    let mut screen = lock();
    enable_raw_mode()?;
    *screen = Some(capabilities);
    write_all(&sequences::enter(capabilities))
}

/// Writes to the terminal while the screen is up; afterwards bytes are dropped.
fn write(bytes: &[u8]) -> io::Result<()> {
    match *lock() {
        Some(_) => write_all(bytes),
        None => Ok(()),
    }
}

fn write_all(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Poison means that a thread panicked while it wrote: exactly then the terminal must be given back.
fn lock() -> MutexGuard<'static, Option<Capabilities>> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}
