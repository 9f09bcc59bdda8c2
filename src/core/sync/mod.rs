//! The log among nodes: what is said reaches disk, then everyone, and whoever was away (DESIGN.md section 6).
//!
//! Own events are pushed to all links at once. Beyond that a link is told nothing that it has to remember: it says what
//! it holds ([`have`]), and gets what it lacks ([`push`]), our own events at once, those of others when it asks for them
//! or stays behind. What it says that it holds is the only receipt ([`delivery`]).
//!
//! Where what is: `batch` events that come, `commit` from memory to disk to screen, `have` who holds what, `push` what
//! is sent to whom, `cursors` what is known of one link, `disputes` authors that contradict themselves, `progress` what
//! the user sees of it, `pages` messages from disk.

mod batch;
mod commit;
mod cursors;
mod delivery;
mod disputes;
mod have;
mod pages;
mod progress;
mod push;

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

pub(super) use commit::Pending;
pub(super) use cursors::Cursors;

use super::{LinkId, Node, Output};
use crate::{
    core::log::{
        Logs,
        storage::{Failure, Proof, Reply, Request, Retain, Snapshot},
    },
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::{LogId, Now, Room, Seek, Timestamp},
    },
    protocol::{codec::event::Signed, identity::Identity},
};

/// How often old lines are forgotten. Nobody needs it to the minute.
const RETAIN_EVERY: Duration = Duration::from_hours(1);

/// How long after the start they are forgotten for the first time: after everything that the user waits for.
const FIRST_RETAIN: Duration = Duration::from_secs(30);

/// How often it is looked whether links stay behind, while any is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// After so long without an answer the store counts as failed: a disk that comes back later finds all in order.
const STUCK_AFTER: Duration = Duration::from_secs(30);

/// How long the end of the program may wait for the disk to take what was said.
const LEAVE_AFTER: Duration = Duration::from_secs(3);

/// How long to wait after the store has failed.
const RELOAD_AFTER: Duration = Duration::from_secs(1);

/// How long what was said is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Lines that are older are forgotten.
    pub age: Option<Duration>,
    /// Of each room only so many lines are kept.
    pub lines: Option<u64>,
}

/// What the node needs for its log.
#[derive(Debug, Clone)]
pub struct History {
    /// What the store holds.
    pub snapshot: Snapshot,
    /// How long it is to hold it.
    pub retention: Retention,
    /// What our events are signed with.
    pub identity: Identity,
    /// When the program started: what was said before is history.
    pub started: Timestamp,
}

/// What a request to the store was for.
#[derive(Debug)]
enum Purpose {
    Write,
    /// Events for a link, which wants these logs from these numbers on.
    Push(LinkId, Vec<(LogId, u64)>),
    /// Lines of this log of ours, to follow who gets them.
    Open(LogId),
    /// The event that we hold where somebody has another one.
    Compare(LinkId, Box<Signed>),
    /// The event that we hold where a link holds another one.
    Dispute(LinkId),
    Page(Room, Seek),
    Search(String),
    Erase(Room),
    Retain,
    Load,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Sync {
    logs: Logs,
    identity: Identity,
    retention: Retention,
    started: Timestamp,
    next_ticket: u64,
    purposes: BTreeMap<u64, Purpose>,
    /// Accepted and not on disk yet, in their order.
    pending: VecDeque<Pending>,
    pending_bytes: usize,
    /// What is being written.
    flight: Option<commit::Flight>,
    /// Proofs that are to be written.
    new_forks: Vec<Proof>,
    forks: Vec<Proof>,
    /// Events of links that contradict what is being written, perhaps.
    compare_later: Vec<(LinkId, (LogId, u64), Signed)>,
    /// Who was asked for everything, and when it last moved.
    asked: Option<(LinkId, Instant)>,
    look_at: Option<Instant>,
    retain_at: Option<Instant>,
    reload_at: Option<Instant>,
    /// Since when the store has failed, if it was not read again since.
    broken: Option<Instant>,
    /// When the program is to end, whether or not all of our own is written.
    pub(super) leaving: Option<Instant>,
    delivery: delivery::Deliveries,
    progress: progress::Progress,
}

impl Sync {
    pub(super) fn new(me: crate::domain::model::NodeId, history: History) -> Self {
        let History { mut snapshot, retention, identity, started } = history;
        let delivery = delivery::Deliveries::new(std::mem::take(&mut snapshot.acks));
        let forks = std::mem::take(&mut snapshot.forks);
        Self {
            logs: Logs::new(me, snapshot, started),
            identity,
            retention,
            started,
            next_ticket: 0,
            purposes: BTreeMap::new(),
            pending: VecDeque::new(),
            pending_bytes: 0,
            flight: None,
            compare_later: Vec::new(),
            new_forks: Vec::new(),
            forks,
            asked: None,
            look_at: None,
            retain_at: None,
            reload_at: None,
            broken: None,
            leaving: None,
            delivery,
            progress: progress::Progress::default(),
        }
    }

    /// Asks the store for something.
    fn ask(&mut self, purpose: Purpose, request: Request, out: &mut Vec<Output>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.purposes.insert(ticket, purpose);
        out.push(Output::Store { ticket, request });
    }

    /// Whether nothing can be written.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// When something is to be done here next.
    pub(super) fn due(&self) -> Option<Instant> {
        let can_write = self.flight.is_none() && !self.is_broken();
        let stuck = self.flight.as_ref().map(|flight| flight.since + STUCK_AFTER);
        let waiting = self.logs.waiting_due().filter(|_| !self.is_broken());
        let acks = self.delivery.write_due().filter(|_| can_write);
        let dues =
            [self.look_at, self.retain_at, self.reload_at, self.leaving, waiting, self.delivery.due(), acks, stuck];
        dues.into_iter().flatten().min()
    }
}

impl Node {
    /// The node runs.
    pub(super) fn begin_sync(&mut self, now: Now, out: &mut Vec<Output>) {
        self.sync.retain_at = Some(now.mono + FIRST_RETAIN);
        self.find_open_lines(out);
        self.tell_waiting(out);
    }

    /// What is due by the clock.
    pub(super) fn beat_sync(&mut self, now: Now, out: &mut Vec<Output>) {
        let is_due = |at: &mut Instant| *at <= now.mono;
        if self.sync.reload_at.take_if(is_due).is_some() {
            self.sync.ask(Purpose::Load, Request::Load, out);
        }
        if self.sync.retain_at.take_if(is_due).is_some() {
            self.sync.retain_at = Some(now.mono + RETAIN_EVERY);
            self.retain(now, out);
        }
        if self.sync.leaving.is_some_and(|at| at <= now.mono) {
            return self.leave_now(out);
        }
        if self
            .sync
            .flight
            .as_ref()
            .is_some_and(|flight| now.mono.saturating_duration_since(flight.since) >= STUCK_AFTER)
        {
            self.not_written(
                &Failure("The disk does not answer; what was said last is not stored.".to_owned()),
                now,
                out,
            );
        }
        if !self.sync.is_broken() && self.sync.logs.waiting_due().is_some_and(|due| due <= now.mono) {
            let mut accepted = Vec::new();
            self.sync.logs.give_up_waiting(now, &mut accepted);
            self.keep(accepted, None, now, out);
        }
        if self.sync.look_at.take_if(is_due).is_some() {
            self.look_behind(now, out);
        }
        self.tell_have_due(now, out);
        self.ask_for_causes_due(now, out);
        self.tell_deliveries(now, out);
        self.flush(now, out);
    }

    pub(super) fn next_sync(&self) -> Option<Instant> {
        self.sync.due().into_iter().chain(self.next_have()).min()
    }

    /// Leaves when what our user said is on disk, or cannot be; who asks twice does not wait. What nobody has yet is sent
    /// after the next start.
    pub(super) fn quit(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.is_writing_own() && self.sync.leaving.is_none() && !self.sync.is_broken() {
            self.sync.leaving = Some(now.mono + LEAVE_AFTER);
        } else {
            self.leave_now(out);
        }
    }

    fn leave_now(&mut self, out: &mut Vec<Output>) {
        self.leaving = true;
        out.push(Output::Leave);
    }

    /// Looks soon whether links stay behind.
    fn look_soon(&mut self, now: Now) {
        self.sync.look_at.get_or_insert(now.mono + LOOK_EVERY);
    }

    fn retain(&mut self, now: Now, out: &mut Vec<Output>) {
        let Retention { age, lines } = self.sync.retention;
        if age.is_none() && lines.is_none() {
            return;
        }
        let age = age.map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let before = age.map(|age| Timestamp::from_millis(now.wall.as_millis().saturating_sub(age)));
        self.sync.ask(Purpose::Retain, Request::Retain(Retain { now: now.wall, before, keep: lines }), out);
    }

    /// The store has answered.
    pub(super) fn stored(&mut self, ticket: u64, reply: Result<Reply, Failure>, now: Now, out: &mut Vec<Output>) {
        let Some(purpose) = self.sync.purposes.remove(&ticket) else { return };
        match (purpose, reply) {
            (Purpose::Write, Ok(_)) => self.written(now, out),
            (Purpose::Write, Err(failure)) => self.not_written(&failure, now, out),
            (Purpose::Push(link, wanted), Ok(Reply::Events(events))) => self.push_events(link, &wanted, &events, out),
            (Purpose::Push(link, wanted), reply) => {
                if let Err(Failure(text)) = reply
                    && self.told.may_tell(NoticeCode::Damaged, now.mono)
                {
                    out.push(Output::Update(Update::Notice { code: NoticeCode::Damaged, text }));
                }
                self.push_events(link, &wanted, &[], out);
            }
            (Purpose::Open(log), reply) => {
                let head = self.sync.logs.get(&log).map_or(0, crate::core::log::Held::committed_head);
                let events = if let Ok(Reply::Events(events)) = reply { events } else { Vec::new() };
                self.sync.delivery.open_all(&events, head, now.mono);
            }
            (Purpose::Compare(link, theirs), Ok(Reply::Events(events))) => {
                self.contradicted(link, *theirs, events, now, out);
            }
            (Purpose::Dispute(link), Ok(Reply::Events(events))) => {
                self.hand(link, events.iter().map(|held| &held.signed), out);
            }
            (Purpose::Page(room, seek), Ok(Reply::Page(page))) => self.page(room, seek, &page, now, out),
            (Purpose::Search(query), Ok(Reply::Found(found))) => self.found_lines(query, &found, now, out),
            (Purpose::Erase(room), Ok(Reply::Raised { lines, bases })) => {
                self.rebase(&bases);
                self.sync.forks.clear();
                out.push(Output::Update(Update::Erased { room, lines }));
            }
            (Purpose::Retain, Ok(Reply::Raised { bases, .. })) => self.rebase(&bases),
            (Purpose::Load, Ok(Reply::Loaded(snapshot))) => self.reloaded(*snapshot, now, out),
            (Purpose::Load, Err(_)) => self.sync.reload_at = Some(now.mono + RELOAD_AFTER),
            (Purpose::Page(..) | Purpose::Search(_) | Purpose::Erase(_), Err(Failure(text))) => {
                out.push(Output::Update(Update::Failed { code: FailureCode::Storage, text }));
            }
            // Nothing hangs on the rest: it is asked for again when it is wanted.
            _ => {}
        }
    }

    fn rebase(&mut self, bases: &[(LogId, u64)]) {
        for (log, base) in bases {
            self.sync.logs.raised(log, *base);
        }
        let logs: Vec<LogId> = bases.iter().map(|(log, _)| *log).collect();
        self.note_untold(&logs);
    }
}
