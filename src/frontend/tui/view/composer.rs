//! The input and what it suggests.

use ratatui::layout::Position;

use super::{canvas::Canvas, palette::Role};
use crate::frontend::{
    slash::Spec,
    tui::app::{App, Area, PROMPT, Standing, cut, draft_columns, width},
    words::screen as words,
};

/// A window narrower than this shows what a command does rather than how it is written.
const NARROW: u16 = 60;

/// Draws the draft. Returns where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Area) -> Position {
    let end = area.x + area.cols;
    let x = area.x + PROMPT;
    let prompt = canvas.bold(Role::Accent);
    canvas.text(area.x, area.y, end, ">", prompt);
    if app.composer.draft().is_empty() {
        if app.quit_armed() {
            canvas.text(x, area.y, end, words::PRESS_AGAIN, canvas.bold(Role::Warn));
        } else {
            let room = app.room_name(app.tabs.room());
            let text = match app.standing() {
                Standing::Welcome => words::YOUR_NAME.to_owned(),
                Standing::Offline if app.status.lost().is_some() => words::message_later(&room),
                Standing::Offline => words::NOTHING_IS_SENT.to_owned(),
                _ => words::message(&room),
            };
            canvas.text(x, area.y, end, &text, canvas.style(Role::Dim));
        }
        return Position { x, y: area.y };
    }
    let (rows, row, column) = app.composer.draft().rows(draft_columns(area.cols));
    // The row of the cursor stays in sight, as far down as there are rows above it.
    let first = (row + 1).saturating_sub(usize::from(area.rows));
    // Text that typing replaces looks like this everywhere.
    let body = canvas.style(if app.composer.draft().is_proposed() { Role::Bar } else { Role::Body });
    for (y, row) in (area.y..area.y + area.rows).zip(rows.iter().skip(first)) {
        canvas.text(x, y, end, row.of(app.composer.text()), body);
    }
    if first > 0 {
        canvas.text(area.x, area.y, end, "↑", prompt);
    }
    let last = area.y + area.rows - 1;
    if rows.len() > first + usize::from(area.rows) {
        canvas.text(area.x, last, end, "↓", prompt);
    }
    let y = area.y + u16::try_from(row - first).unwrap_or(0);
    Position { x: (x + u16::try_from(column).unwrap_or(0)).min(end.saturating_sub(1)), y }
}

/// Lists the commands that the draft could become, across the window and over the last messages. Returns whether there
/// are any.
pub(super) fn suggestions(canvas: &mut Canvas<'_>, app: &App, pane: Area, cols: u16) -> bool {
    let specs = app.suggestions();
    let room = usize::from(pane.rows.saturating_sub(1));
    let rows = specs.len().min(room);
    if rows == 0 {
        return false;
    }
    // A narrow window has room for the names of the commands only.
    let usage = |spec: &Spec| if cols < NARROW { format!("/{}", spec.name) } else { spec.usage.to_owned() };
    let widest = specs.iter().map(|spec| width(&usage(spec))).max().unwrap_or(0);
    let height = u16::try_from(rows).unwrap_or(0) + 1;
    let area = Area { x: 0, y: pane.y + pane.rows - height, cols, rows: height };
    canvas.clear(area);
    canvas.rule(area, area.y, &words::commands(specs.len() - rows), Role::Dim);
    let (bold, dim) = (canvas.bold(Role::Body), canvas.style(Role::Dim));
    let end = area.x + area.cols;
    for (y, spec) in (area.y + 1..area.y + area.rows).zip(&specs) {
        canvas.text(area.x + 1, y, end, &usage(spec), bold);
        let x = area.x + 1 + u16::try_from(widest).unwrap_or(0) + 2;
        canvas.text(x, y, end, &cut(spec.help, usize::from(end.saturating_sub(x + 1))), dim);
    }
    true
}
