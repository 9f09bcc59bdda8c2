//! The message pane: a window of a few thousand messages. Only the visible ones are wrapped.
//!
//! Entries have consecutive numbers. An insertion moves the numbers of older entries, never those of newer ones.
//! Heights are computed when entries come into sight and kept until the width changes. The place being read is an
//! (entry, row), so nothing that arrives can move it. Days are not entries: every entry has a day, and a separator
//! above it if the entry before it has another one.

mod arrange;
mod entry;
mod flood;
mod folding;
mod line;
mod long;
mod past_floods;
mod presence;
mod scroll;
mod window;

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::{Date, DateTime};

use self::{arrange::wrap_entry, flood::Flood};
pub(crate) use self::{
    arrange::{Arrangement, Geometry, Prefix, Wrapped, rows_of},
    entry::{Entry, Notice, Tone},
    flood::Source,
    line::{Form, Line, Remark},
    presence::{Mover, Presence},
    scroll::{Part, RowRef, Sight, SightRow},
};
use crate::{
    domain::model::{Author, Hlc, MessageId, NodeId, Position},
    frontend::tui::app::{clock::minute_of, people::Change},
};

/// The most bytes of text kept: ordinary messages need a tenth of it, messages of 64 KiB must not fill the memory.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The number of the first entry: older ones that are loaded later get lower numbers.
const FIRST: u64 = 1 << 40;

/// The position before every message.
pub(crate) const LEAST: Position =
    Position { hlc: Hlc(0), author: NodeId::new([0; 32]), epoch: 0, seq: 0, id: MessageId([0; 16]) };

/// An entry with its height, if that is known for the current generation of the geometry.
#[derive(Debug, Clone)]
struct Slot {
    entry: Entry,
    /// Where it stands: a message's own position, or for anything else that of the message before it. Never less than
    /// the key of the slot before.
    key: Position,
    day: Date,
    /// Whether all of a long message is shown.
    open: bool,
    generation: u32,
    rows: u32,
}

impl Slot {
    const fn new(entry: Entry, key: Position, day: Date) -> Self {
        Self { entry, key, day, open: false, generation: 0, rows: 0 }
    }
}

/// Where the unread messages begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The entry; below the first one if that is not loaded any more.
    pub seq: u64,
    /// The position of that entry.
    pub key: Position,
    /// How many messages are unread.
    pub messages: usize,
    /// How many of the program's warnings and questions are unread.
    pub notices: usize,
    /// How many of the messages name the user.
    pub mentions: usize,
}

/// The message pane.
#[derive(Debug)]
pub(crate) struct Pane {
    slots: VecDeque<Slot>,
    /// The number of the first slot.
    first: u64,
    messages: usize,
    bytes: usize,
    cap: usize,
    max_bytes: usize,
    /// The position of the newest message, if there is any.
    newest: Option<Position>,
    /// The user's messages, so that we find them when their delivery is reported.
    own: BTreeMap<MessageId, Position>,
    /// The entries that take in the lines of floods.
    folds: BTreeMap<Source, u64>,
    /// What is said below the last message as long as it is true. Its number is the one after the last.
    tail: Option<Slot>,
    geometry: Geometry,
    generation: u32,
    /// How the entries in sight are wrapped.
    wrapped: BTreeMap<u64, Wrapped>,
    /// The first row in sight; `None` follows the newest message.
    anchor: Option<RowRef>,
    pub marker: Option<Marker>,
    /// Whether there are older messages on disk.
    pub before: bool,
    /// Whether there are newer messages on disk that are not here.
    pub after: bool,
}

impl Pane {
    /// An empty pane for `cap` messages.
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            slots: VecDeque::new(),
            first: FIRST,
            messages: 0,
            bytes: 0,
            cap: cap.max(1),
            max_bytes: MAX_BYTES,
            newest: None,
            own: BTreeMap::new(),
            folds: BTreeMap::new(),
            tail: None,
            geometry: Geometry::new(80, 24, false),
            generation: 1,
            wrapped: BTreeMap::new(),
            anchor: None,
            marker: None,
            before: false,
            after: false,
        }
    }

    /// The number of the first entry.
    pub(crate) const fn first(&self) -> u64 {
        self.first
    }

    /// The number after the last entry's.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many messages it holds, and how many bytes of text.
    #[cfg(test)]
    pub(crate) const fn held_in_all(&self) -> (usize, usize) {
        (self.messages, self.bytes)
    }

    /// The position of the newest message.
    pub(crate) const fn newest(&self) -> Option<Position> {
        self.newest
    }

    /// The size and arrangement that the pane is laid out for.
    pub(crate) const fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// The entry with this number; the tail has [`Pane::end`].
    pub(crate) fn entry(&self, seq: u64) -> Option<&Entry> {
        self.slot(seq).map(|slot| &slot.entry)
    }

    /// The message that is this many back from the entry `seq`, which counts as 1 if it is a message.
    pub(crate) fn line_back(&self, seq: u64, back: u32) -> Option<&Line> {
        let mut lines = (self.first..=seq).rev().filter_map(|seq| match self.entry(seq)? {
            Entry::Line(line) => Some(line),
            Entry::Presence(_) | Entry::Notice(_) | Entry::Flood(_) => None,
        });
        lines.nth(usize::try_from(back).ok()?.checked_sub(1)?)
    }

    /// The day of the entry with this number.
    pub(crate) fn day(&self, seq: u64) -> Option<Date> {
        self.slot(seq).map(|slot| slot.day)
    }

    fn slot(&self, seq: u64) -> Option<&Slot> {
        let at = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        if at == self.slots.len() { self.tail.as_ref() } else { self.slots.get(at) }
    }

    fn slot_mut(&mut self, seq: u64) -> Option<&mut Slot> {
        let at = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        if at == self.slots.len() { self.tail.as_mut() } else { self.slots.get_mut(at) }
    }

    /// Adds a message after all others.
    pub(crate) fn push_line(&mut self, line: Line) -> u64 {
        self.newest = self.newest.max(Some(line.position));
        self.note_own(&line);
        let (key, day) = (line.position, line.day);
        let seq = self.push(Entry::Line(line), key, day);
        self.restamp(self.slots.len() - 1, 1);
        seq
    }

    /// Decides again whether times are shown, for the `lines` messages inserted at `at` and for the next one.
    fn restamp(&mut self, at: usize, lines: usize) {
        let line = |slot: &Slot| {
            if let Entry::Line(line) = &slot.entry { Some((line.day, line.minute)) } else { None }
        };
        let mut last = self.slots.range(..at).rev().find_map(line);
        for (i, slot) in self.slots.range_mut(at..).enumerate() {
            if let Entry::Line(line) = &mut slot.entry {
                let this = Some((line.day, line.minute));
                line.stamped = last != this;
                last = this;
                slot.generation = 0;
                if i >= lines {
                    return;
                }
            }
        }
    }

    /// Adds a notice on `day`. The same error is not shown twice in a row.
    pub(crate) fn push_notice(&mut self, tone: Tone, text: &str, day: Date) {
        if let Some(Slot { entry: Entry::Notice(last), .. }) = self.slots.back()
            && (tone, text) == (Tone::Error, &*last.text)
        {
            return;
        }
        self.push_block(tone, text, 0, day);
    }

    /// Adds a notice of several lines, even if it repeats the last one.
    pub(crate) fn push_block(&mut self, tone: Tone, text: &str, hang: usize, day: Date) -> u64 {
        self.push(Entry::Notice(Notice { tone, text: text.into(), hang }), LEAST, day)
    }

    /// Replaces the text of the notice `seq` with `new`, if it is `old`. Returns whether it did.
    pub(crate) fn replace_notice(&mut self, seq: u64, old: &str, new: &str) -> bool {
        let Some(slot) = self.slot_mut(seq) else { return false };
        let Entry::Notice(notice) = &mut slot.entry else { return false };
        if *notice.text != *old {
            return false;
        }
        notice.text = new.into();
        slot.generation = 0;
        self.bytes = (self.bytes + new.len()).saturating_sub(old.len());
        self.wrapped.remove(&seq);
        true
    }

    /// Adds a join, leave or new name, to the last line if that is about such things too.
    pub(crate) fn push_presence(&mut self, who: Mover, change: Change, at: DateTime) {
        let (day, minute) = (at.date(), minute_of(at));
        let mut rest = (who, change);
        if let Some(Slot { entry: Entry::Presence(line), generation, day: same, .. }) = self.slots.back_mut()
            && *same == day
        {
            let before = line.text().len();
            *generation = 0;
            let added = line.add(rest.0, rest.1, minute);
            self.bytes = (self.bytes + line.text().len()).saturating_sub(before);
            self.wrapped.remove(&(self.end() - 1));
            match added {
                Ok(()) => return,
                Err(back) => rest = back,
            }
        }
        self.push(Entry::Presence(Box::new(Presence::new(rest.0, rest.1, minute))), LEAST, day);
    }

    /// Says `text` below the last message, or nothing.
    pub(crate) fn set_tail(&mut self, text: Option<&str>) {
        if self.tail.as_ref().map(|slot| slot.entry.text()) != text {
            self.wrapped.remove(&self.end());
            let notice = |t: &str| Entry::Notice(Notice { tone: Tone::Plain, text: t.into(), hang: 0 });
            self.tail = text.map(|t| Slot::new(notice(t), LEAST, Date::ZERO));
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.first = self.end();
        self.slots.clear();
        (self.messages, self.bytes, self.newest) = (0, 0, None);
        self.own.clear();
        self.folds.clear();
        self.wrapped.clear();
        (self.anchor, self.marker) = (None, None);
    }

    /// The number of the nearest entry that names the user: before `seq` if `back`, or else from `seq` on.
    pub(crate) fn mention(&self, seq: u64, back: bool) -> Option<u64> {
        let at = usize::try_from(seq.saturating_sub(self.first)).ok()?.min(self.slots.len());
        let named = |slot: &Slot| matches!(&slot.entry, Entry::Line(line) if line.mention);
        if back {
            self.slots.range(..at).rposition(named).map(|i| self.first + i as u64)
        } else {
            self.slots.range(at..).position(named).map(|i| seq + i as u64)
        }
    }

    /// Who spoke last, newest first.
    pub(crate) fn speakers(&self, within: usize) -> impl Iterator<Item = Author> + '_ {
        self.slots.iter().rev().take(within).filter_map(|slot| match &slot.entry {
            Entry::Line(line) => Some(line.author),
            _ => None,
        })
    }

    fn push(&mut self, entry: Entry, key: Position, day: Date) -> u64 {
        let seq = self.end();
        if let Some(Slot { entry: Entry::Presence(line), .. }) = self.slots.back_mut() {
            line.close();
        }
        // Until now the tail had this number.
        self.wrapped.remove(&seq);
        if let Some(tail) = &mut self.tail {
            tail.generation = 0;
        }
        self.messages += entry.messages();
        self.bytes += entry.bytes();
        let key = self.slots.back().map_or(key, |last| last.key.max(key));
        self.slots.push_back(Slot::new(entry, key, day));
        seq
    }
}
