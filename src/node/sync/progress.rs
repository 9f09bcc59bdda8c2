//! How much of what we lacked has come, for the user.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::super::link::Link;
use crate::{
    bus::Update,
    model::{LogId, Now},
    node::{Node, Out},
};

/// Fewer missing events are there before anybody could read how many.
const WORTH_TELLING: u64 = 100;

/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Events that came since there was something to tell; none if there is not.
    received: Option<u64>,
    /// When it was told last.
    told: Option<Instant>,
}

impl Node {
    /// Events of others are on disk.
    pub(super) fn moved(&mut self, count: u64, now: Now, out: &mut Vec<Out>) {
        if let Some(received) = &mut self.sync.progress.received {
            *received += count;
        }
        if let Some((_, at)) = &mut self.sync.asked {
            *at = now.mono;
        }
        self.report_progress(now, out);
    }

    pub(super) fn report_progress(&mut self, now: Now, out: &mut Vec<Out>) {
        if self.sync.progress.told.is_some_and(|told| now.mono.saturating_duration_since(told) < TELL_EVERY) {
            return;
        }
        let missing = self.missing();
        match self.sync.progress.received {
            None if missing < WORTH_TELLING => {}
            received if missing > 0 => {
                let received = received.unwrap_or(0);
                self.sync.progress = Progress { received: Some(received), told: Some(now.mono) };
                self.look_soon(now);
                out.push(Out::Update(Update::Sync { received, total: received + missing }));
            }
            received => {
                self.sync.progress = Progress::default();
                let received = received.unwrap_or(0);
                out.push(Out::Update(Update::Sync { received, total: received }));
            }
        }
    }

    /// Events that others hold and that are not on disk here.
    fn missing(&self) -> u64 {
        let mut most: BTreeMap<&LogId, u64> = BTreeMap::new();
        for (_, session) in self.links.values().filter_map(Link::session) {
            for (log, cursor) in session.sync.iter() {
                // What they have forgotten themselves cannot come.
                let ours = self.sync.logs.get(log).map_or(0, crate::log::Held::committed_head);
                let first = cursor.base.max(ours + 1);
                let missing = (cursor.has + 1).saturating_sub(first);
                let most = most.entry(log).or_default();
                *most = (*most).max(missing);
            }
        }
        most.values().sum()
    }
}
