//! What the run loop asks of the terminal besides drawing, so that the loop can also run without a terminal.

use std::io;

/// The terminal around the frames. [`super::Guard`] is the real one; tests have their own.
pub trait Host {
    /// Shows what was drawn since the last call.
    ///
    /// # Errors
    /// When the terminal does not take it.
    fn present(&mut self) -> io::Result<()>;

    /// Sets the window's title.
    ///
    /// # Errors
    /// When the terminal does not take it.
    fn set_title(&mut self, title: &str) -> io::Result<()>;

    /// Rings the bell.
    ///
    /// # Errors
    /// When the terminal does not take it.
    fn bell(&mut self) -> io::Result<()>;

    /// Copies `text` to the clipboard, if the terminal allows it. The terminal does not answer.
    ///
    /// # Errors
    /// When the terminal does not take it.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Asks the terminal for its background, if it may be asked; the answer arrives among the keys. Returns whether it
    /// was asked.
    ///
    /// # Errors
    /// When the terminal does not take it.
    fn ask_background(&mut self) -> io::Result<bool>;

    /// Gives the terminal back, stops until someone continues the program, and takes the terminal again. Where there is
    /// no job control it returns at once. Redraw everything afterwards.
    ///
    /// # Errors
    /// When the terminal cannot be switched.
    fn suspend(&mut self) -> io::Result<()>;

    /// Takes the terminal again, if it was taken, after someone stopped and continued the program. Redraw everything
    /// afterwards.
    ///
    /// # Errors
    /// When the terminal cannot be switched.
    fn resume(&mut self) -> io::Result<()>;

    /// Gives the terminal back for good: nothing drawn from now on reaches it.
    fn leave(&mut self, last_words: Option<&str>);
}
