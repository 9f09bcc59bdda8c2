//! Slash commands: one table and one parser for the screen and for pipes.
