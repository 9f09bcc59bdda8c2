//! What the user has not seen yet.

use super::{Conversation, pane::Entry};
use crate::frontend::words::messages as words;

impl Conversation {
    /// How many messages arrived unseen, together with the program's warnings and questions.
    pub(crate) fn unread(&self) -> usize {
        self.pane.marker.map_or(0, |marker| marker.messages + marker.notices)
    }

    /// The same in words: `3 new messages`.
    pub(crate) fn unread_words(&self) -> Option<String> {
        let marker = self.pane.marker?;
        words::unread(marker.messages, marker.notices)
    }

    /// The entry `seq` arrived. Returns whether it is unseen, which it is unless the newest entry is in sight and the
    /// user is looking at the screen.
    pub(crate) fn arrived(&mut self, seq: u64, watched: bool) -> bool {
        let unseen = !(watched && self.follows());
        if unseen {
            self.count_unread(seq);
        }
        unseen
    }

    /// The message `seq` was said while the user could not see it. Until they have done anything, the room stays open
    /// at the first such message.
    pub(super) fn missed(&mut self, seq: u64) {
        self.count_unread(seq);
        if !self.touched
            && self.past.is_none()
            && let Some(marker) = self.pane.marker
        {
            self.pane.go_to_entry(marker.seq);
        }
    }

    fn count_unread(&mut self, seq: u64) {
        if self.pane.marker.is_none() {
            self.pane.begin_unread(seq);
        }
        let is_notice = matches!(self.pane.entry(seq), Some(Entry::Notice(_)));
        if let Some(marker) = &mut self.pane.marker {
            marker.messages += usize::from(!is_notice);
            marker.notices += usize::from(is_notice);
        }
    }

    /// Marks everything as seen if the newest message is in sight.
    pub(crate) const fn mark_read(&mut self) {
        if self.follows() {
            self.pane.marker = None;
        }
    }
}
