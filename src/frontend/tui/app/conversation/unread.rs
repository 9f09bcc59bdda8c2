//! What the user has not seen yet.

use super::{
    Conversation,
    pane::{Entry, LEAST},
};
use crate::{
    domain::model::{Author, MessageId, Position, Room},
    frontend::words::messages as words,
};

/// What arrived unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Unread {
    /// Messages, and the program's warnings and questions.
    pub all: usize,
    /// How many of them name the user.
    pub mentions: usize,
}

impl Unread {
    /// The sum of both.
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self { all: self.all + other.all, mentions: self.mentions + other.mentions }
    }
}

impl Conversation {
    /// How many messages arrived unseen, together with the program's warnings and questions.
    pub(crate) fn unread(&self) -> Unread {
        let counted = self.counted_unseen();
        self.pane.marker.map_or(counted, |marker| {
            counted.plus(Unread { all: marker.messages + marker.notices, mentions: marker.mentions })
        })
    }

    /// The same in words: `3 new messages`.
    pub(crate) fn unread_words(&self) -> Option<String> {
        let marker = self.pane.marker?;
        words::unread(marker.messages, marker.notices)
    }

    /// The newest message that the user has seen: [`LEAST`] if they have looked into a room without messages, none if
    /// they have never looked.
    pub(crate) fn seen(&self) -> Option<Position> {
        if self.pane.marker.is_some() || !self.has_opened() {
            return self.seen;
        }
        self.pane.newest().max(self.seen).or(Some(LEAST))
    }

    /// In an earlier run, the user has seen everything up to `seen`. What came after it is unread.
    pub(crate) fn remember_seen(&mut self, seen: Option<Position>) {
        self.seen = self.seen.max(seen);
        if !self.has_opened() {
            // Everything in a room for two is for the user, also if they have never looked.
            let never = if matches!(self.room, Room::Direct(_)) { Some(LEAST) } else { None };
            self.unseen_after = seen.or(never);
        }
    }

    /// The messages on disk are here now. Marks those that came after what the user has seen in an earlier run.
    pub(super) fn mark_unseen(&mut self) {
        let Some(seen) = self.unseen_after.take() else { return };
        let first = self.pane.nearest(after(seen));
        let unread: Vec<u64> = (first..self.pane.end()).filter(|seq| self.is_unread_line(*seq)).collect();
        let Some(&first) = unread.first() else { return };
        // Notices that are unread already stay so.
        let notices = self.pane.marker.map_or(0, |marker| marker.notices);
        self.pane.begin_unread(first);
        if let Some(marker) = &mut self.pane.marker {
            marker.notices = notices;
        }
        // The first unread message may be on a page that is not read yet. Then the marker waits for that page.
        let is_further_up = self.pane.before && self.pane.oldest().is_some_and(|oldest| seen < oldest);
        let above = self.pane.first().saturating_sub(1);
        if let Some(marker) = self.pane.marker.as_mut().filter(|_| is_further_up) {
            (marker.seq, marker.key) = (above, after(seen));
        }
        for seq in unread {
            let said = self.pane.entry(seq).map_or(0, Entry::said);
            self.count(seq, usize::try_from(said).unwrap_or(usize::MAX));
        }
        if !self.touched && self.past.is_none() {
            self.pane.go_to_entry(first);
        }
    }

    /// Whether the entry `seq` is something that others said.
    fn is_unread_line(&self, seq: u64) -> bool {
        match self.pane.entry(seq) {
            Some(Entry::Line(line)) => matches!(line.author, Author::Peer(_)),
            Some(Entry::Flood(_)) => true,
            _ => false,
        }
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
        // How many are unread depends on those from earlier runs, which are on disk.
        self.needs_page |= self.unseen_after.is_some();
        if self.pane.marker.is_none() {
            self.seen = self.pane.key_before(seq).max(self.seen);
            self.pane.begin_unread(seq);
        }
        self.count(seq, 1);
    }

    /// The entry `seq`, which stands for so many `messages`, is unread.
    fn count(&mut self, seq: u64, messages: usize) {
        let (is_notice, mentions) = match self.pane.entry(seq) {
            Some(Entry::Notice(_)) => (true, false),
            Some(Entry::Line(line)) => (false, line.mention),
            _ => (false, false),
        };
        if let Some(marker) = &mut self.pane.marker {
            marker.messages += if is_notice { 0 } else { messages };
            marker.notices += usize::from(is_notice);
            marker.mentions += usize::from(mentions);
        }
    }

    /// Marks everything as seen if the newest message is in sight.
    pub(crate) const fn mark_read(&mut self) {
        if self.follows() {
            self.pane.marker = None;
        }
    }
}

/// The first position after this one.
fn after(position: Position) -> Position {
    let id = u128::from_be_bytes(position.id.0);
    match id.checked_add(1) {
        Some(id) => Position { id: MessageId(id.to_be_bytes()), ..position },
        None => Position { seq: position.seq.saturating_add(1), id: MessageId([0; 16]), ..position },
    }
}
