//! Messages that are folded because they came too fast.

use std::collections::VecDeque;

use super::{Entry, Flood, Line, Pane, Slot};

impl Pane {
    /// Adds a message to the folded ones of entry `seq`, or starts folding with it.
    pub(crate) fn push_flood(&mut self, seq: Option<u64>, line: Line) -> u64 {
        self.newest = self.newest.max(Some(line.position));
        let bytes = line.text.as_str().len();
        let Some((seq, Slot { entry: Entry::Flood(flood), generation, .. })) =
            seq.and_then(|seq| Some((seq, self.slot_mut(seq).filter(|slot| slot.entry.is_flood_of(&line))?)))
        else {
            let text = flood_text(&line.name(), 1);
            let (key, day) = (line.position, line.day);
            return self.push(Entry::Flood(Box::new(Flood { lines: VecDeque::from([line]), text })), key, day);
        };
        *generation = 0;
        flood.text = flood_text(&line.name(), flood.lines.len() + 1);
        flood.lines.push_back(line);
        self.bytes += bytes;
        self.messages += 1;
        self.wrapped.remove(&seq);
        seq
    }

    /// Puts the newest folded messages in sight (or, if there are none, the newest at all) in their places.
    pub(crate) fn unfold(&mut self) -> bool {
        let last = self.sight().rows.last().map_or(self.end(), |row| row.seq);
        let within = usize::try_from(last.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let flood = |slot: &Slot| matches!(slot.entry, Entry::Flood(_));
        let Some(at) = self.slots.iter().take(within.saturating_add(1)).rposition(flood) else { return false };
        let mut after = self.slots.split_off(at);
        let Some(Slot { entry: Entry::Flood(flood), key, .. }) = after.pop_front() else { return false };
        let seq = self.first + at as u64;
        let lines = flood.lines.len();
        let grown = (lines as u64).saturating_sub(1);
        // They stand where the fold stood, also among what others said meanwhile.
        self.slots.extend(flood.lines.into_iter().map(|line| {
            let day = line.day;
            Slot::new(Entry::Line(line), key, day)
        }));
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

    /// Takes the oldest message out of the fold that comes first, if there is one of several. Returns whether it did.
    pub(super) fn trim_fold(&mut self) -> bool {
        let Some(Slot { entry: Entry::Flood(flood), generation, .. }) = self.slots.front_mut() else { return false };
        if flood.lines.len() < 2 {
            return false;
        }
        let Some(line) = flood.lines.pop_front() else { return false };
        flood.text = flood_text(&line.name(), flood.lines.len());
        *generation = 0;
        self.messages -= 1;
        self.bytes = self.bytes.saturating_sub(line.text.as_str().len());
        self.wrapped.remove(&self.first);
        true
    }
}

fn flood_text(name: &str, count: usize) -> Box<str> {
    let lines = if count == 1 { "line" } else { "lines" };
    format!("▸ {count} more {lines} of {name}  (Ctrl-O shows them)").into()
}
