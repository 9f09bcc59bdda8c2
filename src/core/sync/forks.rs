//! Authors that contradict themselves: two events under one number.

use super::{
    Purpose, Sync,
    event::{Context, Output},
};
use crate::{
    core::log::storage::{Proof, Read, Request, StoredEvent},
    domain::{
        bus::HistoryNotice,
        model::{EventId, LinkId, LogId, RoomId},
    },
    protocol::{
        codec::{event::Signed, mesh},
        identity::is_signed_by,
    },
};

/// Events of one log that a link may be shown because it holds others: the way back to where two histories part.
const MAX_DISPUTES: u8 = 64;

/// Proofs that are kept and passed on. Somebody who makes more keys just to contradict them needs no further proof.
const MAX_FORKS: usize = 64;

/// Events, and bytes of them, that wait to be compared until ours are on disk. One that finds no room comes again.
const MAX_POSTPONED: usize = 64;
const MAX_POSTPONED_BYTES: usize = 1024 * 1024;

/// An event of a link that must still be compared with ours of this log and number.
type Postponed = (LinkId, (LogId, u64), Signed);

/// Proofs that authors contradict themselves.
#[derive(Debug, Default)]
pub(super) struct Forks {
    known: Vec<Proof>,
    /// Those that are not on disk yet.
    unwritten: Vec<Proof>,
    /// What cannot be compared yet, because ours is being written.
    postponed: Vec<Postponed>,
}

impl Forks {
    /// `known`: what the store holds.
    pub(super) fn new(known: Vec<Proof>) -> Self {
        Self { known, ..Self::default() }
    }

    /// All content of a room is gone, theirs too.
    pub(super) fn forget(&mut self, room: &RoomId) {
        self.known.retain(|proof| proof.log.room != *room);
    }

    /// Proofs to write.
    pub(super) fn take_unwritten(&mut self) -> Vec<Proof> {
        std::mem::take(&mut self.unwritten)
    }

    /// Proofs that could not be written.
    pub(super) fn take_back(&mut self, proofs: Vec<Proof>) {
        self.unwritten.extend(proofs);
    }

    /// Compares an event of a link later.
    pub(super) fn postpone(&mut self, link: LinkId, at: (LogId, u64), theirs: Signed) {
        let bytes: usize = self.postponed.iter().map(|(.., signed)| signed.bytes()).sum();
        if self.postponed.len() < MAX_POSTPONED && bytes + theirs.bytes() <= MAX_POSTPONED_BYTES {
            self.postponed.push((link, at, theirs));
        }
    }

    /// What can be compared now.
    pub(super) fn take_postponed(&mut self) -> Vec<Postponed> {
        std::mem::take(&mut self.postponed)
    }

    fn add(&mut self, proof: Proof) {
        self.known.retain(|known| known.log != proof.log);
        if self.known.len() < MAX_FORKS {
            self.known.push(proof.clone());
        }
        self.unwritten.push(proof);
    }

    fn find(&self, log: &LogId, seq: u64) -> Option<&Proof> {
        self.known.iter().find(|proof| proof.log == *log && proof.seq <= seq)
    }
}

impl Sync {
    /// A link holds another event than we do. We show it ours, which proves that the author signed both.
    pub(super) fn dispute(&mut self, name: LinkId, log: LogId, seq: u64, cx: &mut Context<'_>) {
        if !self.may_know(name, &log.room) {
            return;
        }
        let holds = self.logs.get(&log).is_some_and(|held| (held.base()..=held.committed_head()).contains(&seq));
        let (Some(key), Some(link)) = (self.logs.key(&log), self.links.get_mut(name)) else { return };
        let withheld = seq < self.withholding.first(link, &log);
        let cursor = link.cursors.held(&key);
        if !holds || withheld || cursor.disputed >= MAX_DISPUTES || !self.requests.has_room_for_lookup() {
            return;
        }
        cursor.disputed += 1;
        let read = Read { from: vec![(log, seq)], events: 1, bytes: 1 };
        self.requests.ask(Purpose::Dispute(name), Request::Read(read), cx.out);
    }

    /// Sends a link events in addition to what it lacks.
    pub(super) fn show<'a>(&mut self, name: LinkId, events: impl Iterator<Item = &'a Signed>, cx: &mut Context<'_>) {
        let mut events = events.peekable();
        if let (Some(link), Some(_)) = (self.links.get_mut(name), events.peek()) {
            link.queue(vec![mesh::batch(events)]);
            self.send_next(name, cx);
        }
    }

    /// A link has sent `theirs` where we hold `ours`.
    pub(super) fn compare(&mut self, link: LinkId, theirs: &Signed, ours: Vec<StoredEvent>, cx: &mut Context<'_>) {
        let Some(StoredEvent { log, seq, signed: ours }) = ours.into_iter().next() else { return };
        let same_place = theirs.read().is_ok_and(|event| (event.log, event.seq) == (log, seq));
        if !same_place || ours.id() == theirs.id() {
            return;
        }
        if !is_signed_by(&log.author, &theirs.message(), &theirs.sig) {
            if !self.may_err(link, cx) {
                cx.out.push(Output::Misbehaved(link));
            }
            return;
        }
        let is_own = log.author == self.me;
        // The two histories may have parted further back.
        if !is_own && seq > 1 && prev_of(&ours) != prev_of(theirs) {
            self.dispute(link, log, seq - 1, cx);
        }
        let is_news = self.logs.forked(&log, seq);
        if is_own && let (Ok(our_event), Ok(their_event)) = (ours.read(), theirs.read()) {
            self.own_branch(link, (&our_event, &their_event), theirs, cx);
        }
        if !is_news {
            // Its author is looking for where two histories part. Our answer says that they differ there.
            if self.links.get(link).is_some_and(|link| link.node == log.author) {
                self.show(link, [&ours, theirs].into_iter(), cx);
            }
            return;
        }
        cx.out.push(Output::Notice(if is_own { HistoryNotice::OwnForked } else { HistoryNotice::Forked(log.author) }));
        self.forks.add(Proof { log, seq, one: ours, other: theirs.clone() });
        for name in self.links.names() {
            let Some(link) = self.links.get_mut(name) else { continue };
            if let Some(cursor) = link.cursors.get_mut(&log) {
                cursor.proved = false;
            }
            let has = link.cursors.get(&log).has;
            self.prove(name, &log, has, cx);
        }
        self.flush(cx);
    }

    /// Shows a link that holds a log up to `has` the proof that its author contradicts itself. A link that does not
    /// hold the log that far could not use it.
    pub(super) fn prove(&mut self, name: LinkId, log: &LogId, has: u64, cx: &mut Context<'_>) {
        if !self.may_know(name, &log.room) {
            return;
        }
        let Some(proof) = self.forks.find(log, has) else { return };
        let (Some(key), Some(link)) = (self.logs.key(log), self.links.get_mut(name)) else { return };
        let withheld = proof.seq < self.withholding.first(link, log);
        if !link.cursors.get(log).proved && !withheld {
            let shown = link.queue(vec![mesh::batch([&proof.one, &proof.other])]);
            link.cursors.held(&key).proved = shown;
            self.send_next(name, cx);
        }
    }
}

fn prev_of(signed: &Signed) -> Option<EventId> {
    signed.read().ok()?.prev
}
