//! Who holds what: what we tell, and what we are told.

use std::time::{Duration, Instant};

use super::{
    Sync,
    cursor::LogKey,
    event::{Context, Output},
    names::{OurNames, Told},
    phase::Event,
    receipts::Claim,
    timer::Timer,
};
use crate::{
    core::log::HeldLog,
    domain::{
        bus::HistoryNotice,
        model::{LinkId, LogId, NodeId, Now},
    },
    protocol::codec::{
        event::HeldRange,
        mesh::{self, Cap, Change, Frame, Have, MAX_RANGES},
    },
};

/// How long changes are gathered before the peers that wait for them are told: too short to notice, long enough for one
/// receipt per batch.
const GATHER: Duration = Duration::from_millis(5);

/// The shortest interval at which one link is told about events that came from it or were written there: receipts of a
/// stream of lines.
const RECEIPT_EVERY: Duration = Duration::from_millis(50);

/// The shortest interval at which one link is told of changes that nobody there waits for.
pub(super) const TELL_EVERY: Duration = Duration::from_secs(1);

/// With more links than this, each is told less often, so that the cost of a link hardly grows with their number. While
/// each of 32 nodes says five lines a second, a link costs about 0.9 kB/s.
const LINKS_OF_RECEIPTS: u32 = 16;
const LINKS_OF_NEWS: u32 = 32;

/// How long an event may wait for its causes before its sender is asked for them, and how often it is asked after that.
/// Usually the author's own copy is already on its way.
const ASK_FOR_CAUSES_AFTER: Duration = Duration::from_millis(50);
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a link that was asked for everything may bring nothing before another one is asked.
const ASK_ANOTHER_AFTER: Duration = Duration::from_secs(3);

/// How often the link that was asked for everything is asked again when it has something new.
const ASK_FOR_NEWS_EVERY: Duration = Duration::from_millis(250);

/// How often we check whether what we lack has come.
const CATCH_UP_EVERY: Duration = Duration::from_millis(500);

/// A link that was asked for everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) link: LinkId,
    /// When it was asked last.
    at: Instant,
    /// When it was first asked, or when something last came from it.
    pub(super) moved_at: Instant,
}

/// What we tell.
impl Sync {
    /// The first thing that we say on a link: all that we hold.
    pub(super) fn tell_all(&mut self, link: LinkId, cx: &mut Context<'_>) {
        let logs = self.logs.iter().map(|(log, _)| log).filter(|log| self.may_be_offered(link, log, cx));
        let given_up = self.links.get(link).map(|link| self.logs.given_up_of(&link.node)).unwrap_or_default();
        let known = logs.chain(&given_up).filter(|log| self.may_know(link, &log.room));
        let logs: Vec<LogKey> = known.filter_map(|log| self.logs.key(log)).collect();
        self.tell(link, &logs, false, cx);
        if let Some(link) = self.links.get_mut(link) {
            link.was_told = true;
        }
    }

    /// Tells a link what we hold of some logs. With `change`, they get short names for the next time.
    pub(super) fn tell(&mut self, name: LinkId, logs: &[LogKey], change: bool, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        let mut told: Vec<Told> = Vec::with_capacity(logs.len());
        for log in logs {
            let range = self.logs.range(log, link.cursors.base(log));
            let Some(range) = range.and_then(|range| self.withholding.told(link, range)) else { continue };
            told.push(match link.our_names.shorten(range) {
                Told::Range(range) if change && link.caps.has(Cap::Changes) => {
                    Told::Range(HeldRange { name: link.our_names.name(log, range.base), ..range })
                }
                told => told,
            });
        }
        let last = told.len().div_ceil(MAX_RANGES).max(1);
        let frame = |n: usize| {
            let mut have = Have { more: n + 1 < last, ..Have::default() };
            for told in told.iter().skip(n * MAX_RANGES).take(MAX_RANGES) {
                match told {
                    Told::Range(range) => have.ranges.push(*range),
                    Told::Change(change) => have.changes.push(*change),
                }
            }
            mesh::encode(&Frame::Have(have))
        };
        // None of these frames may be lost, because what they say is never repeated.
        if !link.queue((0..last).map(frame).collect()) {
            link.our_names = OurNames::default();
            link.untold.extend(logs.iter().cloned());
            self.timers.set(Timer::TellHave(name), cx.now.mono + TELL_EVERY);
        }
        self.send_next(name, cx);
    }

    /// A log has changed, because of what came over the link `from` or was written here. Its author and that link wait
    /// for a receipt, so they are told soon. The others are told after a while.
    pub(super) fn changed(&mut self, log: &LogId, from: Option<LinkId>, cx: &Context<'_>) {
        let (Some(key), now) = (self.logs.key(log), cx.now.mono) else { return };
        let (author, is_passed_on) = (self.links.of(&log.author), self.is_passed_on(log, cx));
        let (receipt_every, tell_every) = (self.every(RECEIPT_EVERY, LINKS_OF_RECEIPTS), self.tell_every());
        let is_open = self.rooms.is_open(&log.room);
        for (name, link) in self.links.iter_mut().filter(|(_, link)| is_open && link.may_know(&log.room)) {
            if author == Some(name) || from == Some(name) {
                link.awaited.insert(key.clone());
                let soonest = link.receipt_at.map_or(now, |at| at + receipt_every);
                self.timers.set_no_later(Timer::TellReceipts(name), soonest.max(now + GATHER));
            } else if is_passed_on || link.cursors.base(log).is_some() {
                link.untold.insert(key.clone());
                let soonest = link.told_at.map_or(now, |at| at + tell_every);
                self.timers.set_no_later(Timer::TellHave(name), soonest.max(now));
            }
        }
    }

    /// The interval for each link: `once` for up to `links` links, twice that for up to twice as many, and so on.
    fn every(&self, once: Duration, links: u32) -> Duration {
        let count = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        once * count.div_ceil(links).max(1)
    }

    /// How often one link is told of changes that nobody there waits for.
    pub(super) fn tell_every(&self) -> Duration {
        self.every(TELL_EVERY, LINKS_OF_NEWS)
    }

    /// Tells a link of the logs that have changed since it was last told.
    pub(super) fn tell_untold(&mut self, name: LinkId, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        link.told_at = Some(cx.now.mono);
        let logs: Vec<LogKey> = std::mem::take(&mut link.untold).into_iter().collect();
        self.tell(name, &logs, true, cx);
    }

    /// Sends a link the receipts that it waits for.
    pub(super) fn tell_receipts(&mut self, name: LinkId, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        link.receipt_at = Some(cx.now.mono);
        let logs: Vec<LogKey> = std::mem::take(&mut link.awaited).into_iter().collect();
        for log in &logs {
            link.untold.remove(log);
        }
        self.tell(name, &logs, true, cx);
    }

    /// Tells all links at once what has changed.
    pub(super) fn tell_everybody(&mut self, logs: &[LogId], cx: &mut Context<'_>) {
        for log in logs {
            self.changed(log, None, cx);
        }
        for name in self.links.names() {
            self.timers.clear(Timer::TellHave(name));
            self.tell_untold(name, cx);
        }
    }

    /// A link is told soon how far we are with a log, once a second at most. It is mistaken, or a frame was lost.
    pub(super) fn tell_again(&mut self, name: LinkId, log: &LogId, now: Now) {
        if !self.may_know(name, &log.room) {
            return;
        }
        let (Some(key), Some(link)) = (self.logs.key(log), self.links.get_mut(name)) else { return };
        link.untold.insert(key);
        let soonest = link.told_at.map_or(now.mono, |told| told + TELL_EVERY);
        self.timers.set_no_later(Timer::TellHave(name), soonest.max(now.mono));
    }
}

/// What we are told.
impl Sync {
    /// A link says what it holds.
    pub(super) fn have(&mut self, name: LinkId, have: &Have, cx: &mut Context<'_>) {
        let Some(node) = self.links.get(name).map(|link| link.node) else { return };
        for range in &have.ranges {
            self.has(name, node, range, Claim::of(range), cx);
        }
        let changed: Vec<(HeldRange, Claim)> = have
            .changes
            .iter()
            .filter_map(|change| {
                let range = self.range_of_change(name, change)?;
                Some((range, Claim::new(range.log, change.seq, change.head)))
            })
            .collect();
        for (range, claim) in &changed {
            self.has(name, node, range, Some(*claim), cx);
        }
        let changed: Vec<HeldRange> = changed.into_iter().map(|(range, _)| range).collect();
        let Some(link) = self.links.get_mut(name) else { return };
        let is_listed = link.phase().is_listed();
        if !have.more {
            link.on(Event::Listed);
        }
        if have.want {
            link.on(Event::Asked);
        }
        if !is_listed && !have.more {
            self.listed(name, cx);
        }
        if !have.more {
            self.listed_rooms(name, cx);
        }
        self.send_next(name, cx);
        let lacks = |range: &&HeldRange| {
            self.may_know(name, &range.log.room) && self.is_behind(&range.log, range.base, range.seq, cx.now.mono)
        };
        let lacking: Vec<LogId> = have.ranges.iter().chain(&changed).filter(lacks).map(|range| range.log).collect();
        if lacking.iter().any(|log| !self.links.is_linked(&log.author)) {
            self.ask_for_news(name, cx);
        }
        if !lacking.is_empty() {
            self.catch_up(cx);
        }
    }

    /// The range that a change stands for. The base is unchanged. The first bytes of the id are enough to see whether
    /// the event is ours.
    fn range_of_change(&self, name: LinkId, change: &Change) -> Option<HeldRange> {
        let link = self.links.get(name)?;
        let log = *link.their_names.log(change.name)?;
        let ours = self.logs.get(&log).and_then(|held| held.id_at(change.seq));
        let head = ours.map(|ours| {
            let mut theirs = ours;
            theirs.0.split_at_mut(8).0.copy_from_slice(&change.head);
            theirs
        });
        Some(HeldRange { name: None, log, seq: change.seq, head, base: link.cursors.base(&log).unwrap_or(1) })
    }

    /// A link says what it holds of one log.
    fn has(&mut self, name: LinkId, node: NodeId, range: &HeldRange, claim: Option<Claim>, cx: &mut Context<'_>) {
        if !self.may_know(name, &range.log.room) {
            // The next name depends on this one, and the other side may have named it before it heard that we left.
            if let (Some(number), Some(link)) = (range.name, self.links.get_mut(name)) {
                link.their_names.learn(number, None);
            }
            return;
        }
        self.follow_log(name, node, range, cx);
        if let Some(claim) = claim.filter(|_| range.log.author == self.me) {
            self.claimed(name, node, claim, cx);
        }
        let key = self.logs.key(&range.log);
        if let (Some(number), Some(link)) = (range.name, self.links.get_mut(name)) {
            link.their_names.learn(number, key.or_else(|| link.cursors.key(&range.log)));
        }
    }

    fn follow_log(&mut self, name: LinkId, node: NodeId, range: &HeldRange, cx: &mut Context<'_>) {
        if self.logs.is_foreign(&range.log) {
            return self.names_foreign(name, node, range, cx);
        }
        self.look_for_copies(range, cx);
        let held = self.logs.get(&range.log);
        let ours = held.and_then(|held| held.id_at(range.seq));
        // For our own logs, the receipts are compared instead.
        let is_own = range.log.author == self.me;
        let contradicts = !is_own && ours.is_some() && range.head.is_some() && ours != range.head;
        let (is_held, gap) = (held.is_some(), held.is_some_and(HeldLog::has_gap));
        let key = self.logs.key(&range.log).filter(|_| is_held);
        let Some(link) = self.links.get_mut(name) else { return };
        link.lists(range.log, range.seq);
        let cursor = match &key {
            Some(key) => Some(link.cursors.held(key)),
            None => link.cursors.unknown(&range.log),
        };
        let Some(cursor) = cursor else { return };
        let news = cursor.base != range.base;
        let moved = cursor.holds(range.base, range.seq);
        if is_own && is_held && link.refuses.get(&range.log).is_some_and(|from| range.seq >= *from) {
            link.refuses.remove(&range.log);
        }
        self.review(name, &range.log, moved, cx);
        if !is_held && (moved || news) {
            // It does not know how much we had of a log that we gave up.
            self.tell_again(name, &range.log, cx.now);
        }
        if gap && news {
            // It may have what we lack below our base, and sends it once it knows that.
            self.tell_again(name, &range.log, cx.now);
        }
        if contradicts {
            self.dispute(name, range.log, range.seq, cx);
        }
        self.prove(name, &range.log, range.seq, cx);
    }
}

/// What we ask for.
impl Sync {
    /// Our history was older than what others have of us.
    pub(super) fn notice_new_log(cx: &mut Context<'_>) {
        cx.out.push(Output::Notice(HistoryNotice::NewLog));
    }

    /// An event from this link waits for its causes. Its sender has those, too.
    pub(super) fn ask_for_causes_soon(&mut self, link: LinkId, now: Now) {
        self.timers.set_if_unset(Timer::AskForCauses(link), now.mono + ASK_FOR_CAUSES_AFTER);
    }

    /// Asks a link for causes, if events still wait.
    pub(super) fn ask_for_causes(&mut self, link: LinkId, cx: &mut Context<'_>) {
        if self.logs.waiting_due().is_some() {
            self.timers.set(Timer::AskForCauses(link), cx.now.mono + ASK_AGAIN_AFTER);
            cx.out.push(want(link));
        }
    }

    /// Asks for what we lack and tells the user how much that is, as long as anybody holds more than we do.
    pub(super) fn catch_up(&mut self, cx: &mut Context<'_>) {
        self.ask_for_all(cx);
        self.report_progress(cx);
        if self.links.iter().any(|(_, link)| !link.ahead.is_empty()) {
            self.timers.set(Timer::CatchUp, cx.now.mono + CATCH_UP_EVERY);
        }
    }

    /// Asks the link that was asked last once more. It has something new, and may have sent all that it had at the
    /// time.
    fn ask_for_news(&mut self, name: LinkId, cx: &mut Context<'_>) {
        let now = cx.now.mono;
        let is_time = |asked: &Asked| now.saturating_duration_since(asked.at) >= ASK_FOR_NEWS_EVERY;
        if let Some(asked) = self.asked.as_mut().filter(|asked| asked.link == name && is_time(asked)) {
            asked.at = now;
            cx.out.push(want(name));
        }
    }

    /// Asks one link for all that we lack and that no present author will send.
    pub(super) fn ask_for_all(&mut self, cx: &mut Context<'_>) {
        // Lines that are on the screen but not on disk would be sent again and again.
        if self.writer.is_broken() {
            return;
        }
        let now = cx.now.mono;
        if let Some(Asked { link, moved_at, .. }) = self.asked
            && self.links.get(link).is_some()
            && now.saturating_duration_since(moved_at) < ASK_ANOTHER_AFTER
        {
            return;
        }
        let asked = self.asked.take().map(|asked| asked.link);
        // A log whose author is here comes from the author.
        let helps = self.links.iter().filter(|(_, link)| {
            link.phase().is_listed() && link.ahead.iter().any(|log| !self.links.is_linked(&log.author))
        });
        let helpers: Vec<LinkId> = helps.map(|(name, _)| name).collect();
        // The one that was asked last and did not answer has its turn after the others.
        let other = helpers.iter().find(|link| Some(**link) > asked);
        let Some(link) = other.or(helpers.first()).copied() else { return };
        self.asked = Some(Asked { link, at: now, moved_at: now });
        cx.out.push(want(link));
    }

    /// Whether we lack something of a log that others hold up to `has`.
    pub(super) fn is_behind(&self, log: &LogId, base: u64, has: u64, now: Instant) -> bool {
        // What does not count is not wanted.
        let has = self.logs.last(log).map_or(has, |last| has.min(last));
        !self.logs.is_foreign(log)
            && !self.is_refused(log, now)
            && self.logs.range(log, Some(base)).map_or(0, |range| range.seq) < has
    }
}

/// Asks a link to send at once what we lack.
pub(super) fn want(link: LinkId) -> Output {
    let have = Have { want: true, ..Have::default() };
    Output::Tell { link, frame: mesh::encode(&Frame::Have(have)) }
}
