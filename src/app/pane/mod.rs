//! The message pane: up to a hundred thousand messages of which only those in sight are wrapped.
//!
//! Entries are named by a running number that never changes. Their heights are computed when they come into sight and
//! kept until the width changes; the place being read is an (entry, row), so nothing that arrives can move it.

mod arrange;
mod entry;
mod presence;
mod scroll;

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;

use self::arrange::wrap_entry;
pub(crate) use self::{
    arrange::{Arrangement, COLUMNS_BEFORE_TEXT, Geometry, INLINE_INDENT, Prefix, Wrapped, clock, rows_of},
    entry::{Entry, Flood, Line, Notice, Tone, whole},
    presence::{Change, Mover, Presence},
    scroll::{Part, Position, Sight},
};
use crate::model::Author;

/// The most bytes of text kept: 100,000 ordinary messages need a tenth of it, 64 KiB ones must not fill the memory.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// An entry with its height, if that is known for the present generation of the geometry.
#[derive(Debug)]
struct Slot {
    entry: Entry,
    generation: u32,
    rows: u32,
}

impl Slot {
    const fn new(entry: Entry) -> Self {
        Self { entry, generation: 0, rows: 0 }
    }
}

/// Where the unread messages begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub seq: u64,
    pub count: usize,
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
    /// What is said below the last message as long as it holds; has the number after the last.
    tail: Option<Slot>,
    geometry: Geometry,
    generation: u32,
    /// How the entries in sight are wrapped.
    wrapped: BTreeMap<u64, Wrapped>,
    /// The first row in sight; none follows the newest.
    anchor: Option<Position>,
    pub marker: Option<Marker>,
    last_day: Option<Date>,
    last_minute: Option<u16>,
}

impl Pane {
    /// An empty pane for `cap` messages.
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            slots: VecDeque::new(),
            first: 0,
            messages: 0,
            bytes: 0,
            cap: cap.max(1),
            tail: None,
            geometry: Geometry::new(80, 24, false),
            generation: 1,
            wrapped: BTreeMap::new(),
            anchor: None,
            marker: None,
            last_day: None,
            last_minute: None,
        }
    }

    /// The number after that of the last entry.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The size and arrangement it is laid out for.
    pub(crate) const fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// The entry with this number; the tail has [`Pane::end`].
    pub(crate) fn entry(&self, seq: u64) -> Option<&Entry> {
        self.slot(seq).map(|slot| &slot.entry)
    }

    fn slot(&self, seq: u64) -> Option<&Slot> {
        let at = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        if at == self.slots.len() { self.tail.as_ref() } else { self.slots.get(at) }
    }

    fn slot_mut(&mut self, seq: u64) -> Option<&mut Slot> {
        let at = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        if at == self.slots.len() { self.tail.as_mut() } else { self.slots.get_mut(at) }
    }

    /// Adds a message said on `day`, with a separator if that is a new one.
    pub(crate) fn push_line(&mut self, mut line: Line, day: Date) -> u64 {
        self.begin_day(day);
        self.stamp(&mut line);
        self.push(Entry::Line(line))
    }

    /// Decides whether the time of a message is shown.
    fn stamp(&mut self, line: &mut Line) {
        line.stamped = self.last_minute != Some(line.minute);
        self.last_minute = Some(line.minute);
    }

    /// Decides anew whether times are shown, for the `lines` messages that were put in at `at` and for the next one.
    fn restamp(&mut self, at: usize, lines: usize) {
        let before = self.slots.range(..at).rev().find(|slot| matches!(slot.entry, Entry::Line(_) | Entry::Day(_)));
        let mut last = match before {
            Some(Slot { entry: Entry::Line(line), .. }) => Some(line.minute),
            _ => None,
        };
        for (i, slot) in self.slots.range_mut(at..).enumerate() {
            match &mut slot.entry {
                Entry::Line(line) => {
                    line.stamped = last != Some(line.minute);
                    last = Some(line.minute);
                    slot.generation = 0;
                    if i >= lines {
                        return;
                    }
                }
                Entry::Day(_) => return,
                Entry::Presence(_) | Entry::Notice(_) | Entry::Flood(_) => {}
            }
        }
        self.last_minute = last;
    }

    /// Starts `day`, unless it is under way.
    pub(crate) fn begin_day(&mut self, day: Date) {
        if self.last_day != Some(day) {
            self.last_day = Some(day);
            self.last_minute = None;
            self.push(Entry::Day(day));
        }
    }

    /// Adds a line of the program's own; the same error again is not said twice in a row.
    pub(crate) fn push_notice(&mut self, tone: Tone, text: &str) {
        if let Some(Slot { entry: Entry::Notice(last), .. }) = self.slots.back()
            && (tone, text) == (Tone::Error, &*last.text)
        {
            return;
        }
        self.push_block(tone, text, 0);
    }

    /// Adds several lines of the program's own that belong together, whatever was said before.
    pub(crate) fn push_block(&mut self, tone: Tone, text: &str, hang: usize) -> u64 {
        self.push(Entry::Notice(Notice { tone, text: text.into(), hang }))
    }

    /// Adds a join, leave or new name: to the last line, if that is about such things too.
    pub(crate) fn push_presence(&mut self, who: Mover, change: Change) {
        let mut rest = (who, change);
        if let Some(Slot { entry: Entry::Presence(line), generation, .. }) = self.slots.back_mut() {
            let before = line.text().len();
            *generation = 0;
            let added = line.add(rest.0, rest.1);
            self.bytes = (self.bytes + line.text().len()).saturating_sub(before);
            self.wrapped.remove(&(self.end() - 1));
            match added {
                Ok(()) => return,
                Err(back) => rest = back,
            }
        }
        self.push(Entry::Presence(Box::new(Presence::new(rest.0, rest.1))));
    }

    /// Adds a message to the folded ones of entry `seq`, or starts folding with it.
    pub(crate) fn push_flood(&mut self, seq: Option<u64>, line: Line) -> u64 {
        let bytes = line.text.as_str().len();
        let Some((seq, Slot { entry: Entry::Flood(flood), generation, .. })) =
            seq.and_then(|seq| Some((seq, self.slot_mut(seq).filter(|slot| slot.entry.is_flood_of(&line))?)))
        else {
            let text = flood_text(&line.name(), 1);
            return self.push(Entry::Flood(Box::new(Flood { lines: VecDeque::from([line]), text })));
        };
        *generation = 0;
        flood.text = flood_text(&line.name(), flood.lines.len() + 1);
        flood.lines.push_back(line);
        self.bytes += bytes;
        self.messages += 1;
        self.wrapped.remove(&seq);
        self.trim();
        seq
    }

    /// Puts the newest folded messages in sight (or, if there are none, the newest at all) in their places.
    pub(crate) fn unfold(&mut self) -> bool {
        let last = self.sight().rows.last().map_or(self.end(), |row| row.seq);
        let within = usize::try_from(last.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let flood = |slot: &Slot| matches!(slot.entry, Entry::Flood(_));
        let Some(at) = self.slots.iter().take(within.saturating_add(1)).rposition(flood) else { return false };
        let mut after = self.slots.split_off(at);
        let Some(Slot { entry: Entry::Flood(flood), .. }) = after.pop_front() else { return false };
        let seq = self.first + at as u64;
        let lines = flood.lines.len();
        let grown = (lines as u64).saturating_sub(1);
        self.slots.extend(flood.lines.into_iter().map(|line| Slot::new(Entry::Line(line))));
        self.slots.append(&mut after);
        self.restamp(at, lines);
        for number in self.marker.iter_mut().map(|m| &mut m.seq).chain(self.anchor.iter_mut().map(|p| &mut p.seq)) {
            if *number > seq {
                *number += grown;
            }
        }
        self.wrapped.clear();
        true
    }

    /// Says `text` below the last message, or nothing any more.
    pub(crate) fn set_tail(&mut self, text: Option<&str>) {
        if self.tail.as_ref().map(|slot| slot.entry.text()) != text {
            self.wrapped.remove(&self.end());
            self.tail = text.map(|t| Slot::new(Entry::Notice(Notice { tone: Tone::Plain, text: t.into(), hang: 0 })));
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.first = self.end();
        self.slots.clear();
        (self.messages, self.bytes) = (0, 0);
        self.wrapped.clear();
        (self.anchor, self.marker, self.last_day, self.last_minute) = (None, None, None, None);
    }

    /// The number of the nearest entry before (or from) `seq` on in which the user is named.
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

    fn push(&mut self, entry: Entry) -> u64 {
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
        self.slots.push_back(Slot::new(entry));
        self.trim();
        seq
    }

    /// Drops the oldest until the rest is within the limits.
    fn trim(&mut self) {
        while self.messages > self.cap || self.bytes > MAX_BYTES {
            if let Some(Slot { entry: Entry::Flood(flood), generation, .. }) = self.slots.front_mut()
                && flood.lines.len() > 1
                && let Some(line) = flood.lines.pop_front()
            {
                flood.text = flood_text(&line.name(), flood.lines.len());
                *generation = 0;
                self.messages -= 1;
                self.bytes = self.bytes.saturating_sub(line.text.as_str().len());
                self.wrapped.remove(&self.first);
                continue;
            }
            let Some(slot) = self.slots.pop_front() else { break };
            self.messages = self.messages.saturating_sub(slot.entry.messages());
            self.bytes = self.bytes.saturating_sub(slot.entry.bytes());
            self.wrapped.remove(&self.first);
            self.first += 1;
        }
        if self.anchor.is_some_and(|p| p.seq < self.first) {
            self.anchor = Some(Position { seq: self.first, row: 0 });
        }
        if let Some(marker) = self.marker.as_mut().filter(|m| m.seq < self.first) {
            marker.seq = self.first;
        }
    }
}

fn flood_text(name: &str, count: usize) -> Box<str> {
    let lines = if count == 1 { "line" } else { "lines" };
    format!("▸ {count} more {lines} of {name}  (Ctrl-O shows them)").into()
}
