//! What was found, listed over the last messages.

use super::{canvas::Canvas, conversation::marked, palette::Role};
use crate::{
    domain::model::Author,
    frontend::{
        tui::app::{App, Area, Hit, Search, cut, time_of_day, width},
        words::{
            search::{self as words, NOTHING},
            times,
        },
    },
};

/// A window narrower than this shows days without times.
const NARROW: u16 = 50;

/// Lists what was found. Returns whether there is such a list.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, pane: Area, cols: u16) -> bool {
    let Some(search) = app.overlays.search.shown() else { return false };
    // Some of the messages stay in sight.
    let most = (pane.rows * 2 / 3).max(2).min(pane.rows);
    let wanted = search.hits.len().max(if search.hits.is_empty() { NOTHING.len() } else { 1 });
    let height = u16::try_from(wanted).unwrap_or(u16::MAX).saturating_add(1).min(most);
    let area = Area { x: 0, y: pane.y + pane.rows - height, cols, rows: height };
    canvas.clear(area);
    let title = title(search, usize::from(cols));
    canvas.rule(area, area.y, &title, Role::Accent);
    let rows = usize::from(height.saturating_sub(1));
    if search.hits.is_empty() {
        let style = canvas.style(Role::Body);
        for (y, text) in (area.y + 1..area.y + height).zip(NOTHING) {
            canvas.text(1, y, cols, &cut(text, usize::from(cols).saturating_sub(2)), style);
        }
        return true;
    }
    let rooms = rooms(app, search, usize::from(cols));
    // The chosen one stays in the middle, as far as there are hits around it.
    let first = search.chosen.saturating_sub(rows / 2).min(search.hits.len().saturating_sub(rows));
    for (y, (at, hit)) in (area.y + 1..area.y + height).zip(search.hits.iter().enumerate().skip(first)) {
        row(canvas, app, hit, Area { x: 0, y, cols, rows: 1 }, (at == search.chosen, rooms));
    }
    true
}

fn title(search: &Search, cols: usize) -> String {
    let found = words::found(search.found(), search.more);
    let found = match search.not_searched() {
        Some(late) if width(&found) + width(&late) + 10 < cols => words::with_not_searched(&found, &late),
        _ => found,
    };
    let room = cols.saturating_sub(width(&found) + 10);
    let (query, everywhere) = (search.query.replace('\n', " "), search.room.is_none());
    let room = room.saturating_sub(if everywhere { width(words::EVERYWHERE) } else { 0 });
    if room < 4 { found } else { words::title(&cut(&query, room), everywhere, &found) }
}

/// How many columns the names of rooms get: as many as the longest has, within limits. None if all is from one room.
fn rooms(app: &App, search: &Search, cols: usize) -> u16 {
    if search.room.is_some() {
        return 0;
    }
    let most = if cols < 60 { 8 } else { 14 };
    let longest = search.hits.iter().map(|hit| width(&app.room_name(&hit.room))).max().unwrap_or(0);
    u16::try_from(longest.min(most)).unwrap_or(0) + 1
}

fn row(canvas: &mut Canvas<'_>, app: &App, hit: &Hit, area: Area, (chosen, rooms): (bool, u16)) {
    let (y, end) = (area.y, area.x + area.cols);
    let line = &hit.line;
    // `21 Nov 18:22`, or `21 Nov 2025`.
    let (when, columns) = match (line.day.year() == app.year(), area.cols < NARROW) {
        (true, true) => (line.day.strftime(times::LISTED_DAY).to_string(), 6),
        (true, false) => (format!("{} {}", line.day.strftime(times::LISTED_DAY), time_of_day(line.minute)), 12),
        (false, true) => (line.day.strftime(times::LISTED_MONTH).to_string(), 6),
        (false, false) => (line.day.strftime(times::LISTED_DAY_WITH_YEAR).to_string(), 12),
    };
    canvas.text(area.x, y, end, if chosen { ">" } else { " " }, canvas.bold(Role::Accent));
    let dim = canvas.style(Role::Dim);
    canvas.text(area.x + 1, y, end, &when, dim);
    let names = if area.cols < 60 { 8 } else { 12 };
    let style = match line.author {
        Author::Own => canvas.bold(Role::Body),
        Author::Peer(_) if line.is_doubtful() => canvas.bold(Role::Error),
        Author::Peer(peer) => canvas.palette.nick(app.people.colour(peer)),
    };
    let x = area.x + 1 + columns + 1;
    if rooms > 0 {
        let name = cut(&app.room_name(&hit.room), usize::from(rooms - 1));
        canvas.text(x, y, end, &name, dim);
    }
    let x = x + rooms;
    canvas.right(x, y, x + names, &line.label(usize::from(names)), style);
    let x = x + names + 2;
    let body = canvas.style(Role::Body);
    let text = line.text.as_str();
    let more = if hit.more > 0 { format!("  {}", words::more(hit.more)) } else { String::new() };
    let columns = usize::from(end.saturating_sub(x + 1)).saturating_sub(more.len());
    // What was found stays in sight.
    let from = hit.marks.first().map_or(0, |mark| begin(text, mark.start, mark.end, columns));
    let before = if from > 0 { canvas.text(x, y, end, "…", body) } else { x };
    let fits = cut(text.get(from..).unwrap_or_default(), columns.saturating_sub(usize::from(before - x)));
    let shown = fits.strip_suffix('…').map_or(fits.len(), str::len);
    let after = marked(canvas, text, from..from + shown, &hit.marks, (before, y, end), body);
    let after = if from + shown < text.len() { canvas.text(after, y, end, "…", body) } else { after };
    canvas.text(after, y, end, &more, dim);
    if chosen {
        canvas.bar(Area { x: area.x, y, cols: area.cols, rows: 1 });
    }
}

/// Where a row of `columns` must begin to show what is from `start` to `end`.
fn begin(text: &str, start: usize, end: usize, columns: usize) -> usize {
    if width(text.get(..end).unwrap_or_default()) + 2 <= columns {
        return 0;
    }
    // A third of the row before it: enough to see what it is about.
    let mut kept = 0;
    let before = text.get(..start).unwrap_or_default();
    let mut from = start;
    for (at, c) in before.char_indices().rev() {
        kept += width(c.encode_utf8(&mut [0; 4]));
        if kept > columns / 3 {
            break;
        }
        from = at;
    }
    from
}
