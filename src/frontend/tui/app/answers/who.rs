//! `/who`.

use std::{fmt::Write as _, time::Instant};

use crate::{
    domain::{model::Presence, naming::VERIFIED},
    frontend::tui::app::{
        people::{People, Person, State},
        wrap::{cut, width},
    },
    frontend::words::people as words,
};

/// Columns of a note after a name: it is a remark and must not drown the list.
const NOTE_COLUMNS: usize = 30;

/// Columns before the names.
pub(crate) const HANG: usize = 4;

/// Columns of `here 59m` and `away 59m`.
const AGE_COLUMNS: usize = 8;

/// Glyphs that need an explanation.
const LEGEND: [(State, &str); 3] = [
    (State::Differs, words::MEANS_DIFFERS),
    (State::Suspect, words::MEANS_SUSPECT),
    (State::Guest, words::MEANS_GUEST),
];

/// Lists those of `people` who can be reached, in a pane of `columns`. Their usual port is left out of addresses.
pub(crate) fn text(everyone: &People, people: &[&Person], usual_port: u16, now: Instant, columns: u16) -> String {
    let people: Vec<_> = people.iter().filter(|person| !person.absent()).collect();
    let away = people.iter().filter(|person| person.presence.is_away()).count();
    let mut text = words::how_many(people.len(), away);
    let rows: Vec<_> = people
        .iter()
        .map(|person| {
            let address = everyone.address(person.peer.addr, usual_port);
            (person, person.marked_name(), person.aside(now).text, address)
        })
        .collect();
    let names = rows.iter().map(|(_, name, ..)| width(name)).max().unwrap_or(0);
    let asides = rows.iter().map(|(_, _, aside, _)| width(aside)).max().unwrap_or(0);
    let addresses = rows.iter().map(|(.., address)| address.len()).max().unwrap_or(0);
    let wanted = HANG + names + 2 + asides + 2 + addresses + 2 + AGE_COLUMNS;
    let ages = wanted + 2 <= usize::from(columns);
    for (person, name, aside, address) in &rows {
        let (pad, glyph) = (names - width(name), person.state().glyph());
        // The age says so, and since when.
        let aside = if ages && aside == words::AWAY { "" } else { aside };
        let aside_pad = asides - width(aside);
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {glyph} {name}{:pad$}  {:aside_pad$}{aside}  {address:addresses$}", "", "");
        if ages {
            let _ = write!(text, "  {:AGE_COLUMNS$}", person.age(now));
        }
        if let Some(clock) = person.clock() {
            let _ = write!(text, "  {clock}");
        }
        if let (Presence::Away { note: Some(note) }, false) = (&person.presence, person.peer.repute.ignored) {
            let _ = write!(text, "  ({})", cut(note.as_str(), NOTE_COLUMNS));
        }
    }
    for (state, meaning) in LEGEND {
        if people.iter().any(|person| person.state() == state) {
            let _ = write!(text, "\n  {}", words::legend(state.glyph(), meaning));
        }
    }
    if people.iter().any(|person| person.verified()) {
        let _ = write!(text, "\n  {}", words::legend(VERIFIED.trim_start(), words::MEANS_VERIFIED));
    }
    text
}
