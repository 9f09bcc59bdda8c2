//! Draws [`crate::app::App`] on a ratatui frame; decides nothing.
