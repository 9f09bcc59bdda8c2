//! Lines of ours that are said again in our present log. Others can accept them there, but not where they were said
//! first.
//!
//! Each names the first event that said the same, so that a node that holds both shows only one. An event that is
//! already repeated by an event we hold is not said again. The store knows which ones these are, so a restart in the
//! middle repeats nothing twice.

use std::collections::{BTreeMap, VecDeque};

use super::{Purpose, Sync, event::Context};
use crate::{
    core::{
        log::storage::{LogEntry, Read, Repeated, Request, StoredEvent},
        mutant,
    },
    domain::model::{EventId, Hlc, LogId},
    protocol::codec::event::{Content, KIND_SAID, KIND_TOPIC, Signed},
};

/// Lines that are read and said again in one step. The next step waits until they are on disk, so that what the user
/// types meanwhile waits for at most one step.
const STEP_LINES: usize = 64;

/// Bytes of events after which a step reads no more: a few of the longest lines.
const STEP_BYTES: usize = 256 * 1024;

/// Requests that may wait. Only somebody who keeps making copies of this key could cause more.
const MAX_WAITING: usize = 256;

/// Events of one of our logs to say again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    /// The log, of any network.
    pub(super) log: LogId,
    /// The first of them.
    pub(super) from: u64,
    /// The last of them.
    pub(super) until: u64,
}

/// What the machine is doing about the first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Step {
    #[default]
    Idle,
    /// The store reads lines.
    Reading,
    /// Lines are on their way to disk. This is the number of the next one to read.
    Writing(u64),
}

/// One request, and how far it has come.
#[derive(Debug)]
struct Task {
    lines: Lines,
    /// The next number to read.
    next: u64,
    /// The event before the first of them, once that was read.
    before: Option<EventId>,
    /// Whether everything that was read so far has been said again.
    whole: bool,
    /// Whether anything was said just now.
    any: bool,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct SayingAgain {
    /// For each event that is repeated by events of our key that we hold: the clock and id of the last repetition.
    done: BTreeMap<EventId, (Hlc, EventId)>,
    waiting: VecDeque<Task>,
    step: Step,
}

impl SayingAgain {
    /// `done`: what has been said again, as the store knows.
    pub(super) fn new(done: Vec<Repeated>) -> Self {
        let mut saying = Self::default();
        saying.reload(done);
        saying
    }

    /// The store was read again: only what it holds counts.
    pub(super) fn reload(&mut self, done: Vec<Repeated>) {
        let done = done.into_iter().map(|Repeated { first, hlc, last }| (first, (hlc, last)));
        (self.done, self.step) = (done.collect(), Step::Idle);
    }

    /// These have been said again on the present network, too.
    pub(super) fn add(&mut self, done: &[Repeated]) {
        for Repeated { first, hlc, last } in done {
            let known = self.done.entry(*first).or_insert((*hlc, *last));
            *known = (*hlc, *last).max(*known);
        }
    }

    /// An event of our key is on disk.
    pub(super) fn written(&mut self, entry: &LogEntry) {
        let event = &entry.event;
        if let Some(first) = entry.again() {
            let last = self.done.entry(first).or_insert((event.hlc, event.id));
            *last = (event.hlc, event.id).max(*last);
        }
    }

    /// Whether another event of our key that we hold says what this event says. If this one repeats `again`, only a
    /// later one counts.
    fn is_said_again(&self, id: EventId, again: Option<EventId>) -> bool {
        let last = self.done.get(&again.unwrap_or(id));
        last.is_some_and(|(_, last)| *last != id)
    }

    /// Nothing of the last step was written.
    pub(super) fn not_written(&mut self) {
        if matches!(self.step, Step::Writing(_)) {
            self.step = Step::Idle;
        }
    }
}

impl Sync {
    /// Whether another event of our key that we hold says what this event says, sealed or not.
    pub(super) fn is_said_again(&self, id: EventId, signed: &Signed) -> bool {
        self.saying_again.is_said_again(id, self.repeated_by(signed))
    }

    /// The event that this event says again, if it says one again.
    pub(super) fn repeated_by(&self, signed: &Signed) -> Option<EventId> {
        self.content_of(signed)?.1.again()
    }

    /// Says these lines again, after those that already wait. Lines whose content was erased, and lines that were said
    /// again before, are left out.
    pub(super) fn say_again(&mut self, lines: Lines, cx: &mut Context<'_>) {
        let waiting = &mut self.saying_again.waiting;
        if mutant::never_says_again() {
            return;
        }
        if waiting.len() < MAX_WAITING && waiting.iter().all(|task| task.lines != lines) {
            waiting.push_back(Task { lines, next: lines.from, before: None, whole: true, any: false });
            self.go_on_saying_again(cx);
        }
    }

    /// Reads the next lines, unless some are on their way.
    pub(super) fn go_on_saying_again(&mut self, cx: &mut Context<'_>) {
        if self.writer.is_broken() {
            return;
        }
        let saying = &mut self.saying_again;
        if let Step::Writing(next) = saying.step {
            if self.writer.has_own() {
                return;
            }
            saying.step = Step::Idle;
            if let Some(task) = saying.waiting.front_mut() {
                task.next = next;
            }
        }
        if let (Step::Idle, Some(task)) = (saying.step, saying.waiting.front()) {
            saying.step = Step::Reading;
            let read = Read { from: vec![(task.lines.log, task.next)], events: STEP_LINES, bytes: STEP_BYTES };
            self.requests.ask(Purpose::SayAgain, Request::ReadOwn(read), cx.out);
        }
    }

    /// Lines to say again came from the store; none if there are no more.
    pub(super) fn read_to_say_again(&mut self, events: &[StoredEvent], cx: &mut Context<'_>) {
        if self.saying_again.step != Step::Reading {
            return;
        }
        self.saying_again.step = Step::Idle;
        let Some(lines) = self.saying_again.waiting.front().map(|task| task.lines) else { return };
        if self.writer.is_broken() {
            return;
        }
        let wanted = events.iter().filter(|held| held.log == lines.log && held.seq <= lines.until);
        let Some(last) = wanted.clone().next_back().map(|held| held.seq) else {
            if let Some(Task { whole: true, before, any, .. }) = self.saying_again.waiting.pop_front() {
                self.all_said_again(lines, before, any, cx);
            }
            return self.go_on_saying_again(cx);
        };
        self.saying_again.step = Step::Writing(last + 1);
        self.look_at_clocks(cx);
        let mut entries = Vec::new();
        for held in wanted {
            let said = self.repeat(held, cx);
            let whole = said.is_some() || self.is_said_again(held.signed.id(), &held.signed);
            if let Some(task) = self.saying_again.waiting.front_mut() {
                task.whole &= whole;
                task.any |= said.is_some();
                if held.seq == lines.from {
                    task.before = held.signed.read().ok().and_then(|event| event.prev);
                }
            }
            entries.extend(said);
        }
        self.keep(entries, None, cx);
        self.go_on_saying_again(cx);
    }

    /// Lines could not be read: they stay as they are.
    pub(super) fn not_read_to_say_again(&mut self, cx: &mut Context<'_>) {
        self.saying_again.step = Step::Idle;
        self.saying_again.waiting.pop_front();
        self.go_on_saying_again(cx);
    }

    /// The next event of our log, which says what this one says; none if that has already been said again, or cannot
    /// be.
    fn repeat(&mut self, held: &StoredEvent, cx: &Context<'_>) -> Option<LogEntry> {
        let id = held.signed.id();
        if self.is_said_again(id, &held.signed) {
            return None;
        }
        let content = self.content_of(&held.signed)?.1;
        let own = || cx.people.own_nick().clone();
        let said = match content {
            Content::Said { nick, text, action, again } => {
                let (salt, nick) = (self.salts.next(), nick.unwrap_or_else(own));
                (KIND_SAID, Content::said_again(salt, &nick, &text, action, again.unwrap_or(id)))
            }
            Content::Topic { nick, topic, again } => {
                let (salt, nick) = (self.salts.next(), nick.unwrap_or_else(own));
                (KIND_TOPIC, Content::topic(salt, &nick, &topic, Some(again.unwrap_or(id))))
            }
            Content::Unknown => return None,
        };
        self.write_own(held.log.room, said, cx).ok()
    }
}
