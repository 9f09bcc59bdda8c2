//! Scrolling back through what is on disk.
//!
//! The newest messages, and what the program said among them, are always in the pane. Who reads further up than that holds
//! reads in a second one, a window that moves through the history, until both meet again. So the newest end is there at once
//! whenever it is wanted, and nothing that arrives moves what is read.

use super::{
    App, Node,
    pane::{Entry, LEAST, Pane, Part, RowRef, Sight},
};
use crate::domain::{
    bus::{Command, Page},
    model::{Message, Position, Room, Seek},
};

/// Messages asked for at a time: a few screens, read from disk within a frame's time.
const PAGE: usize = 200;

/// Entries left above or below what is in sight when the next ones are asked for: two pages of the highest window.
const NEAR: u64 = 100;

/// What was asked of the disk.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What is on its way.
    asked: Option<Seek>,
    /// Whether the room shows what is known of it, or there is nothing to wait for.
    opened: bool,
    /// The message that was jumped to.
    pub hit: Option<Position>,
}

impl App {
    /// What the message pane shows.
    pub(crate) const fn view(&self) -> &Pane {
        match &self.past {
            Some(past) => past,
            None => &self.pane,
        }
    }

    pub(super) const fn view_mut(&mut self) -> &mut Pane {
        match &mut self.past {
            Some(past) => past,
            None => &mut self.pane,
        }
    }

    /// Whether the newest message is in sight and stays there.
    pub(super) const fn follows(&self) -> bool {
        self.past.is_none() && self.pane.follows()
    }

    /// The rows in sight.
    pub(crate) fn sight(&mut self) -> Sight {
        let Some(past) = &mut self.past else { return self.pane.sight() };
        let mut sight = past.sight();
        let newest = past.newest().unwrap_or(LEAST);
        sight.more_below = past.after && self.pane.oldest().is_none_or(|oldest| newest < oldest);
        sight.below += self.pane.newer_than(newest);
        sight
    }

    /// The message that was jumped to, while it can be seen.
    pub(crate) const fn hit(&self) -> Option<Position> {
        self.reading.hit
    }

    /// Whether the room shows what is known of it.
    pub(super) const fn has_opened(&self) -> bool {
        self.reading.opened
    }

    /// Shows what is known of the room, as soon as there is somebody to ask.
    pub(super) fn open_room(&mut self) {
        self.seek(Seek::Newest);
    }

    /// The disk does not answer.
    pub(super) fn unreadable(&mut self) {
        (self.reading.asked, self.reading.opened) = (None, true);
    }

    fn seek(&mut self, seek: Seek) {
        if matches!(self.node, Node::At(_)) && self.reading.asked != Some(seek) {
            self.reading.asked = Some(seek);
            self.send(Command::Page { room: Room::LOBBY, seek, max: PAGE });
        }
    }

    /// Takes in what was asked for; what was overtaken by another wish is dropped.
    pub(super) fn paged(&mut self, page: Page) {
        if self.reading.asked != Some(page.seek) {
            return;
        }
        self.reading.asked = None;
        self.heard(&page.messages);
        match page.seek {
            Seek::Newest => self.paged_newest(page),
            Seek::Before(position) if self.view().oldest() == Some(position) => self.paged_before(page),
            Seek::After(LEAST) => {
                self.paged_apart(page);
                self.view_mut().home();
            }
            Seek::After(position) if self.past.as_ref().is_some_and(|past| past.newest() == Some(position)) => {
                self.paged_after(page);
            }
            // What is read is something else by now.
            Seek::Before(_) | Seek::After(_) => {}
            Seek::Around(position) => {
                self.paged_apart(page);
                self.show(position);
            }
        }
    }

    fn paged_newest(&mut self, page: Page) {
        self.reading.opened = true;
        let oldest = self.pane.oldest();
        let is_older = |message: &Message| oldest.is_none_or(|oldest| message.position < oldest);
        let (older, newer): (Vec<_>, Vec<_>) = page.messages.into_iter().partition(is_older);
        if !older.is_empty() || oldest.is_none() {
            self.pane.before = page.before;
        }
        let older = self.lines(older);
        self.pane.prepend(older);
        for line in self.lines(newer) {
            self.pane.insert(line);
        }
    }

    fn paged_before(&mut self, page: Page) {
        let lines = self.lines(page.messages);
        if self.past.is_none() && !self.pane.follows() && self.pane.would_be_over(lines.len()) {
            self.part();
        }
        let view = self.view_mut();
        view.before = page.before;
        view.prepend(lines);
        if let Some(past) = &mut self.past {
            let last = past.sight().rows.last().map_or(0, |row| row.seq);
            past.trim_back(last);
        }
    }

    fn paged_after(&mut self, page: Page) {
        let lines = self.lines(page.messages);
        let Some(past) = &mut self.past else { return };
        past.after = page.after;
        past.stay();
        for line in lines {
            past.insert(line);
        }
        past.trim_front();
        self.meet();
    }

    /// Shows a page that need not be connected with what was shown before.
    fn paged_apart(&mut self, page: Page) {
        let mut past = Pane::new(self.setup.history_cap.max(PAGE));
        past.set_geometry(self.pane.geometry());
        past.prepend(self.lines(page.messages));
        (past.before, past.after) = (page.before, page.after);
        if let Some(marker) = self.pane.marker
            && past.find(marker.key).is_some()
        {
            past.begin_unread(past.nearest(marker.key));
        }
        self.past = Some(past);
    }

    /// Lets what is read be a window of its own.
    fn part(&mut self) {
        let mut past = self.pane.fork();
        past.after = true;
        self.past = Some(past);
        self.pane.follow();
    }

    /// Goes on in the pane with the newest messages, if what is read is in it too.
    fn meet(&mut self) {
        let Some(past) = &mut self.past else { return };
        let sight = past.sight();
        // The first one: those above it would be missing else.
        let first = sight.rows.iter().enumerate().find_map(|(above, row)| match (past.entry(row.seq), row.part) {
            (Some(Entry::Line(line)), Part::Text(text)) => Some((line.position, text, above)),
            _ => None,
        });
        let message = first.and_then(|(position, text, above)| {
            Some((self.pane.find(position)?, u32::try_from(text).ok()?, u32::try_from(above).ok()?))
        });
        let at_its_end = past.follows() && !past.after;
        if let Some((seq, row, above)) = message {
            self.past = None;
            self.pane.go_below(RowRef { seq, row }, above);
        } else if at_its_end {
            self.past = None;
            self.pane.home();
        }
    }

    /// The user has scrolled, up if `rows` is positive.
    pub(super) fn scrolled(&mut self, rows: i32) {
        let sight = self.view_mut().sight();
        let (top, bottom) = (sight.rows.first().map(|row| row.seq), sight.rows.last().map(|row| row.seq));
        let view = self.view();
        let near_top = top.is_none_or(|top| top < view.first() + NEAR);
        let near_bottom = bottom.is_none_or(|bottom| bottom + NEAR >= view.end());
        if rows > 0 && near_top && view.before && self.reading.asked.is_none() {
            self.seek(view.oldest().map_or(Seek::Newest, Seek::Before));
        }
        if rows < 0 && self.past.is_some() {
            if near_bottom
                && let Some(Pane { after: true, .. }) = self.past
                && let Some(newest) = self.view().newest()
                && self.reading.asked.is_none()
            {
                self.seek(Seek::After(newest));
            }
            self.meet();
        }
        self.reached();
    }

    /// Goes to the oldest message of all.
    pub(super) fn go_home(&mut self) {
        if self.view().before && matches!(self.node, Node::At(_)) {
            self.seek(Seek::After(LEAST));
        } else {
            self.view_mut().home();
        }
    }

    /// Goes to the message at `position`, wherever that is.
    pub(super) fn go_to(&mut self, position: Position) {
        if self.pane.find(position).is_some() {
            self.past = None;
            self.show(position);
        } else {
            self.seek(Seek::Around(position));
        }
    }

    /// Shows the message at `position` of those that are loaded, a third of the pane below its top.
    fn show(&mut self, position: Position) {
        let view = self.view_mut();
        let seq = view.nearest(position);
        view.go_below(RowRef { seq, row: 0 }, u32::from(view.geometry().rows / 3));
    }

    /// Shows the newest message.
    pub(super) fn go_to_bottom(&mut self) {
        self.past = None;
        self.reading.hit = None;
        self.pane.follow();
        self.reached();
    }

    /// Keeps the newest messages within the limits; what is read while they move on is read elsewhere from then on.
    pub(super) fn keep_limits(&mut self) {
        if self.pane.is_over() {
            if self.past.is_none() && self.pane.reads_oldest(NEAR) {
                self.part();
            }
            self.pane.trim_front();
        }
    }
}
