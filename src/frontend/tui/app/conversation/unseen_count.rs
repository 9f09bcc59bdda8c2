//! How much has come since the last run into a room that nobody looks at. It is counted on disk; nothing of it is held.

use super::{Conversation, Line, LineMaker, unread::Unread};
use crate::{
    domain::{
        bus::{Command, Page},
        model::{Author, Position, Seek},
    },
    frontend::tui::app::output::Output,
};

/// Messages that are read to count them: one more than is shown as a number.
const MOST: usize = 100;

/// How far the counting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum UnseenCount {
    /// It has not begun.
    #[default]
    Due,
    /// The disk was asked for what came after this.
    Asked(Position),
    /// This much has come, and perhaps more if it is [`MOST`].
    Done(Unread),
}

impl Conversation {
    /// Whether something is to be counted that nobody has asked the disk for.
    pub(crate) fn wants_count(&self) -> bool {
        self.counted == UnseenCount::Due && self.unseen_after.is_some() && !self.has_opened() && !self.is_reading()
    }

    /// Whether the disk was asked for what is to be counted. If the room is opened meanwhile, that answer is not
    /// needed.
    pub(crate) fn is_counting(&self) -> bool {
        matches!(self.counted, UnseenCount::Asked(after) if self.awaits(Seek::After(after)))
    }

    /// Asks the disk for what came after the newest message that the user has seen.
    pub(crate) fn count_unseen(&mut self, out: &mut Vec<Output>) {
        if let Some(after) = self.unseen_after
            && self.begin_to_read(Seek::After(after))
        {
            self.counted = UnseenCount::Asked(after);
            let (room, seek) = (self.room.clone(), Seek::After(after));
            out.push(Output::Send(Command::Page { room, seek, max: MOST }));
        }
    }

    /// The disk does not answer: nothing is counted.
    pub(super) const fn give_up_counting(&mut self) {
        self.counted = UnseenCount::Done(Unread { all: 0, mentions: 0 });
    }

    /// Counts a page.
    pub(super) fn counted(&mut self, page: Page, maker: &LineMaker<'_>) {
        let is_full = page.after;
        let lines = maker.lines(page.messages);
        let lines = lines.iter().filter(|line| matches!(line.author, Author::Peer(_)));
        let one = |line: &Line| Unread { all: 1, mentions: usize::from(line.mention) };
        let unread = lines.map(one).fold(Unread::default(), Unread::plus);
        self.counted = UnseenCount::Done(Unread { all: if is_full { MOST } else { unread.all }, ..unread });
    }

    /// What was counted, until the room is opened.
    pub(super) const fn counted_unseen(&self) -> Unread {
        match self.counted {
            UnseenCount::Done(unread) if !self.has_opened() => unread,
            _ => Unread { all: 0, mentions: 0 },
        }
    }
}
