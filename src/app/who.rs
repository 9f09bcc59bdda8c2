//! `/who`.

use std::fmt::Write as _;

use super::{
    App,
    pane::Tone,
    peers::State,
    wrap::{cut, width},
};
use crate::model::Presence;

/// Columns that a note may take behind a name: it is somebody's remark, not the list.
const NOTE_COLUMNS: usize = 30;

/// Glyphs that need an explanation, and it.
const LEGEND: [(State, &str); 2] = [
    (State::Suspect, "goes by the name of somebody else whom you know: /whois tells more."),
    (State::Guest, "not authenticated, the name is only a claim."),
];

impl App {
    /// Lists who is here.
    pub(super) fn who(&mut self) {
        let usual = self.setup.ports.0;
        let people: Vec<_> = self.peers.sorted().into_iter().filter(|person| !person.gone).collect();
        let mut text = match people.len() {
            0 => "Nobody else is here.".to_owned(),
            1 => "1 person is here:".to_owned(),
            here => format!("{here} people are here:"),
        };
        let rows: Vec<_> = people
            .iter()
            .map(|person| {
                let address = self.peers.address(person.peer.addr, usual);
                (person, person.marked_name(), address, person.aside(self.now.mono).text)
            })
            .collect();
        let widest = rows.iter().map(|(_, name, ..)| width(name)).max().unwrap_or(0);
        let longest = rows.iter().map(|(_, _, address, _)| width(address)).max().unwrap_or(0);
        let aside_columns = rows.iter().map(|(.., aside)| width(aside)).max().unwrap_or(0);
        for (person, name, address, aside) in &rows {
            let pad = " ".repeat(widest - width(name));
            let aside_pad = " ".repeat(aside_columns - width(aside));
            let (glyph, age) = (person.state().glyph(), person.age(self.now.mono));
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {glyph} {name}{pad}  {address:longest$}  {aside_pad}{aside}  {age}");
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
        self.notice(Tone::Plain, &text);
    }
}
