//! The log among nodes: what is said goes to disk, then to everyone present, and to the others when they join.
//!
//! [`Sync`] is a state machine. It takes in links, frames, the store's answers and what the user says ([`Input`]), and
//! gives out what to do ([`Output`]). It asks the router only about people ([`People`]).
//!
//! # The algorithm
//!
//! Every author has a log for each room: a chain of signed events, numbered from 1 ([`crate::core::log`]). Nodes try to
//! hold the same events. A node tells each link how far it holds each log (`Have`), compares that with what the link
//! says it holds, and sends the difference. A `Have` is the only receipt: what a link was sent and does not list after
//! a while is sent again. For each link there is a set of the logs that it lacks events of, and a set of the logs that
//! it holds more of than we do. Both change only when a log changes, so idle links cost nothing.
//!
//! Strangers are the exception: they have a budget ([`crate::core::budgets`]). What exceeds it is refused, and logs of
//! strangers are shortened or given up. A log of an author that we never met is offered only to links that name it.
//!
//! | When | a node tells | this |
//! |---|---|---|
//! | a link opens | the link | `Have`: all that it may be offered of the lobby, in several frames if need be, and its own logs that we gave up |
//! | a link is admitted to a room | the link | `Have`: the same of that room |
//! | its user says something, and that is on disk | all links, or those that may know of the room | the event |
//! | events are on disk that came over a link | that link and the author's | `Have`, after 5 ms, at most every 50 ms for up to 16 links, and less often for more |
//! | | all other links that may be offered the log | `Have`, at most every second for up to 32 links, and less often for more |
//! | a link has listed all that it holds | the link | its own events that the link lacks |
//! | a link asks for everything (`want`) | the link | all events that the link lacks, of any author |
//! | a link has lacked events for 2 s (others' 2 to 3 s), then twice as long, up to 64 s (96 s) | the link | these events again, of any author |
//! | links hold what it lacks, and the author is not linked | one link | `want`; after 3 s without progress another |
//! | an event waits for a cause | its sender | `want`, after 50 ms, then every second |
//! | an event is refused | its sender, if it has the capability | `Refused`, once a minute for each log |
//! | a link refuses a log | | nothing of that log for a minute or an hour, by the reason |
//! | a link names a log that we do not hold and once gave up | the link | `Have` with a base above the number at which it was given up |
//! | a link holds another event under the same number | the link | its own copy: the two prove a contradiction |
//!
//! Nothing is sent, acknowledged or shown before it is on disk, with one exception: while the disk fails, lines of
//! others are shown, marked as not kept, and held in memory. They are not acknowledged, so their authors do not count
//! them as delivered. Our user's lines go back to the front end. After the failure the store is read once more, and
//! only what it holds counts. From then on it is tried every second. What is held in memory is written as soon as the
//! store takes something.
//!
//! # The files
//!
//! - `event`, `history`: inputs and outputs, and what the machine starts with
//! - `receive`: events that come over a link; `budget`: what strangers may cost; `strangers`: what happens to their
//!   logs
//! - `queued`, `commit_queue`, `commit`: from memory to disk, then to the screen and to the links; `on_the_way`: how
//!   much from each link is on that way; `unkept`, `outage`: what is shown while the disk fails, and how that ends
//! - `have`: who holds what; `backfill`: the events that a link lacks
//! - `link`, `phase`, `cursor`, `lagging`, `names`: what is known of a link, what it is doing, how far it is with each
//!   log, what it lacks, and the short names of logs
//! - `withholding`: who may have what was said before the present stay; `joining`: networks that turn out to be one;
//!   `elsewhere`: lines of ours that wait on other networks
//! - `clocks`: which time we go by; `forgetting`: what is too old
//! - `receipts`, `readers`, `reach`, `delivery`: who has our lines; `progress`: how much of a backlog is still to come
//! - `forks`: authors that contradict themselves
//! - `branches`, `say_again`: our logs to which a copy of our key has also written, and lines of ours that are said
//!   again
//! - `seal`, `sealing`: rooms whose events are sealed
//! - `rooms`: which rooms are open, and who may know of which; `heard`: who has spoken in rooms that our user may not
//!   have seen yet
//! - `pages`: messages from disk for the front end; `topics`: what each room is about
//! - `requests`, `timer`: what the store was asked, and what is due at which time

mod backfill;
mod branches;
mod budget;
mod clocks;
mod commit;
mod commit_queue;
mod cursor;
mod delivery;
mod elsewhere;
mod event;
mod forgetting;
mod forks;
mod have;
mod heard;
mod history;
mod joining;
mod lagging;
mod link;
mod names;
mod on_the_way;
mod outage;
mod pages;
mod phase;
mod progress;
mod queued;
mod reach;
mod readers;
mod receipts;
mod receive;
mod requests;
mod rooms;
mod say_again;
mod seal;
mod sealing;
mod strangers;
mod timer;
mod topics;
mod unkept;
mod withholding;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

pub use event::{Input, Output, People};
pub use heard::Heard;
pub use history::{History, Retention};
pub use on_the_way::Unpublished;
pub use seal::Seal;

use self::{
    branches::Branches,
    budget::Budget,
    clocks::{Marked, Settling, Told},
    commit_queue::Writer,
    delivery::Deliveries,
    event::Context,
    forks::Forks,
    have::Asked,
    link::Links,
    outage::Outage,
    progress::Progress,
    requests::{Purpose, Requests},
    rooms::Rooms,
    say_again::SayingAgain,
    timer::Timer,
    topics::{Review, Topics},
    unkept::Unkept,
    withholding::Withholding,
};
use crate::{
    core::{
        clock::{Clocks, LastRun, TrustedRun},
        log::{
            Logs,
            storage::{Reply, Undelivered},
        },
        secrets::Secrets,
    },
    domain::{
        bus::{HistoryNotice, StorageFailure, Update},
        model::{DiskTrouble, LinkId, LogId, NodeId, Now, RoomId, StoreFailure, Timestamp},
        timers::Timers,
    },
    protocol::{codec::mesh::Caps, identity::Identity},
};

/// How long after the start old lines are forgotten for the first time: after everything that the user waits for.
const FIRST_RETAIN: Duration = Duration::from_secs(30);

/// How long the program may wait at its end for the disk to take what was said.
const LEAVE_AFTER: Duration = Duration::from_secs(3);

/// The limit of the random extra wait, in milliseconds, before a link is sent what others said. When one node begins,
/// the rest see it within a second.
const JITTER_MS: u64 = 1_000;

/// The state machine. See the module's documentation.
#[derive(Debug)]
pub struct Sync {
    me: NodeId,
    identity: Identity,
    retention: Retention,
    started: Timestamp,
    rng: fastrand::Rng,
    salts: Secrets,
    rooms: Rooms,
    /// Rooms in which something is held that does not count any more.
    void: BTreeSet<RoomId>,
    logs: Logs,
    links: Links,
    timers: Timers<Timer>,
    requests: Requests,
    writer: Writer,
    unkept: Unkept,
    outage: Outage,
    forks: Forks,
    budget: Budget,
    /// The link that was asked for everything.
    asked: Option<Asked>,
    delivery: Deliveries,
    saying_again: SayingAgain,
    branches: Branches,
    progress: Progress,
    withholding: Withholding,
    /// What our user said on other networks that has reached nobody.
    undelivered: Vec<Undelivered>,
    clocks: Clocks,
    /// Which time we went by last.
    went_by: Option<Now>,
    /// What our user was told about their clock.
    told_clock: Told,
    marked_clocks: Marked,
    settling: Settling,
    topics: Topics,
    run: TrustedRun,
    /// What our clock shows, if the store has not been told yet.
    clock_to_write: Option<LastRun>,
    /// Whether our user was told that nothing is forgotten.
    told_doubt: bool,
    /// Whether the program ends as soon as what our user said is on disk.
    leaving: bool,
    /// Why the store could only be opened for reading.
    read_only: Option<DiskTrouble>,
}

impl Sync {
    /// A machine for the logs that `history` holds. `seed` is for numbers that may be guessed, `secret` for the salts
    /// of messages.
    pub fn new(me: NodeId, history: History, seed: u64, secret: [u8; 32]) -> Self {
        let History { mut snapshot, retention, identity, started, standing } = history;
        let delivery = Deliveries::new(std::mem::take(&mut snapshot.acks));
        let undelivered = std::mem::take(&mut snapshot.undelivered);
        let saying_again = SayingAgain::new(std::mem::take(&mut snapshot.said_again));
        let forks = Forks::new(std::mem::take(&mut snapshot.forks));
        let read_only = snapshot.read_only;
        let mut sync = Self {
            me,
            identity,
            retention,
            started,
            rng: fastrand::Rng::with_seed(seed),
            salts: Secrets::new(Secrets::SALTS, secret),
            run: TrustedRun::new(snapshot.last_run),
            rooms: Rooms::default(),
            void: BTreeSet::new(),
            logs: Logs::new(me, snapshot),
            links: Links::default(),
            timers: Timers::default(),
            requests: Requests::default(),
            writer: Writer::default(),
            unkept: Unkept::default(),
            outage: Outage::default(),
            forks,
            budget: Budget::default(),
            asked: None,
            delivery,
            saying_again,
            branches: Branches::default(),
            progress: Progress::default(),
            withholding: Withholding::new(standing),
            undelivered,
            clocks: Clocks::default(),
            went_by: None,
            told_clock: Told::default(),
            marked_clocks: Marked::default(),
            settling: Settling::default(),
            topics: Topics::default(),
            clock_to_write: None,
            told_doubt: false,
            leaving: false,
            read_only,
        };
        sync.begin_stay();
        sync
    }

    /// Handles one input, and appends what must be done about it to `out`.
    pub fn handle(&mut self, input: Input, people: &dyn People, now: Now, out: &mut Vec<Output>) {
        let cx = &mut Context { people, now, out };
        match input {
            Input::Start => self.start(cx),
            Input::LinkUp { link, node, caps, clock_ahead_ms } => {
                self.clock_up(link, node, clock_ahead_ms, cx);
                self.link_up(link, node, caps, cx);
            }
            Input::Clock { link, ahead_ms } => self.clock_measured(link, ahead_ms, cx),
            Input::LinkDown(link) => self.link_down(link, cx),
            Input::Open { room, id, seal } => self.open_room(room, id, seal, cx),
            Input::Reseal { id, seal } => self.reseal(id, seal, cx),
            Input::Pass { link, about, frame } => self.pass(link, about, frame, cx),
            Input::Close(id) => self.close_room(id, cx),
            Input::Announce { link, frame } => self.announce(link, frame, cx),
            Input::Admit { link, room } => self.admit(link, room, cx),
            Input::Exclude { link, room } => self.exclude(link, &room, cx),
            Input::Have { link, have } => self.have(link, &have, cx),
            Input::Refused { link, refused } => self.refused(link, &refused, cx),
            Input::Batch { link, events } => self.batch(link, events, cx),
            Input::Taken(link) => self.taken(link, cx),
            Input::Stored { ticket, reply } => self.stored(ticket, reply, cx),
            Input::Say { room, text, action } => self.say(&room, &text, action, cx),
            Input::SetTopic { room, topic } => self.set_topic(&room, &topic, cx),
            Input::IgnoredChanged => self.review_topics(Review::All, cx),
            Input::GuestLine { addr, nick, text, action } => self.guest_line(addr, nick, text, action, cx),
            Input::Show { room, line } => self.show_line(&room, &line, cx.now, cx),
            Input::Page { room, seek, max } => self.page(room, seek, max, cx),
            Input::Search { room, query, before, max } => self.search(room, query, before, max, cx),
            Input::Erase(room) => self.erase(room, cx),
            Input::FreeSpace(space) => self.free_space(space, cx),
            Input::Standing(standing) => self.standing_is(standing, cx),
            Input::Join(network) => self.join(network, cx),
            Input::SayHere(network) => self.say_here(network.as_ref(), cx),
            Input::Quit => self.quit(cx),
            Input::Timer => self.expire(cx),
        }
        self.flush(cx);
        self.timers.set_or_clear(Timer::GiveUpCauses, self.logs.waiting_due());
    }

    /// When the next [`Input::Timer`] is due.
    pub fn next_timer(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Whether so much waits for the disk that nothing more should come.
    pub fn is_writing_much(&self) -> bool {
        self.writer.is_full()
    }

    /// Whether to read more events from `link`. It may have too much on the way to disk, or may have brought more from
    /// strangers than they may have.
    pub fn has_room_for(&self, link: LinkId) -> bool {
        let held_up = self.links.get(link).is_some_and(|link| link.held_up);
        !held_up && self.writer.on_the_way.has_room_for(link)
    }

    /// What our user said that is not published yet.
    pub fn unpublished(&self) -> Unpublished {
        self.writer.on_the_way.own()
    }

    /// Whether something that our user said is not on disk yet.
    pub fn is_writing_own(&self) -> bool {
        self.writer.has_own()
    }

    /// Whether the store takes nothing now.
    pub fn is_broken(&self) -> bool {
        self.writer.is_broken()
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        self.timers.set(Timer::Retain, cx.now.mono + FIRST_RETAIN);
        if let Some(trouble) = self.read_only {
            self.begin_without_disk(trouble, cx);
        }
        self.believes_clock(false, cx);
        // This comes before anybody is linked: what comes from now on counts as the growth of this day.
        self.keep_within_budget(cx);
        self.find_open_lines(cx);
        self.tell_waiting(cx);
        self.review_topics(Review::All, cx);
        if !self.undelivered.is_empty() {
            self.tell_elsewhere(cx);
        }
    }

    /// A link is open: it is told all that we hold.
    fn link_up(&mut self, link: LinkId, node: NodeId, caps: Caps, cx: &mut Context<'_>) {
        let jitter = Duration::from_millis(self.rng.u64(..JITTER_MS));
        self.links.up(link, node, jitter, caps, cx.now.mono);
        self.review_history(cx);
        self.tell_all(link, cx);
        // Its logs are now offered to everybody. The node may have been unknown until now.
        let logs: Vec<LogId> = self.logs.of(&node).map(|held| held.state().id).collect();
        for log in logs {
            self.review_all(&log, cx);
        }
        self.report_delivery_soon(cx.now);
    }

    fn link_down(&mut self, link: LinkId, cx: &mut Context<'_>) {
        self.clocks.down(link);
        if let Some((node, time)) = self.links.down(link, cx.now.mono) {
            self.marked_clocks.forget(&node);
            self.delivery.was_linked(&node, time);
            self.timers.clear(Timer::TellHave(link));
            self.timers.clear(Timer::TellReceipts(link));
            self.timers.clear(Timer::AskForCauses(link));
            self.timers.clear(Timer::FindLagging(link));
            self.keep_within_budget_soon(cx.now);
            self.report_delivery_soon(cx.now);
            self.review_history(cx);
        }
    }

    /// Handles the timers that have expired.
    fn expire(&mut self, cx: &mut Context<'_>) {
        while let Some(timer) = self.timers.pop_expired(cx.now.mono) {
            match timer {
                Timer::Reload => self.try_disk(cx),
                Timer::Retain => self.retain(cx),
                Timer::Leave => return cx.out.push(Output::Leave),
                Timer::CommitStuck => self.commit_stuck(cx),
                Timer::GiveUpCauses => self.give_up_causes(cx),
                Timer::FindLagging(link) => self.find_lagging(link, cx),
                Timer::CatchUp => self.catch_up(cx),
                Timer::KeepWithinBudget => self.keep_within_budget(cx),
                Timer::RefusalsOver => self.refusals_over(cx),
                Timer::TellHave(link) => self.tell_untold(link, cx),
                Timer::TellReceipts(link) => self.tell_receipts(link, cx),
                Timer::AskForCauses(link) => self.ask_for_causes(link, cx),
                Timer::ReportDelivery => self.report_delivery(cx),
                Timer::LookAtClocks => self.compare_clocks(cx),
                Timer::WriteAcks => self.delivery.write_acks_now(),
                Timer::LeaveBranches => self.leave_branches(cx),
            }
        }
    }

    /// Leaves once what our user said is on disk, or cannot get there. The second call does not wait. What nobody has
    /// yet is sent after the next start.
    fn quit(&mut self, cx: &mut Context<'_>) {
        self.return_own(cx);
        self.delivery.write_acks_now();
        let writes = self.is_writing_own() || self.delivery.has_unwritten();
        if writes && !self.leaving && !self.writer.is_broken() {
            self.leaving = true;
            self.timers.set(Timer::Leave, cx.now.mono + LEAVE_AFTER);
        } else {
            cx.out.push(Output::Leave);
        }
    }

    /// The store has answered.
    fn stored(&mut self, ticket: u64, reply: Result<Reply, StoreFailure>, cx: &mut Context<'_>) {
        let Some(purpose) = self.requests.answered(ticket) else { return };
        let review = topics::may_change(&purpose, &reply);
        match (purpose, reply) {
            (Purpose::Commit, Ok(_)) => self.committed(cx),
            (Purpose::Commit, Err(failure)) => self.not_committed(failure, cx),
            (Purpose::Backfill(link, wanted), Ok(Reply::Events(events))) => {
                self.send_events(link, &wanted, &events, cx);
            }
            (Purpose::Backfill(link, wanted), reply) => {
                cx.out.extend(reply.err().map(|failure| Output::Notice(HistoryNotice::Unreadable(failure))));
                self.send_events(link, &wanted, &[], cx);
            }
            (Purpose::Follow(log), Ok(Reply::Events(events))) => self.follow(&log, &events, cx.now),
            (Purpose::Follow(log), _) => self.follow(&log, &[], cx.now),
            (Purpose::Claim(link, log), Ok(Reply::Events(events))) => {
                self.claim_looked_up((link, log), events.first(), cx);
            }
            (Purpose::Claim(link, log), _) => self.claim_looked_up((link, log), None, cx),
            (Purpose::SayAgain, Ok(Reply::Events(events))) => self.read_to_say_again(&events, cx),
            (Purpose::SayAgain, reply) => {
                cx.out.extend(reply.err().map(|failure| Output::Notice(HistoryNotice::Unreadable(failure))));
                self.not_read_to_say_again(cx);
            }
            (Purpose::Compare(link, theirs), Ok(Reply::Events(events))) => {
                self.compare(link, &theirs, events, cx);
            }
            (Purpose::Dispute(link), Ok(Reply::Events(mut events))) => {
                // A room may have been left meanwhile.
                events.retain(|held| self.may_know(link, &held.log.room));
                self.show(link, events.iter().map(|held| &held.signed), cx);
            }
            (Purpose::Page(room, seek), Ok(Reply::Page(page))) => self.show_page(room, seek, &page, cx),
            (Purpose::Search(room, query), Ok(Reply::Found(found))) => self.show_found(room, query, &found, cx),
            (Purpose::Topic(room), reply) => self.topic_looked_up(room, reply.ok(), cx),
            (Purpose::Erase(room), Ok(Reply::Raised { lines, bases, freed })) => {
                self.raise(&bases, &freed, cx);
                if let Some(id) = self.rooms.id(&room) {
                    self.forks.forget(&id);
                }
                cx.update(Update::Erased { room, lines });
            }
            (Purpose::Retain, Ok(Reply::Raised { bases, freed, .. })) => self.raise(&bases, &freed, cx),
            (Purpose::Shrink, reply) => self.shrunk(reply, cx),
            (Purpose::Remove(logs), reply) => self.removed(&logs, reply, cx),
            (Purpose::Settle, Ok(Reply::Loaded(snapshot))) => self.settled(Some(&snapshot), cx),
            (Purpose::Settle, _) => self.settled(None, cx),
            (Purpose::Reload, Ok(Reply::Loaded(snapshot))) => self.reloaded(*snapshot, cx),
            (Purpose::Join, Ok(Reply::Loaded(snapshot))) => self.joined(*snapshot, cx),
            (Purpose::Join, _) => Self::not_joined(cx),
            (Purpose::Probe, Ok(_)) => self.disk_takes(cx),
            (Purpose::Reload | Purpose::Probe, Err(failure)) => self.disk_refuses(&failure, cx),
            (Purpose::Page(..) | Purpose::Search(..) | Purpose::Erase(_), Err(failure)) => {
                cx.out.push(Output::NotDone(StorageFailure::Request(failure)));
            }
            // Nothing depends on the rest: it is asked for again when it is wanted.
            _ => {}
        }
        if let Some(review) = review {
            self.review_topics(review, cx);
        }
    }

    /// The store has forgotten what is below these numbers.
    fn raise(&mut self, bases: &[(LogId, u64)], freed: &[(LogId, u64)], cx: &Context<'_>) {
        for (log, bytes) in freed {
            self.logs.freed(log, *bytes);
        }
        for (log, base) in bases {
            self.logs.raised(log, *base);
        }
        let logs: Vec<LogId> = bases.iter().map(|(log, _)| *log).collect();
        for log in &logs {
            self.changed(log, None, cx);
            self.review_all(log, cx);
        }
    }
}
