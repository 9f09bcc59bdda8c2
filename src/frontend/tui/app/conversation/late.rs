//! Messages that arrive long after they were said. They go where they belong, and one line reports them.

use std::time::{Duration, Instant};

use super::{
    Conversation,
    pane::{Line, Tone},
};
use crate::{
    domain::model::{Author, Message, Position, Timestamp},
    frontend::{
        tui::app::{clock::LocalClock, output::Output},
        words::messages as words,
    },
};

/// A message that was said longer ago than this, and before one that is shown, is worth reporting. Messages of the same
/// moment change places too often.
const LATE_MS: i64 = 10_000;

/// Late messages that arrive within this time of one another share a line.
const GATHER: Duration = Duration::from_mins(1);

/// Late messages.
#[derive(Debug)]
pub(super) struct Late {
    /// The oldest of them.
    first: Position,
    count: usize,
    /// The line that reports them.
    notice: u64,
    text: String,
    /// When the last one arrived.
    at: Instant,
    /// Whether the user has gone there.
    visited: bool,
}

/// Whether a message that arrives at `now` was missed when it was said.
pub(super) fn was_said_long_ago(message: &Message, now: Timestamp) -> bool {
    message.history || now.as_millis().saturating_sub(message.position.hlc.wall().as_millis()) > LATE_MS
}

impl Conversation {
    /// Puts a message among those that are shown. `long_ago` says that it was missed when it was said: if such a
    /// message belongs before all that is shown, it stays on disk, and a line reports it. Returns the entry if a new
    /// one was added.
    pub(super) fn insert_late(&mut self, line: Line, long_ago: bool, clock: &LocalClock<'_>) -> Option<u64> {
        let (position, tell) = (line.position, long_ago && line.author != Author::Own);
        if let Some(past) = &mut self.past {
            let within = past.oldest().is_some_and(|oldest| !past.before || oldest < position)
                && past.newest().is_some_and(|newest| position < newest);
            if within {
                past.insert(line.clone());
                let last = past.sight().rows.last().map_or(0, |row| row.seq);
                past.trim_back(last);
            }
        }
        let older = self.pane.before && self.pane.oldest().is_none_or(|oldest| position < oldest);
        let seq = match (older, long_ago) {
            (true, true) => None,
            // So much arrived in a moment that this line belongs before all that is shown. It is new all the same.
            (true, false) => Some(self.pane.push_line(line)),
            (false, _) => self.pane.insert(line),
        };
        if tell && (older || seq.is_some()) {
            self.tell_late(position, clock);
        }
        seq
    }

    /// Reports messages that came late, in one line.
    pub(super) fn tell_late(&mut self, position: Position, clock: &LocalClock<'_>) {
        let now = clock.now.mono;
        let gathers = |late: &&mut Late| !late.visited && now.saturating_duration_since(late.at) < GATHER;
        if let Some(late) = self.late.as_mut().filter(gathers) {
            (late.first, late.at) = (late.first.min(position), now);
            late.count += 1;
            let text = words::late(late.count);
            if self.pane.replace_notice(late.notice, &late.text, &text) {
                late.text = text;
                return;
            }
        }
        let text = words::late(1);
        let notice = self.block(Tone::Dim, &text, 0, clock.today());
        self.late = Some(Late { first: position, count: 1, notice, text, at: now, visited: false });
    }

    /// Goes to the first of the late messages, unless the user was there. Returns whether it did.
    pub(super) fn go_to_late(&mut self, out: &mut Vec<Output>) -> bool {
        let Some(late) = self.late.as_mut().filter(|late| !late.visited) else { return false };
        late.visited = true;
        let first = late.first;
        self.go_to(first, out);
        true
    }
}
