//! Floods in the pane. Their lines are folded into one entry, including lines that were already shown, and unfolded on
//! request.

use super::{
    Entry, Flood, Line, Notice, Pane, RowRef, Slot, Source, Tone,
    past_floods::{DENSE_LINES, DENSE_MS},
};
use crate::domain::model::{Author, Position};

/// Lines of a flood that stay in sight where it began, and as many that name the user.
const FIRST_SHOWN: usize = 3;

/// A flood that resumes within this time goes on in the same entry.
const GOES_ON_MS: i64 = 60_000;

/// Lines that come late belong to one flood if they were said within this time of one another.
const NEAR_MS: i64 = DENSE_MS / 2;

/// Entries checked on either side. The search stays short, no matter what is between the lines of a flood.
const NEAR_ENTRIES: usize = 200;

impl Pane {
    /// Adds a line to the fold of `source`, or begins one. Returns its entry.
    pub(crate) fn fold(&mut self, source: Source, line: Line) -> u64 {
        match self.open_fold(source, line.position) {
            Some(seq) => {
                self.add_to_fold(seq, line);
                seq
            }
            None => self.insert_fold(Flood::new(source, line)),
        }
    }

    /// A flood of `source` begins with `line`. Folds it, and the lines of the flood that were shown since the position
    /// `since`, except the first few. `is_of` says which lines belong to the flood. If the view begins at or below the
    /// first line to fold, the lines that were shown stay. Returns the entry.
    pub(crate) fn begin_flood(
        &mut self,
        source: Source,
        since: Position,
        is_of: impl Fn(&Line) -> bool,
        line: Line,
    ) -> u64 {
        let from = self.slots.partition_point(|slot| slot.key < since);
        let end = self.slots.len();
        let (mut lines, mut mentions) = (0, 0);
        let mut goes = |slot: &Slot, at: usize| match &slot.entry {
            Entry::Line(line) if is_of(line) => {
                let seen = if line.mention { &mut mentions } else { &mut lines };
                *seen += 1;
                *seen > FIRST_SHOWN
            }
            // Says that strangers came and went. The last such entry may still take in others.
            Entry::Presence(who) => source == Source::Strangers && who.is_of_strangers() && at + 1 < end,
            Entry::Line(_) | Entry::Notice(_) | Entry::Flood(_) => false,
        };
        let places: Vec<usize> =
            self.slots.range(from..).zip(from..).filter(|&(slot, at)| goes(slot, at)).map(|(_, at)| at).collect();
        let is_read = |at: usize| self.anchor.is_some_and(|anchor| anchor.seq >= self.first + at as u64);
        if places.first().is_some_and(|&at| !is_read(at)) {
            self.take_in(source, &places);
        }
        self.fold(source, line)
    }

    /// Folds the lines at these places, which are in order, and drops what else is there.
    fn take_in(&mut self, source: Source, places: &[usize]) {
        let marked = self.marker.map(|marker| usize::try_from(marker.seq.saturating_sub(self.first)).unwrap_or(0));
        let first = self.first;
        self.renumber(|seq| seq + places.iter().filter(|&&at| first + at as u64 > seq).count() as u64);
        let mut lines = Vec::with_capacity(places.len());
        // From the end, so that earlier places stay valid.
        for &at in places.iter().rev() {
            let Some(slot) = self.slots.remove(at) else { continue };
            self.forget(&slot);
            self.first += 1;
            if let Entry::Line(line) = slot.entry {
                lines.push(line);
            }
        }
        self.wrapped.clear();
        let Some(seq) = lines.into_iter().rev().map(|line| self.fold(source, line)).last() else { return };
        if let Some(marker) = self.marker.as_mut().filter(|_| marked.is_some_and(|marked| places.contains(&marked))) {
            marker.seq = seq;
        }
        let at = usize::try_from(seq.saturating_sub(self.first)).unwrap_or(0);
        self.restamp(at, self.slots.len());
    }

    /// The entry that takes in lines of `source`, if there is one near `position`.
    fn open_fold(&self, source: Source, position: Position) -> Option<u64> {
        let seq = *self.folds.get(&source)?;
        let Entry::Flood(flood) = self.entry(seq)? else { return None };
        let near = match source {
            Source::One(_) | Source::Strangers => GOES_ON_MS,
            Source::Past(_) => NEAR_MS,
        };
        flood.is_near(position, near).then_some(seq)
    }

    fn add_to_fold(&mut self, seq: u64, line: Line) {
        self.newest = self.newest.max(Some(line.position));
        let Some(Slot { entry: Entry::Flood(flood), generation, .. }) = self.slot_mut(seq) else { return };
        let (held, bytes) = (flood.held(), flood.bytes());
        *generation = 0;
        flood.add(line);
        let (now_held, now_bytes) = (flood.held(), flood.bytes());
        self.messages = self.messages + now_held - held;
        self.bytes = self.bytes + now_bytes - bytes;
        self.wrapped.remove(&seq);
    }

    /// Puts a new fold where its first line belongs.
    fn insert_fold(&mut self, flood: Flood) -> u64 {
        let source = flood.source();
        let (key, day) = (flood.last(), flood.day());
        self.newest = self.newest.max(Some(key));
        let seq = self.insert_entry(Entry::Flood(Box::new(flood)), key, day);
        self.folds.insert(source, seq);
        seq
    }

    /// Whether the line of `author` at `position` is folded.
    pub(crate) fn is_folded(&self, author: Author, position: Position) -> bool {
        self.folds
            .values()
            .any(|&seq| matches!(self.entry(seq), Some(Entry::Flood(flood)) if flood.covers(author, position)))
    }

    /// Whether the author has so many lines around the place of `line` that it is part of a flood.
    pub(crate) fn is_crowded(&self, line: &Line) -> bool {
        let date = line.position.hlc.wall().as_millis();
        let near = |slot: &&Slot| slot.key.hlc.wall().as_millis().saturating_sub(date).abs() <= NEAR_MS;
        let of = |slot: &&Slot| match &slot.entry {
            Entry::Line(other) => other.author == line.author,
            Entry::Flood(flood) => flood.covers(line.author, line.position),
            Entry::Notice(_) | Entry::Presence(_) => false,
        };
        let at = self.slots.partition_point(|slot| slot.key < line.position);
        let before = self.slots.range(..at).rev().take(NEAR_ENTRIES).take_while(near).filter(of).count();
        let after = self.slots.range(at..).take(NEAR_ENTRIES).take_while(near).filter(of).count();
        before + after >= DENSE_LINES
    }

    /// Unfolds the newest fold in sight, or the nearest one above if none is in sight. The lines that are held take its
    /// place. Returns whether there was a fold.
    pub(crate) fn unfold(&mut self) -> bool {
        let last = self.sight().rows.last().map_or(self.end(), |row| row.seq);
        let within = usize::try_from(last.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let flood = |slot: &Slot| matches!(slot.entry, Entry::Flood(_));
        let Some(at) = self.slots.iter().take(within.saturating_add(1)).rposition(flood) else { return false };
        let mut after = self.slots.split_off(at);
        let Some(slot) = after.pop_front() else { return false };
        self.forget(&slot);
        let Slot { entry: Entry::Flood(flood), key, day, .. } = slot else { return false };
        let seq = self.first + at as u64;
        self.folds.retain(|_, entry| *entry != seq);
        // They go where the fold was, among what others said meanwhile.
        let (head, gap, tail) = flood.open();
        let line = |line: Line| (line.day, Entry::Line(line));
        let gap = gap.map(|gap| (day, notice(&gap)));
        for (day, entry) in head.into_iter().map(line).chain(gap).chain(tail.into_iter().map(line)) {
            self.messages += entry.messages();
            self.bytes += entry.bytes();
            self.slots.push_back(Slot::new(entry, key, day));
        }
        let grown = (self.slots.len() - at).saturating_sub(1) as u64;
        self.slots.append(&mut after);
        self.restamp(at, self.slots.len());
        self.renumber(|number| if number > seq { number + grown } else { number });
        self.wrapped.clear();
        true
    }

    /// Updates what refers to entries by number, after the numbers have changed.
    pub(super) fn renumber(&mut self, new: impl Fn(u64) -> u64) {
        if let Some(marker) = &mut self.marker {
            marker.seq = new(marker.seq);
        }
        self.anchor = self.anchor.map(|at| RowRef { seq: new(at.seq), ..at });
        self.folds.values_mut().for_each(|seq| *seq = new(*seq));
    }
}

fn notice(text: &str) -> Entry {
    Entry::Notice(Notice { tone: Tone::Dim, text: text.into(), hang: 0 })
}
