//! Who is here.

use super::{canvas::Canvas, palette::Role};
use crate::app::{App, Area, Standing, cut, cut_start, width};

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
    let after = canvas.text(x + 1, area.y, end, "PEERS", bold);
    let here = match app.peers.here() {
        0 if app.standing() == Standing::Offline => "offline".to_owned(),
        0 => "nobody here".to_owned(),
        here => format!("{here} here"),
    };
    canvas.text(after + 2, area.y, end, &here, dim);
    let mut y = area.y + 1;
    if let Some(sweep) = app.sweeping() {
        let percent = sweep.probed.saturating_mul(100).checked_div(sweep.total).map_or(100, |p| p.min(100));
        let cells = u64::from(end - x).saturating_sub(8);
        let done = usize::try_from(cells * percent / 100).unwrap_or(0);
        let left = usize::try_from(cells).unwrap_or(0).saturating_sub(done);
        let bar = format!("[{}{}] {percent}%", "#".repeat(done), ".".repeat(left));
        canvas.text(x + 1, y, end, &bar, canvas.style(Role::Accent));
        y += 1;
    }
    people(canvas, app, Area { x, y, cols: end - x, rows: (area.y + area.rows).saturating_sub(y) });
}

fn people(canvas: &mut Canvas<'_>, app: &App, area: Area) {
    let people = app.peers.sorted();
    let each = if people.len() * 2 <= usize::from(area.rows) { 2 } else { 1 };
    let room = usize::from(area.rows) / each;
    // The last row says how many find no room.
    let shown = if people.len() > room { room.saturating_sub(1) } else { people.len() };
    let (x, end) = (area.x + 1, area.x + area.cols);
    let dim = canvas.style(Role::Dim);
    let mut y = area.y;
    for person in people.iter().take(shown) {
        let (glyph, name_style) = if person.gone { ("○", dim) } else { ("?", canvas.palette.nick(person.peer.id)) };
        canvas.text(x, y, end, glyph, dim);
        let (name, age) = (app.peers.name(person, &app.nick), person.age(app.now.mono));
        let mut columns = usize::from(end - x).saturating_sub(2);
        // How long somebody is here is worth less than the name; since when they are not, more.
        if person.gone || width(&name) + 1 + width(&age) <= columns {
            canvas.right(x, y, end, &age, dim);
            columns = columns.saturating_sub(width(&age) + 1);
        }
        let name = if person.peer.nick.is_some() { cut(&name, columns) } else { cut_start(&name, columns) };
        canvas.text(x + 2, y, end, &name, name_style);
        if each == 2 {
            // Who has no name goes by the address already.
            let address = match person.peer.nick {
                Some(_) => app.peers.address(person.peer.addr, app.setup.ports.0),
                None => "gives no name".to_owned(),
            };
            canvas.text(x + 2, y + 1, end, &cut_start(&address, usize::from(end - x).saturating_sub(2)), dim);
        }
        y += u16::try_from(each).unwrap_or(1);
    }
    if shown < people.len() && area.rows > 0 {
        canvas.text(x, y, end, &format!("… {} more: /who", people.len() - shown), dim);
    }
}
