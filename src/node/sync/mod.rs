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

use super::{LinkId, Node, Out};
use crate::{
    bus::{FailureCode, Update},
    convert::event::Signed,
    identity::Identity,
    log::{
        Logs,
        storage::{Failure, Proof, Reply, Request, Retain, Snapshot},
    },
    model::{LogId, Now, Room, Seek, Timestamp},
};

/// How often old lines are forgotten. Nobody needs it to the minute.
const RETAIN_EVERY: Duration = Duration::from_hours(1);

/// How long after the start they are forgotten for the first time: after everything that the user waits for.
const FIRST_RETAIN: Duration = Duration::from_secs(30);

/// How often it is looked whether links stay behind, while any is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

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
    /// Our own lines that nobody had at the start.
    Open,
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
    /// The part of it that is being written.
    in_flight: Vec<Pending>,
    /// Proofs that are to be written.
    new_forks: Vec<Proof>,
    forks: Vec<Proof>,
    /// Who was asked for everything, and when it last moved.
    asked: Option<(LinkId, Instant)>,
    look_at: Option<Instant>,
    retain_at: Option<Instant>,
    reload_at: Option<Instant>,
    /// Whether the store has failed and was not read again since.
    broken: bool,
    /// Whether the program is to end when all is written.
    pub(super) leaving: bool,
    delivery: delivery::Deliveries,
    progress: progress::Progress,
}

impl Sync {
    pub(super) fn new(me: crate::model::NodeId, history: History) -> Self {
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
            in_flight: Vec::new(),
            new_forks: Vec::new(),
            forks,
            asked: None,
            look_at: None,
            retain_at: None,
            reload_at: None,
            broken: false,
            leaving: false,
            delivery,
            progress: progress::Progress::default(),
        }
    }

    /// Asks the store for something.
    fn ask(&mut self, purpose: Purpose, request: Request, out: &mut Vec<Out>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.purposes.insert(ticket, purpose);
        out.push(Out::Store { ticket, request });
    }

    /// When something is to be done here next.
    pub(super) fn due(&self) -> Option<Instant> {
        let dues = [self.look_at, self.retain_at, self.reload_at, self.logs.waiting_due(), self.delivery.due()];
        dues.into_iter().flatten().min()
    }
}

impl Node {
    /// The node runs.
    pub(super) fn begin_sync(&mut self, now: Now, out: &mut Vec<Out>) {
        self.sync.retain_at = Some(now.mono + FIRST_RETAIN);
        self.find_open_lines(out);
        self.tell_waiting(out);
    }

    /// What is due by the clock.
    pub(super) fn beat_sync(&mut self, now: Now, out: &mut Vec<Out>) {
        let is_due = |at: &mut Instant| *at <= now.mono;
        if self.sync.reload_at.take_if(is_due).is_some() {
            self.sync.ask(Purpose::Load, Request::Load, out);
        }
        if self.sync.retain_at.take_if(is_due).is_some() {
            self.sync.retain_at = Some(now.mono + RETAIN_EVERY);
            self.retain(now, out);
        }
        if self.sync.logs.waiting_due().is_some_and(|due| due <= now.mono) {
            let mut accepted = Vec::new();
            self.sync.logs.give_up_waiting(now, &mut accepted);
            self.keep(accepted, None, now, out);
        }
        if self.sync.look_at.take_if(is_due).is_some() {
            self.look_behind(now, out);
        }
        self.tell_have_due(now, out);
        self.tell_deliveries(now, out);
        self.flush(now, out);
    }

    pub(super) fn next_sync(&self) -> Option<Instant> {
        self.sync.due().into_iter().chain(self.next_have()).min()
    }

    /// Looks soon whether links stay behind.
    fn look_soon(&mut self, now: Now) {
        self.sync.look_at.get_or_insert(now.mono + LOOK_EVERY);
    }

    fn retain(&mut self, now: Now, out: &mut Vec<Out>) {
        let Retention { age, lines } = self.sync.retention;
        if age.is_none() && lines.is_none() {
            return;
        }
        let age = age.map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let before = age.map(|age| Timestamp::from_millis(now.wall.as_millis().saturating_sub(age)));
        self.sync.ask(Purpose::Retain, Request::Retain(Retain { now: now.wall, before, keep: lines }), out);
    }

    /// The store has answered.
    pub(super) fn stored(&mut self, ticket: u64, reply: Result<Reply, Failure>, now: Now, out: &mut Vec<Out>) {
        let Some(purpose) = self.sync.purposes.remove(&ticket) else { return };
        match (purpose, reply) {
            (Purpose::Write, Ok(_)) => self.written(now, out),
            (Purpose::Write, Err(failure)) => self.not_written(&failure, now, out),
            (Purpose::Push(link, wanted), Ok(Reply::Events(events))) => self.push_events(link, &wanted, &events, out),
            (Purpose::Push(link, wanted), _) => self.push_events(link, &wanted, &[], out),
            (Purpose::Open, Ok(Reply::Events(events))) => self.sync.delivery.open_all(&events),
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
                out.push(Out::Update(Update::Erased { room, lines }));
            }
            (Purpose::Retain, Ok(Reply::Raised { bases, .. })) => self.rebase(&bases),
            (Purpose::Load, Ok(Reply::Loaded(snapshot))) => self.reloaded(*snapshot, now),
            (Purpose::Load, Err(_)) => self.sync.reload_at = Some(now.mono + RELOAD_AFTER),
            (Purpose::Page(..) | Purpose::Search(_) | Purpose::Erase(_), Err(Failure(text))) => {
                out.push(Out::Update(Update::Failed { code: FailureCode::Storage, text }));
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
