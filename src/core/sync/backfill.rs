//! What a link lacks, sent in the order of the clocks: causes come before what follows them.

use std::time::Duration;

use super::{
    Purpose, Sync,
    event::{Context, Output},
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
    domain::model::{LinkId, LogId, Now},
    protocol::codec::mesh::{self, BATCH_BYTES, MAX_EVENTS},
};

/// Logs that one read of the store merges.
const MAX_MERGED: usize = 256;

/// How often we look which links lag behind, while any does.
const FIND_LAGGING_EVERY: Duration = Duration::from_millis(500);

impl Sync {
    /// Sends a link the next of what it lacks and is to have from us.
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
            Next::Events(scope) => {
                let wanted = self.logs.iter().filter_map(|(log, held)| {
                    let cursor = link.cursors.get(log);
                    let next = cursor.next().max(held.base());
                    let others = (scope == Scope::All || cursor.forwards) && !mutant::never_forwards();
                    ((log.author == self.me || others) && next <= held.committed_head()).then_some((*log, next))
                });
                let from: Vec<(LogId, u64)> = wanted.take(MAX_MERGED).collect();
                if from.is_empty() {
                    return link.on(Event::CaughtUp);
                }
                link.on(Event::ReadBegun);
                let read = Read { from: from.clone(), events: MAX_EVENTS, bytes: BATCH_BYTES };
                self.requests.ask(Purpose::Backfill(name, from), Request::Read(read), cx.out);
            }
        }
    }

    /// Events for a link came from the store.
    pub(super) fn send_events(
        &mut self,
        name: LinkId,
        wanted: &[(LogId, u64)],
        events: &[StoredEvent],
        cx: &mut Context<'_>,
    ) {
        let Some(link) = self.links.get_mut(name) else { return };
        if events.is_empty() {
            // They were there a moment ago, and are not any more.
            for (log, _) in wanted {
                link.cursors.held(log).sent = self.logs.get(log).map_or(0, log::HeldLog::committed_head);
            }
            link.on(Event::NothingRead);
            return self.send_next(name, cx);
        }
        for held in events {
            let cursor = link.cursors.held(&held.log);
            cursor.sent = cursor.sent.max(held.seq);
        }
        link.on(Event::Handed);
        cx.out.push(Output::Batch { link: name, frame: mesh::batch(events.iter().map(|held| &held.signed)) });
    }

    /// A link has taken what it was given.
    pub(super) fn taken(&mut self, name: LinkId, cx: &mut Context<'_>) {
        if let Some(link) = self.links.get_mut(name) {
            link.on(Event::Taken);
            self.send_next(name, cx);
        }
    }

    /// Looks soon which links lag behind.
    pub(super) fn find_lagging_soon(&mut self, now: Now) {
        self.timers.set_if_unset(Timer::FindLagging, now.mono + FIND_LAGGING_EVERY);
    }

    /// Finds links that lag behind: what they were sent may be lost, and what others should have sent them may not have
    /// come.
    pub(super) fn find_lagging(&mut self, cx: &mut Context<'_>) {
        let (mut behind, mut late) = (false, Vec::new());
        for (name, link) in self.links.iter_mut().filter(|(_, link)| link.phase().is_listed()) {
            let is_free = link.phase().is_free();
            let mut is_late = false;
            for (log, held) in self.logs.iter() {
                let head = held.committed_head();
                if held.base() > head || link.cursors.get(log).has >= head {
                    link.cursors.caught_up(log);
                    continue;
                }
                behind = true;
                let jitter = (log.author != self.me).then_some(link.jitter);
                is_late |= link.cursors.held(log).lacks(jitter, is_free, cx.now.mono);
            }
            late.extend(is_late.then_some(name));
        }
        for link in late {
            self.send_next(link, cx);
        }
        self.ask_for_all(cx);
        self.report_progress(cx);
        if behind {
            self.timers.set(Timer::FindLagging, cx.now.mono + FIND_LAGGING_EVERY);
        }
    }
}
