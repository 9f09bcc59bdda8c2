//! Messages that are too long to be shown as a whole: their first rows are, until the user opens them.

use super::{Entry, Pane};

impl Pane {
    /// Opens or closes the newest long message or flood in sight. If none is in sight, opens the newest flood above.
    /// Returns whether there was anything to open or close.
    pub(crate) fn toggle_fold(&mut self) -> bool {
        let sight = self.sight();
        let is_long = |seq: u64| self.wrapped(seq).is_some_and(|wrapped| wrapped.is_long);
        let folds = |seq: &u64| is_long(*seq) || matches!(self.entry(*seq), Some(Entry::Flood(_)));
        match sight.rows.iter().rev().map(|row| row.seq).find(folds) {
            Some(seq) if is_long(seq) => {
                self.toggle_long(seq);
                true
            }
            _ => self.unfold(),
        }
    }

    /// Opens or closes a long message. What is above it stays where it is.
    fn toggle_long(&mut self, seq: u64) {
        let top = self.top();
        let Some(slot) = self.slot_mut(seq) else { return };
        slot.open = !slot.open;
        slot.generation = 0;
        let closes = !slot.open;
        self.wrapped.remove(&seq);
        if closes && top.seq == seq {
            // The row that was read may be folded away.
            self.go_to_entry(seq);
        } else {
            self.go(top);
        }
    }
}
