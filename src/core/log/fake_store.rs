//! A store in memory, as simple as possible. The real one must do the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    core::{
        clock::LastRun,
        log::storage::{
            Ack, Dating, Found, GuestLine, LogEntry, LogState, Place, Proof, Repeated, Reply, Request, Snapshot,
            StoredEvent, StoredLine, StoredPage, TopicRequest, Write,
        },
    },
    domain::model::{
        DiskTrouble, EventId, Hlc, LogId, MessageId, NodeId, Position, RoomId, StoreAdvice, StoreFailure, StoreFault,
        StoreTask, Timestamp,
    },
    protocol::codec::event::Content,
};

#[derive(Debug, Clone, Default)]
pub(crate) struct FakeStore {
    pub(crate) events: BTreeMap<(LogId, u64), LogEntry>,
    pub(crate) logs: BTreeMap<LogId, LogState>,
    pub(crate) acks: BTreeMap<(NodeId, LogId), u64>,
    pub(crate) forks: Vec<Proof>,
    pub(crate) guests: Vec<GuestLine>,
    pub(crate) own: BTreeMap<RoomId, LogId>,
    pub(crate) last_run: Option<LastRun>,
    /// Whether the disk is full.
    pub(crate) fails: bool,
    /// How many more commits with own lines it takes before it is full.
    pub(crate) fails_after: Option<u32>,
}

impl FakeStore {
    pub(crate) fn handle(&mut self, request: Request) -> Result<Reply, StoreFailure> {
        match request {
            Request::Write(_) | Request::Load if self.fails => Err(full()),
            Request::Write(writes) if self.is_full_now(&writes) => Err(full()),
            Request::Write(writes) => {
                for write in writes {
                    self.write(write);
                }
                Ok(Reply::Written)
            }
            Request::Read(read) => {
                let wanted = |entry: &&LogEntry| {
                    let from = read.from.iter().find(|(log, _)| *log == entry.event.log);
                    from.is_some_and(|(_, from)| entry.event.seq >= *from)
                };
                let mut events: Vec<&LogEntry> = self.events.values().filter(wanted).collect();
                events.sort_by_key(|entry| Position { hlc: entry.event.hlc, ..entry.position() });
                let held = |entry: &&LogEntry| StoredEvent {
                    log: entry.event.log,
                    seq: entry.event.seq,
                    signed: entry.signed.clone(),
                };
                let mut bytes = 0;
                let is_room = |entry: &&&LogEntry| {
                    let is_room = bytes < read.bytes;
                    bytes += entry.signed.bytes();
                    is_room
                };
                Ok(Reply::Events(events.iter().take(read.events).take_while(is_room).map(held).collect()))
            }
            Request::ReadOwn(read) => self.handle(Request::Read(read)),
            Request::Page(page) => {
                let is_there = |line: &StoredLine| {
                    let Position { author, epoch, .. } = line.position;
                    self.logs.contains_key(&LogId { room: page.room, author, epoch })
                };
                let lines = self.lines().into_iter().filter(is_there).collect();
                Ok(Reply::Page(StoredPage { lines, before: false, after: false }))
            }
            Request::Search(_) => Ok(Reply::Found(Found::default())),
            Request::Topic(TopicRequest { room, ignored }) => {
                let is_there = |line: &StoredLine| {
                    let Position { author, epoch, .. } = line.position;
                    let is_topic = matches!(line.content, Content::Topic { .. }) && !ignored.nodes.contains(&author);
                    is_topic && self.logs.contains_key(&LogId { room, author, epoch })
                };
                Ok(Reply::Topic(self.lines().into_iter().rfind(is_there).map(Box::new)))
            }
            Request::Erase(_) | Request::Retain(_) => {
                let bases: Vec<_> = self.logs.values().map(|state| (state.id, state.head + 1)).collect();
                let (lines, freed) = (self.events.len() as u64, self.bytes().into_iter().collect());
                self.events.clear();
                for state in self.logs.values_mut() {
                    (state.floor, state.base, state.older) = (state.head + 1, state.head + 1, None);
                }
                Ok(Reply::Raised { lines, bases, freed })
            }
            Request::Shrink(logs) => Ok(self.shrink(&logs)),
            Request::Settle { after, wall, all } => {
                let is_others = |entry: &LogEntry| !entry.own && entry.place.dating == Dating::Believed;
                if all || !self.events.values().any(|entry| entry.place.hlc > after && is_others(entry)) {
                    self.settle(after, wall);
                }
                Ok(Reply::Loaded(Box::new(self.snapshot())))
            }
            Request::Join(_) | Request::Adopt(_) | Request::Load => Ok(Reply::Loaded(Box::new(self.snapshot()))),
        }
    }

    /// Counts a commit with own lines.
    fn is_full_now(&mut self, writes: &[Write]) -> bool {
        if !writes.iter().any(|write| matches!(write, Write::Event(entry) if entry.own)) {
            return false;
        }
        let left = self.fails_after;
        self.fails_after = left.map(|left| left.saturating_sub(1));
        left == Some(0)
    }

    fn write(&mut self, write: Write) {
        match write {
            Write::Event(entry) => {
                if entry.own {
                    self.own.insert(entry.event.log.room, entry.event.log);
                }
                let at = (entry.event.log, entry.event.seq);
                if let Some(there) = self.events.insert(at, *entry.clone()) {
                    assert_eq!(there.event.id, entry.event.id, "a number was used again");
                }
            }
            Write::Rewind(state) => {
                self.events.retain(|(log, seq), _| *log != state.id || *seq <= state.head);
                self.logs.insert(state.id, state);
            }
            Write::Log(state) => drop(self.logs.insert(state.id, state)),
            Write::Guest(line) => self.guests.push(*line),
            Write::Ack(Ack { node, log, seq }) => drop(self.acks.insert((node, log), seq)),
            Write::ForgetAck(node, log) => drop(self.acks.remove(&(node, log))),
            Write::Fork(proof) => self.forks.push(*proof),
            Write::Clock(wall) => self.last_run = Some(wall),
            Write::Abandon(log) => self.own.retain(|_, own| *own != log),
            Write::Drop(log) => {
                if self.events.keys().all(|(of, _)| *of != log) {
                    self.logs.remove(&log);
                }
            }
        }
    }

    fn shrink(&mut self, logs: &[(LogId, u64)]) -> Reply {
        let before = self.bytes();
        let (mut lines, mut bases) = (0, Vec::new());
        for (log, keep) in logs {
            let Some(state) = self.logs.get_mut(log) else { continue };
            while self.events.values().filter(|entry| entry.event.log == *log).map(size).sum::<u64>() > *keep {
                let Some(oldest) = self.events.keys().find(|(of, _)| of == log).copied() else { break };
                self.events.remove(&oldest);
                lines += 1;
                let base = oldest.1 + 1;
                (state.floor, state.base) = (state.floor.max(base), state.base.max(base));
                state.older = state.older.filter(|older| older.head >= base);
            }
            bases.push((*log, state.base));
        }
        let after = self.bytes();
        let left = |log: &LogId| after.get(log).copied().unwrap_or(0);
        let freed = before.iter().map(|(log, bytes)| (*log, bytes - left(log))).filter(|(_, bytes)| *bytes > 0);
        Reply::Raised { lines, bases, freed: freed.collect() }
    }

    fn latest(&self) -> BTreeMap<RoomId, Hlc> {
        let heads = self.logs.values().map(|state| (state.id.room, state.head_place));
        let mut latest: BTreeMap<RoomId, Hlc> = BTreeMap::new();
        for (room, hlc) in heads.chain(self.guests.iter().map(|line| (line.room, line.hlc))) {
            let known = latest.entry(room).or_default();
            *known = hlc.max(*known);
        }
        latest
    }

    /// Moves what stands after `after` behind the rest.
    fn settle(&mut self, after: Hlc, wall: Timestamp) {
        let stays = self.events.values().map(|entry| entry.place.hlc).filter(|hlc| *hlc <= after);
        let mut to = stays.max().unwrap_or_default().next().max(Hlc::at(wall));
        let mut late: Vec<&mut LogEntry> = self.events.values_mut().filter(|entry| entry.place.hlc > after).collect();
        late.sort_by_key(|entry| entry.position());
        for entry in late {
            entry.place = Place { hlc: to, dating: Dating::Ahead, ..entry.place };
            if let Some(state) = self.logs.get_mut(&entry.event.log).filter(|state| state.head == entry.event.seq) {
                state.head_place = to;
            }
            to = to.next();
        }
    }

    fn bytes(&self) -> BTreeMap<LogId, u64> {
        let mut bytes = BTreeMap::new();
        for entry in self.events.values() {
            *bytes.entry(entry.event.log).or_default() += size(entry);
        }
        bytes
    }

    /// All lines, in order.
    pub(crate) fn lines(&self) -> Vec<StoredLine> {
        let line = |entry: &LogEntry| StoredLine {
            position: entry.position(),
            guest: None,
            content: entry.content(),
            kind: entry.kind(),
            shown: entry.place.shown,
            dating: entry.place.dating,
            dated: entry.event.hlc,
            arrived: entry.arrived,
        };
        let mut lines: Vec<StoredLine> = self.events.values().map(line).collect();
        lines.sort_by_key(|line| line.position);
        let mut later: BTreeSet<(NodeId, MessageId)> = BTreeSet::new();
        let repeats: Vec<_> =
            self.events.values().filter_map(|entry| Some((entry.event.log.author, entry.again()?))).collect();
        // Goes backwards from the last line, and leaves out what was said again.
        lines.reverse();
        lines.retain(|line| {
            let (author, id) = (line.position.author, line.position.id);
            match line.content {
                Content::Said { again: Some(first), .. } | Content::Topic { again: Some(first), .. } => {
                    later.insert((author, first.into()))
                }
                _ => repeats.iter().all(|(by, first)| (*by, MessageId::from(*first)) != (author, id)),
            }
        });
        lines.reverse();
        lines
    }

    /// The texts of all lines, in order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |line: StoredLine| match line.content {
            Content::Said { text, .. } => text.to_string(),
            Content::Topic { topic, .. } => topic.typed().to_string(),
            Content::Unknown => "?".to_owned(),
        };
        self.lines().into_iter().map(text).collect()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let acks = self.acks.iter().map(|((node, log), seq)| Ack { node: *node, log: *log, seq: *seq });
        Snapshot {
            logs: self.logs.values().cloned().collect(),
            own: self.own.values().copied().collect(),
            acks: acks.collect(),
            said_again: {
                let mut said_again: BTreeMap<EventId, Repeated> = BTreeMap::new();
                let own = self
                    .events
                    .values()
                    .filter(|entry| self.own.values().any(|own| own.author == entry.event.log.author));
                for entry in own {
                    let Some(first) = entry.again() else { continue };
                    let (hlc, last) = (entry.event.hlc, entry.event.id);
                    let there = said_again.entry(first).or_insert(Repeated { first, last, hlc });
                    if (there.hlc, there.last) < (hlc, last) {
                        (there.hlc, there.last) = (hlc, last);
                    }
                }
                said_again.into_values().collect()
            },
            forks: self.forks.clone(),
            lines: self.events.len() as u64,
            bytes: self.bytes().into_iter().collect(),
            latest: self.latest(),
            last_run: self.last_run,
            ..Snapshot::default()
        }
    }
}

fn size(entry: &LogEntry) -> u64 {
    entry.signed.bytes() as u64
}

fn full() -> StoreFailure {
    let fault = StoreFault::Error { reason: "full".to_owned(), advice: StoreAdvice::FreeSpace };
    StoreFailure { task: StoreTask::Write, fault, trouble: DiskTrouble::Full }
}
