//! The messages.

use std::{borrow::Cow, ops::Range};

use jiff::civil::Date;
use ratatui::style::Style;

use super::{canvas::Canvas, hyperlinks::Link, palette::Role};
use crate::{
    domain::model::{Author, Mark},
    frontend::{
        tui::app::{
            App, Area, Arrangement, Entry, Form, Layout, Line, NO_BREAK, Part, Prefix, Remark, Row, Sight, Tone,
            time_of_day, width, without_tabs,
        },
        words::{messages, times},
    },
};

/// Columns of the time of day.
const TIME: u16 = 5;

/// Draws the rows in sight. Returns where there are links.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, layout: Layout, sight: &Sight) -> Vec<Link> {
    let area = layout.pane;
    let mut links = Vec::new();
    for (y, row) in (area.y..area.y + area.rows).zip(&sight.rows) {
        if let Some(day) = sight.pinned.filter(|_| y == area.y) {
            day_rule(canvas, area, y, day);
            continue;
        }
        let Some(entry) = app.tabs.here().view().entry(row.seq) else { continue };
        match (row.part, entry) {
            (Part::Unread, _) => {
                canvas.rule(area, y, &app.tabs.here().unread_words().unwrap_or_default(), Role::Warn);
            }
            (Part::Folded, _) => {
                let rows = app.tabs.here().view().wrapped(row.seq).map_or(0, |wrapped| wrapped.hidden);
                separator(canvas, app, area, y, false);
                let text = messages::more_rows(rows);
                canvas.text(
                    area.x + app.tabs.here().view().geometry().text_column(),
                    y,
                    area.x + area.cols,
                    &text,
                    canvas.style(Role::Dim),
                );
            }
            (Part::Day, _) => {
                day_rule(canvas, area, y, app.tabs.here().view().day(row.seq).unwrap_or_default());
            }
            (Part::Mark, entry) => {
                let x = area.x + app.tabs.here().view().geometry().text_column();
                if let Entry::Line(line) = entry
                    && let Some((mark, remark)) = line.mark()
                {
                    separator(canvas, app, area, y, false);
                    canvas.text(x, y, area.x + area.cols, &mark, canvas.style(role(remark)));
                }
            }
            (Part::Text(at), entry) => {
                let Some(wrapped) = app.tabs.here().view().wrapped(row.seq) else { continue };
                let Some(&text) = wrapped.rows.get(at) else { continue };
                let marks = if let Entry::Line(line) = entry { app.marks(line) } else { Vec::new() };
                let (wrapped_links, seq) = (&wrapped.links, row.seq);
                let top = y == area.y + u16::from(sight.pinned.is_some());
                let mut place = RowTarget {
                    area,
                    y,
                    top,
                    at,
                    row: text,
                    links: wrapped_links,
                    found: &mut links,
                    marks: &marks,
                    seq,
                };
                match entry {
                    Entry::Line(line) => {
                        let mark = line.mark().filter(|_| at + 1 == wrapped.rows.len() && !wrapped.mark_apart);
                        message(canvas, app, line, mark, &mut place);
                    }
                    Entry::Notice(notice) => {
                        own(canvas, &notice.text, tone(notice.tone, &notice.text, text), 1, &mut place);
                    }
                    // It begins with a time, as messages do.
                    Entry::Presence(_) => own(canvas, entry.text(), Role::Dim, 0, &mut place),
                    Entry::Flood(_) => own(canvas, entry.text(), Role::Dim, 1, &mut place),
                }
            }
        }
    }
    links
}

/// Says which day it is from here on.
fn day_rule(canvas: &mut Canvas<'_>, area: Area, y: u16, day: Date) {
    canvas.rule(area, y, &day.strftime(times::DAY).to_string(), Role::Dim);
}

/// Where a row of text goes.
struct RowTarget<'a> {
    area: Area,
    y: u16,
    /// Whether no message is above it.
    top: bool,
    /// Which row of its entry it is.
    at: usize,
    row: Row,
    /// The links of the entry.
    links: &'a [Range<usize>],
    found: &'a mut Vec<Link>,
    /// The words that were searched for.
    marks: &'a [Range<usize>],
    seq: u64,
}

/// How a row of a notice looks.
fn tone(tone: Tone, text: &str, row: Row) -> Role {
    let title = !text.get(..row.range().start).is_some_and(|before| before.contains('\n'));
    match tone {
        Tone::Dim => Role::Dim,
        Tone::Ask if title => Role::Title,
        Tone::Alarm if title => Role::Alarm,
        Tone::Plain | Tone::Ask | Tone::Alarm => Role::Body,
        Tone::Error => Role::Error,
    }
}

/// How a mark after a message looks.
const fn role(remark: Remark) -> Role {
    match remark {
        Remark::Dim => Role::Dim,
        Remark::Warn => Role::Warn,
        Remark::Error => Role::Error,
    }
}

fn separator(canvas: &mut Canvas<'_>, app: &App, area: Area, y: u16, mention: bool) {
    if let Arrangement::Columns(nick) = app.tabs.here().view().geometry().arrangement {
        let (symbol, style) = if mention { ("┃", canvas.bold(Role::Warn)) } else { ("│", canvas.style(Role::Dim)) };
        canvas.text(area.x + TIME + 1 + nick + 1, y, area.x + area.cols, symbol, style);
    }
}

fn message(
    canvas: &mut Canvas<'_>,
    app: &App,
    line: &Line,
    mark: Option<(Cow<'_, str>, Remark)>,
    place: &mut RowTarget<'_>,
) {
    let (area, y) = (place.area, place.y);
    let end = area.x + area.cols;
    let mut name_style = match line.author {
        Author::Own => canvas.bold(Role::Body),
        Author::Peer(_) if line.is_doubtful() => canvas.bold(Role::Error),
        Author::Peer(peer) => canvas.palette.nick(app.people.colour(peer)),
    };
    if app.tabs.here().hit() == Some(line.position) {
        name_style = canvas.bold(Role::Bar);
    }
    let dim = canvas.style(Role::Dim);
    separator(canvas, app, area, y, line.mention);
    let mut x = area.x + app.tabs.here().view().geometry().text_column();
    if place.at == 0 {
        match app.tabs.here().view().geometry().arrangement {
            Arrangement::Columns(nick) => {
                // Someone who scrolled up wants to know when that was.
                if line.stamped || place.top {
                    canvas.text(area.x, y, end, &time_of_day(line.minute), dim);
                }
                let start = area.x + TIME + 1;
                canvas.right(start, y, start + nick, &line.label(usize::from(nick)), name_style);
            }
            Arrangement::Inline | Arrangement::Plain => {
                let prefix = Prefix::new(line, area.cols);
                x = area.x;
                if let Some(time) = &prefix.time {
                    x = canvas.text(x, y, end, time, dim) + 1;
                }
                x = canvas.text(x, y, end, &prefix.name, name_style);
                x = canvas.text(x, y, end, prefix.after, dim);
            }
        }
    }
    let style = canvas.style(match line.mark {
        Mark::Unknown => Role::Dim,
        _ if line.mention => Role::Warn,
        _ if line.form == Form::Deed => Role::Dim,
        _ => Role::Body,
    });
    let x = spans(canvas, line.text.as_str(), x, style, place);
    if let Some((mark, remark)) = mark {
        canvas.text(x + 2, y, end, &mark, canvas.style(role(remark)));
    }
}

/// Draws a row that is not part of a message, from the column `from` on.
fn own(canvas: &mut Canvas<'_>, text: &str, role: Role, from: u16, place: &mut RowTarget<'_>) {
    let style = canvas.style(role);
    let x = place.area.x + from + place.row.indent;
    let row = place.row.of(text);
    if row.contains(NO_BREAK) {
        // A user who copies it gets ordinary spaces.
        canvas.text(x, place.y, place.area.x + place.area.cols, &row.replace(NO_BREAK, " "), style);
    } else {
        spans(canvas, text, x, style, place);
    }
}

/// Draws a row with its links. Returns where it ended.
fn spans(canvas: &mut Canvas<'_>, text: &str, mut x: u16, style: Style, place: &mut RowTarget<'_>) -> u16 {
    let row = place.row.range();
    let (end, left) = (place.area.x + place.area.cols, x);
    let mut from = row.start;
    if !place.marks.is_empty() {
        return marked(canvas, text, row, place.marks, (x, place.y, end), style);
    }
    for link in place.links.iter().filter(|link| link.start < row.end && link.end > row.start) {
        let (start, stop) = (link.start.max(row.start), link.end.min(row.end));
        x = piece(canvas, text.get(from..start).unwrap_or_default(), left, (x, place.y, end), style);
        let shown = text.get(start..stop).unwrap_or_default();
        let link_style = canvas.style(Role::Accent).underlined();
        let columns = u16::try_from(width(shown)).unwrap_or(0);
        place.found.push(Link { x, y: place.y, columns, seq: place.seq, url: link.clone(), shown: start..stop });
        x = canvas.text(x, place.y, end, shown, link_style);
        from = stop;
    }
    piece(canvas, text.get(from..row.end).unwrap_or_default(), left, (x, place.y, end), style)
}

/// Draws a piece of a row that begins in column `left`, from column `x` on. Its tabs count from the start of the row.
fn piece(canvas: &mut Canvas<'_>, text: &str, left: u16, (x, y, end): (u16, u16, u16), style: Style) -> u16 {
    canvas.text(x, y, end, &without_tabs(text, usize::from(x.saturating_sub(left))), style)
}

/// Draws a part of a text from column `x` on, with what was searched for in bold and underlined. Returns where it
/// ended.
pub(super) fn marked(
    canvas: &mut Canvas<'_>,
    text: &str,
    part: Range<usize>,
    marks: &[Range<usize>],
    (mut x, y, end): (u16, u16, u16),
    style: Style,
) -> u16 {
    let (mut from, left) = (part.start, x);
    for mark in marks.iter().filter(|mark| mark.start < part.end && mark.end > part.start) {
        let (start, stop) = (mark.start.max(from), mark.end.min(part.end));
        x = piece(canvas, text.get(from..start).unwrap_or_default(), left, (x, y, end), style);
        x = piece(canvas, text.get(start..stop).unwrap_or_default(), left, (x, y, end), style.bold().underlined());
        from = stop.max(from);
    }
    piece(canvas, text.get(from..part.end).unwrap_or_default(), left, (x, y, end), style)
}
