//! Who has what we said. Only what others say that they hold tells; there is no other receipt.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{super::link::Link, Purpose};
use crate::{
    core::{
        log::storage::{Ack, Held, Read, Request},
        node::{Node, Output},
    },
    domain::{
        bus::Update,
        model::{LogId, MessageId, NodeId, Now, PeerId},
    },
};

/// Own lines that are followed at once until everyone present has them: the oldest. The others have their turn, from disk, when
/// half of these are done.
const MAX_OPEN: usize = 4_096;

/// Bytes of events that are read to find them after a start.
const MAX_OPEN_BYTES: usize = 4 * 1024 * 1024;

/// How long changes are gathered before the front end is told: a burst of lines is a few updates for each, not one for each
/// and each peer.
const GATHER: Duration = Duration::from_millis(20);

/// How long acknowledgements are gathered before they are written, if nothing else is.
const WRITE_ACKS_AFTER: Duration = Duration::from_secs(5);

/// People of whom it is remembered what they have of our lines.
const MAX_READERS: usize = 1_024;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    /// Lines of our own logs that not everyone present has, and what was told of them last.
    open: BTreeMap<(LogId, u64), (MessageId, (u32, u32))>,
    /// The first line that is to be followed when there is room.
    later: Option<(LogId, u64)>,
    /// Whether lines to follow are being read.
    reading: bool,
    /// What others hold of our logs.
    acks: BTreeMap<(NodeId, LogId), u64>,
    /// Those of them that are not written.
    unwritten: BTreeMap<(NodeId, LogId), u64>,
    write_at: Option<Instant>,
    tell_at: Option<Instant>,
    /// Whether who is here has changed.
    stale: bool,
    /// What was told to wait for whom.
    waiting: BTreeMap<NodeId, u64>,
    /// How many lines were told to be nobody else's yet.
    unsent: u64,
}

impl Deliveries {
    pub(super) fn new(acks: Vec<Ack>) -> Self {
        let acks = acks.into_iter().map(|Ack { node, log, seq }| ((node, log), seq)).collect();
        Self { acks, ..Self::default() }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.tell_at
    }

    /// When acknowledgements are to be written, if nothing else is.
    pub(super) fn write_due(&self) -> Option<Instant> {
        self.write_at
    }

    /// Acknowledgements that could not be written.
    pub(super) fn take_back(&mut self, acks: Vec<Ack>) {
        for Ack { node, log, seq } in acks {
            self.unwritten.entry((node, log)).or_insert(seq);
        }
    }

    /// An own line is on disk.
    pub(super) fn open(&mut self, log: LogId, seq: u64, id: MessageId) {
        if let Some((later, _)) = self.later {
            // An earlier log of ours has more than enough to follow.
            if later != log {
                self.later = Some((log, seq));
            }
        } else if self.open.len() >= MAX_OPEN {
            self.later = Some((log, seq));
        } else {
            self.open.insert((log, seq), (id, (0, 0)));
        }
    }

    /// Own lines came from disk, up to `head` of their log.
    pub(super) fn open_all(&mut self, events: &[Held], head: u64, now: Instant) {
        self.reading = false;
        for held in events {
            self.open.insert((held.log, held.seq), (held.signed.id().into(), (0, 0)));
        }
        let last = events.last();
        self.later = last.filter(|last| last.seq < head).map(|last| (last.log, last.seq + 1));
        self.touch(now);
    }

    /// Something may have changed: the front end is told soon.
    pub(super) fn touch(&mut self, now: Instant) {
        self.tell_at.get_or_insert(now + GATHER);
    }

    /// The newest event of a log of ours that anybody has.
    pub(super) fn newest_acked(&self, log: &LogId) -> u64 {
        self.acks.iter().filter(|((_, of), _)| of == log).map(|(_, seq)| *seq).max().unwrap_or(0)
    }

    /// Acknowledgements to write along with something else.
    pub(super) fn take_acks(&mut self) -> Vec<Ack> {
        self.write_at = None;
        let unwritten = std::mem::take(&mut self.unwritten);
        unwritten.into_iter().map(|((node, log), seq)| Ack { node, log, seq }).collect()
    }

    /// Acknowledgements that have waited long enough.
    pub(super) fn take_due_acks(&mut self, now: Instant) -> Vec<Ack> {
        if self.write_at.is_some_and(|at| at <= now) { self.take_acks() } else { Vec::new() }
    }
}

impl Node {
    /// Somebody says that it holds a log of ours up to `seq`.
    pub(super) fn acked(&mut self, node: NodeId, log: LogId, seq: u64, now: Now) {
        let delivery = &mut self.sync.delivery;
        let known = delivery.acks.get(&(node, log)).copied();
        if known.is_none() && delivery.acks.len() >= MAX_READERS {
            return;
        }
        if known.is_none_or(|known| known < seq) {
            delivery.acks.insert((node, log), seq);
            delivery.unwritten.insert((node, log), seq);
            delivery.write_at.get_or_insert(now.mono + WRITE_ACKS_AFTER);
        }
        delivery.touch(now.mono);
    }

    /// After a start: the lines that nobody has yet wait for whoever comes.
    pub(super) fn find_open_lines(&mut self, out: &mut Vec<Output>) {
        let Some(log) = self.sync.logs.own().copied() else { return };
        let Some(held) = self.sync.logs.get(&log) else { return };
        let first = (self.sync.delivery.newest_acked(&log) + 1).max(held.base());
        self.sync.delivery.later = (first <= held.head()).then_some((log, first));
        self.follow_more(out);
    }

    /// Reads which lines to follow next, if there is room for them.
    fn follow_more(&mut self, out: &mut Vec<Output>) {
        let delivery = &mut self.sync.delivery;
        let Some(from) = delivery.later.filter(|_| !delivery.reading && delivery.open.len() <= MAX_OPEN / 2) else {
            return;
        };
        delivery.reading = true;
        let read = Read { from: vec![from], events: MAX_OPEN / 2, bytes: MAX_OPEN_BYTES };
        self.sync.ask(Purpose::Open(from.0), Request::Read(read), out);
    }

    /// Who comes or goes changes how many are to have a line.
    pub(in crate::core::node) fn presence_changed(&mut self) {
        self.sync.delivery.stale = true;
    }

    pub(super) fn tell_deliveries(&mut self, now: Now, out: &mut Vec<Output>) {
        if std::mem::take(&mut self.sync.delivery.stale) {
            self.sync.delivery.touch(now.mono);
        }
        if self.sync.delivery.tell_at.take_if(|at| *at <= now.mono).is_none() {
            return;
        }
        let logs: BTreeSet<LogId> = self.sync.delivery.open.keys().map(|(log, _)| *log).collect();
        for log in logs {
            let sessions = self.links.values().filter_map(Link::session);
            // Who claims more than there is has shown that its word is worth nothing.
            let head = self.sync.logs.get(&log).map_or(0, crate::core::log::Held::committed_head);
            let has = sessions.map(|(_, session)| session.sync.get(&log).has);
            let mut has: Vec<u64> = has.map(|has| if has > head { 0 } else { has }).collect();
            has.sort_unstable();
            let of = has.len() as u32;
            self.sync.delivery.open.retain(|(of_log, seq), (id, told)| {
                if *of_log != log {
                    return true;
                }
                let delivered = (has.len() - has.partition_point(|has| has < seq)) as u32;
                if std::mem::replace(told, (delivered, of)) != (delivered, of) {
                    out.push(Output::Update(Update::Delivery { id: *id, delivered, of }));
                }
                delivered < of || of == 0
            });
        }
        self.follow_more(out);
        self.tell_waiting(out);
    }

    /// Says for whom lines wait, where that has changed.
    pub(super) fn tell_waiting(&mut self, out: &mut Vec<Output>) {
        let Some(log) = self.sync.logs.own() else { return };
        let head = self.sync.logs.get(log).map_or(0, crate::core::log::Held::committed_head);
        let base = self.sync.logs.get(log).map_or(1, crate::core::log::Held::base);
        let readers = self.sync.delivery.acks.iter().filter(|((_, of), _)| of == log);
        let now: BTreeMap<NodeId, u64> = readers
            .map(|((node, _), seq)| {
                let away = !self.peers.contains_key(&PeerId::Node(*node));
                (*node, if away { head.saturating_sub((*seq).max(base - 1)) } else { 0 })
            })
            .collect();
        let unsent = head.saturating_sub(self.sync.delivery.newest_acked(log).max(base - 1));
        if std::mem::replace(&mut self.sync.delivery.unsent, unsent) != unsent {
            out.push(Output::Update(Update::Unsent { lines: unsent }));
        }
        for (node, lines) in &now {
            if self.sync.delivery.waiting.get(node).copied().unwrap_or(0) != *lines {
                out.push(Output::Update(Update::Waiting { node: *node, lines: *lines }));
            }
        }
        self.sync.delivery.waiting = now;
    }
}
