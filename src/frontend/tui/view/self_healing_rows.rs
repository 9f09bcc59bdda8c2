//! Rows that heal themselves: terminals disagree about the width of some characters.
//!
//! We count a flag or a family as two columns. A terminal that counts more or fewer writes over the neighbouring cells
//! or leaves what was there. Those cells did not change for us, so nothing would write them again. A row with such
//! characters is therefore written as a whole when anything in it changes, and once more when it has none any longer.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZeroU16,
};

use ratatui::buffer::CellDiffOption;

use super::{canvas::Canvas, uncertain_width::risky};
use crate::frontend::tui::app::{App, width};

/// Has the rows written that need it. Call it when everything but the links is drawn.
pub(super) fn apply(canvas: &mut Canvas<'_>, app: &mut App) {
    let area = canvas.buffer.area;
    app.window.rows.resize_with(usize::from(area.height), Default::default);
    let risky_rows = std::mem::take(&mut canvas.risky);
    let mut overrun = false;
    for (y, (row, &risky)) in (area.top()..area.bottom()).zip(app.window.rows.iter_mut().zip(&risky_rows)) {
        let before = *row;
        *row = before.next(risky.then(|| print(canvas, y)), overrun);
        // What is too wide for the last columns goes on in the next row.
        overrun = risky && row.turn != before.turn;
        if risky || row.turn {
            write(canvas, y, row.turn);
        }
    }
}

fn print(canvas: &Canvas<'_>, y: u16) -> u64 {
    let mut hasher = DefaultHasher::new();
    let area = canvas.buffer.area;
    (area.left()..area.right()).filter_map(|x| canvas.buffer.cell((x, y))).for_each(|cell| cell.hash(&mut hasher));
    hasher.finish()
}

/// Makes every cell of the row differ from what it is with the other `turn`.
fn write(canvas: &mut Canvas<'_>, y: u16, turn: bool) {
    let area = canvas.buffer.area;
    for x in area.left()..area.right() {
        let Some(cell) = canvas.buffer.cell_mut((x, y)) else { continue };
        let Some(columns) = NonZeroU16::new(u16::try_from(width(cell.symbol())).unwrap_or(1).max(1)) else { continue };
        if risky(cell.symbol()) {
            // Its columns are erased first, because it may cover fewer of them. Then the cursor goes past them, because
            // it may have covered more. The zero is there to make a difference; it means nothing to terminals.
            let zero = if turn { "0" } else { "" };
            let after = x + columns.get();
            let go = if after < area.right() { format!("\x1b[{}G", after + 1) } else { String::new() };
            cell.set_symbol(&format!("\x1b[{zero}{columns}X{}{go}", cell.symbol().to_owned()));
            cell.set_diff_option(CellDiffOption::ForcedWidth(columns));
        } else if turn {
            cell.set_diff_option(CellDiffOption::ForcedWidth(columns));
        }
    }
}
