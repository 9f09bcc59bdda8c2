//! Scrolling back through what is on disk.
//!
//! The newest messages, and the notices among them, are always in one pane. Further up, the user reads in a second
//! pane, a window that moves through the history until both meet again. So the newest end is ready whenever it is
//! wanted, and new messages never move the text being read.

use jiff::civil::Date;

use super::{
    Conversation, LineMaker,
    pane::{Entry, LEAST, MAX_BYTES, Pane, Part, RowRef, Sight, SightRow},
};
use crate::{
    domain::{
        bus::{Command, Page},
        model::{Message, Position, Seek},
    },
    frontend::tui::app::output::Output,
};

/// Messages asked for at a time: a few screens, read from disk within a frame's time.
const PAGE: usize = 200;

/// Entries left above or below what is in sight when the next ones are asked for: two pages of the tallest window.
const NEAR: u64 = 100;

/// Messages held of a room that nobody looks at: more than one page from disk. The user may be in many rooms.
const HIDDEN_MESSAGES: usize = 500;

/// Bytes of text held of such a room: 64 rooms take 32 MiB, whatever is said in them.
const HIDDEN_BYTES: usize = 512 * 1024;

/// What was asked of the disk.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Whether there is a node to ask.
    node: bool,
    /// What is on its way.
    asked: Option<Seek>,
    /// Whether the room shows what is known of it, or there is nothing to wait for.
    opened: bool,
    /// The message that was jumped to.
    pub hit: Option<Position>,
}

impl Reading {
    /// Forgets what was read, but not whether the node can be asked.
    pub(super) fn restart(&mut self) {
        *self = Self { node: self.node, ..Self::default() };
    }
}

impl Conversation {
    /// Whether the view follows the newest message.
    pub(super) const fn follows(&self) -> bool {
        self.past.is_none() && self.pane.follows()
    }

    /// The rows in sight.
    pub(crate) fn sight(&mut self) -> Sight {
        let mut sight = self.view_mut().sight();
        if let Some(past) = &self.past {
            let newest = past.newest().unwrap_or(LEAST);
            sight.more_below = past.after && self.pane.oldest().is_none_or(|oldest| newest < oldest);
            sight.below += self.pane.newer_than(newest);
        }
        sight.pinned = self.pinned(&sight.rows);
        sight
    }

    /// The day to show in the first row: whenever the user reads further up, and also if everything in sight was said
    /// on a day other than today. Times of day alone would be taken for those of today.
    fn pinned(&self, rows: &[SightRow]) -> Option<Date> {
        let first = rows.first().filter(|first| first.part != Part::Day && rows.len() > 1)?;
        // What the program says below the last message belongs to no day.
        let day = self.view().day(first.seq).filter(|day| *day != Date::ZERO)?;
        let dated = rows.iter().any(|row| row.part == Part::Day);
        (!self.follows() || !dated && day != self.today).then_some(day)
    }

    /// The message that was jumped to, while it can be seen.
    pub(crate) const fn hit(&self) -> Option<Position> {
        self.reading.hit
    }

    /// What was searched for is something else now.
    pub(crate) const fn forget_hit(&mut self) {
        self.reading.hit = None;
    }

    /// Whether the room shows what is known of it.
    pub(crate) const fn has_opened(&self) -> bool {
        self.reading.opened
    }

    /// There is a node to ask. A room that nobody looks at does not ask it.
    pub(crate) const fn connect(&mut self) {
        self.reading.node = true;
    }

    /// The user looks into the room: shows what is known of it.
    pub(crate) fn enter(&mut self, out: &mut Vec<Output>) {
        self.pane.limit(self.cap, MAX_BYTES);
        if !self.reading.opened {
            self.open(out);
        }
    }

    /// The user looks at another room. What they read here stays where it is, and the rest is kept on disk.
    pub(crate) fn leave(&mut self) {
        self.mark_read();
        self.pane.limit(self.cap.min(HIDDEN_MESSAGES), HIDDEN_BYTES);
        self.keep_limits();
    }

    /// Reads what is needed to count the unread messages, if some of them are on disk only.
    pub(crate) fn read_unseen(&mut self, out: &mut Vec<Output>) {
        if std::mem::take(&mut self.needs_page) && !self.reading.opened {
            self.open(out);
        }
    }

    /// Whether something is on its way from the disk.
    pub(crate) const fn is_reading(&self) -> bool {
        self.reading.asked.is_some()
    }

    /// There is no node to ask any more.
    pub(crate) fn disconnect(&mut self) {
        self.reading.node = false;
        self.unreadable();
    }

    /// Shows what is known of the room, if there is a node to ask.
    pub(super) fn open(&mut self, out: &mut Vec<Output>) {
        self.seek(Seek::Newest, out);
    }

    /// The disk does not answer.
    pub(crate) fn unreadable(&mut self) {
        if self.is_counting() {
            self.reading.asked = None;
            return self.give_up_counting();
        }
        (self.reading.asked, self.reading.opened) = (None, true);
    }

    pub(super) fn seek(&mut self, seek: Seek, out: &mut Vec<Output>) {
        if self.begin_to_read(seek) {
            out.push(Output::Send(Command::Page { room: self.room.clone(), seek, max: PAGE }));
        }
    }

    /// Notes that the disk is asked for this. Returns whether it is to be asked.
    pub(super) fn begin_to_read(&mut self, seek: Seek) -> bool {
        let is_due = self.reading.node && self.reading.asked != Some(seek);
        if is_due {
            self.reading.asked = Some(seek);
        }
        is_due
    }

    /// Whether this page was asked for. A later request may have replaced it.
    pub(crate) fn awaits(&self, seek: Seek) -> bool {
        self.reading.asked == Some(seek)
    }

    /// Takes in a page that [`Conversation::awaits`].
    pub(crate) fn paged(&mut self, page: Page, maker: &LineMaker<'_>) {
        if self.is_counting() {
            self.reading.asked = None;
            return self.counted(page, maker);
        }
        self.reading.asked = None;
        match page.seek {
            Seek::Newest => self.paged_newest(page, maker),
            Seek::Before(position) if self.view().oldest() == Some(position) => self.paged_before(page, maker),
            Seek::After(LEAST) => {
                self.paged_apart(page, maker);
                self.view_mut().home();
            }
            Seek::After(position) if self.past.as_ref().is_some_and(|past| past.newest() == Some(position)) => {
                self.paged_after(page, maker);
            }
            // The user is reading something else by now.
            Seek::Before(_) | Seek::After(_) => {}
            Seek::Around(position) => {
                let is_back = self.return_to.take() == Some(position);
                self.paged_apart(page, maker);
                if !is_back {
                    self.show(position);
                } else if self.view().len() == 0 {
                    // Nothing near it is left.
                    self.past = None;
                } else {
                    self.show_place(position);
                }
            }
        }
    }

    fn paged_newest(&mut self, page: Page, maker: &LineMaker<'_>) {
        self.reading.opened = true;
        let oldest = self.pane.oldest();
        let is_older = |message: &Message| oldest.is_none_or(|oldest| message.position < oldest);
        let (older, newer): (Vec<_>, Vec<_>) = page.messages.into_iter().partition(is_older);
        if !older.is_empty() || oldest.is_none() {
            self.pane.before = page.before;
        }
        let older = maker.lines(older);
        self.pane.prepend_folded(older);
        for line in maker.lines(newer) {
            if !self.pane.is_folded(line.author, line.position) {
                self.pane.insert(line);
            }
        }
        self.mark_unseen();
    }

    fn paged_before(&mut self, page: Page, maker: &LineMaker<'_>) {
        let lines = maker.lines(page.messages);
        if self.past.is_none() && !self.pane.follows() && self.pane.would_be_over(lines.len()) {
            self.part();
        }
        let view = self.view_mut();
        view.before = page.before;
        view.prepend_folded(lines);
        if let Some(past) = &mut self.past {
            let last = past.sight().rows.last().map_or(0, |row| row.seq);
            past.trim_back(last);
        }
    }

    fn paged_after(&mut self, page: Page, maker: &LineMaker<'_>) {
        let lines = maker.lines(page.messages);
        let Some(past) = &mut self.past else { return };
        past.after = page.after;
        past.stay();
        for line in lines {
            past.insert(line);
        }
        past.trim_front();
        self.meet();
    }

    /// Shows a page that need not connect to what was shown before.
    fn paged_apart(&mut self, page: Page, maker: &LineMaker<'_>) {
        let mut past = Pane::new(self.cap.max(PAGE));
        past.set_geometry(self.pane.geometry());
        past.prepend(maker.lines(page.messages));
        (past.before, past.after) = (page.before, page.after);
        if let Some(marker) = self.pane.marker
            && past.oldest().is_some_and(|oldest| oldest <= marker.key)
            && past.newest().is_some_and(|newest| marker.key <= newest)
        {
            past.begin_unread(past.nearest(marker.key));
        }
        self.past = Some(past);
    }

    /// Moves what is being read into a window of its own.
    fn part(&mut self) {
        let mut past = self.pane.fork();
        past.after = true;
        self.past = Some(past);
        self.pane.follow();
    }

    /// Returns to the pane with the newest messages, if it holds what is being read.
    fn meet(&mut self) {
        let Some(past) = &mut self.past else { return };
        let sight = past.sight();
        // The first message: those above it would be missing otherwise.
        let first = sight.rows.iter().enumerate().find_map(|(above, row)| match (past.entry(row.seq), row.part) {
            (Some(Entry::Line(line)), Part::Text(text)) => Some((line.position, text, above)),
            _ => None,
        });
        let message = first.and_then(|(position, text, above)| {
            Some((self.pane.find(position)?, u32::try_from(text).ok()?, u32::try_from(above).ok()?))
        });
        let end = past.newest().filter(|_| past.follows() && !past.after);
        if let Some((seq, row, above)) = message {
            self.past = None;
            self.pane.go_below(RowRef { seq, row }, above);
        } else if let Some(end) = end {
            self.past = None;
            // What was read may be folded there.
            let seq = self.pane.nearest(end);
            self.pane.go(RowRef { seq, row: 0 });
        }
    }

    /// Moves by `rows`, positive towards older messages.
    pub(crate) fn scroll(&mut self, rows: i32, out: &mut Vec<Output>) {
        self.view_mut().scroll(rows);
        self.scrolled(rows, out);
    }

    /// Rows that a page moves by. One stays for orientation, and one may be covered by the day.
    pub(crate) fn page(&self) -> i32 {
        (i32::from(self.pane.geometry().rows) - 2).max(1)
    }

    /// The user has scrolled, up if `rows` is positive.
    fn scrolled(&mut self, rows: i32, out: &mut Vec<Output>) {
        self.return_to = None;
        let sight = self.view_mut().sight();
        let (top, bottom) = (sight.rows.first().map(|row| row.seq), sight.rows.last().map(|row| row.seq));
        let view = self.view();
        let near_top = top.is_none_or(|top| top < view.first() + NEAR);
        let near_bottom = bottom.is_none_or(|bottom| bottom + NEAR >= view.end());
        if rows > 0 && near_top && view.before && self.reading.asked.is_none() {
            self.seek(view.oldest().map_or(Seek::Newest, Seek::Before), out);
        }
        if rows < 0 && self.past.is_some() {
            if near_bottom
                && let Some(Pane { after: true, .. }) = self.past
                && let Some(newest) = self.view().newest()
                && self.reading.asked.is_none()
            {
                self.seek(Seek::After(newest), out);
            }
            self.meet();
        }
        self.mark_read();
    }

    /// Goes to the oldest message of all.
    pub(crate) fn go_home(&mut self, out: &mut Vec<Output>) {
        if self.view().before && self.reading.node {
            self.seek(Seek::After(LEAST), out);
        } else {
            self.view_mut().home();
        }
    }

    /// Goes to the message at `position`, wherever that is.
    pub(super) fn go_to(&mut self, position: Position, out: &mut Vec<Output>) {
        if self.pane.find(position).is_some() {
            self.past = None;
            self.show(position);
        } else {
            self.seek(Seek::Around(position), out);
        }
    }

    /// Goes to a message that was searched for, and notes that it is the hit.
    pub(crate) fn go_to_hit(&mut self, position: Position, out: &mut Vec<Output>) {
        self.reading.hit = Some(position);
        self.go_to(position, out);
    }

    /// Goes to what came late, or else to the first unread message.
    pub(crate) fn go_to_unread(&mut self, out: &mut Vec<Output>) {
        if self.go_to_late(out) {
            return;
        }
        let Some(marker) = self.pane.marker else { return };
        if marker.seq >= self.pane.first() {
            self.past = None;
            self.pane.go_to_entry(marker.seq);
        } else {
            self.go_to(marker.key, out);
        }
    }

    /// Goes to the nearest message that names the user and is out of sight.
    pub(crate) fn go_to_mention(&mut self, back: bool, out: &mut Vec<Output>) {
        let sight = self.sight();
        let first = sight.rows.get(usize::from(sight.pinned.is_some()));
        let edge = if back { first } else { sight.rows.last() };
        let Some(seq) = edge.map(|row| if back { row.seq } else { row.seq + 1 }) else { return };
        let view = self.view_mut();
        if let Some(seq) = view.mention(seq, back) {
            view.go_to_entry(seq);
            self.scrolled(if back { 1 } else { -1 }, out);
        }
    }

    /// Shows the loaded message at `position`, a third of the way down the pane.
    fn show(&mut self, position: Position) {
        let view = self.view_mut();
        let seq = view.nearest(position);
        view.go_below(RowRef { seq, row: 0 }, u32::from(view.geometry().rows / 3));
    }

    /// Shows the newest message.
    pub(crate) fn go_to_bottom(&mut self) {
        (self.past, self.return_to) = (None, None);
        self.reading.hit = None;
        self.pane.follow();
        self.mark_read();
    }

    /// Keeps the newest messages within the limits. If the user is reading among the oldest of them, they go on in a
    /// window of their own.
    pub(crate) fn keep_limits(&mut self) {
        if self.pane.is_over() {
            if self.past.is_none() && self.pane.reads_oldest(NEAR) {
                self.part();
            }
            self.pane.trim_front();
        }
    }
}
