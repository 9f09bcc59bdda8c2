//! Draws [`crate::frontend::tui::app::App`] on a ratatui frame; decides nothing.
//!
//! One file per zone of the screen, drawn from the back to the front.

mod bars;
mod canvas;
mod composer;
mod conversation;
mod help;
mod hyperlinks;
mod palette;
mod search;
mod self_healing_rows;
mod sidebar;
mod tabs;
mod uncertain_width;

use ratatui::{
    Frame,
    layout::{Position, Rect},
};

pub use self::palette::Palette;
use self::{canvas::Canvas, palette::Role};
use crate::frontend::{tui::app::App, words::screen::TOO_SMALL};

/// Draws the whole screen and notes in `app` that it is drawn.
pub fn draw(frame: &mut Frame<'_>, app: &mut App) {
    let area = frame.area();
    app.resize((area.width, area.height));
    let palette = Palette::of(app);
    let risky = vec![false; usize::from(area.height)];
    let mut canvas = Canvas { buffer: frame.buffer_mut(), palette, risky };
    let cursor = draw_zones(&mut canvas, app);
    if let Some(cursor) = cursor.filter(|at| area.contains(*at)) {
        frame.set_cursor_position(cursor);
    }
    app.window.drawn();
}

/// Draws the zones. Returns where the cursor belongs.
fn draw_zones(canvas: &mut Canvas<'_>, app: &mut App) -> Option<Position> {
    let Some(layout) = app.window.layout() else {
        too_small(canvas);
        return None;
    };
    let sight = app.tabs.here_mut().sight();
    let links = conversation::draw(canvas, app, layout, &sight);
    if let Some(area) = layout.sidebar {
        sidebar::draw(canvas, app, area, layout.overlay);
    }
    if let Some(area) = layout.tabs {
        tabs::draw(canvas, app, area);
    }
    bars::status(canvas, app, layout.status, &sight);
    if let Some(area) = layout.footer {
        bars::footer(canvas, app, area);
    }
    let cursor = composer::draw(canvas, app, layout.input);
    let listed = composer::suggestions(canvas, app, layout.pane, layout.status.cols)
        || search::draw(canvas, app, layout.pane, layout.status.cols);
    if let Some(scrolled) = app.overlays.help.scrolled() {
        let scrolled = help::draw(canvas, layout, scrolled);
        app.overlays.help.drawn(scrolled);
    }
    self_healing_rows::apply(canvas, app);
    if !app.overlays.help.is_open() && !layout.overlay && !listed {
        // A link is one cell as wide as its text, so it would show through whatever lies over its end.
        hyperlinks::apply(canvas, app, &links);
    }
    Some(cursor)
}

fn too_small(canvas: &mut Canvas<'_>) {
    let area: Rect = canvas.buffer.area;
    let style = canvas.style(Role::Body);
    for (y, text) in (area.top()..area.bottom()).zip(TOO_SMALL) {
        canvas.text(area.x, y, area.right(), text, style);
    }
}
