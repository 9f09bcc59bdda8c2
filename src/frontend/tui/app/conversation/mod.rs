//! A room as the user reads it: its messages, the notices among them, and where the user is in all that.
//!
//! This is a machine of its own. It is told what was said and what the user does, and asks for older messages by
//! pushing [`Output`]s. It knows nothing about the rest of the screen, which holds one for each room. The [`Pane`]
//! holds entries and wraps them; `reading` moves through the history on disk, `late` puts late messages where they
//! belong, `again` leaves out what was said again, `rates` folds floods, `delivery` holds back what is not worth a word
//! yet, and `unread` is the marker. `kept_place` and `unseen_count` say where the user was in an earlier run, and how
//! much has come since.

mod again;
mod delivery;
mod kept_place;
mod late;
mod lines;
mod pane;
mod rates;
mod reading;
mod unread;
mod unseen_count;

#[cfg(test)]
mod tests;

use std::time::Instant;

use jiff::civil::{Date, DateTime};

use self::{
    delivery::Fresh,
    late::Late,
    pane::{LEAST, Source},
    rates::{LineRates, Placement},
    reading::Reading,
    unseen_count::UnseenCount,
};
pub(crate) use self::{
    lines::LineMaker,
    pane::{Arrangement, Entry, Form, Geometry, Line, Mover, Pane, Part, Prefix, Remark, Sight, Tone, rows_of},
    unread::Unread,
};
use super::people::Change;
use crate::domain::{
    model::{Author, Message, PeerId, Position, Room},
    naming::Tags,
};

/// In a room with more entries than this, people have talked.
const TALKED: usize = 10;

/// Once people have talked, the text below the last message gets at most these rows, and at most a third of the pane.
const TAIL_ROWS: u16 = 7;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The user's own message is now the newest.
    Own,
    /// A new message came while the user was not looking.
    Unseen {
        /// Whether it names the user.
        mention: bool,
    },
    /// It is in sight, belongs to the past, or was there already.
    Quiet,
}

/// One room. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Conversation {
    room: Room,
    /// How many messages are held.
    cap: usize,
    /// The newest messages, and the notices among them.
    pane: Pane,
    /// Where the user reads, if that is further up than `pane` goes.
    past: Option<Pane>,
    reading: Reading,
    late: Option<Late>,
    fresh: Fresh,
    rates: LineRates,
    /// Whether nobody is here who could receive the user's messages.
    alone: bool,
    /// Whether the user has done anything yet.
    touched: bool,
    /// The newest message that the user had seen when the oldest unread one came.
    seen: Option<Position>,
    /// What is after this one was not seen in an earlier run, and has not been read from disk yet.
    unseen_after: Option<Position>,
    /// How much that is, as far as it was counted while nobody looked.
    counted: UnseenCount,
    /// Where the user read in an earlier run, until that is shown.
    return_to: Option<Position>,
    /// Whether the unread messages cannot be counted without the disk.
    needs_page: bool,
    /// The current day.
    today: Date,
}

impl Conversation {
    /// An empty room that holds `cap` messages, and as many again while the user reads further up.
    pub(crate) fn new(room: Room, cap: usize) -> Self {
        Self {
            room,
            cap,
            pane: Pane::new(cap),
            past: None,
            reading: Reading::default(),
            late: None,
            fresh: Fresh::default(),
            rates: LineRates::default(),
            alone: true,
            touched: false,
            seen: None,
            unseen_after: None,
            counted: UnseenCount::default(),
            return_to: None,
            needs_page: false,
            today: Date::ZERO,
        }
    }

    /// Which room it is.
    pub(crate) const fn room(&self) -> &Room {
        &self.room
    }

    /// What the message pane shows.
    pub(crate) const fn view(&self) -> &Pane {
        match &self.past {
            Some(past) => past,
            None => &self.pane,
        }
    }

    const fn view_mut(&mut self) -> &mut Pane {
        match &mut self.past {
            Some(past) => past,
            None => &mut self.pane,
        }
    }

    fn panes(&mut self) -> impl Iterator<Item = &mut Pane> {
        self.past.iter_mut().chain([&mut self.pane])
    }

    /// The size and arrangement it is laid out for.
    pub(crate) const fn geometry(&self) -> Geometry {
        self.pane.geometry()
    }

    /// Lays it out again.
    pub(crate) fn set_geometry(&mut self, geometry: Geometry) {
        self.panes().for_each(|pane| pane.set_geometry(geometry));
    }

    /// The user has done something: from now on nothing moves what they read.
    pub(crate) const fn touch(&mut self) {
        self.touched = true;
    }

    /// Sets the current day.
    pub(crate) const fn set_today(&mut self, today: Date) {
        self.today = today;
    }

    /// Takes in a message. Most are the newest; one that was said elsewhere meanwhile goes among the others. `watched`
    /// says whether the user is looking at the screen.
    pub(crate) fn receive(&mut self, message: Message, maker: &LineMaker<'_>, watched: bool) -> Arrival {
        if !self.takes_place_of_repeated(&message) {
            return Arrival::Quiet;
        }
        let now = maker.clock.now;
        let long_ago = late::was_said_long_ago(&message, now.wall);
        let quiet = message.is_own() && self.fresh.note(&message, now.mono);
        let line = Line { quiet, ..maker.line(message) };
        let is_late = self.pane.newest().is_some_and(|newest| line.position <= newest);
        let Author::Peer(peer) = line.author else {
            if is_late {
                self.insert_late(line, long_ago, &maker.clock);
                return Arrival::Quiet;
            }
            self.pane.push_line(line);
            return Arrival::Own;
        };
        let stranger = maker.people.is_stranger(peer);
        let placement = match long_ago {
            true if self.pane.is_crowded(&line) => Placement::Fold(Source::Past(peer)),
            true => Placement::Show,
            false => self.rates.line(peer, stranger, &line, now.mono),
        };
        let mention = line.mention;
        let (seq, counts) = match placement {
            Placement::Show if is_late => match self.insert_late(line, long_ago, &maker.clock) {
                Some(seq) => (seq, !long_ago),
                None => return Arrival::Quiet,
            },
            Placement::Show => (self.pane.push_line(line), true),
            Placement::Fold(source) => {
                let position = line.position;
                let seq = self.pane.fold(source, line);
                if long_ago && is_late {
                    self.tell_late(position, &maker.clock);
                }
                (seq, !(long_ago && is_late))
            }
            Placement::Begin(source, since) => {
                (self.pane.begin_flood(source, since, |line| is_of(source, line, maker), line), true)
            }
        };
        if long_ago {
            if counts {
                self.missed(seq);
            }
            return Arrival::Quiet;
        }
        // A line in a fold does not count as a mention.
        let mention = mention && placement == Placement::Show;
        if counts && self.arrived(seq, watched) { Arrival::Unseen { mention } } else { Arrival::Quiet }
    }

    /// Relabels the messages of these people: someone else uses their name, or more is known about them.
    pub(crate) fn relabel(&mut self, people: &[PeerId], label: impl Fn(PeerId, &Line) -> (&'static str, Tags)) {
        if people.is_empty() {
            return;
        }
        let label = |line: &Line| match line.author {
            Author::Peer(peer) if people.contains(&peer) => Some(label(peer, line)),
            _ => None,
        };
        self.panes().for_each(|pane| pane.relabel(label));
    }

    /// Adds a notice.
    pub(crate) fn notice(&mut self, tone: Tone, text: &str, day: Date) {
        self.pane.push_notice(tone, text, day);
    }

    /// Adds a notice of several lines, and returns its entry. Further rows of the lines after the first are indented by
    /// `hang` columns or, if that is 0, as much as their line.
    pub(crate) fn block(&mut self, tone: Tone, text: &str, hang: usize, day: Date) -> u64 {
        self.pane.push_block(tone, text, hang, day)
    }

    /// Adds an answer and shows it from its title on. In a short window, its end alone would not say what it is about.
    pub(crate) fn answer(&mut self, text: &str, hang: usize, day: Date) {
        let follows = self.pane.follows();
        let seq = self.pane.push_block(Tone::Ask, text, hang, day);
        if follows {
            self.pane.go_to_entry(seq);
        }
    }

    /// Adds that somebody came, left or changed their name, `at` this time on the user's clock.
    pub(crate) fn presence(&mut self, who: Mover, change: Change, at: DateTime) {
        self.pane.push_presence(who, change, at);
    }

    /// Shows one of `texts` below the last message, or nothing. They get shorter, and the first that fits is shown. The
    /// end of a longer one would push its start out of sight, and people's messages too in a room where they have
    /// talked.
    pub(crate) fn set_tail(&mut self, texts: &[String]) {
        let geometry = self.pane.geometry();
        let talked = self.pane.len() > TALKED;
        let room = usize::from(if talked { TAIL_ROWS.min(geometry.rows / 3) } else { geometry.rows });
        // An empty row after what was said before.
        let apart = if self.pane.len() == 0 { "" } else { "\n" };
        let texts: Vec<_> = texts.iter().map(|text| format!("{apart}{text}")).collect();
        let fitting = texts.iter().find(|text| rows_of(text, geometry.cols) <= room);
        self.pane.set_tail(fitting.or(texts.last()).map(String::as_str));
    }

    /// Shows what is folded, or folds a long message again. Returns whether there was anything.
    pub(crate) fn unfold(&mut self) -> bool {
        self.view_mut().toggle_fold()
    }

    /// Who spoke in the last `within` entries, newest first.
    pub(crate) fn speakers(&self, within: usize) -> impl Iterator<Item = Author> + '_ {
        self.pane.speakers(within)
    }

    /// The message that is this many back from the search hit that is shown, or else from the last one in sight: 1 is
    /// that message itself. Messages in a fold do not count.
    pub(crate) fn line_back(&mut self, back: u32) -> Option<&Line> {
        let last = self.sight().rows.last()?.seq;
        let hit = self.hit().and_then(|position| self.view().find(position));
        self.view().line_back(hit.unwrap_or(last), back)
    }

    /// Empties the screen. Returns whether there is something on disk to show again.
    pub(crate) fn clear(&mut self) -> bool {
        self.seen = self.seen();
        (self.past, self.late) = (None, None);
        let more = self.pane.before || self.pane.newest().is_some();
        self.pane.clear();
        self.pane.before = more;
        more
    }

    /// The history is gone from the disk.
    pub(crate) fn erased(&mut self) {
        self.clear();
        self.pane.before = false;
        self.reading.hit = None;
    }

    /// What is on disk has been rearranged: it is forgotten, and read again when the room is next shown. What is unread
    /// stays so.
    pub(crate) fn forget(&mut self) {
        let unread = self.pane.marker.is_some_and(|marker| marker.messages > 0);
        let seen = self.seen();
        self.clear();
        self.reading.restart();
        (self.seen, self.needs_page) = (seen, unread);
        if unread {
            self.unseen_after = seen.or(Some(LEAST));
        }
    }

    /// The room belongs to another network: lines from this network are not shown there.
    pub(crate) fn change_network(&mut self) {
        self.clear();
        self.pane.before = false;
        (self.fresh, self.rates) = (Fresh::default(), LineRates::default());
        (self.seen, self.unseen_after, self.needs_page) = (None, None, false);
        (self.counted, self.return_to) = (UnseenCount::default(), None);
        self.reading.restart();
    }

    /// When [`Conversation::speak_up`] has something to do.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.fresh.next_due()
    }
}

/// Whether `line` is one of those that `source` folds.
fn is_of(source: Source, line: &Line, maker: &LineMaker<'_>) -> bool {
    match (source, line.author) {
        (_, Author::Own) => false,
        (Source::One(one) | Source::Past(one), Author::Peer(peer)) => peer == one,
        (Source::Strangers, Author::Peer(peer)) => maker.people.is_stranger(peer),
    }
}
