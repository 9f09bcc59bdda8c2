//! What comes out of the screen's state machine.

use crate::domain::{bus::Command, model::Text};

/// One thing for the shell around the state machine to do. Several are done in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Hand a command to the node without waiting; if it does not fit, feed [`super::Input::Refused`].
    Send(Command),
    /// Leave the screen and end the program. [`Command::Quit`] was sent before, if there is a node.
    Quit,
    /// Give the terminal back and stop, as Ctrl-Z does for other programs; redraw afterwards.
    Suspend,
    /// Clear the terminal and redraw everything.
    Redraw,
    /// Set the title of the terminal's window. Safe to print: it holds no control characters.
    SetTitle(String),
    /// Copy this to the clipboard, byte for byte.
    Copy(Text),
    /// Ring the terminal's bell.
    Bell,
}
