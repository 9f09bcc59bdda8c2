//! What a link lacks, sent in the order of the clocks: causes come before what follows them.

use std::time::Duration;

use super::{super::link::Link, LOOK_EVERY, Purpose};
use crate::{
    core::{
        log::storage::{Held, Read, Request},
        mutant::{Mutant, is},
        node::{LinkId, Node, Output},
    },
    domain::model::{LogId, Now},
    protocol::codec::mesh::{self, BATCH_BYTES, MAX_EVENTS},
};

/// Logs that one read of the store merges.
const MAX_MERGED: usize = 256;

/// How long a link may lack something before it is sent again, or for somebody else (DESIGN.md section 6: immediate forwarding
/// cost 2 to 2.6 duplicates per event).
const STAYS_BEHIND: Duration = Duration::from_secs(2);

/// How often the wait is doubled while a link does not take what it is sent.
const MAX_DOUBLINGS: u8 = 5;

impl Node {
    /// Sends a link the next of what it lacks and is to have from us.
    pub(super) fn push(&mut self, link: LinkId, out: &mut Vec<Output>) {
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        let cursors = &mut session.sync;
        if cursors.busy {
            return;
        }
        if let Some(frame) = cursors.extra.pop_front() {
            cursors.busy = true;
            return out.push(Output::Batch { link, frame });
        }
        if !cursors.complete || is(Mutant::NoBackfill) {
            return;
        }
        let wanted = self.sync.logs.iter().filter_map(|(log, held)| {
            let cursor = cursors.get(log);
            let next = cursor.next().max(held.base());
            let ours = log.author == self.me || (!is(Mutant::NoForwarding) && (cursors.wants || cursor.forwards));
            (ours && next <= held.committed_head()).then_some((*log, next))
        });
        let from: Vec<(LogId, u64)> = wanted.take(MAX_MERGED).collect();
        if from.is_empty() {
            cursors.wants = false;
            return;
        }
        cursors.busy = true;
        let read = Read { from: from.clone(), events: MAX_EVENTS, bytes: BATCH_BYTES };
        self.sync.ask(Purpose::Push(link, from), Request::Read(read), out);
    }

    /// Events for a link came from the store.
    pub(super) fn push_events(
        &mut self,
        link: LinkId,
        wanted: &[(LogId, u64)],
        events: &[Held],
        out: &mut Vec<Output>,
    ) {
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        for held in events {
            let cursor = session.sync.held(&held.log);
            cursor.sent = cursor.sent.max(held.seq);
        }
        if events.is_empty() {
            // They were there a moment ago, and are not any more.
            session.sync.busy = false;
            for (log, _) in wanted {
                let head = self.sync.logs.get(log).map_or(0, crate::core::log::Held::committed_head);
                session.sync.held(log).sent = head;
            }
            return self.push(link, out);
        }
        let frame = mesh::batch(events.iter().map(|held| &held.signed));
        out.push(Output::Batch { link, frame });
    }

    /// A link has taken what it was given.
    pub(in crate::core::node) fn taken(&mut self, link: LinkId, out: &mut Vec<Output>) {
        if let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) {
            session.sync.busy = false;
            self.push(link, out);
        }
    }

    /// Looks for links that stay behind: what they were sent may be lost, and what others should have sent them may not have
    /// come.
    pub(super) fn look_behind(&mut self, now: Now, out: &mut Vec<Output>) {
        let (mut behind, mut late) = (false, Vec::new());
        for (link, state) in &mut self.links {
            let Some((_, session)) = state.session_mut() else { continue };
            let cursors = &mut session.sync;
            if !cursors.complete {
                continue;
            }
            let (busy, jitter) = (cursors.busy, Duration::from_millis(cursors.jitter));
            for (log, held) in self.sync.logs.iter() {
                let head = held.committed_head();
                if cursors.get(log).has >= head || held.base() > head {
                    if cursors.get(log).since.is_some() {
                        let cursor = cursors.held(log);
                        (cursor.since, cursor.tries, cursor.forwards) = (None, 0, false);
                    }
                    continue;
                }
                behind = true;
                let cursor = cursors.held(log);
                let since = *cursor.since.get_or_insert(now.mono);
                let wait =
                    (STAYS_BEHIND + if log.author == self.me { Duration::ZERO } else { jitter }) * (1 << cursor.tries);
                if busy || now.mono.saturating_duration_since(since) < wait {
                    continue;
                }
                cursor.since = Some(now.mono);
                cursor.tries = (cursor.tries + 1).min(MAX_DOUBLINGS);
                cursor.sent = cursor.has;
                cursor.forwards = log.author != self.me;
                late.push(*link);
            }
        }
        late.dedup();
        for link in late {
            self.push(link, out);
        }
        self.ask_for_all(now, out);
        self.report_progress(now, out);
        if behind {
            self.sync.look_at = Some(now.mono + LOOK_EVERY);
        }
    }
}
