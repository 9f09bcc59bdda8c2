//! Who has what we said. The only receipts are what others say that they hold.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Purpose, Sync,
    event::Context,
    link::Link,
    reach::Reach,
    readers::{GUESTS, Readers},
    timer::Timer,
};
use crate::{
    core::log::{
        self,
        storage::{Ack, Read, Request, StoredEvent},
    },
    domain::{
        bus::{Lack, Update},
        model::{LogId, MessageId, NodeId, Now, RoomId},
    },
};

/// Lines of ours that are followed at once until everyone present has them, the oldest first. More are read from disk
/// when half of these are done.
const MAX_OPEN: usize = 4_096;

/// Bytes of events that are read at once to find them.
const MAX_OPEN_BYTES: usize = 4 * 1024 * 1024;

/// How long changes are gathered before the front end is told: a burst makes a few updates for each line, not one for
/// each line and peer.
const GATHER: Duration = Duration::from_millis(20);

/// How long acknowledgements are gathered before they are written, if nothing else is written.
const WRITE_ACKS_AFTER: Duration = Duration::from_secs(5);

/// The same for the first receipt of a line. If a crash lost it, the user would be told that the line has reached
/// nobody.
const WRITE_FIRST_ACK_AFTER: Duration = Duration::from_millis(200);

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    /// Lines of our own logs that not everyone present has, and what was last reported of them.
    open: BTreeMap<(LogId, u64), (MessageId, (u32, u32))>,
    /// The first line of each own log to follow when there is room.
    later: BTreeMap<LogId, u64>,
    /// Whether lines to follow are being read.
    reading: bool,
    /// What others hold of our logs.
    readers: Readers,
    /// Readers who were forgotten and are still in the store.
    forgotten: Vec<(NodeId, LogId)>,
    /// Acknowledgements that are not written yet.
    unwritten: BTreeMap<(NodeId, LogId), u64>,
    /// Whether these have waited long enough to share another write, and must be written now.
    overdue: bool,
    /// How many lines wait for each node, as last told to the front end.
    waiting: BTreeMap<NodeId, u64>,
    /// How many lines are on nobody else's disk, as last told to the front end.
    unsent: u64,
    /// Who lacks lines, as last told to the front end.
    lacking: Vec<Lack>,
}

impl Deliveries {
    /// `acks`: what the store knows of others.
    pub(super) fn new(acks: Vec<Ack>) -> Self {
        Self { readers: Readers::new(acks), ..Self::default() }
    }

    /// Acknowledgements that could not be written.
    pub(super) fn take_back(&mut self, acks: Vec<Ack>) {
        for Ack { node, log, seq } in acks {
            self.unwritten.entry((node, log)).or_insert(seq);
        }
    }

    /// A line of ours is on disk.
    pub(super) fn open(&mut self, log: LogId, seq: u64, id: MessageId) {
        if self.later.contains_key(&log) {
            // It is read after the earlier ones.
        } else if self.open.len() >= MAX_OPEN {
            self.later.insert(log, seq);
        } else {
            self.open.insert((log, seq), (id, (0, 0)));
        }
    }

    /// The lines of a log of ours are not followed any more, because they are said again.
    pub(super) fn close(&mut self, log: &LogId) {
        self.open.retain(|(of, _), _| of != log);
        self.later.remove(log);
    }

    /// The lines of a room are not followed any more: our user has left it.
    pub(super) fn close_room(&mut self, room: &RoomId) {
        self.open.retain(|(log, _), _| log.room != *room);
        self.later.retain(|log, _| log.room != *room);
    }

    /// Own lines of a log came from disk, whose newest event is `head`.
    fn open_all(&mut self, log: &LogId, events: &[StoredEvent], head: u64) {
        self.reading = false;
        if self.later.remove(log).is_none() {
            // It was closed meanwhile.
            return;
        }
        for held in events {
            self.open.insert((held.log, held.seq), (held.signed.id().into(), (0, 0)));
        }
        if let Some(last) = events.last().filter(|last| last.seq < head) {
            self.later.insert(*log, last.seq + 1);
        }
    }

    /// Somebody holds a log of ours up to `seq`. Returns whether that is more than before. `stays` says who is never
    /// forgotten to make room.
    fn ack(&mut self, node: NodeId, log: LogId, seq: u64, stays: impl Fn(&NodeId) -> bool) -> bool {
        let news = self.readers.holds(node, log, seq);
        if news {
            self.unwritten.insert((node, log), seq);
            if let Some(gone) = self.readers.forget_excess(stays) {
                self.unwritten.remove(&gone);
                self.forgotten.push(gone);
            }
        }
        news
    }

    /// Guests may have got this line. Then it counts as having reached somebody, unless an earlier one has reached
    /// nobody: guests never get what they missed.
    fn guests_got(&mut self, log: LogId, seq: u64) -> bool {
        let news = self.readers.newest(&log) + 1 == seq && self.readers.holds(GUESTS, log, seq);
        if news {
            self.unwritten.insert((GUESTS, log), seq);
        }
        news
    }

    /// The store knows that somebody holds a log of ours.
    pub(super) fn knew(&mut self, Ack { node, log, seq }: Ack) {
        self.readers.holds(node, log, seq);
    }

    /// The newest event of a log of ours that anybody has.
    pub(super) fn newest_acked(&self, log: &LogId) -> u64 {
        self.readers.newest(log)
    }

    /// A link with somebody has ended after this time.
    pub(super) fn was_linked(&mut self, node: &NodeId, time: Duration) {
        self.readers.was_linked(node, time);
    }

    /// Readers who were forgotten and are still in the store.
    pub(super) fn take_forgotten(&mut self) -> Vec<(NodeId, LogId)> {
        std::mem::take(&mut self.forgotten)
    }

    /// Whether acknowledgements wait to be written.
    pub(super) fn has_unwritten(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// The acknowledgements have waited long enough.
    pub(super) fn write_acks_now(&mut self) {
        self.overdue = true;
    }

    /// Acknowledgements to write along with something else.
    pub(super) fn take_acks(&mut self) -> Vec<Ack> {
        self.overdue = false;
        let unwritten = std::mem::take(&mut self.unwritten);
        unwritten.into_iter().map(|((node, log), seq)| Ack { node, log, seq }).collect()
    }

    /// Acknowledgements that have waited long enough. Those that displaced a reader are written together with its
    /// removal.
    pub(super) fn take_overdue_acks(&mut self) -> Vec<Ack> {
        if self.overdue || !self.forgotten.is_empty() { self.take_acks() } else { Vec::new() }
    }
}

impl Sync {
    /// A line of ours goes out while guests are here.
    pub(super) fn told_guests(&mut self, log: LogId, seq: u64, now: Now) {
        if self.delivery.guests_got(log, seq) {
            self.timers.set_no_later(Timer::WriteAcks, now.mono + WRITE_FIRST_ACK_AFTER);
        }
    }

    /// A node says that it holds a log of ours up to `seq`.
    pub(super) fn acked(&mut self, node: NodeId, log: LogId, seq: u64, cx: &Context<'_>) {
        let links = &self.links;
        let stays = |reader: &NodeId| links.is_linked(reader) || !cx.people.class(reader, cx.now.wall).is_stranger();
        let first = seq > self.delivery.newest_acked(&log);
        if self.delivery.ack(node, log, seq, stays) && !self.delivery.overdue {
            let after = if first { WRITE_FIRST_ACK_AFTER } else { WRITE_ACKS_AFTER };
            self.timers.set_no_later(Timer::WriteAcks, cx.now.mono + after);
        }
        self.report_delivery_soon(cx.now);
    }

    /// After a start: lines that nobody has yet wait for the first peer that joins.
    pub(super) fn find_open_lines(&mut self, cx: &mut Context<'_>) {
        let logs: Vec<LogId> = self.logs.own_logs().filter(|log| self.rooms.is_open(&log.room)).collect();
        for log in logs {
            self.follow_open(&log);
        }
        self.follow_more(cx);
    }

    /// The lines of a log of ours that nobody has are to be followed.
    pub(super) fn follow_open(&mut self, log: &LogId) {
        let Some(held) = self.logs.get(log) else { return };
        let first = (self.delivery.newest_acked(log) + 1).max(held.base());
        // Those that are followed already are not read again.
        let is_followed = self.delivery.open.range((*log, 0)..=(*log, u64::MAX)).next().is_some();
        if first <= held.head() && !is_followed {
            self.delivery.later.entry(*log).or_insert(first);
        }
    }

    /// Reads which lines to follow next, if there is room for them.
    pub(super) fn follow_more(&mut self, cx: &mut Context<'_>) {
        let delivery = &mut self.delivery;
        let has_room = !delivery.reading && delivery.open.len() <= MAX_OPEN / 2;
        let Some((log, first)) = delivery.later.first_key_value().filter(|_| has_room) else { return };
        let from = (*log, *first);
        delivery.reading = true;
        let read = Read { from: vec![from], events: MAX_OPEN / 2, bytes: MAX_OPEN_BYTES };
        self.requests.ask(Purpose::Follow(from.0), Request::Read(read), cx.out);
    }

    /// These lines of a log of ours came from disk.
    pub(super) fn follow(&mut self, log: &LogId, events: &[StoredEvent], now: Now) {
        let head = self.logs.get(log).map_or(0, log::HeldLog::committed_head);
        self.delivery.open_all(log, events, head);
        self.report_delivery_soon(now);
    }

    /// Something may have changed: the front end is told soon.
    pub(super) fn report_delivery_soon(&mut self, now: Now) {
        self.timers.set_if_unset(Timer::ReportDelivery, now.mono + GATHER);
    }

    /// Tells the front end how many of those present have each line that is followed.
    pub(super) fn report_delivery(&mut self, cx: &mut Context<'_>) {
        self.ask_about_claims(cx);
        self.tell_lacking(cx);
        let mut current: Option<(LogId, Reach)> = None;
        // The lines are in the order of their logs: each log is looked at once.
        self.delivery.open.retain(|(log, seq), (id, told)| {
            let reach = match &mut current {
                Some((of, reach)) if of == log => reach,
                _ => {
                    let links = self.links.iter().map(|(_, link)| link).filter(|link| link.may_know(&log.room));
                    &mut current.insert((*log, Reach::of(log, links, &self.withholding))).1
                }
            };
            let (delivered, of) = reach.of_line(*seq);
            if std::mem::replace(told, (delivered, of)) != (delivered, of) {
                cx.update(Update::Delivery { id: *id, delivered, of });
            }
            delivered < of || of == 0
        });
        self.follow_more(cx);
        self.tell_waiting(cx);
    }

    /// Tells the front end which of those present lack lines, if that has changed.
    fn tell_lacking(&mut self, cx: &mut Context<'_>) {
        let own: Vec<(LogId, u64, u64)> = self
            .logs
            .own_logs()
            .filter(|log| self.rooms.is_open(&log.room))
            .filter_map(|log| self.logs.get(&log).map(|own| (log, own.committed_head(), own.base() - 1)))
            .collect();
        let lines = |link: &Link, (log, head, before): &(LogId, u64, u64)| {
            // A link that refuses lines is not waited for.
            if !link.may_know(&log.room) || link.refuses.contains_key(log) {
                return 0;
            }
            let before = (*before).max(self.withholding.first(link, log) - 1);
            head.saturating_sub(link.cursors.get(log).ours.max(before))
        };
        let lacking = self
            .links
            .iter()
            .map(|(_, link)| Lack { node: link.node, lines: own.iter().map(|own| lines(link, own)).sum() });
        let mut lacking: Vec<Lack> = lacking.filter(|lack| lack.lines > 0).collect();
        lacking.sort_unstable_by_key(|lack| (lack.node, lack.lines));
        // Of two links with one node, the one that lacks less counts.
        lacking.dedup_by_key(|lack| lack.node);
        if self.delivery.lacking != lacking {
            self.delivery.lacking.clone_from(&lacking);
            cx.update(Update::Lacking(lacking));
        }
    }

    /// Tells the front end which people lines wait for, if that has changed.
    pub(super) fn tell_waiting(&mut self, cx: &mut Context<'_>) {
        let (mut waiting, mut unsent) = (BTreeMap::new(), 0);
        for log in self.logs.own_logs().filter(|log| self.rooms.is_open(&log.room)) {
            unsent += self.count_waiting(&log, &mut waiting, cx);
        }
        self.tell_counts(waiting, unsent, cx);
    }

    /// Counts the lines of a log of ours that somebody lacks who is away. Adds them to `waiting` for each of these people,
    /// and returns how many lines nobody else has.
    fn count_waiting(&self, log: &LogId, waiting: &mut BTreeMap<NodeId, u64>, cx: &Context<'_>) -> u64 {
        let head = self.logs.get(log).map_or(0, log::HeldLog::committed_head);
        let base = self.logs.get(log).map_or(1, log::HeldLog::base);
        let is_known = |node: &NodeId| !cx.people.class(node, cx.now.wall).is_stranger();
        for (node, seq) in self.delivery.readers.worth_waiting_for(log, is_known) {
            let away = !self.links.is_linked(&node);
            *waiting.entry(node).or_default() += if away { head.saturating_sub(seq.max(base - 1)) } else { 0 };
        }
        head.saturating_sub(self.delivery.newest_acked(log).max(base - 1))
    }

    fn tell_counts(&mut self, waiting: BTreeMap<NodeId, u64>, unsent: u64, cx: &mut Context<'_>) {
        if std::mem::replace(&mut self.delivery.unsent, unsent) != unsent {
            cx.update(Update::Unsent { lines: unsent });
        }
        for (node, lines) in &waiting {
            if self.delivery.waiting.get(node).copied().unwrap_or(0) != *lines {
                cx.update(Update::Waiting { node: *node, lines: *lines });
            }
        }
        let gone: Vec<NodeId> = self
            .delivery
            .waiting
            .iter()
            .filter(|(node, lines)| **lines > 0 && !waiting.contains_key(*node))
            .map(|(node, _)| *node)
            .collect();
        for node in gone {
            cx.update(Update::Waiting { node, lines: 0 });
        }
        self.delivery.waiting = waiting;
    }
}
