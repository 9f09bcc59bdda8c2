//! `/who`.

use std::fmt::Write as _;

use super::{
    App,
    pane::Tone,
    peers::State,
    wrap::{cut, width},
};
use crate::domain::model::Presence;

/// Columns that a note may take behind a name: it is somebody's remark, not the list.
const NOTE_COLUMNS: usize = 30;

/// Columns before the names.
const HANG: usize = 4;

/// Columns of `here 59m`.
const AGE_COLUMNS: usize = 8;

/// Glyphs that need an explanation, and it.
const LEGEND: [(State, &str); 2] = [
    (State::Suspect, "goes by the name of somebody else whom you know: /whois tells more."),
    (State::Guest, "not authenticated, the name is only a claim."),
];

impl App {
    /// Lists who is here.
    pub(super) fn who(&mut self) {
        let usual = self.setup.ports.0;
        let people: Vec<_> = self.peers.sorted().into_iter().filter(|person| !person.absent()).collect();
        let mut text = match people.len() {
            0 => "Nobody else is here.".to_owned(),
            1 => "1 person is here:".to_owned(),
            here => format!("{here} people are here:"),
        };
        let rows: Vec<_> = people
            .iter()
            .map(|person| {
                let address = self.peers.address(person.peer.addr, usual);
                (person, person.marked_name(), person.aside(self.now.mono).text, address)
            })
            .collect();
        let names = rows.iter().map(|(_, name, ..)| width(name)).max().unwrap_or(0);
        let asides = rows.iter().map(|(_, _, aside, _)| width(aside)).max().unwrap_or(0);
        let addresses = rows.iter().map(|(.., address)| address.len()).max().unwrap_or(0);
        let columns = HANG + names + 2 + asides + 2 + addresses + 2 + AGE_COLUMNS;
        let ages = columns + 2 <= usize::from(self.pane.geometry().cols);
        for (person, name, aside, address) in &rows {
            let (pad, glyph) = (names - width(name), person.state().glyph());
            let aside_pad = asides - width(aside);
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {glyph} {name}{:pad$}  {:aside_pad$}{aside}  {address:addresses$}", "", "");
            if ages {
                let _ = write!(text, "  {:AGE_COLUMNS$}", person.age(self.now.mono));
            }
            if let (Presence::Away { note: Some(note) }, false) = (&person.presence, person.peer.ignored) {
                let _ = write!(text, "  ({})", cut(note.as_str(), NOTE_COLUMNS));
            }
        }
        for (state, meaning) in LEGEND {
            if people.iter().any(|person| person.state() == state) {
                let _ = write!(text, "\n  {} means: {meaning}", state.glyph());
            }
        }
        if people.iter().any(|person| person.verified()) {
            text.push_str("\n  ✓ means: you have compared codes with them.");
        }
        self.block(Tone::Plain, &text, HANG);
    }
}
