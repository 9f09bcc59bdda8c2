//! Who holds what: what we tell, and what we are told.

use std::time::{Duration, Instant};

use super::{
    Sync,
    cursor::LogKey,
    event::{Context, Output},
    notice::Notice,
    phase::Event,
    timer::Timer,
};
use crate::{
    core::log::HeldLog,
    domain::model::{LinkId, LogId, NodeId, Now, Room},
    protocol::codec::{
        event::HeldRange,
        mesh::{self, Frame, Have, MAX_RANGES},
    },
};

/// How long changes are gathered before those who wait for them are told: too short to be felt, long enough that a
/// batch is one receipt.
const GATHER: Duration = Duration::from_millis(5);

/// How often one link is told at most what came from it or was written there: receipts of a stream of lines.
const RECEIPT_EVERY: Duration = Duration::from_millis(50);

/// How often one link is told at most of what nobody there waits for.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How long an event may wait for what it follows before its sender is asked for that: the author's own copy is mostly
/// on its way. And how often after that.
const ASK_FOR_CAUSES_AFTER: Duration = Duration::from_millis(50);
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a link that was asked for everything may stand still before another one is asked.
const ASK_ANOTHER_AFTER: Duration = Duration::from_secs(3);

/// How often we see whether what we lack has come.
const CATCH_UP_EVERY: Duration = Duration::from_millis(500);

/// What we tell.
impl Sync {
    /// The first words on a link: all that we hold.
    pub(super) fn tell_all(&mut self, link: LinkId, cx: &mut Context<'_>) {
        let logs = self.logs.iter().map(|(log, _)| log).filter(|log| self.may_be_offered(link, log, cx));
        let given_up = self.links.get(link).map(|link| self.logs.given_up_of(&link.node)).unwrap_or_default();
        let logs: Vec<LogKey> = logs.chain(&given_up).filter_map(|log| self.logs.key(log)).collect();
        self.tell(link, &logs, cx.now, cx);
    }

    /// Tells a link what we hold of some logs.
    fn tell(&mut self, name: LinkId, logs: &[LogKey], now: Now, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        self.timers.clear(Timer::TellHave(name));
        link.told_at = Some(now.mono);
        let range = |log: &LogKey| self.logs.range(log, link.cursors.base(log));
        let ranges: Vec<HeldRange> = logs.iter().filter_map(range).collect();
        let last = ranges.len().div_ceil(MAX_RANGES).max(1);
        let frame = |n: usize| {
            let ranges = ranges.iter().skip(n * MAX_RANGES).take(MAX_RANGES).copied().collect();
            mesh::encode(&Frame::Have(Have { ranges, more: n + 1 < last, want: false }))
        };
        // None of them may be lost: what one says is never said again.
        if !link.queue((0..last).map(frame).collect()) {
            link.untold.extend(logs.iter().cloned());
            self.timers.set(Timer::TellHave(name), now.mono + TELL_EVERY);
        }
        self.send_next(name, cx);
    }

    /// These logs have changed: every link is to be told.
    pub(super) fn note_untold(&mut self, logs: &[LogId], cx: &Context<'_>) {
        let logs: Vec<LogKey> = logs.iter().filter_map(|log| self.logs.key(log)).collect();
        for log in logs {
            let is_met = self.is_met(&log.author, cx);
            for (_, link) in self.links.iter_mut() {
                if is_met || link.cursors.base(&log).is_some() {
                    link.untold.insert(log.clone());
                }
            }
        }
    }

    /// Tells a link of the logs that have changed since it was told.
    pub(super) fn tell_untold(&mut self, link: LinkId, cx: &mut Context<'_>) {
        self.tell_untold_at(link, cx.now, cx);
    }

    fn tell_untold_at(&mut self, name: LinkId, now: Now, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        let logs: Vec<LogKey> = std::mem::take(&mut link.untold).into_iter().collect();
        self.tell(name, &logs, now, cx);
    }

    /// Tells all links now that are to be told within some time.
    pub(super) fn tell_untold_within(&mut self, time: Duration, cx: &mut Context<'_>) {
        let later = Now { mono: cx.now.mono + time, ..cx.now };
        for link in self.links.names() {
            if self.timers.take_expired(Timer::TellHave(link), later.mono) {
                self.tell_untold_at(link, later, cx);
            }
        }
    }

    /// A log has changed, by what came over the link `from` or was written here. Its author and that link wait for a
    /// receipt and are told soon, the others within a second.
    pub(super) fn tell_soon(&mut self, log: &LogId, from: Option<LinkId>, now: Now) {
        let author = self.links.of(&log.author);
        for (name, link) in self.links.iter() {
            let waits = author == Some(name) || from == Some(name);
            let (gather, every) = if waits { (GATHER, RECEIPT_EVERY) } else { (Duration::ZERO, TELL_EVERY) };
            let soonest = link.told_at.map_or(now.mono, |told| told + every);
            self.timers.set_no_later(Timer::TellHave(name), soonest.max(now.mono + gather));
        }
    }

    /// A link is told soon how far we are with a log, once a second at most: it is mistaken, or a frame was lost.
    pub(super) fn tell_again(&mut self, name: LinkId, log: &LogId, now: Now) {
        let (Some(key), Some(link)) = (self.logs.key(log), self.links.get_mut(name)) else { return };
        link.untold.insert(key);
        let soonest = link.told_at.map_or(now.mono, |told| told + TELL_EVERY);
        self.timers.set_if_unset(Timer::TellHave(name), soonest.max(now.mono));
    }
}

/// What we are told.
impl Sync {
    /// A link says what it holds.
    pub(super) fn have(&mut self, name: LinkId, have: &Have, cx: &mut Context<'_>) {
        let Some(node) = self.links.get(name).map(|link| link.node) else { return };
        for range in &have.ranges {
            self.has(name, node, range, cx);
        }
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
        self.send_next(name, cx);
        if have.ranges.iter().any(|range| self.is_behind(&range.log, range.base, range.seq, cx.now.mono)) {
            self.catch_up(cx);
        }
    }

    /// A link says what it holds of one log.
    fn has(&mut self, name: LinkId, node: NodeId, range: &HeldRange, cx: &mut Context<'_>) {
        if Room::of(range.log.room).is_none() || self.logs.is_foreign(&range.log) {
            return;
        }
        let held = self.logs.get(&range.log);
        let ours = held.and_then(|held| held.id_at(range.seq));
        let contradicts = ours.is_some() && range.head.is_some() && ours != range.head;
        let (is_held, gap) = (held.is_some(), held.is_some_and(HeldLog::has_gap));
        let own_head = held.filter(|_| range.log.author == self.me).map(HeldLog::committed_head);
        let key = self.logs.key(&range.log).filter(|_| is_held);
        let Some(link) = self.links.get_mut(name) else { return };
        let cursor = match &key {
            Some(key) => Some(link.cursors.held(key)),
            None => link.cursors.unknown(&range.log),
        };
        let Some(cursor) = cursor else { return };
        let news = cursor.base != range.base;
        let moved = cursor.holds(range.base, range.seq);
        self.review(name, &range.log, moved, cx);
        if !is_held && (moved || news) {
            // It does not know how far we were with a log that we have given up.
            self.tell_again(name, &range.log, cx.now);
        }
        if gap && news {
            // It may have what we lack below our base, and sends it if it knows that.
            self.tell_again(name, &range.log, cx.now);
        }
        if let Some(head) = own_head.filter(|_| !contradicts) {
            // Nobody can have more than we have said. If it is true, its events prove it.
            self.acked(node, range.log, range.seq.min(head), cx.now);
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
        cx.out.push(Output::Notice(Notice::NewLog));
    }

    /// An event of this link waits for what it follows: its sender has that too.
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

    /// Asks one link for all that we lack and that no author who is here will send.
    pub(super) fn ask_for_all(&mut self, cx: &mut Context<'_>) {
        if let Some((link, at)) = self.asked
            && self.links.get(link).is_some()
            && cx.now.mono.saturating_duration_since(at) < ASK_ANOTHER_AFTER
        {
            return;
        }
        let asked = self.asked.take().map(|(link, _)| link);
        // A log whose author is here comes from the author.
        let helps = self.links.iter().filter(|(_, link)| {
            link.phase().is_listed() && link.ahead.iter().any(|log| !self.links.is_linked(&log.author))
        });
        let helpers: Vec<LinkId> = helps.map(|(name, _)| name).collect();
        // The one that was asked last and did not answer has its turn after the others.
        let other = helpers.iter().find(|link| Some(**link) > asked);
        let Some(link) = other.or(helpers.first()).copied() else { return };
        self.asked = Some((link, cx.now.mono));
        cx.out.push(want(link));
    }

    /// Whether we lack something of a log that others hold up to `has`.
    pub(super) fn is_behind(&self, log: &LogId, base: u64, has: u64, now: Instant) -> bool {
        !self.logs.is_foreign(log)
            && !self.is_refused(log, now)
            && self.logs.range(log, Some(base)).map_or(0, |range| range.seq) < has
    }
}

/// Asks a link to send at once what we lack.
pub(super) fn want(link: LinkId) -> Output {
    let have = Have { ranges: Vec::new(), more: false, want: true };
    Output::Tell { link, frame: mesh::encode(&Frame::Have(have)) }
}
