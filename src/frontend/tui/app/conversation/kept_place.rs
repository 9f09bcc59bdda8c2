//! Where the user reads, across runs.

use super::{
    Conversation,
    pane::{Entry, Part},
};
use crate::{
    domain::model::{Position, Seek},
    frontend::tui::app::output::Output,
};

impl Conversation {
    /// The first message in sight, if that is not to be the newest ones whatever they are.
    pub(crate) fn place(&mut self) -> Option<Position> {
        if self.return_to.is_some() || self.follows() {
            return self.return_to;
        }
        let sight = self.sight();
        let is_message = |seq| matches!(self.view().entry(seq), Some(Entry::Line(_) | Entry::Flood(_)));
        // The day covers the first row.
        let mut rows = sight.rows.iter().skip(usize::from(sight.pinned.is_some()));
        let first = rows.find(|row| matches!(row.part, Part::Text(_)) && is_message(row.seq))?;
        self.view().key_before(first.seq + 1)
    }

    /// In an earlier run, the user read at this place.
    pub(crate) fn remember_place(&mut self, at: Option<Position>) {
        if !self.has_opened() {
            self.return_to = at;
        }
    }

    /// Goes to where the user read in an earlier run, if that was not done yet. If the message is gone, goes to the
    /// next one.
    pub(crate) fn go_back(&mut self, out: &mut Vec<Output>) {
        let Some(at) = self.return_to.filter(|_| self.has_opened()) else { return };
        if self.pane.before && self.pane.oldest().is_none_or(|oldest| at < oldest) {
            return self.seek(Seek::Around(at), out);
        }
        self.return_to = None;
        self.show_place(at);
    }

    /// Shows the loaded message at `at`, or the next one, as the first in sight.
    pub(super) fn show_place(&mut self, at: Position) {
        let view = self.view_mut();
        let seq = view.nearest(at);
        if seq < view.end() {
            view.go_to_entry(seq);
        }
    }
}
