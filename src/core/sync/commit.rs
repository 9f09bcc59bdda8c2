//! From memory to disk to screen: nothing is sent or acknowledged before it is written. For a disk that fails, see
//! `unkept`.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use super::{
    Purpose, Sync,
    commit_queue::Commit,
    cursor::LogKey,
    event::{Context, Output},
    link::Link,
    on_the_way::OnTheWay,
    queued::Queued,
    timer::Timer,
    topics::{Review, topic_of},
};
use crate::{
    core::{
        log::{
            Logs, NotWritten,
            storage::{Dating, GuestLine, LogEntry, Request, Snapshot, StoredLine, Write},
        },
        mutant,
    },
    domain::{
        bus::{RoomFailure, StorageFailure, Update},
        model::{
            Delivery, DiskTrouble, LinkId, LogId, Message, MessageId, MessageKind, Nick, Now, Position, Room, RoomId,
            StoreFailure, StoreFault, StoreTask, Text,
        },
    },
    protocol::codec::{
        Published,
        event::{Content, KIND_SAID},
        mesh,
    },
};

/// After this long without an answer the store counts as failed. If the disk comes back later, everything is in order.
const STUCK_AFTER: Duration = Duration::from_secs(30);

impl Sync {
    /// The user says something.
    pub(super) fn say(&mut self, room: &Room, text: &Text, action: bool, cx: &mut Context<'_>) {
        let Some(id) = self.rooms.id(room) else { return cx.update(RoomFailure::NotJoined(room.clone()).into()) };
        if self.must_wait() {
            return self.say_later(room, text, action, cx);
        }
        let content = Content::said(self.salts.next(), cx.people.own_nick(), text, action);
        self.write_said(id, (KIND_SAID, content), cx);
    }

    /// Writes what our user says: its kind, and its content with the salt.
    pub(super) fn write_said(&mut self, room: RoomId, content: (u32, bytes::Bytes), cx: &mut Context<'_>) {
        self.go_by_clocks(cx);
        match self.write_own(room, content, cx) {
            Ok(entry) => self.keep(vec![entry], None, cx),
            Err(NotWritten::NoTime) => cx.out.push(Output::NotDone(StorageFailure::NoTime)),
            Err(NotWritten::TooLong) => cx.update(RoomFailure::TooLong.into()),
        }
    }

    /// A guest says something.
    pub(super) fn guest_line(
        &mut self,
        addr: SocketAddr,
        nick: Option<Nick>,
        text: Text,
        action: bool,
        cx: &mut Context<'_>,
    ) {
        let id = MessageId(self.rng.u128(..).to_be_bytes());
        self.look_at_clocks(cx);
        let now = self.clocks.reference(cx.now);
        let hlc = self.logs.tick(RoomId::LOBBY, now.wall);
        let line = GuestLine { room: RoomId::LOBBY, id, hlc, addr, nick, text, action };
        self.keep_or_show(Queued::Guest(line, now), cx);
    }

    /// Writes what was accepted.
    pub(super) fn keep(&mut self, accepted: Vec<LogEntry>, from: Option<LinkId>, cx: &mut Context<'_>) {
        let arrived = self.arrives(cx.now);
        for mut entry in accepted {
            entry.arrived = arrived;
            if mutant::sends_before_commit() && entry.own {
                self.publish(&entry, cx);
            }
            if mutant::shows_before_commit() {
                self.show_event(&entry, &line_of(&entry), cx);
            }
            self.keep_or_show(Queued::Event(Box::new(entry), from), cx);
        }
        self.flush(cx);
    }

    /// Writes what waits, unless something is being written: what comes meanwhile shares the next commit.
    pub(super) fn flush(&mut self, cx: &mut Context<'_>) {
        if self.writer.commit.is_some() || self.writer.broken {
            return;
        }
        let queued = self.writer.take_batch();
        let acks = if queued.is_empty() { self.delivery.take_overdue_acks() } else { self.delivery.take_acks() };
        if !acks.is_empty() {
            self.timers.clear(Timer::WriteAcks);
        }
        let events = queued.iter().filter_map(|queued| match queued {
            Queued::Event(entry, _) => Some(&**entry),
            Queued::Guest(..) => None,
        });
        let (states, forks) = (self.logs.states_after(events), self.forks.take_unwritten());
        let mut writes: Vec<Write> = Vec::with_capacity(queued.len() + states.len() + acks.len() + forks.len());
        writes.extend(queued.iter().map(|queued| match queued {
            Queued::Event(entry, _) => Write::Event(entry.clone()),
            Queued::Guest(line, _) => Write::Guest(Box::new(line.clone())),
        }));
        writes.extend(states.iter().cloned().map(Write::Log));
        let rewound = self.logs.take_rewound();
        writes.extend(rewound.iter().cloned().map(Write::Rewind));
        let given_up = self.logs.take_given_up();
        writes.extend(given_up.iter().cloned().map(Write::Log));
        writes.extend(self.logs.take_forgotten().into_iter().map(Write::Drop));
        writes.extend(self.logs.take_newly_abandoned().into_iter().map(Write::Abandon));
        writes.extend(self.clock_to_write.take().map(Write::Clock));
        writes.extend(acks.iter().copied().map(Write::Ack));
        let forgotten = self.delivery.take_forgotten();
        writes.extend(forgotten.into_iter().map(|(node, log)| Write::ForgetAck(node, log)));
        writes.extend(forks.iter().cloned().map(|proof| Write::Fork(Box::new(proof))));
        if !writes.is_empty() {
            let given_up = given_up.iter().map(|state| state.id).collect();
            self.writer.commit = Some(Commit { queued, states, acks, forks, rewound, given_up });
            self.timers.set(Timer::CommitStuck, cx.now.mono + STUCK_AFTER);
            self.requests.ask(Purpose::Commit, Request::Write(writes), cx.out);
        }
    }

    fn take_commit(&mut self) -> Option<Commit> {
        self.timers.clear(Timer::CommitStuck);
        let commit = self.writer.commit.take()?;
        commit.queued.iter().for_each(|queued| self.writer.on_the_way.remove(queued));
        Some(commit)
    }

    /// The commit is on disk, so what it holds is shown, sent and acknowledged.
    pub(super) fn committed(&mut self, cx: &mut Context<'_>) {
        let Some(Commit { queued, states, rewound, given_up, .. }) = self.take_commit() else { return };
        self.disk_has_taken(cx);
        self.unkept.commit_is_written();
        self.remove(given_up, cx);
        self.logs.committed(states);
        let left: Vec<(LogId, u64)> = rewound.iter().map(|state| (state.id, state.head)).collect();
        self.logs.committed(rewound);
        let mut thinned: BTreeSet<RoomId> = BTreeSet::new();
        for (log, _) in &left {
            self.logs.removed(log);
            thinned.extend(self.logs.last(log).map(|_| log.room));
        }
        // What does not count any more disappears from the screen.
        thinned
            .iter()
            .filter_map(|id| self.rooms.name(id))
            .for_each(|room| cx.update(Update::Rearranged { room: room.clone() }));
        let (mut logs, mut received, mut returned, mut senders) = (Vec::new(), 0, 0, BTreeSet::new());
        let mut topics = Vec::new();
        for queued in queued {
            match queued {
                Queued::Event(entry, from) => {
                    received += u64::from(!entry.own);
                    self.logs.written(&entry);
                    if entry.event.log.author == self.me {
                        self.saying_again.written(&entry);
                    }
                    senders.extend(from);
                    logs.push((entry.event.log, from));
                    let line = line_of(&entry);
                    topics.extend(topic_of(&entry, &line));
                    let was_shown = self.is_kept_now(&entry.event.log.room, &line, cx);
                    returned += usize::from(was_shown);
                    if !mutant::shows_before_commit() && !was_shown {
                        self.show_event(&entry, &line, cx);
                        self.came_too_late(&entry, &line, cx);
                    }
                    if entry.own && !mutant::sends_before_commit() {
                        self.publish(&entry, cx);
                    }
                }
                Queued::Guest(line, came) => {
                    let (room, line) = (line.room, line_of_guest(line, came));
                    if self.is_kept_now(&room, &line, cx) {
                        returned += 1;
                    } else {
                        self.show_line(&room, &line, came, cx);
                    }
                }
            }
        }
        self.topics_committed(&topics, cx);
        if !left.is_empty() {
            self.review_topics(Review::Known, cx);
        }
        logs.sort_unstable();
        logs.dedup();
        let changed: BTreeSet<LogId> = logs.iter().map(|(log, _)| *log).collect();
        for (log, from) in logs {
            self.changed(&log, from, cx);
        }
        if received > 0 {
            self.received(received, &senders, cx);
        }
        for log in &changed {
            self.review_all(log, cx);
        }
        self.left_branches(&left, cx);
        self.take_out_void(cx);
        self.compare_postponed(cx);
        self.go_on_saying_again(cx);
        self.have_returned(returned, cx);
        self.flush(cx);
        if self.leaving && !self.is_writing_own() && self.writer.commit.is_none() {
            cx.out.push(Output::Leave);
        }
    }

    /// Sends an own event that is on disk to everyone who may have it.
    fn publish(&mut self, entry: &LogEntry, cx: &mut Context<'_>) {
        let (log, seq) = (entry.event.log, entry.event.seq);
        let Some(key) = self.logs.key(&log) else { return };
        if log.room != RoomId::LOBBY {
            return self.publish_in_room(entry, &key, cx);
        }
        for (_, link) in self.links.iter_mut() {
            let is_free = link.phase().is_free();
            let cursor = link.cursors.held(&key);
            // A link that is being sent older events gets this one after them.
            if cursor.next() == seq && is_free {
                cursor.sent = seq;
            }
        }
        let said = match Content::read(entry.event.kind, &entry.signed.content) {
            Content::Said { nick: Some(nick), text, action, .. } => {
                Some(Published::new(&entry.signed, &nick, &text, action))
            }
            Content::Topic { nick: Some(nick), topic, .. } => Some(Published::topic(&entry.signed, &nick, &topic)),
            _ => None,
        };
        if let Some(published) = said {
            cx.out.push(Output::Publish(published));
            if cx.people.has_guests() {
                self.told_guests(log, seq, cx.now);
            }
        }
    }

    /// Sends an own event to the links that may know of its room. Only the lobby uses the ring that feeds all links. A
    /// link that lacks earlier events, or takes nothing now, gets this one after them.
    fn publish_in_room(&mut self, entry: &LogEntry, key: &LogKey, cx: &mut Context<'_>) {
        let (log, seq) = (entry.event.log, entry.event.seq);
        if !self.rooms.is_open(&log.room) {
            return;
        }
        let frame = mesh::batch([&entry.signed]);
        let may_have = |link: &Link| {
            let is_told = link.has_listed(&log.room) || mutant::sends_rooms_to_all();
            is_told && self.withholding.first(link, &log) <= seq
        };
        let mut sent = Vec::new();
        for (name, link) in self.links.iter_mut().filter(|(_, link)| may_have(link)) {
            if link.cursors.held(key).next() == seq && link.queue(vec![frame.clone()]) {
                link.cursors.held(key).sent = seq;
                sent.push(name);
            }
        }
        for name in sent {
            self.send_next(name, cx);
        }
    }

    /// Shows an event; `line` is what it says.
    fn show_event(&mut self, entry: &LogEntry, line: &StoredLine, cx: &mut Context<'_>) {
        let Some(mut message) = self.message(&entry.event.log.room, line, cx.people, cx.now) else { return };
        if entry.own {
            self.delivery.open(entry.event.log, entry.event.seq, message.id);
            // Guests do not say what they have received.
            let only_guests = entry.event.log.room == RoomId::LOBBY && self.links.is_empty() && cx.people.has_guests();
            message.delivery = if only_guests { Delivery::Sent } else { Delivery::Waiting };
            self.report_delivery_soon(cx.now);
        }
        cx.update(Update::Message(message));
    }

    /// Shows a line of a room.
    pub(super) fn show_line(&self, room: &RoomId, line: &StoredLine, came: Now, cx: &mut Context<'_>) {
        if let Some(message) = self.message(room, line, cx.people, came) {
            cx.update(Update::Message(message));
        }
    }

    /// The disk has taken nothing of the commit: none of it was sent, and none of it counts.
    pub(super) fn not_committed(&mut self, failure: StoreFailure, cx: &mut Context<'_>) {
        let Some(Commit { queued, acks, forks, .. }) = self.take_commit() else { return };
        self.delivery.take_back(acks);
        self.forks.take_back(forks);
        self.saying_again.not_written();
        let lost: Vec<Queued> = queued.into_iter().chain(self.writer.take_all()).collect();
        self.writer.on_the_way = OnTheWay::default();
        for queued in lost {
            match queued {
                // A line that was being said again is tried again later.
                Queued::Event(entry, _) if entry.own && entry.again().is_some() => {}
                Queued::Event(entry, _) if entry.own => self.give_back(&entry, failure.trouble, cx),
                others => self.show_unkept(others, cx),
            }
        }
        self.disk_failed(failure, cx);
        if self.leaving {
            cx.out.push(Output::Leave);
        }
    }

    /// A line of our user was not written: it is shown as not sent, and the user gets it back.
    fn give_back(&self, entry: &LogEntry, trouble: DiskTrouble, cx: &mut Context<'_>) {
        if let Some(message) = self.message(&entry.event.log.room, &line_of(entry), cx.people, cx.now) {
            let (room, text, action) = (message.room.clone(), message.text.clone(), message.action);
            let topic = message.kind == MessageKind::Topic;
            cx.update(Update::Message(Message { delivery: Delivery::NotSent, ..message }));
            cx.update(Update::Returned { room, text, action, topic, trouble, shown: true });
        }
    }

    /// The disk does not answer.
    pub(super) fn commit_stuck(&mut self, cx: &mut Context<'_>) {
        let failure = StoreFailure::new(StoreTask::Write, StoreFault::Silent);
        self.not_committed(failure, cx);
    }

    /// The store can be read again. Only what it holds counts, but nothing is said before what was shown.
    pub(super) fn reloaded(&mut self, mut snapshot: Snapshot, cx: &mut Context<'_>) {
        self.saying_again.reload(std::mem::take(&mut snapshot.said_again));
        let abandoned = self.logs.abandoned().clone();
        let before = std::mem::replace(&mut self.logs, Logs::new(self.me, snapshot));
        self.logs.go_on_from(&before);
        self.reopen_rooms();
        self.logs.keep_abandoned(abandoned);
        self.branches.reload();
        self.timers.set(Timer::LeaveBranches, cx.now.mono);
        self.outage.was_reloaded();
        // What was given up and not written is back.
        self.keep_within_budget_soon(cx.now);
        self.offer_unkept(cx);
        self.try_disk(cx);
    }
}

/// An event as it will come from disk.
pub(super) fn line_of(entry: &LogEntry) -> StoredLine {
    let event = &entry.event;
    StoredLine {
        position: entry.position(),
        guest: None,
        content: entry.content(),
        kind: entry.kind(),
        shown: entry.place.shown,
        dating: entry.place.dating,
        dated: event.hlc,
        arrived: entry.arrived,
    }
}

/// A guest's line as it will come from disk.
pub(super) fn line_of_guest(line: GuestLine, came: Now) -> StoredLine {
    let GuestLine { id, hlc, addr, nick, text, action, .. } = line;
    let content = Content::Said { nick, text, action, again: None };
    let position = Position::unlogged(hlc, id);
    StoredLine {
        position,
        guest: Some(addr),
        content,
        kind: KIND_SAID,
        shown: came.wall,
        dating: Dating::Believed,
        dated: hlc,
        arrived: came.wall,
    }
}
