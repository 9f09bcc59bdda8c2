//! Who holds what: what we tell, and what we are told.

use std::time::{Duration, Instant};

use super::{super::link::Link, cursors::TELL_EVERY};
use crate::{
    core::{
        log::Held,
        node::{LinkId, Node, Output},
    },
    domain::{
        bus::{NoticeCode, Update},
        model::{LogId, NodeId, Now, PeerId, Room},
    },
    protocol::codec::{
        event::HeldRange,
        mesh::{self, Frame, Have, MAX_DOTS},
    },
};

/// How long changes are gathered before who waits for them is told: too short to be felt, long enough that a batch is one
/// receipt.
const GATHER: Duration = Duration::from_millis(5);

/// How often one link is told at most what came from it or was written there: receipts of a stream of lines.
const RECEIPT_EVERY: Duration = Duration::from_millis(50);

/// How long an event may wait for what it follows before its sender is asked for that: the author's own copy is mostly on its
/// way. And how often after that.
const ASK_FOR_CAUSES_AFTER: Duration = Duration::from_millis(50);
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long who was asked for everything may stand still before somebody else is asked.
const ASK_ANOTHER_AFTER: Duration = Duration::from_secs(3);

impl Node {
    /// The first words on a link about the log: all that we hold.
    pub(in crate::core::node) fn tell_all(&mut self, link: LinkId, now: Now, out: &mut Vec<Output>) {
        let logs: Vec<LogId> = self.sync.logs.iter().map(|(log, _)| *log).collect();
        self.tell_have(link, &logs, now, out);
        self.look_soon(now);
    }

    /// Tells a link what we hold of some logs.
    fn tell_have(&mut self, link: LinkId, logs: &[LogId], now: Now, out: &mut Vec<Output>) {
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        let cursors = &mut session.sync;
        (cursors.tell_at, cursors.told_at) = (None, Some(now.mono));
        let dots: Vec<HeldRange> = logs.iter().filter_map(|log| self.sync.logs.dot(log, cursors.base(log))).collect();
        let last = dots.len().div_ceil(MAX_DOTS).max(1);
        let frame = |n: usize| {
            let dots = dots.iter().skip(n * MAX_DOTS).take(MAX_DOTS).copied().collect();
            mesh::encode(&Frame::Have(Have { dots, more: n + 1 < last, want: false }))
        };
        // None of them may be lost: what one says is never said again.
        if !cursors.push_extra((0..last).map(frame).collect()) {
            cursors.untold.extend(logs);
            cursors.tell_at = Some(now.mono + TELL_EVERY);
        }
        self.push(link, out);
    }

    /// These logs have changed: every link is to be told.
    pub(super) fn note_untold(&mut self, logs: &[LogId]) {
        for (_, session) in self.links.values_mut().filter_map(Link::session_mut) {
            session.sync.untold.extend(logs);
        }
    }

    /// A log has changed, by what came from a link or was written here: whoever waits for a receipt is told soon, the
    /// others within a second.
    pub(super) fn receipt_soon(&mut self, log: &LogId, from: Option<LinkId>, now: Now) {
        let author = self.peers.get(&PeerId::Node(log.author)).copied();
        for (link, state) in &mut self.links {
            let Some((_, session)) = state.session_mut() else { continue };
            let waits = author == Some(*link) || from == Some(*link);
            let (gather, every) = if waits { (GATHER, RECEIPT_EVERY) } else { (Duration::ZERO, TELL_EVERY) };
            let soonest = session.sync.told_at.map_or(now.mono, |told| told + every);
            let due = soonest.max(now.mono + gather);
            session.sync.tell_at = Some(session.sync.tell_at.map_or(due, |at| at.min(due)));
        }
    }

    /// When [`Self::tell_have_due`] is wanted.
    pub(super) fn next_have(&self) -> Option<Instant> {
        let dues = self.links.values().filter_map(Link::session);
        dues.flat_map(|(_, session)| [session.sync.tell_at, session.sync.ask_at]).flatten().min()
    }

    pub(super) fn tell_have_due(&mut self, now: Now, out: &mut Vec<Output>) {
        let is_due = |link: &Link| {
            link.session()
                .is_some_and(|(_, session)| session.sync.tell_at <= Some(now.mono) && session.sync.tell_at.is_some())
        };
        let due: Vec<LinkId> = self.links.iter().filter(|(_, link)| is_due(link)).map(|(id, _)| *id).collect();
        for link in due {
            let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { continue };
            let logs: Vec<LogId> = std::mem::take(&mut session.sync.untold).into_iter().collect();
            self.tell_have(link, &logs, now, out);
        }
    }

    /// A link says what it holds.
    pub(in crate::core::node) fn hear_have(&mut self, link: LinkId, have: &Have, now: Now, out: &mut Vec<Output>) {
        let Some((peer, _)) = self.links.get(&link).and_then(Link::session) else { return };
        let Some(node) = peer.id.node().copied() else { return };
        for dot in &have.dots {
            self.hear_dot(link, node, dot, now, out);
        }
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        session.sync.complete |= !have.more;
        if have.want {
            session.sync.want_all();
        }
        self.push(link, out);
        // All logs of all links are looked at only where this has brought news of something that we lack.
        if have.dots.iter().any(|dot| self.is_behind(&dot.log, dot.base, dot.seq)) {
            self.ask_for_all(now, out);
            self.report_progress(now, out);
        }
        self.look_soon(now);
    }

    fn hear_dot(&mut self, link: LinkId, node: NodeId, dot: &HeldRange, now: Now, out: &mut Vec<Output>) {
        if Room::of(dot.log.room).is_none() || self.sync.logs.is_elsewhere(&dot.log) {
            return;
        }
        let held = self.sync.logs.get(&dot.log);
        let ours = held.and_then(|held| held.id_at(dot.seq));
        let contradicts = ours.is_some() && dot.head.is_some() && ours != dot.head;
        let (is_held, gap) = (held.is_some(), held.is_some_and(Held::has_gap));
        let own_head = held.filter(|_| dot.log.author == self.me).map(Held::committed_head);
        let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) else { return };
        let cursor = if is_held { Some(session.sync.held(&dot.log)) } else { session.sync.strange(&dot.log) };
        let Some(cursor) = cursor else { return };
        if dot.seq > cursor.has {
            (cursor.since, cursor.tries) = (None, 0);
        }
        let news = cursor.base != dot.base;
        (cursor.has, cursor.base) = (dot.seq, dot.base);
        if gap && news {
            // It may have what we lack below our base, and sends it if it knows that.
            session.sync.tell_again(&dot.log, now.mono);
        }
        if let Some(head) = own_head.filter(|_| !contradicts) {
            // More than we have said nobody can have; if it is so, its events prove it.
            self.acked(node, dot.log, dot.seq.min(head), now);
        }
        if contradicts {
            self.dispute(link, dot.log, dot.seq, out);
        }
        self.prove(link, dot, out);
    }

    /// Our history was older than what others have of us.
    pub(super) fn tell_of_new_log(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.told.may_tell(NoticeCode::NewLog, now.mono) {
            let text =
                "Others have lines of yours that were not on this machine: its history was older than they are. They \
                        are fetched, and what you say from now on stands on its own."
                    .to_owned();
            out.push(Output::Update(Update::Notice { code: NoticeCode::NewLog, text }));
        }
    }

    /// An event of this link waits for what it follows: its sender has that too.
    pub(super) fn ask_for_causes(&mut self, link: LinkId, now: Now) {
        if let Some((_, session)) = self.links.get_mut(&link).and_then(Link::session_mut) {
            session.sync.ask_at.get_or_insert(now.mono + ASK_FOR_CAUSES_AFTER);
        }
    }

    /// Asks those links for causes whose events still wait.
    pub(super) fn ask_for_causes_due(&mut self, now: Now, out: &mut Vec<Output>) {
        let waiting = self.sync.logs.waiting_due().is_some();
        for (link, state) in &mut self.links {
            let Some((_, session)) = state.session_mut() else { continue };
            if session.sync.ask_at.take_if(|at| *at <= now.mono).is_some() && waiting {
                session.sync.ask_at = Some(now.mono + ASK_AGAIN_AFTER);
                out.push(want(*link));
            }
        }
    }

    /// Asks one link for all that we lack and that no author who is here will send by themselves.
    pub(super) fn ask_for_all(&mut self, now: Now, out: &mut Vec<Output>) {
        if let Some((link, at)) = self.sync.asked
            && self.links.contains_key(&link)
            && now.mono.saturating_duration_since(at) < ASK_ANOTHER_AFTER
        {
            return;
        }
        let asked = self.sync.asked.take().map(|(link, _)| link);
        let helps = |link: &LinkId| {
            let Some((_, session)) = self.links.get(link).and_then(Link::session) else { return false };
            session.sync.complete && session.sync.iter().any(|(log, cursor)| self.lacks(log, cursor.base, cursor.has))
        };
        let helpers: Vec<LinkId> = self.sessions().filter(helps).collect();
        // Who was asked last and did not answer has its turn after the others.
        let other = helpers.iter().find(|link| Some(**link) > asked);
        let Some(link) = other.or(helpers.first()).copied() else { return };
        self.sync.asked = Some((link, now.mono));
        out.push(want(link));
    }

    /// Whether we lack something of a log that others hold up to `has`, and its author is not here to send it.
    fn lacks(&self, log: &LogId, base: u64, has: u64) -> bool {
        !self.peers.contains_key(&PeerId::Node(log.author)) && self.is_behind(log, base, has)
    }

    /// Whether we lack something of a log that others hold up to `has`.
    fn is_behind(&self, log: &LogId, base: u64, has: u64) -> bool {
        !self.sync.logs.is_elsewhere(log) && self.sync.logs.dot(log, Some(base)).map_or(0, |dot| dot.seq) < has
    }
}

/// Asks a link to send at once what we lack.
pub(super) fn want(link: LinkId) -> Output {
    let have = Have { dots: Vec::new(), more: false, want: true };
    Output::Tell { link, frame: mesh::encode(&Frame::Have(have)) }
}
