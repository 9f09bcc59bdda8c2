//! The row of tabs: the rooms that the user is in, and the network they belong to.

use super::{canvas::Canvas, palette::Role};
use crate::frontend::{
    tui::app::{App, Area, Bar, Label, cut, fit, width},
    words::screen as words,
};

/// A window of at most this many columns has no room for all tabs.
const NARROW: u16 = 60;

/// The fewest columns to which a topic is cut: less says nothing.
const LEAST_TOPIC: usize = 12;

/// Draws the row of tabs. What else is in the row gives way to them.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Area) {
    let bar = canvas.style(Role::Bar);
    canvas.bar(area);
    let x = match app.tabs.bar(area.cols <= NARROW, |room| app.tab_name(room)) {
        Bar::Row(labels) => row(canvas, &labels, area),
        Bar::Short(text) => {
            let room = usize::from(area.cols.saturating_sub(2));
            let bold = canvas.bold(Role::Bar);
            canvas.text(1, area.y, area.cols, &cut_name(&text, room), bold)
        }
    };
    let x = topic(canvas, app, x, area);
    // A column after it stays free.
    let mut end = area.cols.saturating_sub(1);
    let program = u16::try_from(width(words::PROGRAM)).unwrap_or(0);
    if x + 2 + program <= end {
        canvas.right(x, area.y, end, words::PROGRAM, bar);
        end = end.saturating_sub(program + 1);
    }
    let room = usize::from(end.saturating_sub(x + 3));
    if let Some(text) = app.status.network_names().iter().find(|text| width(text) <= room) {
        canvas.right(x + 2, area.y, end - 1, text, bar);
    }
    canvas.bar(area);
}

/// Draws the topic of the room in view after the tabs, if there is room for some of it. The name of the network stays.
/// Returns the column after it.
fn topic(canvas: &mut Canvas<'_>, app: &App, x: u16, area: Area) -> u16 {
    let Some(topic) = app.tabs.topic(app.tabs.room()).filter(|_| area.cols > NARROW) else { return x };
    let network = app.status.network_names().iter().map(|text| width(text) + 3).min().unwrap_or(0);
    let room = usize::from(area.cols.saturating_sub(x + 3)).saturating_sub(network);
    if room < LEAST_TOPIC.min(width(topic.text.as_str())) {
        return x;
    }
    canvas.text(x + 1, area.y, area.cols, &cut(topic.text.as_str(), room), canvas.style(Role::Bar))
}

/// Draws the tabs that fit. Returns the column after them.
fn row(canvas: &mut Canvas<'_>, labels: &[Label], area: Area) -> u16 {
    let (bar, bold) = (canvas.style(Role::Bar), canvas.bold(Role::Bar));
    let shown = fit(labels, usize::from(area.cols));
    let mut x = 0;
    if shown.start > 0 {
        x = canvas.text(0, area.y, area.cols, "<", bold);
    }
    // One tab needs no brackets to stand out.
    let is_one = labels.len() == 1;
    let room = usize::from(area.cols.saturating_sub(4));
    for label in labels.get(shown.clone()).unwrap_or_default() {
        let (open, close) = if label.is_current && !is_one { ("[", "]") } else { (" ", " ") };
        let style = if label.is_current || label.is_urgent { bold } else { bar };
        x = canvas.text(x, area.y, area.cols, &format!("{open}{}{close}", cut(&label.text, room)), style);
    }
    if shown.end < labels.len() {
        x = canvas.text(area.cols.saturating_sub(1), area.y, area.cols, ">", bold);
    }
    x
}

/// `2/5 #dev (3)` in so many columns: the name is cut, never the count after it.
fn cut_name(text: &str, columns: usize) -> String {
    match text.rsplit_once(" (").filter(|_| width(text) > columns) {
        Some((name, count)) => format!("{} ({count}", cut(name, columns.saturating_sub(width(count) + 2))),
        None => cut(text, columns),
    }
}
