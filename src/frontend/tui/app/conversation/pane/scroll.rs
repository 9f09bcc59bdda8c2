//! Which rows are in sight, and how that changes.

use jiff::civil::Date;

use super::{Geometry, Marker, Pane, Wrapped, wrap_entry};

/// A row of an entry, counted from the entry's first row. The rows above its text count too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowRef {
    pub seq: u64,
    pub row: u32,
}

/// What a row in sight shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The unread marker.
    Unread,
    /// The day that begins.
    Day,
    /// This row of the entry's text.
    Text(usize),
    /// How many rows of a long message are folded away.
    Folded,
    /// The mark of a message, if it does not fit after the text.
    Mark,
}

/// A row in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SightRow {
    pub seq: u64,
    pub part: Part,
}

/// What is in sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sight {
    pub rows: Vec<SightRow>,
    /// Messages below the last row, including one that is only partly in sight.
    pub below: u64,
    /// Whether anything is below it.
    pub is_more: bool,
    /// Whether there are even more that are not loaded.
    pub more_below: bool,
    /// The day to show in place of the first row: the day of what would be there.
    pub pinned: Option<Date>,
}

impl Pane {
    /// Whether the view follows the newest message.
    pub(crate) const fn follows(&self) -> bool {
        self.anchor.is_none()
    }

    /// Lays the pane out again. The row being read, the first one below the day, keeps its place.
    pub(crate) fn set_geometry(&mut self, geometry: Geometry) {
        if geometry == self.geometry {
            return;
        }
        let relaid = geometry.cols != self.geometry.cols || geometry.arrangement != self.geometry.arrangement;
        let read = self.anchor.filter(|_| relaid).map(|at| self.below(at));
        let reading = read.and_then(|at| Some((at, self.first_byte(at)?)));
        self.geometry = geometry;
        if relaid {
            // Zero means unknown.
            self.generation = self.generation.wrapping_add(1).max(1);
            self.wrapped.clear();
        }
        if let Some((at, byte)) = reading {
            let lead = self.lead(at.seq);
            let entry = self.slot(at.seq).map(|slot| wrap_entry(&slot.entry, geometry, slot.open));
            let text = entry.map_or(0, |w| w.rows.partition_point(|row| row.start <= byte).saturating_sub(1));
            let at = RowRef { seq: at.seq, row: lead + u32::try_from(text).unwrap_or(0) };
            self.anchor = Some(self.above(at, 1));
        }
        self.clamp_anchor();
    }

    /// The first byte of the text shown in this row.
    fn first_byte(&self, at: RowRef) -> Option<u32> {
        let slot = self.slot(at.seq)?;
        let wrapped = wrap_entry(&slot.entry, self.geometry, slot.open);
        let row = usize::try_from(at.row.saturating_sub(self.lead(at.seq))).ok()?;
        wrapped.rows.get(row).map(|row| row.start)
    }

    /// Rows above the text of an entry.
    pub(super) fn lead(&self, seq: u64) -> u32 {
        u32::from(self.is_unread(seq)) + u32::from(self.begins_day(seq))
    }

    fn is_unread(&self, seq: u64) -> bool {
        self.marker.is_some_and(|marker| marker.seq == seq)
    }

    fn begins_day(&self, seq: u64) -> bool {
        let before = seq.checked_sub(1).filter(|&before| before >= self.first);
        seq < self.end() && before.and_then(|before| self.day(before)) != self.day(seq)
    }

    /// The height of an entry.
    fn height(&mut self, seq: u64) -> u32 {
        let (generation, geometry, lead) = (self.generation, self.geometry, self.lead(seq));
        let Some(slot) = self.slot_mut(seq) else { return 0 };
        if slot.generation != generation {
            let wrapped = wrap_entry(&slot.entry, geometry, slot.open);
            slot.rows = u32::try_from(wrapped.height()).unwrap_or(u32::MAX - 2);
            slot.generation = generation;
        }
        slot.rows + lead
    }

    /// The number of the last entry, the tail included.
    fn last(&self) -> Option<u64> {
        if self.tail.is_some() { Some(self.end()) } else { self.end().checked_sub(1).filter(|&seq| seq >= self.first) }
    }

    /// The first row in sight when the newest message is in sight.
    fn bottom(&mut self) -> RowRef {
        let mut left = u32::from(self.geometry.rows);
        let start = RowRef { seq: self.first, row: 0 };
        let Some(last) = self.last() else { return start };
        for seq in (self.first..=last).rev() {
            let height = self.height(seq);
            if height >= left {
                return RowRef { seq, row: height - left };
            }
            left -= height;
        }
        start
    }

    /// The first row in sight.
    pub(crate) fn top(&mut self) -> RowRef {
        match self.anchor {
            Some(at) => at,
            None => self.bottom(),
        }
    }

    /// Moves by `rows`, positive towards older messages.
    pub(crate) fn scroll(&mut self, rows: i32) {
        let mut at = self.top();
        let left = rows.unsigned_abs();
        if rows > 0 {
            at = self.above(at, left);
        } else {
            let last = self.last().unwrap_or(self.first);
            at.row = at.row.saturating_add(left);
            while at.seq <= last {
                let height = self.height(at.seq);
                if at.row < height {
                    break;
                }
                at.row -= height;
                at.seq += 1;
            }
        }
        self.go(at);
    }

    /// The next row.
    fn below(&mut self, at: RowRef) -> RowRef {
        if at.row + 1 < self.height(at.seq) {
            RowRef { row: at.row + 1, ..at }
        } else {
            RowRef { seq: at.seq + 1, row: 0 }
        }
    }

    /// The row that is `rows` above this one, or the first of all.
    pub(super) fn above(&mut self, mut at: RowRef, mut rows: u32) -> RowRef {
        while rows > at.row {
            rows -= at.row;
            if at.seq <= self.first {
                return RowRef { seq: self.first, row: 0 };
            }
            at.seq -= 1;
            at.row = self.height(at.seq);
        }
        at.row -= rows;
        at
    }

    /// Moves to the oldest message.
    pub(crate) fn home(&mut self) {
        self.go(RowRef { seq: self.first, row: 0 });
    }

    /// Follows the newest message.
    pub(crate) fn follow(&mut self) {
        self.anchor = None;
    }

    /// Stops following messages inserted below the visible ones.
    pub(crate) fn stay(&mut self) {
        self.anchor = Some(self.top());
    }

    /// Makes this the first row in sight, as far as there are rows below it.
    pub(crate) fn go(&mut self, at: RowRef) {
        self.anchor = Some(at);
        self.clamp_anchor();
    }

    /// Shows the entry `seq` from its first row on, below the row that may hold the day.
    pub(crate) fn go_to_entry(&mut self, seq: u64) {
        let first = RowRef { seq, row: 0 };
        // With the newest message in sight, nothing covers its first row.
        let top = if first < self.bottom() { self.above(first, 1) } else { first };
        self.go(top);
    }

    /// Shows the row `at` with `rows` above it, as far as there are rows around it.
    pub(crate) fn go_below(&mut self, at: RowRef, rows: u32) {
        // The rows above the text belong to it.
        let text = RowRef { row: at.row + self.lead(at.seq), ..at };
        let top = self.above(text, rows);
        self.go(top);
    }

    /// Follows again when the anchor has come to the bottom, and keeps it on a row that exists.
    fn clamp_anchor(&mut self) {
        let Some(mut at) = self.anchor else { return };
        at.row = at.row.min(self.height(at.seq).saturating_sub(1));
        self.anchor = (at < self.bottom()).then_some(at);
    }

    /// The rows in sight, from the top.
    pub(crate) fn sight(&mut self) -> Sight {
        self.clamp_anchor();
        let top = self.top();
        let mut rows = Vec::with_capacity(usize::from(self.geometry.rows));
        let wanted = usize::from(self.geometry.rows);
        let mut seq = top.seq;
        let mut skip = top.row as usize;
        let mut cut = false;
        while rows.len() < wanted && seq <= self.end() {
            let marker = self.is_unread(seq).then_some(Part::Unread);
            let day = self.begins_day(seq).then_some(Part::Day);
            let Some(wrapped) = self.wrapped_or_wrap(seq) else { break };
            let folded = (wrapped.hidden > 0).then_some(Part::Folded);
            let apart = wrapped.mark_apart.then_some(Part::Mark);
            let text = (0..wrapped.rows.len()).map(Part::Text);
            let mut parts = marker.into_iter().chain(day).chain(text).chain(folded).chain(apart).skip(skip);
            let room = wanted - rows.len();
            rows.extend(parts.by_ref().take(room).map(|part| SightRow { seq, part }));
            cut = parts.next().is_some();
            skip = 0;
            seq += 1;
        }
        let shown = rows.last().map_or(self.end(), |row| row.seq + 1);
        self.wrapped.retain(|&kept, _| (top.seq..shown).contains(&kept));
        let below = shown - u64::from(cut);
        let is_more = below < self.end();
        Sight { rows, below: self.messages_from(below), is_more, more_below: false, pinned: None }
    }

    /// How an entry in sight is wrapped.
    pub(crate) fn wrapped(&self, seq: u64) -> Option<&Wrapped> {
        self.wrapped.get(&seq)
    }

    fn wrapped_or_wrap(&mut self, seq: u64) -> Option<&Wrapped> {
        if !self.wrapped.contains_key(&seq) {
            let slot = self.slot(seq)?;
            let wrapped = wrap_entry(&slot.entry, self.geometry, slot.open);
            self.wrapped.insert(seq, wrapped);
        }
        self.wrapped.get(&seq)
    }

    /// The unread messages begin with the entry `seq`.
    pub(crate) fn begin_unread(&mut self, seq: u64) {
        let Some(key) = self.slot(seq).map(|slot| slot.key) else { return };
        self.marker = Some(Marker { seq, key, messages: 0, notices: 0, mentions: 0 });
    }
}
