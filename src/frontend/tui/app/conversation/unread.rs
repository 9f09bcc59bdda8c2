//! What the user has not seen yet.

use super::{Conversation, pane::RowRef};

impl Conversation {
    /// How many messages arrived unseen.
    pub(crate) fn unread(&self) -> usize {
        self.pane.marker.map_or(0, |marker| marker.count)
    }

    /// The entry `seq` came in. Returns whether it is unseen, which it is unless the newest entry is in sight and the user
    /// looks at the screen.
    pub(crate) fn arrived(&mut self, seq: u64, watched: bool) -> bool {
        let unseen = !(watched && self.follows());
        if unseen {
            self.count_unread(seq);
        }
        unseen
    }

    /// The message `seq` was said while the user could not see it. Until they have done anything, the room stays open at the
    /// first of those.
    pub(super) fn missed(&mut self, seq: u64) {
        self.count_unread(seq);
        if !self.touched
            && self.past.is_none()
            && let Some(marker) = self.pane.marker
        {
            self.pane.go(RowRef { seq: marker.seq, row: 0 });
        }
    }

    fn count_unread(&mut self, seq: u64) {
        match &mut self.pane.marker {
            Some(marker) => marker.count += 1,
            None => self.pane.begin_unread(seq),
        }
    }

    /// Everything was seen if the newest message is in sight.
    pub(crate) const fn mark_read(&mut self) {
        if self.follows() {
            self.pane.marker = None;
        }
    }
}
