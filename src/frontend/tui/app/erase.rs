//! `/clear` and `/erase`.

use std::time::Duration;

use super::{App, pane::Tone};
use crate::domain::{
    bus::Command,
    model::{Room, group},
};

/// How long the question stands: a yes that comes later, or out of the history of the input, asks again.
const ASKED: Duration = Duration::from_mins(1);

impl App {
    /// Empties the screen.
    pub(super) fn clear(&mut self) {
        self.past = None;
        self.late = None;
        let more = self.pane.before || self.pane.newest().is_some();
        self.pane.clear();
        self.pane.before = more;
        if more {
            self.notice(Tone::Dim, "The screen is empty. What was said is still on disk: PgUp shows it again.");
        }
    }

    /// Asks whether to erase the room's history, or does so.
    pub(super) fn erase(&mut self, sure: bool) -> Result<(), String> {
        let now = self.now.mono;
        if sure && self.erase_asked.take().is_some_and(|until| now < until) {
            return self.ask_node(Command::Erase { room: Room::LOBBY, network: self.network() });
        }
        self.erase_asked = Some(now + ASKED);
        let text = format!(
            "Erase all that was said in {} from this machine, for good?\n\
             Others keep theirs. Type  /erase yes",
            Room::LOBBY
        );
        self.block(Tone::Ask, &text, 0);
        Ok(())
    }

    /// The history is gone.
    pub(super) fn erased(&mut self, lines: u64) {
        self.past = None;
        self.late = None;
        self.search = None;
        self.reading.hit = None;
        self.pane.clear();
        self.pane.before = false;
        self.nothing_waits();
        let count = group(usize::try_from(lines).unwrap_or(usize::MAX));
        let lines = if lines == 1 { "line is" } else { "lines are" };
        let text = format!("{count} {lines} gone from this machine: all that was said in {}.", Room::LOBBY);
        self.notice(Tone::Plain, &text);
    }
}
