//! Our own logs to which a copy of our key has also written, so that others hold other events under our numbers.
//!
//! Neither history can become part of the other, and a node that holds one can never accept the other. So we begin a
//! new epoch and:
//! 1. find where the two part, by showing events to each other (`forks`);
//! 2. say our lines from there on again, in the new epoch, which everybody can accept;
//! 3. take our events out, so that theirs can take their place.
//!
//! After that we hold what others hold, and every line of both histories is everywhere exactly once. If we meet a node
//! that holds the history we left, we do step 2 for the one that we hold now, but not step 3: theirs has already been
//! said again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{
    Sync,
    event::{Context, Output},
    say_again::Lines,
    timer::Timer,
};
use crate::{
    core::log::HeldLog,
    domain::{
        bus::HistoryNotice,
        limit::TokenBucket,
        model::{EventId, LinkId, LogId, RoomId},
    },
    protocol::codec::{
        event::{Event, HeldRange, Signed},
        mesh::{RefusalReason, Refused},
    },
};

/// How long a peer has to answer an event of ours that differs from its own. Without an answer, we assume that both
/// hold the same there.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// Own logs that are dealt with at once, and first events that are remembered of histories that we left.
const MAX_BRANCHES: usize = 64;

/// How many times, a second apart, we try to take events out of a log while part of it is on its way to disk.
const MAX_TRIES: u8 = 10;

/// How many logs of one room are said again at once, and how many per second in the long run. Otherwise a thief of the
/// key could contradict every new log and make us say all lines again without end. Rooms do not share this: a copy of
/// the key has usually written to all of them.
const ROUNDS: u32 = 4;
const ROUNDS_RATE: f64 = 1.0 / 60.0;

/// What is being done about one log.
#[derive(Debug, Clone, Copy)]
struct Branch {
    /// Who holds the other history.
    link: LinkId,
    /// The first number known to have two events.
    from: u64,
    /// Our event there, if both events follow the same one. Then the histories part here.
    first: Option<EventId>,
    /// The last number that seems to have the same event in both. Numbers below the first event that we hold count as
    /// the same.
    same: u64,
    /// How far the next step goes back. None once the search has gone too far: from then on it halves the rest.
    stride: Option<u64>,
    /// The number that was asked about last.
    asked: u64,
    /// When the answer counts as missing.
    due: Instant,
    /// Whether events that we hold say all of theirs again, as far as we were shown them.
    is_theirs_said: bool,
    /// How often our events could not be taken out because part of the log was on its way to disk.
    tries: u8,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// We are looking for where the two histories part.
    Searching,
    /// Our lines are being said again.
    Saying,
    /// Done, as far as is known.
    Done,
}

impl Branch {
    /// Whether we know where the two histories part.
    fn is_found(&self) -> bool {
        self.first.is_some() || self.from <= self.same + 1
    }

    /// The number to ask about next; none if the place is found.
    fn next(&mut self) -> Option<u64> {
        if self.is_found() {
            return None;
        }
        let back = match &mut self.stride {
            Some(stride) => {
                let back = *stride;
                *stride = stride.saturating_mul(2);
                back
            }
            None => (self.from - self.same) / 2,
        };
        self.asked = self.from.saturating_sub(back).max(self.same + 1);
        Some(self.asked)
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Branches {
    of: BTreeMap<LogId, Branch>,
    /// The first events of histories that we left. They do not come back in this run.
    left: BTreeSet<EventId>,
    /// For each room with a log that was said again lately, how many more may be.
    rounds: BTreeMap<RoomId, TokenBucket>,
    /// Whether the user was told that there is another copy of the key.
    told: bool,
}

impl Branches {
    /// How often logs of a room may still be said again.
    fn rounds(&mut self, room: RoomId, now: Instant) -> &mut TokenBucket {
        self.rounds.retain(|_, rounds| !rounds.is_full(now));
        self.rounds.entry(room).or_insert_with(|| TokenBucket::new(ROUNDS, ROUNDS_RATE))
    }

    /// The store was read again. What was not written is done again.
    pub(super) fn reload(&mut self) {
        for branch in self.of.values_mut().filter(|branch| branch.step == Step::Saying) {
            branch.step = Step::Searching;
        }
    }
}

impl Sync {
    /// A link names a log. If it is of our key but we never wrote it, the user is told once.
    pub(super) fn look_for_copies(&mut self, range: &HeldRange, cx: &mut Context<'_>) {
        let is_ours = range.log.author == self.me && range.seq > 0;
        if is_ours && !self.branches.told && self.logs.key(&range.log).is_none() {
            self.branches.told = true;
            cx.out.push(Output::Notice(HistoryNotice::OtherCopy));
        }
    }

    /// A link holds `theirs`, an event of our key, where we hold `ours`.
    pub(super) fn own_branch(
        &mut self,
        link: LinkId,
        (ours, theirs): (&Event, &Event),
        their_signed: &Signed,
        cx: &mut Context<'_>,
    ) {
        let (log, seq) = (ours.log, ours.seq);
        if !self.logs.get(&log).is_some_and(|held| held.may_hold(seq, ours.id)) {
            return;
        }
        let is_said = self.is_said_again(theirs.id, their_signed);
        // The link may only be showing us a proof.
        let differs = self.links.get(link).is_some_and(|link| link.cursors.get(&log).differs);
        let known = self.branches.of.get(&log).copied().filter(|known| known.step != Step::Done);
        let is_old = known.is_some_and(|known| known.from <= seq);
        let is_full = self.branches.of.len() >= MAX_BRANCHES && !self.branches.of.contains_key(&log);
        if is_old || is_full || (is_said && !differs) {
            return;
        }
        let base = self.logs.get(&log).map_or(1, HeldLog::base);
        let first = Some(ours.id).filter(|_| ours.prev == theirs.prev);
        // Both histories may begin with the same older line, said again. That says nothing of what follows it.
        let may_be_said = first.is_none() || self.repeated_by(their_signed).is_none();
        let was_said = known.is_none_or(|known| known.is_theirs_said || known.link != link);
        let is_theirs_said = is_said && may_be_said && was_said || self.branches.left.contains(&theirs.id);
        let (same, stride) = known.map_or((base - 1, Some(1)), |known| (known.same, known.stride));
        let step = Step::Searching;
        let branch = Branch {
            link,
            from: seq,
            first,
            same,
            stride,
            asked: seq,
            due: cx.now.mono,
            is_theirs_said,
            tries: 0,
            step,
        };
        self.branches.of.insert(log, branch);
        self.find_fork(&log, cx);
    }

    /// Continues the search for where our log and that of a link part: shows the link an event of ours further back. If
    /// the link holds another one there, it shows us that.
    fn find_fork(&mut self, log: &LogId, cx: &mut Context<'_>) {
        let Some(branch) = self.branches.of.get_mut(log) else { return };
        let (link, next) = (branch.link, branch.next());
        if next.is_some() {
            branch.due = cx.now.mono + ANSWERS_WITHIN;
        }
        self.timers.set_no_later(Timer::LeaveBranches, branch.due);
        if let Some(seq) = next {
            self.dispute(link, *log, seq, cx);
        }
    }

    /// Continues the searches that got no answer, and says our lines again where the search has ended.
    pub(super) fn leave_branches(&mut self, cx: &mut Context<'_>) {
        let now = cx.now.mono;
        let searching = |(_, branch): &(&LogId, &Branch)| branch.step == Step::Searching;
        let logs: Vec<LogId> = self.branches.of.iter().filter(searching).map(|(log, _)| *log).collect();
        for log in logs {
            let Some(branch) = self.branches.of.get_mut(&log) else { continue };
            if branch.due > now {
                self.timers.set_no_later(Timer::LeaveBranches, branch.due);
            } else if branch.is_found() {
                self.leave_branch(&log, cx);
            } else {
                (branch.same, branch.stride) = (branch.same.max(branch.asked.min(branch.from - 1)), None);
                self.find_fork(&log, cx);
            }
        }
    }

    /// Says our lines again.
    fn leave_branch(&mut self, log: &LogId, cx: &mut Context<'_>) {
        let Some(held) = self.logs.get(log) else { return };
        let rounds = self.branches.rounds(log.room, cx.now.mono);
        let due = rounds.next_at(cx.now.mono);
        let Some(branch) = self.branches.of.get_mut(log) else { return };
        if due > cx.now.mono {
            branch.due = due;
            return self.timers.set_no_later(Timer::LeaveBranches, branch.due);
        }
        branch.step = Step::Saying;
        let (from, until) = (branch.from, held.head());
        self.delivery.close(log);
        self.say_again(Lines { log: *log, from, until }, cx);
    }

    /// All of these lines are on disk again, in the present log. `before` is the event before the first of them, and
    /// `any` says whether any of them was said just now.
    pub(super) fn all_said_again(&mut self, lines: Lines, before: Option<EventId>, any: bool, cx: &mut Context<'_>) {
        let Lines { log, from, until } = lines;
        if any {
            self.branches.rounds(log.room, cx.now.mono).take(cx.now.mono);
        }
        let Some(branch) = self.branches.of.get_mut(&log).filter(|branch| branch.from == from) else { return };
        if branch.step != Step::Saying {
            return;
        }
        // Some of these lines may have been said again for another reason. The rest must be, too, before ours is taken
        // out.
        let head = self.logs.get(&log).map_or(0, HeldLog::head);
        if until < head {
            return self.say_again(Lines { log, from, until: head }, cx);
        }
        branch.step = Step::Done;
        if branch.is_theirs_said {
            return;
        }
        let first = branch.first;
        if self.logs.rewind(&log, from - 1, before) {
            if self.branches.left.len() < MAX_BRANCHES {
                self.branches.left.extend(first);
            }
            self.flush(cx);
        } else if let Some(branch) = self.branches.of.get_mut(&log).filter(|branch| branch.tries < MAX_TRIES) {
            (branch.tries, branch.step) = (branch.tries + 1, Step::Searching);
            branch.due = cx.now.mono + ANSWERS_WITHIN;
            self.timers.set_no_later(Timer::LeaveBranches, branch.due);
        }
    }

    /// The events of these logs after the given numbers are gone from the disk: others may send what they hold there.
    /// Links that were known to have these events now count as holding another history. The others do not.
    pub(super) fn left_branches(&mut self, left: &[(LogId, u64)], cx: &mut Context<'_>) {
        for (log, head) in left {
            for (_, link) in self.links.iter_mut() {
                if let Some(cursor) = link.cursors.get_mut(log) {
                    (cursor.sent, cursor.disputed) = (cursor.has, 0);
                    (cursor.ours, cursor.differs) = (cursor.ours.min(*head), cursor.ours > *head);
                }
            }
            self.review_all(log, cx);
        }
        if !left.is_empty() {
            let logs: Vec<LogId> = left.iter().map(|(log, _)| *log).collect();
            self.tell_everybody(&logs, cx);
            self.catch_up(cx);
        }
    }

    /// Whether an event begins a history of ours that we left, and is not held. If its sender holds that history, it is
    /// told not to send it now.
    pub(super) fn is_of_left_branch(
        &mut self,
        signed: &Signed,
        link: LinkId,
        is_proof: bool,
        cx: &mut Context<'_>,
    ) -> bool {
        if self.branches.left.is_empty() {
            return false;
        }
        let Ok(event) = signed.read() else { return false };
        let is_new = self.logs.get(&event.log).is_none_or(|held| held.head() < event.seq);
        if !is_new || !self.branches.left.contains(&event.id) {
            return false;
        }
        if !is_proof {
            let refused = Refused { log: event.log, from: event.seq, until: None, reason: RefusalReason::NoRoom };
            self.tell_refused(link, refused, cx);
        }
        true
    }
}

/// Whether these events are a proof that their author signed two under one number. Their sender holds one of the two.
pub(super) fn is_proof(events: &[Signed]) -> bool {
    let [one, other] = events else { return false };
    let place = |signed: &Signed| signed.read().ok().map(|event| (event.log, event.seq));
    place(one).is_some_and(|at| place(other) == Some(at)) && one.id() != other.id()
}
