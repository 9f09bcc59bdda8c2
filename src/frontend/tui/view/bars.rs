//! The one-row bars at the bottom: status and footer.

use ratatui::style::Modifier;

use super::{canvas::Canvas, palette::Role};
use crate::frontend::{
    tui::app::{App, Area, Sight, Standing, width},
    words::screen as words,
};

/// The fewest columns to which we cut the name of somebody who is typing.
const TYPING_NAME: usize = 4;

/// A window narrower than this has no room for everything.
const NARROW: u16 = 60;

/// Columns between the user's own name and who is typing, so that they are not read as one.
const TYPING_GAP: usize = 8;

/// The status line: what does not fit is left out from the right.
pub(super) fn status(canvas: &mut Canvas<'_>, app: &App, area: Area, sight: &Sight) {
    let standing = app.standing();
    let mut word = canvas.bold(Role::Bar);
    if standing == Standing::Offline {
        word = word.patch(canvas.style(Role::Error));
    }
    let bar = canvas.style(Role::Bar);
    let x = canvas.text(0, area.y, area.cols, &format!(" {}", standing.word()), word);
    let (mut news, own) = app.status_line(sight, false);
    let fullest = news.iter().filter_map(|wordings| wordings.first()).map(|words| width(words) + 2).sum::<usize>();
    if usize::from(x) + fullest >= usize::from(area.cols) {
        // A sentence that leaves no room for the rest becomes a few words.
        news = app.status_line(sight, true).0;
    }
    // In a narrow window, fewer words leave room for who is typing.
    let short = area.cols < NARROW && app.typing_now(usize::MAX, TYPING_NAME).is_some();
    let (x, fits) = parts(canvas, &news, short, (x, area.y, area.cols));
    let mut end = area.cols;
    // At the right edge, so that nothing else moves when somebody types. Only the user's own name and address give way:
    // next to a notice without a name, they would seem to say who is typing.
    let room = usize::from(area.cols.saturating_sub(x)).saturating_sub(3);
    if let Some(typing) = app.typing_now(room, TYPING_NAME) {
        canvas.right(x, area.y, area.cols - 1, &typing, bar);
        end = end.saturating_sub(u16::try_from(width(&typing) + TYPING_GAP).unwrap_or(u16::MAX));
    }
    if fits {
        parts(canvas, &own, false, (x, area.y, end));
    }
    canvas.bar(area);
}

/// Writes parts of the status line from column `x` on, before column `end`, in the fullest words that fit, or in the
/// fewest if it is to be `short`. Returns where they ended, and whether all fit.
fn parts(canvas: &mut Canvas<'_>, parts: &[Vec<String>], short: bool, (mut x, y, end): (u16, u16, u16)) -> (u16, bool) {
    let bar = canvas.style(Role::Bar);
    for wordings in parts {
        let room = usize::from(end.saturating_sub(x.saturating_add(3)));
        let fewest = if short { wordings.len().saturating_sub(1) } else { 0 };
        let Some(words) = wordings.iter().skip(fewest).find(|words| width(words) <= room) else { return (x, false) };
        x = canvas.text(x + 2, y, end, words, bar);
    }
    (x, true)
}

/// The footer: the keys worth knowing now, in long words if there is room for them.
pub(super) fn footer(canvas: &mut Canvas<'_>, app: &App, area: Area) {
    let [long, short] = match (app.overlays.help.is_open(), app.composer.draft().is_empty()) {
        (true, _) => words::HELP,
        (false, _) if app.overlays.name.is_open() => words::NAME,
        (false, true) if app.overlays.search.shown().is_some() => words::FOUND,
        (false, true) if app.tabs.here().hit().is_some() => words::HIT,
        (false, true) if app.window.is_plain() => words::PLAIN,
        (false, true) if app.status.can_open() => words::CLOSED,
        (false, true) => words::EMPTY,
        (false, false) if app.status.can_open() => words::CLOSED_DRAFT,
        (false, false) => words::DRAFT,
    };
    let columns: usize = long.iter().map(|(key, what)| width(key) + width(what) + 3).sum();
    let keys = if columns <= usize::from(area.cols) { long } else { short };
    let key_style = canvas.style(Role::Body).add_modifier(Modifier::BOLD);
    let dim = canvas.style(Role::Dim);
    let mut x = 1;
    for (key, what) in keys {
        let after = canvas.text(x, area.y, area.cols, key, key_style);
        x = canvas.text(after + 1, area.y, area.cols, what, dim) + 2;
    }
}
