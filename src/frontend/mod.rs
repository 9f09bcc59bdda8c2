//! What people and programs see: the full screen, the pipe, slash commands, JSON.
//!
//! A front end talks to the node through the two channels of [`crate::domain::bus`] and nothing else.

pub mod headless;
pub mod json;
pub(crate) mod room_names;
pub mod slash;
pub(crate) mod told;
pub mod tui;
pub mod words;
