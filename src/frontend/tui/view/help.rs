//! Help, laid over the messages.

use super::{canvas::Canvas, palette::Role};
use crate::frontend::{
    slash::COMMANDS,
    tui::app::{Area, Layout, cut, width},
    words::help as words,
};

/// The most columns that help takes, so that lines stay readable.
const WIDEST: u16 = 76;

/// The fewest columns of messages that are left on either side, if any are.
const MARGIN: u16 = 6;

/// Help narrower than this puts what a key does below the key.
const NARROW: u16 = 60;

/// A row of help.
enum HelpRow {
    Title(&'static str),
    Empty,
    Entry(&'static str, &'static str),
    Below(&'static str),
}

/// Draws help, `scrolled` rows down. Returns how many rows down it really is.
pub(super) fn draw(canvas: &mut Canvas<'_>, layout: Layout, scrolled: u16) -> u16 {
    let bottom = layout.status.y;
    // A few cells of messages on either side would only be noise.
    let window = layout.status.cols;
    let cols = if window < WIDEST + 2 * MARGIN { window } else { WIDEST };
    let rows = rows(cols < NARROW);
    let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(bottom - layout.pane.y);
    let x = (layout.status.cols - cols) / 2;
    let area = Area { x, y: layout.pane.y + (bottom - layout.pane.y - height) / 2, cols, rows: height };
    let inside = height.saturating_sub(2);
    let scrolled = scrolled.min(wanted.saturating_sub(2).saturating_sub(inside));
    frame(canvas, area);
    let end = area.x + area.cols - 2;
    let keys = rows.iter().map(|row| if let HelpRow::Entry(key, _) = row { width(key) } else { 0 }).max().unwrap_or(0);
    let (bold, body, dim) = (canvas.bold(Role::Body), canvas.style(Role::Body), canvas.style(Role::Dim));
    for (y, row) in (area.y + 1..area.y + 1 + inside).zip(rows.iter().skip(usize::from(scrolled))) {
        let left = area.x + 2;
        match row {
            HelpRow::Empty => {}
            HelpRow::Title(title) => {
                canvas.text(left, y, end, title, canvas.bold(Role::Accent));
            }
            HelpRow::Entry(key, what) => {
                canvas.text(left, y, end, key, bold);
                let x = left + u16::try_from(keys).unwrap_or(0) + 2;
                let what = cut(what, usize::from(end.saturating_sub(x)));
                canvas.text(x, y, end, &what, body);
            }
            HelpRow::Below(what) => {
                canvas.text(left + 2, y, end, &cut(what, usize::from(end.saturating_sub(left + 2))), dim);
            }
        }
    }
    let left = wanted.saturating_sub(2).saturating_sub(scrolled + inside);
    if left > 0 && height > 0 {
        canvas.right(area.x, area.y + area.rows - 1, end, &words::more(left), dim);
    }
    scrolled
}

fn rows(narrow: bool) -> Vec<HelpRow> {
    let entry = |key: &'static str, what: &'static str| {
        if narrow && !what.is_empty() {
            vec![HelpRow::Entry(key, ""), HelpRow::Below(what)]
        } else {
            vec![HelpRow::Entry(key, what)]
        }
    };
    let mut rows = vec![HelpRow::Title(words::KEYS_TITLE)];
    rows.extend(words::KEYS.iter().flat_map(|(key, what)| entry(key, what)));
    rows.extend([HelpRow::Empty, HelpRow::Title(words::COMMANDS_TITLE)]);
    rows.extend(COMMANDS.iter().flat_map(|spec| entry(spec.usage, spec.help)));
    rows
}

fn frame(canvas: &mut Canvas<'_>, area: Area) {
    canvas.clear(area);
    if area.rows < 2 || area.cols < 2 {
        return;
    }
    let dim = canvas.style(Role::Dim);
    let end = area.x + area.cols;
    let line = "─".repeat(usize::from(area.cols - 2));
    canvas.text(area.x, area.y, end, &format!("┌{line}┐"), dim);
    canvas.text(area.x, area.y + area.rows - 1, end, &format!("└{line}┘"), dim);
    for y in area.y + 1..area.y + area.rows - 1 {
        canvas.text(area.x, y, end, "│", dim);
        canvas.text(end - 1, y, end, "│", dim);
    }
    // Otherwise the title would keep the colour of the line below it.
    let columns = u16::try_from(width(words::TITLE)).unwrap_or(u16::MAX);
    canvas.clear(Area { x: area.x + 2, y: area.y, cols: columns.min(area.cols - 2), rows: 1 });
    canvas.text(area.x + 2, area.y, end - 1, words::TITLE, canvas.bold(Role::Body));
}
