//! The one-row bars: tabs, status, footer.

use ratatui::style::Modifier;

use super::{canvas::Canvas, palette::Role};
use crate::{
    domain::model::Room,
    frontend::tui::app::{App, Area, Sight, Standing, width},
};

/// Says that somebody is typing where there is no room for a name.
const TYPING: &str = "typing…";

/// Stands at the right end of the tab bar.
const PROGRAM: &str = "proximity-chat ";

/// The tab bar: the rooms, and the network they belong to.
pub(super) fn tabs(canvas: &mut Canvas<'_>, app: &App, area: Area) {
    let (bar, bold) = (canvas.style(Role::Bar), canvas.bold(Role::Bar));
    let x = canvas.text(0, area.y, area.cols, &format!(" 1:{}", Room::LOBBY), bold);
    canvas.right(0, area.y, area.cols, PROGRAM, bar);
    let room = usize::from(area.cols.saturating_sub(x)).saturating_sub(PROGRAM.len() + 4);
    if let Some(text) = app.status.network_names().iter().find(|text| width(text) <= room) {
        let end = area.cols.saturating_sub(u16::try_from(PROGRAM.len() + 2).unwrap_or(0));
        canvas.right(x + 2, area.y, end, text, bar);
    }
    canvas.bar(area);
}

/// The status line: what does not fit is left out from the right.
pub(super) fn status(canvas: &mut Canvas<'_>, app: &App, area: Area, sight: &Sight) {
    let standing = app.standing();
    let mut word = canvas.bold(Role::Bar);
    if standing == Standing::Offline {
        word = word.patch(canvas.style(Role::Error));
    }
    let bar = canvas.style(Role::Bar);
    let mut x = canvas.text(0, area.y, area.cols, &format!(" {}", standing.word()), word);
    let typing = app.typing_now();
    let kept = if typing.is_some() { width(TYPING) + 2 } else { 0 };
    let end = area.cols.saturating_sub(u16::try_from(kept).unwrap_or(0));
    // A sentence that leaves no room for the rest becomes a few words.
    let columns = |parts: &[String]| usize::from(x) + parts.iter().map(|part| width(part) + 2).sum::<usize>() + 1;
    let mut parts = app.status_line(sight, false);
    if columns(&parts) + typing.as_deref().map_or(0, |typing| width(typing) + 2) > usize::from(area.cols) {
        parts = app.status_line(sight, true);
    }
    for part in parts {
        let columns = u16::try_from(width(&part)).unwrap_or(u16::MAX);
        if x.saturating_add(columns).saturating_add(3) > end {
            break;
        }
        x = canvas.text(x + 2, area.y, end, &part, bar);
    }
    // At the right edge, so that nothing moves when somebody types.
    let fits = |text: &str| usize::from(x) + 2 + width(text) < usize::from(area.cols);
    if let Some(typing) = typing.as_deref().into_iter().chain(typing.as_ref().map(|_| TYPING)).find(|text| fits(text)) {
        canvas.right(x, area.y, area.cols - 1, typing, bar);
    }
    canvas.bar(area);
}

/// The keys worth knowing now, those of an empty input and those of a draft; in long, and in short.
type Keys = &'static [(&'static str, &'static str)];
const EMPTY: Keys = &[
    ("Enter", "send"),
    ("Tab", "complete"),
    ("PgUp", "scroll"),
    ("Ctrl-R", "rescan"),
    ("F1", "help"),
    ("Ctrl-C", "quit"),
];
/// While the chat is on this machine only, what opens it matters more than what completes and scrolls.
const CLOSED: Keys =
    &[("Enter", "send"), ("F2", "open to network"), ("Ctrl-R", "rescan"), ("F1", "help"), ("Ctrl-C", "quit")];
const CLOSED_SHORT: Keys = &[("F2", "network"), ("^R", "rescan"), ("F1", "help"), ("^C", "quit")];
const CLOSED_DRAFT: Keys = &[
    ("Enter", "send"),
    ("Ctrl-J", "new line"),
    ("Tab", "complete"),
    ("F2", "network"),
    ("F1", "help"),
    ("Ctrl-C", "clear"),
];
const CLOSED_DRAFT_SHORT: Keys = &[("Enter", "send"), ("F2", "network"), ("^C", "clear")];
const EMPTY_SHORT: Keys = &[("^R", "rescan"), ("F1", "help"), ("^C", "quit")];
const DRAFT: Keys =
    &[("Enter", "send"), ("Ctrl-J", "new line"), ("Tab", "complete"), ("F1", "help"), ("Ctrl-C", "clear")];
const DRAFT_SHORT: Keys = &[("Enter", "send"), ("^J", "new line"), ("^C", "clear")];
const NAME: Keys = &[("Enter", "take this name"), ("F1", "help"), ("Ctrl-C", "clear; if empty, quit")];
const NAME_SHORT: Keys = &[("Enter", "take this name"), ("^C", "quit")];
const FOUND: Keys = &[("Up, Down, PgUp, PgDn", "choose"), ("Enter", "show it there"), ("Esc", "close")];
const FOUND_SHORT: Keys = &[("Up, Down", "choose"), ("Enter", "show"), ("Esc", "close")];
const HIT: Keys =
    &[("PgUp, PgDn", "scroll"), ("/search", "back to the list"), ("Esc", "to the newest"), ("F1", "help")];
const HIT_SHORT: Keys = &[("/search", "list"), ("Esc", "newest")];
/// In the plain view, the way out of it matters most.
const PLAIN: Keys = &[("Alt-L, /plain", "leave the plain view"), ("Enter", "send"), ("F1", "help"), ("Ctrl-C", "quit")];
const PLAIN_SHORT: Keys = &[("Alt-L", "leave plain view"), ("^C", "quit")];
const HELP: Keys = &[("Up, Down, PgUp, PgDn", "scroll"), ("Esc", "close")];
const HELP_SHORT: Keys = &[("Up, Down", "scroll"), ("Esc", "close")];

/// The footer.
pub(super) fn footer(canvas: &mut Canvas<'_>, app: &App, area: Area) {
    let (long, short) = match (app.overlays.help.is_open(), app.composer.draft().is_empty()) {
        (true, _) => (HELP, HELP_SHORT),
        (false, _) if app.overlays.name.is_open() => (NAME, NAME_SHORT),
        (false, true) if app.overlays.search.shown().is_some() => (FOUND, FOUND_SHORT),
        (false, true) if app.conversation.hit().is_some() => (HIT, HIT_SHORT),
        (false, true) if app.window.is_plain() => (PLAIN, PLAIN_SHORT),
        (false, true) if app.status.is_closed() => (CLOSED, CLOSED_SHORT),
        (false, true) => (EMPTY, EMPTY_SHORT),
        (false, false) if app.status.is_closed() => (CLOSED_DRAFT, CLOSED_DRAFT_SHORT),
        (false, false) => (DRAFT, DRAFT_SHORT),
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
