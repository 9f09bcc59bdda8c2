//! From memory to disk to screen: nothing is shown, sent or told of before it is written.

use std::{collections::BTreeSet, time::Instant};

use super::{super::link::Link, Purpose, RELOAD_AFTER};
use crate::{
    core::{
        log::{
            Logs,
            storage::{Ack, Append, Failure, GuestLine, Line, LogState, Proof, Request, Snapshot, Write},
        },
        mutant::{Mutant, is},
        node::{LinkId, Node, Output},
    },
    domain::{
        bus::{FailureCode, Update},
        model::{Delivery, LogId, Message, MessageId, Nick, Now, PeerId, Room, Text},
    },
    protocol::codec::{
        Published,
        event::{Content, KIND_SAID},
    },
};

/// Events, and bytes of them, that may wait for the disk before links and user have to wait too.
const MAX_PENDING: usize = 4_096;
const MAX_PENDING_BYTES: usize = 8 * 1024 * 1024;

/// Something that was accepted and is not on disk yet.
#[derive(Debug)]
pub(in crate::core::node) enum Pending {
    /// An event, and the link that it came over.
    Event(Box<Append>, Option<LinkId>),
    /// A guest's line.
    Guest(GuestLine, Now),
}

/// What is being written.
#[derive(Debug)]
pub(super) struct Flight {
    pending: Vec<Pending>,
    /// How the logs stand after it.
    states: Vec<LogState>,
    acks: Vec<Ack>,
    forks: Vec<Proof>,
    /// When it was given to the store.
    pub(super) since: Instant,
}

impl Pending {
    fn is_own(&self) -> bool {
        matches!(self, Self::Event(append, _) if append.own)
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Event(append, _) => append.signed.bytes(),
            Self::Guest(line, _) => line.text.as_str().len(),
        }
    }
}

impl Node {
    /// The user says something.
    pub(in crate::core::node) fn say(
        &mut self,
        room: Room,
        text: &Text,
        action: bool,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        if self.sync.is_broken() {
            let text =
                "The history cannot be written, so this was not sent. It is tried again every second; say it again then.".to_owned();
            return out.push(Output::Update(Update::Failed { code: FailureCode::Storage, text }));
        }
        let content = Content::said(self.salts.next(), &self.nick, text, action);
        let epoch = || self.rng.u64(..);
        match self.sync.logs.write(room.id(), (KIND_SAID, content), &self.sync.identity, epoch, now) {
            Ok(append) => self.keep(vec![append], None, now, out),
            Err(error) => {
                let text = error.to_string();
                out.push(Output::Update(Update::Failed { code: FailureCode::Storage, text }));
            }
        }
    }

    /// A guest says something.
    pub(in crate::core::node) fn keep_guest_line(&mut self, mut line: GuestLine, now: Now, out: &mut Vec<Output>) {
        line.hlc = self.sync.logs.tick(now.wall);
        if self.sync.is_broken() {
            // It does not come again, and must not wait for a disk that may never be there.
            return self.show_guest(line, now, out);
        }
        self.push_pending(Pending::Guest(line, now));
        self.flush(now, out);
    }

    /// Writes what was accepted.
    pub(super) fn keep(&mut self, accepted: Vec<Append>, from: Option<LinkId>, now: Now, out: &mut Vec<Output>) {
        for append in accepted {
            if is(Mutant::SendBeforeCommit) && append.own {
                self.publish(&append, out);
            }
            if is(Mutant::ShowBeforeCommit) {
                self.show(&append, now, out);
            }
            self.push_pending(Pending::Event(Box::new(append), from));
        }
        self.flush(now, out);
    }

    fn push_pending(&mut self, pending: Pending) {
        self.sync.pending_bytes += pending.bytes();
        self.sync.pending.push_back(pending);
    }

    /// Whether so much waits for the disk that nothing more should come.
    pub fn is_writing_much(&self) -> bool {
        !self.sync.is_broken() && (self.sync.pending.len() > MAX_PENDING || self.sync.pending_bytes > MAX_PENDING_BYTES)
    }

    /// Whether something that our user said is not on disk yet.
    pub fn is_writing_own(&self) -> bool {
        let in_flight = self.sync.flight.iter().flat_map(|flight| &flight.pending);
        in_flight.chain(&self.sync.pending).any(Pending::is_own)
    }

    /// Writes what waits, unless something is being written: what comes meanwhile shares the next commit.
    pub(super) fn flush(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.sync.flight.is_some() || self.sync.is_broken() {
            return;
        }
        let pending: Vec<Pending> = self.sync.pending.drain(..).collect();
        self.sync.pending_bytes = 0;
        let delivery = &mut self.sync.delivery;
        let acks = if pending.is_empty() { delivery.take_due_acks(now.mono) } else { delivery.take_acks() };
        let (states, forks) = (self.sync.logs.take_changed(), std::mem::take(&mut self.sync.new_forks));
        let mut writes: Vec<Write> = Vec::with_capacity(pending.len() + states.len() + acks.len() + forks.len());
        writes.extend(pending.iter().map(|pending| match pending {
            Pending::Event(append, _) => Write::Event(append.clone()),
            Pending::Guest(line, _) => Write::Guest(Box::new(line.clone())),
        }));
        writes.extend(states.iter().cloned().map(Write::Log));
        writes.extend(self.sync.logs.take_just_left().into_iter().map(Write::Leave));
        writes.extend(acks.iter().copied().map(Write::Ack));
        writes.extend(forks.iter().cloned().map(|proof| Write::Fork(Box::new(proof))));
        if !writes.is_empty() {
            self.sync.flight = Some(Flight { pending, states, acks, forks, since: now.mono });
            self.sync.ask(Purpose::Write, Request::Write(writes), out);
        }
    }

    /// What was in flight is on disk.
    pub(super) fn written(&mut self, now: Now, out: &mut Vec<Output>) {
        let Some(Flight { pending, states, .. }) = self.sync.flight.take() else { return };
        self.sync.logs.committed(states);
        let (mut logs, mut moved, mut senders) = (Vec::new(), 0, BTreeSet::new());
        for pending in pending {
            match pending {
                Pending::Event(append, from) => {
                    moved += u64::from(!append.own);
                    senders.extend(from);
                    logs.push((append.event.log, from));
                    if !is(Mutant::ShowBeforeCommit) {
                        self.show(&append, now, out);
                    }
                    if append.own && !is(Mutant::SendBeforeCommit) {
                        self.publish(&append, out);
                    }
                }
                Pending::Guest(line, now) => self.show_guest(line, now, out),
            }
        }
        logs.sort_unstable();
        logs.dedup();
        let changed: Vec<LogId> = logs.iter().map(|(log, _)| *log).collect();
        self.note_untold(&changed);
        for (log, from) in logs {
            self.receipt_soon(&log, from, now);
        }
        if moved > 0 {
            self.moved(moved, &senders, now, out);
        }
        if !changed.is_empty() {
            self.look_soon(now);
        }
        self.look_up_later(now, out);
        self.flush(now, out);
        if self.sync.leaving.is_some() && !self.is_writing_own() {
            self.leave_now(out);
        }
    }

    /// Sends an own event that is on disk to everyone.
    fn publish(&mut self, append: &Append, out: &mut Vec<Output>) {
        let (log, seq) = (append.event.log, append.event.seq);
        for (_, session) in self.links.values_mut().filter_map(Link::session_mut) {
            let cursor = session.sync.held(&log);
            // A link that is being sent older ones gets this one after them.
            if cursor.next() == seq && !session.sync.busy {
                session.sync.held(&log).sent = seq;
            }
        }
        if let Content::Said { nick: Some(nick), text, action } =
            Content::read(append.event.kind, &append.signed.content)
        {
            out.push(Output::Publish(Published::new(&append.signed, &nick, &text, action)));
        }
    }

    fn show(&mut self, append: &Append, now: Now, out: &mut Vec<Output>) {
        let Some(message) = self.message(&line_of(append), now) else { return };
        let mut message = message;
        if append.own {
            self.sync.delivery.open(append.event.log, append.event.seq, message.id);
            // Guests say nothing of what they got.
            let only_guests = !self.peers.is_empty() && self.sessions().next().is_none();
            message.delivery = if only_guests { Delivery::Sent } else { Delivery::Waiting };
            self.sync.delivery.touch(now.mono);
        }
        out.push(Output::Update(Update::Message(message)));
    }

    fn show_guest(&mut self, line: GuestLine, now: Now, out: &mut Vec<Output>) {
        let GuestLine { id, hlc, addr, nick, text, action, .. } = line;
        let content = Content::Said { nick, text, action };
        let position = crate::domain::model::Position::unlogged(hlc, id);
        let line = Line { position, guest: Some(addr), content, kind: KIND_SAID, wall: now.wall, arrived: now.wall };
        out.extend(self.message(&line, now).map(|message| Output::Update(Update::Message(message))));
    }

    /// The disk has not taken what was in flight: none of it was sent, and none of it counts.
    pub(super) fn not_written(&mut self, Failure(text): &Failure, now: Now, out: &mut Vec<Output>) {
        let Some(Flight { pending, acks, forks, .. }) = self.sync.flight.take() else { return };
        self.sync.delivery.take_back(acks);
        self.sync.new_forks.extend(forks);
        let lost: Vec<Pending> = pending.into_iter().chain(self.sync.pending.drain(..)).collect();
        self.sync.pending_bytes = 0;
        for pending in lost {
            match pending {
                Pending::Event(append, _) if append.own => {
                    let message = self.message(&line_of(&append), now);
                    let failed = message.map(|message| Message { delivery: Delivery::NotSent, ..message });
                    out.extend(failed.map(|message| Output::Update(Update::Message(message))));
                }
                // Who sent it sends it again.
                Pending::Event(..) => {}
                // Guests do not: it is shown, if only for this run.
                Pending::Guest(line, said) => self.show_guest(line, said, out),
            }
        }
        if self.sync.broken.replace(now.mono).is_none() {
            out.push(Output::Update(Update::Failed { code: FailureCode::Storage, text: text.clone() }));
        }
        self.sync.reload_at = Some(now.mono + RELOAD_AFTER);
        if self.sync.leaving.is_some() {
            self.leave_now(out);
        }
    }

    /// The store can be read again: what it holds counts, and nothing else.
    pub(super) fn reloaded(&mut self, snapshot: Snapshot, now: Now, out: &mut Vec<Output>) {
        self.sync.broken = None;
        let left = self.sync.logs.left().clone();
        self.sync.logs = Logs::new(self.me, snapshot, now.wall);
        self.sync.logs.stay_left(left);
        // What was said of logs may have been more than there is.
        let logs: Vec<LogId> = self.sync.logs.iter().map(|(log, _)| *log).collect();
        self.note_untold(&logs);
        for log in logs {
            self.receipt_soon(&log, None, now);
        }
        self.tell_have_due(Now { mono: now.mono + RELOAD_AFTER, ..now }, out);
        // What was sent meanwhile was not taken.
        let links: Vec<LinkId> = self.sessions().collect();
        out.extend(links.into_iter().map(super::have::want));
        self.look_soon(now);
    }
}

/// An event as it will come from disk.
fn line_of(append: &Append) -> Line {
    let event = &append.event;
    Line {
        position: crate::domain::model::Position {
            hlc: event.hlc,
            author: event.log.author,
            epoch: event.log.epoch,
            seq: event.seq,
            id: event.id.into(),
        },
        guest: None,
        content: Content::read(event.kind, &append.signed.content),
        kind: event.kind,
        wall: event.wall,
        arrived: append.arrived,
    }
}

impl GuestLine {
    /// What a guest at `addr` says. It gets its place in the room when it is kept.
    pub(in crate::core::node) fn new(
        id: MessageId,
        addr: std::net::SocketAddr,
        nick: Option<Nick>,
        text: Text,
        action: bool,
    ) -> Self {
        Self { room: Room::LOBBY.id(), id, hlc: crate::domain::model::Hlc(0), addr, nick, text, action }
    }
}

/// The guest that said a line, as a peer.
pub(super) fn guest(line: &Line) -> Option<PeerId> {
    line.guest.map(PeerId::Guest)
}
