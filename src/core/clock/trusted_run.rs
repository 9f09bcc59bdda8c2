//! Whether our own clock can be trusted to say how old something is, judged by how it has run so far.
//!
//! A clock that is a year ahead makes everything look old. So nothing is forgotten after our clock has jumped ahead,
//! from one run of the program to the next or within one, until others agree with it or it has run on for a day.
//! Nothing is forgotten in the week after that either: what was said just before the jump may be dated long ago, and
//! may still be unseen.

use std::time::{Duration, Instant};

use crate::domain::model::{Now, Timestamp};

/// A jump longer than this is doubted, and so is a jump longer than lines are kept. Few machines stay switched off for
/// more than 30 days.
const MAX_JUMP: Duration = Duration::from_hours(30 * 24);

/// How long the program must run until a clock that nobody contradicts is believed: long enough for a user to notice.
const BELIEVED_AFTER: Duration = Duration::from_hours(24);

/// How long nothing is forgotten after a jump that turned out to be right.
const PAUSE: Duration = Duration::from_hours(7 * 24);

/// What is kept of our clock from one run to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// What it showed last while it was believed.
    pub showed: Timestamp,
    /// What it showed when it was believed again after it had jumped ahead.
    pub jumped: Option<Timestamp>,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct TrustedRun {
    /// None until our clock is believed for the first time.
    last: Option<LastRun>,
    /// When `last` was taken, if that was in this run.
    at: Option<Instant>,
    /// Since when our clock is doubted.
    doubted: Option<Instant>,
}

impl TrustedRun {
    /// `last` is what is known of our clock from earlier runs.
    pub fn new(last: Option<LastRun>) -> Self {
        Self { last, at: None, doubted: None }
    }

    /// What to keep for the next run.
    pub fn last(&self) -> Option<LastRun> {
        self.last
    }

    /// Whether our clock can be believed now. `kept`: how long things are kept. `agreed`: whether others agree with it.
    pub fn is_believed(&mut self, kept: Duration, agreed: bool, now: Now) -> bool {
        let jumped = self.last.is_some_and(|last| {
            let passed = self.at.map_or(Duration::ZERO, |at| now.mono.saturating_duration_since(at));
            let most = passed.saturating_add(kept.min(MAX_JUMP));
            let most = i64::try_from(most.as_millis()).unwrap_or(i64::MAX);
            now.wall.as_millis() > last.showed.as_millis().saturating_add(most)
        });
        if jumped && self.doubted.is_none() {
            self.doubted = Some(now.mono);
        }
        let has_run = self.doubted.is_none_or(|since| now.mono.saturating_duration_since(since) >= BELIEVED_AFTER);
        let is_believed = !jumped || agreed || has_run;
        if is_believed {
            let jumped = if jumped { Some(now.wall) } else { self.last.and_then(|last| last.jumped) };
            self.last = Some(LastRun { showed: now.wall, jumped });
            (self.doubted, self.at) = (None, Some(now.mono));
        }
        is_believed
    }

    /// Whether things may be forgotten by their age, if our clock is believed.
    pub fn may_forget(&self, now: Now) -> bool {
        let pause = i64::try_from(PAUSE.as_millis()).unwrap_or(i64::MAX);
        let since = |jumped: Timestamp| now.wall.as_millis().saturating_sub(jumped.as_millis());
        let jumped = self.last.and_then(|last| last.jumped);
        jumped.is_none_or(|jumped| since(jumped) >= pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn after(start: Now, mono: Duration, wall_days: i64) -> Now {
        let wall = Timestamp::from_millis(start.wall.as_millis() + wall_days * 86_400_000);
        Now { mono: start.mono + mono, wall }
    }

    fn start() -> Now {
        Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_000_000_000) }
    }

    fn after_run(now: Now) -> TrustedRun {
        TrustedRun::new(Some(LastRun { showed: now.wall, jumped: None }))
    }

    #[test]
    fn a_forward_jump_is_doubted_for_a_day_unless_confirmed() {
        let now = start();
        let mut run = after_run(now);
        assert!(run.is_believed(90 * DAY, false, after(now, Duration::ZERO, 29)), "a holiday");
        assert!(!run.is_believed(90 * DAY, false, after(now, DAY / 24, 400)), "within a run");
        assert!(!run.is_believed(90 * DAY, false, after(now, DAY / 2, 400)));
        assert!(run.is_believed(90 * DAY, true, after(now, DAY / 2, 400)), "others agree");
        let mut run = after_run(now);
        assert!(!run.is_believed(90 * DAY, false, after(now, Duration::ZERO, 400)));
        assert!(run.is_believed(90 * DAY, false, after(now, DAY, 401)), "a day of uptime");
        assert!(run.is_believed(90 * DAY, false, after(now, DAY, 0)), "back again: nothing looks too old");
        assert!(!run.is_believed(2 * DAY, false, after(now, DAY, 3)), "less is kept than it has jumped");
    }

    #[test]
    fn nothing_is_forgotten_for_a_week_after_a_jump() {
        let now = start();
        let mut run = after_run(now);
        let jump = after(now, Duration::ZERO, 200);
        assert!(run.may_forget(now) && run.is_believed(90 * DAY, true, jump) && !run.may_forget(jump));
        let mut next = TrustedRun::new(run.last());
        let (sixth, seventh) = (after(now, 6 * DAY, 206), after(now, 7 * DAY, 207));
        assert!(next.is_believed(90 * DAY, false, sixth) && !next.may_forget(sixth) && next.may_forget(seventh));
    }

    #[test]
    fn a_clock_without_a_past_is_believed() {
        let mut run = TrustedRun::new(None);
        assert!(run.is_believed(DAY, false, start()) && run.may_forget(start()));
    }
}
