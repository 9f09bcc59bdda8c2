//! An outage: from the first commit that the disk does not take to the first one that it takes again.
//!
//! After the failure we read the store once, because the failed write may have left it in any state. Then we ask it
//! every second whether it takes anything, and at once when our user says something. The front end gets one error, one
//! notice when the outage is over, and the state whenever it changes.

use std::time::{Duration, Instant};

use super::{
    Purpose, Sync,
    event::{Context, Output},
    queued::Queued,
    timer::Timer,
};
use crate::{
    core::{log::storage::Request, mutant},
    domain::{
        bus::{DiskState, HistoryNotice, Notice, StorageFailure, Update},
        model::{DiskTrouble, LogId, Room, StoreFailure, StoreFault, StoreTask, Text},
    },
};

/// How long to wait after the store has failed before it is tried again.
const RELOAD_AFTER: Duration = Duration::from_secs(1);

/// Lines of our user that may wait for the disk's answer: more than are typed in a second.
const MAX_OWN: usize = 64;

/// How long that answer may take before the user gets these lines back.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// An outage this soon after the last one counts as the same trouble. Only the status line shows it.
const SAME_TROUBLE: Duration = Duration::from_secs(10);

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Outage {
    /// The state that the front end was last told.
    state: DiskState,
    /// Whether the store must be read first, because the failed write may have left it in any state.
    must_reload: bool,
    /// Whether the disk was asked and has not answered.
    is_asking: bool,
    /// Whether the user was told of this outage in words.
    is_told: bool,
    /// When the last outage ended.
    ended: Option<Instant>,
    /// How many lines from memory are written now that the disk takes something, and how many of them are not on disk
    /// yet.
    returning: usize,
    left: usize,
    /// Lines of our user that wait for the disk's answer, or for the lines from memory: they may be answers to those.
    own: Vec<(Room, Text, bool)>,
}

impl Outage {
    /// The store was read after a failure.
    pub(super) fn was_reloaded(&mut self) {
        (self.must_reload, self.is_asking) = (false, false);
    }
}

/// Lines of our user.
impl Sync {
    /// Whether a line of our user has to wait.
    pub(super) fn must_wait(&self) -> bool {
        self.writer.is_broken() || self.outage.left > 0
    }

    /// The disk took nothing last time. It is asked at once whether it does now. If not, the line goes back to the
    /// user.
    pub(super) fn say_later(&mut self, room: &Room, text: &Text, action: bool, cx: &mut Context<'_>) {
        self.outage.own.push((room.clone(), text.clone(), action));
        if self.outage.own.len() > MAX_OWN {
            self.return_own(cx);
        } else if self.writer.is_broken() && !self.outage.is_asking {
            self.try_disk(cx);
        }
    }

    /// Says the lines of our user that had to wait.
    fn say_own(&mut self, cx: &mut Context<'_>) {
        self.outage.left = 0;
        for (room, text, action) in std::mem::take(&mut self.outage.own) {
            self.say(&room, &text, action, cx);
        }
    }

    /// Lines that were shown before are on disk now. What our user said meanwhile follows the last of them.
    pub(super) fn have_returned(&mut self, lines: usize, cx: &mut Context<'_>) {
        if self.outage.left > 0 {
            self.outage.left = self.outage.left.saturating_sub(lines);
            if self.outage.left == 0 || self.writer.is_idle() {
                self.say_own(cx);
            }
        }
    }

    /// Gives our user back the lines that wait for an answer.
    pub(super) fn return_own(&mut self, cx: &mut Context<'_>) {
        let trouble = self.disk_trouble();
        for (room, text, action) in std::mem::take(&mut self.outage.own) {
            cx.update(Update::Returned { room, text, action, topic: false, trouble, shown: false });
        }
    }
}

/// The disk.
impl Sync {
    /// The disk has taken nothing. From now on it is tried every second.
    pub(super) fn disk_failed(&mut self, failure: StoreFailure, cx: &mut Context<'_>) {
        let trouble = failure.trouble;
        self.writer.broken = true;
        self.outage.must_reload = true;
        self.outage.left = 0;
        self.timers.set(Timer::Reload, cx.now.mono + RELOAD_AFTER);
        if self.outage.state.trouble.is_none() {
            let is_same = |ended: Instant| cx.now.mono.saturating_duration_since(ended) < SAME_TROUBLE;
            self.outage.is_told = !self.outage.ended.is_some_and(is_same);
            if self.outage.is_told {
                cx.out.push(Output::NotDone(StorageFailure::Disk(failure)));
            }
        }
        let state = DiskState { trouble: Some(trouble), ..self.outage.state };
        self.tell_disk(state, cx);
        self.return_own(cx);
    }

    /// The store was opened for reading only.
    pub(super) fn begin_without_disk(&mut self, trouble: DiskTrouble, cx: &mut Context<'_>) {
        let failure = StoreFailure { task: StoreTask::Write, fault: StoreFault::ReadOnly, trouble };
        self.disk_failed(failure, cx);
        self.outage.was_reloaded();
    }

    /// Reads the store after a failure. Once that is done, checks whether the store takes anything.
    pub(super) fn try_disk(&mut self, cx: &mut Context<'_>) {
        self.timers.set(Timer::Reload, cx.now.mono + ANSWER_WITHIN);
        if std::mem::replace(&mut self.outage.is_asking, true) {
            return self.return_own(cx);
        }
        if self.outage.must_reload {
            self.requests.ask(Purpose::Reload, Request::Load, cx.out);
        } else {
            self.requests.ask(Purpose::Probe, Request::Write(Vec::new()), cx.out);
        }
    }

    /// Why the disk takes nothing now.
    pub(super) fn disk_trouble(&self) -> DiskTrouble {
        self.outage.state.trouble.unwrap_or(DiskTrouble::Failing)
    }

    /// The disk has still taken nothing, or could not be read.
    pub(super) fn disk_refuses(&mut self, failure: &StoreFailure, cx: &mut Context<'_>) {
        self.outage.is_asking = false;
        self.timers.set(Timer::Reload, cx.now.mono + RELOAD_AFTER);
        let state = DiskState { trouble: Some(failure.trouble), ..self.outage.state };
        self.tell_disk(state, cx);
        self.return_own(cx);
    }

    /// The disk takes something again: lines held in memory go to disk, and what was held back is fetched.
    pub(super) fn disk_takes(&mut self, cx: &mut Context<'_>) {
        self.outage.is_asking = false;
        self.timers.clear(Timer::Reload);
        self.writer.broken = false;
        // We may have told others that we hold more than we do.
        let logs: Vec<LogId> = self.logs.iter().map(|(log, _)| *log).collect();
        for log in &logs {
            self.review_all(log, cx);
        }
        self.tell_everybody(&logs, cx);
        let held = self.unkept.take(true);
        let count = held.len();
        self.outage.left = count;
        for queued in held {
            let is_gone = |log: &LogId| self.logs.get(log).is_none();
            if !matches!(&queued, Queued::Event(entry, _) if is_gone(&entry.event.log)) && !mutant::forgets_unkept() {
                self.writer.push(queued);
            }
        }
        if count == 0 {
            self.disk_is_back(0, cx);
            self.say_own(cx);
        } else {
            self.outage.returning = count;
        }
        // What links sent meanwhile was not taken. Links that have only refused logs are not asked.
        let helpers = self.links.iter().filter(|(_, link)| !link.ahead.is_empty());
        cx.out.extend(helpers.map(|(name, _)| super::have::want(name)));
        self.catch_up(cx);
        self.go_on_saying_again(cx);
    }

    /// A commit is on disk, so the outage is over if there was one.
    pub(super) fn disk_has_taken(&mut self, cx: &mut Context<'_>) {
        if self.outage.state.trouble.is_some() && !self.writer.is_broken() {
            let lines = std::mem::take(&mut self.outage.returning);
            self.disk_is_back(lines, cx);
        }
    }

    fn disk_is_back(&mut self, lines: usize, cx: &mut Context<'_>) {
        self.outage.ended = Some(cx.now.mono);
        self.tell_disk(DiskState::default(), cx);
        if std::mem::take(&mut self.outage.is_told) {
            cx.update(Update::Notice(Notice::History(HistoryNotice::DiskAgain { lines })));
        }
    }

    /// Further lines of others are not shown until the disk takes something.
    pub(super) fn hold_back(&mut self, cx: &mut Context<'_>) {
        let state = DiskState { held_back: true, ..self.outage.state };
        self.tell_disk(state, cx);
    }

    fn tell_disk(&mut self, state: DiskState, cx: &mut Context<'_>) {
        if std::mem::replace(&mut self.outage.state, state) != state {
            cx.update(Update::Disk(state));
        }
    }
}
