//! Sends a link what it lacks in the order of the clocks, so that causes come before the events that follow from them.

use std::time::Instant;

use super::{
    Purpose, Sync,
    cursor::LogKey,
    event::{Context, Output},
    have::TELL_EVERY,
    phase::{Event, Next, Scope},
    timer::Timer,
};
use crate::{
    core::{
        log::{
            self,
            storage::{Read, Request, StoredEvent},
        },
        mutant,
    },
    domain::model::{Class, Hlc, LinkId, LogId},
    protocol::codec::mesh::{self, BATCH_BYTES, MAX_EVENTS},
};

impl Sync {
    /// Sends a link the next part of what it lacks and should get from us.
    pub(super) fn send_next(&mut self, name: LinkId, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        match link.next() {
            Next::Wait => {}
            Next::Frame => {
                if let Some(frame) = link.take_queued() {
                    link.on(Event::Handed);
                    cx.out.push(Output::Batch { link: name, frame });
                }
            }
            Next::Events(_) if mutant::never_backfills() => {}
            Next::Events(scope) => self.send_lacking(name, scope, cx),
        }
    }

    fn send_lacking(&mut self, name: LinkId, scope: Scope, cx: &mut Context<'_>) {
        self.choose_logs(name, cx);
        let Some(link) = self.links.get_mut(name).filter(|link| link.lagging.may_be_sent()) else { return };
        let all = scope == Scope::All && !mutant::never_forwards();
        let wanted = link.lagging.to_send(all).filter_map(|log| {
            let held = self.logs.get(log)?;
            let first = held.base().max(self.withholding.first(link, log));
            let next = link.cursors.get(log).next().max(first);
            let allowed = log.author == self.me || !mutant::never_forwards();
            (allowed && next <= held.committed_head()).then_some((**log, next))
        });
        let from: Vec<(LogId, u64)> = wanted.collect();
        if from.is_empty() {
            return link.on(Event::CaughtUp);
        }
        link.on(Event::ReadBegun);
        let read = Read { from: from.clone(), events: MAX_EVENTS, bytes: BATCH_BYTES };
        self.requests.ask(Purpose::Backfill(name, from), Request::Read(read), cx.out);
    }

    /// Chooses further logs to send to a link that lacks many: those of known people first, then the newest. Otherwise
    /// a stranger could get lines sent first by dating them back.
    fn choose_logs(&mut self, name: LinkId, cx: &Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        let Some(room) = link.lagging.room() else { return };
        let mut idle: Vec<(Class, Hlc, LogKey)> = link
            .lagging
            .idle()
            .filter_map(|log| {
                let newest = self.logs.get(log)?.state().head_place;
                Some((cx.people.class(&log.author, cx.now.wall).without_presence(), newest, log.clone()))
            })
            .collect();
        if idle.len() > room {
            idle.sort_unstable_by(|one, other| other.cmp(one));
            idle.truncate(room);
        }
        let chosen: Vec<LogKey> = idle.into_iter().map(|(.., log)| log).collect();
        if let Some(due) = link.lagging.choose(&chosen, cx.now.mono) {
            self.timers.set_no_later(Timer::FindLagging(name), due);
        }
    }

    /// The store has read events for a link.
    pub(super) fn send_events(
        &mut self,
        name: LinkId,
        wanted: &[(LogId, u64)],
        events: &[StoredEvent],
        cx: &mut Context<'_>,
    ) {
        // A room may have been left meanwhile.
        let known: Vec<&StoredEvent> = events.iter().filter(|held| self.may_know(name, &held.log.room)).collect();
        let Some(link) = self.links.get_mut(name) else { return };
        if known.is_empty() {
            // They were there a moment ago, but are gone now.
            for (log, _) in wanted {
                if let Some(key) = self.logs.key(log) {
                    link.cursors.held(&key).sent = self.logs.get(log).map_or(0, log::HeldLog::committed_head);
                }
            }
            link.on(Event::NothingRead);
            return self.send_next(name, cx);
        }
        for held in &known {
            if let Some(key) = self.logs.key(&held.log) {
                let cursor = link.cursors.held(&key);
                cursor.sent = cursor.sent.max(held.seq);
            }
        }
        let frame = mesh::batch(known.iter().map(|held| &held.signed));
        link.lagging.handed(frame.len());
        link.on(Event::Handed);
        cx.out.push(Output::Batch { link: name, frame });
    }

    /// A link has taken what it was given.
    pub(super) fn taken(&mut self, name: LinkId, cx: &mut Context<'_>) {
        if let Some(link) = self.links.get_mut(name) {
            link.on(Event::Taken);
            self.send_next(name, cx);
        }
    }

    /// Sends a link again what it has lacked for too long. What we sent may be lost, or what others should have sent
    /// may not have come.
    pub(super) fn find_lagging(&mut self, name: LinkId, cx: &mut Context<'_>) {
        let Some(link) = self.links.get_mut(name) else { return };
        let is_free = link.phase().is_free();
        let again = link.lagging.take_refused(cx.now.mono);
        let late = link.lagging.take_due(is_free, cx.now.mono);
        for log in &late {
            if let Some(cursor) = link.cursors.get_mut(log) {
                cursor.send_again();
            }
        }
        self.timers.set_or_clear(Timer::FindLagging(name), link.lagging.next_due());
        for log in &again {
            self.review(name, log, false, cx);
        }
        if !late.is_empty() || !again.is_empty() {
            self.send_next(name, cx);
        }
    }
}

/// Our side of a log.
struct OurSide {
    key: Option<LogKey>,
    /// The newest event that a link can get from us, if there is any.
    offers: Option<u64>,
    /// Whether we pass it on.
    is_passed_on: bool,
    /// Whether it is older than what is kept. If so, only its author offers it.
    is_too_old: bool,
    /// By when a link will have told us what it holds.
    told_by: Instant,
}

/// What a link lacks, and what it has that we lack.
impl Sync {
    /// A log has changed on our side or theirs: compares what both sides hold of it.
    pub(super) fn review(&mut self, name: LinkId, log: &LogId, moved: bool, cx: &Context<'_>) {
        let ours = self.our_side(log, cx);
        self.review_side(name, log, &ours, moved, cx.now.mono);
    }

    fn review_side(&mut self, name: LinkId, log: &LogId, ours: &OurSide, moved: bool, now: Instant) {
        let Some(link) = self.links.get(name) else { return };
        let cursor = link.cursors.get(log);
        let lacks = self.is_behind(log, cursor.base, cursor.has, now);
        let Some(link) = self.links.get_mut(name) else { return };
        match ours.key.clone().or_else(|| link.cursors.key(log)) {
            Some(key) if lacks && link.may_know(&log.room) => drop(link.ahead.insert(key)),
            _ => drop(link.ahead.remove(log)),
        }
        if !link.has_listed(&log.room) {
            return;
        }
        let is_told = !ours.is_too_old || link.node == log.author;
        let offered = is_told && (ours.is_passed_on || cursor.base > 0);
        let first = self.withholding.first(link, log);
        let behind = offered && ours.offers.is_some_and(|head| cursor.has < head && first <= head);
        let due = match &ours.key {
            Some(key) if behind => {
                let due = link.lagging.falls_behind(key, log.author == self.me, ours.told_by);
                due.or_else(|| moved.then(|| link.lagging.moves(log, ours.told_by)).flatten())
            }
            _ => {
                link.lagging.caught_up(log);
                if moved {
                    link.lagging.confirmed();
                }
                None
            }
        };
        if let Some(due) = due {
            self.timers.set_no_later(Timer::FindLagging(name), due);
        }
    }

    /// A log has changed here: compares it with all links.
    pub(super) fn review_all(&mut self, log: &LogId, cx: &Context<'_>) {
        let ours = self.our_side(log, cx);
        for name in self.links.names() {
            self.review_side(name, log, &ours, false, cx.now.mono);
        }
    }

    /// Our side of a log, which is the same for all links.
    fn our_side(&self, log: &LogId, cx: &Context<'_>) -> OurSide {
        let holds = self.logs.get(log).filter(|log| log.base() <= log.committed_head());
        // With many links, we are told later. What we were not told yet must not count as lacking.
        let slack = self.tell_every().saturating_sub(TELL_EVERY);
        OurSide {
            key: self.logs.key(log),
            offers: holds.map(log::HeldLog::committed_head),
            is_passed_on: self.is_passed_on(log, cx),
            is_too_old: self.is_too_old(log, cx),
            told_by: if log.author == self.me { cx.now.mono } else { cx.now.mono + slack },
        }
    }

    /// A link has listed all that it holds, so now we know what it lacks.
    pub(super) fn listed(&mut self, name: LinkId, cx: &Context<'_>) {
        let logs: Vec<LogId> = self.logs.iter().map(|(log, _)| *log).collect();
        for log in logs {
            self.review(name, &log, false, cx);
        }
    }

    /// Whether a log is offered to a link. Only its author offers a log that is too old. A log that we
    /// do not pass on is told only to links that name it.
    pub(super) fn may_be_offered(&self, name: LinkId, log: &LogId, cx: &Context<'_>) -> bool {
        let names_it = || self.links.get(name).is_some_and(|link| link.cursors.base(log).is_some());
        (self.is_passed_on(log, cx) || names_it()) && !self.is_too_old_to_offer(name, log, cx)
    }
}
