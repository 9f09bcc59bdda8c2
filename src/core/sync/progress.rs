//! Tells the user how much of what we lacked has come.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{Sync, event::Context, timer::Timer};
use crate::{
    core::log::HeldLog,
    domain::{
        bus::Update,
        model::{LinkId, LogId},
    },
};

/// If fewer events than this are missing, they come before anybody could read the number.
const WORTH_TELLING: u64 = 100;

/// The shortest interval at which progress is counted and told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// How soon it is told again even if nothing came.
const TELL_AGAIN: Duration = Duration::from_millis(500);

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Events that have come since there was something to tell; none if there is nothing to tell.
    received: Option<u64>,
    /// When the missing events were last counted. Counting looks at all logs of all links.
    counted_at: Option<Instant>,
    /// What the user was last told: received, and of how many.
    reported: (u64, u64),
    /// When something last came.
    moved_at: Option<Instant>,
    /// Whether nothing is told until something comes: what others say they hold may never come.
    quiet: bool,
}

/// After this long without any event, the user is told that it is over.
const STALLED_AFTER: Duration = Duration::from_secs(10);

impl Sync {
    /// Events of others that came over these links are on disk.
    pub(super) fn received(&mut self, count: u64, from: &BTreeSet<LinkId>, cx: &mut Context<'_>) {
        let progress = &mut self.progress;
        (progress.moved_at, progress.quiet) = (Some(cx.now.mono), false);
        if let Some(received) = &mut progress.received {
            *received += count;
        }
        if let Some(asked) = self.asked.as_mut().filter(|asked| from.contains(&asked.link)) {
            asked.moved_at = cx.now.mono;
        }
        self.report_progress(cx);
    }

    /// Tells the user how much has come and how much is missing, if that is much and has changed.
    pub(super) fn report_progress(&mut self, cx: &mut Context<'_>) {
        let now = cx.now.mono;
        let counted_at = &mut self.progress.counted_at;
        if counted_at.is_some_and(|counted_at| now.saturating_duration_since(counted_at) < TELL_EVERY) {
            return;
        }
        *counted_at = Some(now);
        let missing = self.missing();
        let progress = &mut self.progress;
        let stalled =
            progress.moved_at.is_some_and(|moved_at| now.saturating_duration_since(moved_at) >= STALLED_AFTER);
        match progress.received {
            None if missing < WORTH_TELLING || progress.quiet => {}
            received if missing > 0 && !stalled => {
                let received = received.unwrap_or(0);
                progress.moved_at.get_or_insert(now);
                progress.received = Some(received);
                let reported = (received, received.saturating_add(missing));
                if std::mem::replace(&mut progress.reported, reported) != reported {
                    let refused = self.budget.refused_lines();
                    cx.update(Update::Sync { received, total: reported.1, refused });
                }
                self.timers.set_if_unset(Timer::CatchUp, now + TELL_AGAIN);
            }
            received => {
                *progress = Progress { quiet: stalled, counted_at: progress.counted_at, ..Progress::default() };
                if let Some(received) = received {
                    let refused = self.budget.refused_lines();
                    cx.update(Update::Sync { received, total: received, refused });
                }
            }
        }
    }

    /// Events that others hold and that are not on disk here.
    fn missing(&self) -> u64 {
        let mut most: BTreeMap<&LogId, u64> = BTreeMap::new();
        for (_, link) in self.links.iter() {
            for log in &link.ahead {
                let cursor = link.cursors.get(log);
                // What the peers have forgotten themselves cannot come.
                let ours = self.logs.get(log).map_or(0, HeldLog::committed_head);
                let first = cursor.base.max(ours + 1);
                let missing = (cursor.has + 1).saturating_sub(first);
                let most = most.entry(&**log).or_default();
                *most = (*most).max(missing);
            }
        }
        most.values().fold(0, |sum: u64, missing| sum.saturating_add(*missing))
    }
}
