//! Slash commands: one table and one parser for the screen and for pipes.

mod parse;
mod table;

pub use parse::{SlashError, find, parse};
pub use table::{COMMANDS, Spec, complete};

/// What a typed line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slash {
    /// Say something in the current room.
    Say {
        /// What was typed, not yet checked; for an action without the `/me `.
        text: String,
        /// Whether it is an action.
        action: bool,
    },
    /// Take this name, or show the present one.
    Nick(Option<String>),
    /// List who is here.
    Who,
    /// Dial this address, not yet checked.
    Connect(String),
    /// Sweep now.
    Rescan,
    /// Empty the screen.
    Clear,
    /// Show help, or the help of one command, by its full name without the slash.
    Help(Option<String>),
    /// Show the version.
    Version,
    /// Leave.
    Quit,
}
