//! The part of the history that is loaded: what is inserted before, within and after it, and what is dropped.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Entry, Line, Pane, RowRef, Slot, past_floods};
use crate::domain::{
    model::{Author, Delivery, Mark, MessageId, Position},
    naming::Tags,
};

impl Pane {
    /// The position of the oldest message.
    pub(crate) fn oldest(&self) -> Option<Position> {
        self.slots.iter().find_map(|slot| match &slot.entry {
            Entry::Line(line) => Some(line.position),
            Entry::Flood(flood) => flood.oldest(),
            Entry::Presence(_) | Entry::Notice(_) => None,
        })
    }

    /// The entry that is the message at `position`.
    pub(crate) fn find(&self, position: Position) -> Option<u64> {
        let at = self.slots.partition_point(|slot| slot.key < position);
        match self.slots.get(at) {
            Some(Slot { entry: Entry::Line(line), .. }) if line.position == position => Some(self.first + at as u64),
            _ => None,
        }
    }

    /// The entry that is at `position` or comes next.
    pub(crate) fn nearest(&self, position: Position) -> u64 {
        self.first + self.slots.partition_point(|slot| slot.key < position) as u64
    }

    /// Where the entry before `seq` stands.
    pub(crate) fn key_before(&self, seq: u64) -> Option<Position> {
        self.slot(seq.checked_sub(1)?).map(|slot| slot.key)
    }

    /// How many messages come after `position`.
    pub(crate) fn newer_than(&self, position: Position) -> u64 {
        let at = self.slots.partition_point(|slot| slot.key <= position);
        self.slots.range(at..).map(|slot| slot.entry.said()).sum()
    }

    /// How many messages there are from the entry `seq` on.
    pub(super) fn messages_from(&self, seq: u64) -> u64 {
        let at = usize::try_from(seq.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.slots.len());
        self.slots.range(at..).map(|slot| slot.entry.said()).sum()
    }

    /// Puts a message where it belongs. Returns which entry it is, unless it is there already.
    pub(crate) fn insert(&mut self, line: Line) -> Option<u64> {
        let at = self.slots.partition_point(|slot| slot.key < line.position);
        if let Some(Slot { entry: Entry::Line(there), .. }) = self.slots.get(at)
            && there.position == line.position
        {
            return None;
        }
        if at == self.slots.len() {
            return Some(self.push_line(line));
        }
        self.newest = self.newest.max(Some(line.position));
        self.note_own(&line);
        let (key, day) = (line.position, line.day);
        let seq = self.insert_entry(Entry::Line(line), key, day);
        self.restamp(at, 1);
        Some(seq)
    }

    /// Puts an entry where it belongs.
    pub(super) fn insert_entry(&mut self, entry: Entry, key: Position, day: Date) -> u64 {
        let at = self.slots.partition_point(|slot| slot.key < key);
        if at == self.slots.len() {
            return self.push(entry, key, day);
        }
        let held = self.held();
        self.messages += entry.messages();
        self.bytes += entry.bytes();
        self.slots.insert(at, Slot::new(entry, key, day));
        self.first -= 1;
        let seq = self.first + at as u64;
        // The numbers of older entries moved down by one.
        let older = |number: u64| number - u64::from(number <= seq);
        self.renumber(older);
        let held = held.map(|(spot, lead)| (RowRef { seq: older(spot.seq), ..spot }, lead));
        self.wrapped.clear();
        self.hold(held);
        seq
    }

    /// Whether any of its messages repeats another one.
    pub(crate) fn has_repetitions(&self) -> bool {
        self.slots.iter().any(|slot| matches!(&slot.entry, Entry::Line(line) if line.again.is_some()))
    }

    /// Takes out the message at `position`.
    pub(crate) fn remove(&mut self, position: Position) {
        let Some(seq) = self.find(position) else { return };
        let held = self.held();
        let at = (seq - self.first) as usize;
        if let Some(slot) = self.slots.remove(at) {
            self.forget(&slot);
        }
        self.first += 1;
        if self.newest == Some(position) {
            let is_line = |slot: &&Slot| matches!(slot.entry, Entry::Line(_) | Entry::Flood(_));
            self.newest = self.slots.iter().rev().find(is_line).map(|slot| slot.key);
        }
        // The numbers of older entries moved up by one. If the user was reading this entry, they now read the next one.
        let older = |number: u64| number + u64::from(number <= seq);
        self.renumber(older);
        let held = held.map(|(spot, lead)| (RowRef { seq: older(spot.seq), ..spot }, lead));
        self.restamp(at.min(self.slots.len()), 0);
        self.wrapped.clear();
        self.hold(held);
    }

    /// Puts messages, in order, before everything that is there.
    pub(crate) fn prepend(&mut self, lines: Vec<Line>) {
        let slot = |line: Line| {
            let (key, day) = (line.position, line.day);
            Slot::new(Entry::Line(line), key, day)
        };
        self.prepend_slots(lines.into_iter().map(slot).collect());
    }

    /// The same, with the lines of floods folded.
    pub(crate) fn prepend_folded(&mut self, lines: Vec<Line>) {
        self.prepend_slots(past_floods::fold(lines));
    }

    fn prepend_slots(&mut self, slots: Vec<Slot>) {
        let Some(last) = slots.last().map(|slot| slot.key) else { return };
        let held = self.held();
        let (count, old_first) = (slots.len(), self.first);
        for slot in slots.into_iter().rev() {
            if let Entry::Line(line) = &slot.entry {
                self.note_own(line);
            }
            self.messages += slot.entry.messages();
            self.bytes += slot.entry.bytes();
            self.slots.push_front(slot);
            self.first -= 1;
        }
        self.newest = self.newest.max(Some(last));
        // Notices from before the first message now come after these messages.
        for slot in self.slots.range_mut(count..).take_while(|slot| slot.key < last) {
            slot.key = last;
        }
        if let Some(key) = self.marker.filter(|marker| marker.seq < old_first).map(|marker| marker.key) {
            let seq = self.nearest(key);
            self.marker = self.marker.map(|marker| super::Marker { seq, ..marker });
        }
        self.restamp(0, count);
        self.wrapped.clear();
        self.hold(held);
    }

    /// The place being read, and the rows above the text there.
    fn held(&self) -> Option<(RowRef, u32)> {
        self.anchor.map(|spot| (spot, self.lead(spot.seq)))
    }

    /// Keeps the first text in sight where it was, although there may be other rows above it now.
    fn hold(&mut self, held: Option<(RowRef, u32)>) {
        let Some((spot, old)) = held else { return };
        let new = self.lead(spot.seq);
        let spot = match (spot.row + new).checked_sub(old) {
            Some(row) => RowRef { row, ..spot },
            None => self.above(RowRef { row: 0, ..spot }, old - new - spot.row),
        };
        self.anchor = Some(spot);
    }

    /// Keeps at most `cap` messages, and `max_bytes` of text, from the next trim on.
    pub(crate) fn limit(&mut self, cap: usize, max_bytes: usize) {
        (self.cap, self.max_bytes) = (cap.max(1), max_bytes);
    }

    /// Whether there is more than should be kept.
    pub(crate) const fn is_over(&self) -> bool {
        self.would_be_over(0)
    }

    /// Whether there would be with this many more messages.
    pub(crate) const fn would_be_over(&self, more: usize) -> bool {
        self.messages + more > self.cap || self.bytes > self.max_bytes
    }

    /// Whether the user is reading one of the first `near` entries.
    pub(crate) fn reads_oldest(&self, near: u64) -> bool {
        self.anchor.is_some_and(|at| at.seq < self.first + near)
    }

    /// Drops the oldest messages until the rest is within the limits, but never a visible one.
    pub(crate) fn trim_front(&mut self) {
        while self.is_over() {
            if self.anchor.is_some_and(|at| at.seq <= self.first) || self.slots.len() < 2 {
                break;
            }
            let Some(slot) = self.slots.pop_front() else { break };
            self.before |= matches!(slot.entry, Entry::Line(_) | Entry::Flood(_));
            self.wrapped.remove(&self.first);
            self.first += 1;
            self.forget(&slot);
            let first = self.first;
            self.folds.retain(|_, seq| *seq >= first);
        }
    }

    /// Drops the newest until the rest is within the limits, but keeps everything up to the entry `last`.
    pub(crate) fn trim_back(&mut self, last: u64) {
        while self.is_over() && self.end() > last + 1 {
            let Some(slot) = self.slots.pop_back() else { break };
            self.after |= matches!(slot.entry, Entry::Line(_) | Entry::Flood(_));
            self.wrapped.remove(&self.end());
            self.forget(&slot);
        }
        let end = self.end();
        self.folds.retain(|_, seq| *seq < end);
        self.newest = self.slots.back().map(|slot| slot.key);
    }

    pub(super) fn forget(&mut self, slot: &Slot) {
        self.messages = self.messages.saturating_sub(slot.entry.messages());
        self.bytes = self.bytes.saturating_sub(slot.entry.bytes());
        if let Entry::Line(Line { author: Author::Own, position, .. }) = &slot.entry {
            self.own.remove(&position.id);
        }
    }

    /// An independent copy.
    pub(crate) fn fork(&self) -> Self {
        let (slots, own, folds) = (self.slots.clone(), self.own.clone(), self.folds.clone());
        Self { slots, own, folds, tail: None, wrapped: BTreeMap::new(), ..*self }
    }

    pub(super) fn note_own(&mut self, line: &Line) {
        if line.author == Author::Own {
            self.own.insert(line.position.id, line.position);
        }
    }

    /// The user's message `id`, to be changed.
    fn own_mut(&mut self, id: MessageId) -> Option<&mut Line> {
        let seq = self.find(*self.own.get(&id)?)?;
        self.wrapped.remove(&seq);
        let slot = self.slot_mut(seq)?;
        slot.generation = 0;
        if let Entry::Line(line) = &mut slot.entry { Some(line) } else { None }
    }

    /// Notes how far one of the user's messages got. Returns whether it is here.
    pub(crate) fn deliver(&mut self, id: MessageId, delivery: Delivery) -> bool {
        self.own_mut(id).map(|line| line.delivery = delivery).is_some()
    }

    /// Starts showing how far one of the user's messages got.
    pub(crate) fn speak_up(&mut self, id: MessageId) {
        if let Some(line) = self.own_mut(id) {
            line.quiet = false;
        }
    }

    /// Notes whether nobody is here who could receive the user's messages.
    pub(crate) fn set_alone(&mut self, alone: bool) {
        let ids: Vec<MessageId> = self.own.keys().copied().collect();
        for id in ids {
            if let Some(line) = self.own_mut(id) {
                line.alone = alone;
            }
        }
    }

    /// Notes the mark of a message, if it is here.
    pub(crate) fn set_mark(&mut self, id: MessageId, mark: Mark) {
        for (index, slot) in self.slots.iter_mut().enumerate().rev() {
            let is_changed = match &mut slot.entry {
                Entry::Line(line) if line.position.id == id => {
                    line.mark = mark;
                    true
                }
                Entry::Flood(flood) => flood.set_mark(id, mark),
                _ => false,
            };
            if is_changed {
                slot.generation = 0;
                self.wrapped.remove(&(self.first + index as u64));
                return;
            }
        }
    }

    /// Gives messages the mark and the tags that `label` returns for them.
    pub(crate) fn relabel(&mut self, label: impl Fn(&Line) -> Option<(&'static str, Tags)>) {
        for slot in &mut self.slots {
            let changed = match &mut slot.entry {
                Entry::Line(line) => line.relabel(&label),
                Entry::Flood(flood) => flood.relabel(&label),
                _ => false,
            };
            if changed {
                slot.generation = 0;
            }
        }
        self.wrapped.clear();
    }
}
