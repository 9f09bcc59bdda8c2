//! The list of people.

use super::{canvas::Canvas, palette::Role};
use crate::{
    domain::model::{Room, Severity},
    frontend::{
        tui::app::{App, Area, Person, Standing, State, cut_start, percent, width, wrap},
        words::{findings, listening, people as words, tabs, times},
    },
};

/// Draws the sidebar.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Area, overlay: bool) {
    canvas.clear(area);
    let dim = canvas.style(Role::Dim);
    // An overlay has its divider inside, as there is no room beside it.
    let divider = if overlay { area.x } else { area.x.saturating_sub(1) };
    for y in area.y..area.y + area.rows {
        canvas.text(divider, y, divider + 1, "│", dim);
    }
    let (x, end) = (area.x + u16::from(overlay), area.x + area.cols);
    let bold = canvas.bold(Role::Body);
    let after = canvas.text(x + 1, area.y, end, words::TITLE, bold);
    let here = match app.tabs.room() {
        _ if app.people.here() == 0 && app.standing() == Standing::Offline => words::OFFLINE.to_owned(),
        Room::Lobby if app.people.here() == 0 => words::NOBODY_HERE.to_owned(),
        Room::Lobby => words::here(app.people.here()),
        // The name of the room says who.
        Room::Direct(_) => tabs::members(app.count_here(), "")[1].clone(),
        // Others may be members.
        Room::Private(_) if app.count_here() == 0 => words::NOBODY_HERE.to_owned(),
        room @ (Room::Open(_) | Room::Private(_)) => {
            let columns = usize::from(end.saturating_sub(after + 2));
            let [full, short] = tabs::members(app.count_here(), &app.room_name(room));
            if width(&full) <= columns { full } else { short }
        }
    };
    canvas.text(after + 2, area.y, end, &here, dim);
    let mut y = area.y + 1;
    if let Some(sweep) = app.status.sweeping() {
        progress(canvas, "", percent(sweep.probed, sweep.total), Area { x, y, cols: end - x, rows: 1 });
        canvas.text(x + 1, y + 1, end, &times::left(sweep.left), dim);
        y += 2;
    }
    if let Some((received, total)) = app.status.syncing() {
        progress(canvas, words::SYNC, percent(received, total), Area { x, y, cols: end - x, rows: 1 });
        y += 1;
    }
    let rest = Area { x, y, cols: end - x, rows: (area.y + area.rows).saturating_sub(y) };
    let below = reason(canvas, app, rest);
    people(canvas, app, below);
}

/// Why nobody is here, in short: the pane says what to do about it. Returns the room below it, for people.
fn reason(canvas: &mut Canvas<'_>, app: &App, area: Area) -> Area {
    let (text, role) = match (app.standing(), app.status.lost(), app.status.reason()) {
        (_, Some(lost), _) => (first_sentence(listening::no_network(lost)), Role::Error),
        (Standing::Alone | Standing::OnlyHere, _, Some(finding)) => {
            let role = if finding.severity() == Severity::Fault { Role::Warn } else { Role::Dim };
            (findings::what(finding), role)
        }
        _ => return area,
    };
    let text = text.as_str();
    let (x, end) = (area.x + 1, area.x + area.cols);
    let columns = usize::from(end.saturating_sub(x)).max(1);
    let rows = wrap(text, columns, columns);
    let style = canvas.style(role);
    let (mut y, bottom) = (area.y, area.y + area.rows);
    for (at, row) in rows.iter().enumerate() {
        if y == bottom {
            break;
        }
        let more = y + 1 == bottom && at + 1 < rows.len();
        let shown = row.of(text);
        // The last word makes room for the sign that there is more.
        let begin =
            if width(shown) < columns { shown } else { shown.rsplit_once(' ').map_or(shown, |(begin, _)| begin) };
        let after = canvas.text(x, y, end, if more { begin } else { shown }, style);
        if more {
            canvas.text(after.min(end - 1), y, end, "…", style);
        }
        y += 1;
    }
    // An empty row between what the program says and who was here.
    y = bottom.min(y + 1);
    Area { y, rows: bottom - y, ..area }
}

/// `text` up to its first full stop, which must end a sentence, not a name or number.
fn first_sentence(mut text: String) -> String {
    if let Some(stop) = text.find(". ") {
        text.truncate(stop + 1);
    }
    text
}

/// How far something is: `[####....] 42%`, after what it is.
fn progress(canvas: &mut Canvas<'_>, what: &str, percent: u64, area: Area) {
    let cells = usize::from(area.cols).saturating_sub(8 + width(what));
    let done = cells * usize::try_from(percent).unwrap_or(0) / 100;
    let bar = format!("{what}[{}{}] {percent}%", "#".repeat(done), ".".repeat(cells.saturating_sub(done)));
    canvas.text(area.x + 1, area.y, area.x + area.cols, &bar, canvas.style(Role::Accent));
}

fn people(canvas: &mut Canvas<'_>, app: &App, area: Area) {
    let people = app.people_here();
    // Who else is on the network, in the last row.
    let elsewhere = app.people.here().saturating_sub(app.count_here());
    let area = Area { rows: area.rows.saturating_sub(u16::from(elsewhere > 0)), ..area };
    let each = if people.len() * 2 <= usize::from(area.rows) { 2 } else { 1 };
    let room = usize::from(area.rows) / each;
    // The last row says how many do not fit.
    let shown = if people.len() > room { room.saturating_sub(1) } else { people.len() };
    let (x, end) = (area.x + 1, area.x + area.cols);
    let dim = canvas.style(Role::Dim);
    let mut y = area.y;
    for person in people.iter().take(shown) {
        name(canvas, app, person, Area { x, y, cols: end - x, rows: 1 }, each == 1);
        if each == 2 {
            let room = usize::from(end - x).saturating_sub(2);
            canvas.text(x + 2, y + 1, end, &below(app, person, room), dim);
        }
        y += u16::try_from(each).unwrap_or(1);
    }
    if shown < people.len() && area.rows > 0 {
        canvas.text(x, y, end, &words::more(people.len() - shown), dim);
        y += 1;
    }
    if elsewhere > 0 {
        // An empty row between, if there is one.
        let y = if y < area.y + area.rows { y + 1 } else { y };
        canvas.text(x, y, end, &tabs::elsewhere(elsewhere), dim);
    }
}

/// What is below a name: the address, and how much waits for a person who is away, or how far off their clock is.
fn below(app: &App, person: &Person, room: usize) -> String {
    // A person without a name goes by the address already.
    let address = match person.peer.nick {
        _ if !person.met => String::new(),
        Some(_) => app.people.address(person.peer.addr, app.setup().ports.0),
        None => words::NO_NAME.to_owned(),
    };
    match waiting(app, person).or_else(|| person.clock()) {
        None => cut_start(&address, room),
        Some(more) if address.is_empty() || width(&address) + 2 + width(&more) > room => more,
        Some(more) => format!("{address}  {more}"),
    }
}

/// How much waits for a person who is away.
fn waiting(app: &App, person: &Person) -> Option<String> {
    match app.people.waiting_for(person) {
        0 => None,
        lines => Some(words::waiting(lines)),
    }
}

/// Glyph, name, and what is beside it; also what waits for somebody, if there is no row below.
fn name(canvas: &mut Canvas<'_>, app: &App, person: &Person, area: Area, alone: bool) {
    let (x, y, end) = (area.x, area.y, area.x + area.cols);
    let dim = canvas.style(Role::Dim);
    let state = person.state();
    let glyph = match state {
        State::Here if !person.peer.repute.ignored => canvas.style(Role::Ok),
        State::Suspect | State::Differs => canvas.bold(Role::Error),
        State::Here | State::Away | State::Guest | State::Gone => dim,
    };
    canvas.text(x, y, end, state.glyph(), glyph);
    let mut aside = person.aside(app.now().mono);
    if let Some(waiting) = waiting(app, person).filter(|_| alone) {
        aside.text = waiting;
    }
    let mut columns = usize::from(area.cols).saturating_sub(2);
    let taken = width(&aside.text) + 1;
    if aside.firm || width(&person.marked_name()) + taken <= columns {
        let style = if matches!(state, State::Suspect | State::Differs) { canvas.style(Role::Error) } else { dim };
        canvas.right(x, y, end, &aside.text, style);
        columns = columns.saturating_sub(taken);
    }
    let style = if person.absent() || person.peer.repute.ignored {
        dim
    } else {
        canvas.palette.nick(app.people.colour(person.peer.id))
    };
    let shown = person.fit_name(columns);
    let (shown, mark) = shown.strip_suffix(person.mark()).map_or((shown.as_str(), ""), |name| (name, person.mark()));
    let after = canvas.text(x + 2, y, end, shown, style);
    canvas.text(after, y, end, mark, canvas.style(Role::Ok));
}
