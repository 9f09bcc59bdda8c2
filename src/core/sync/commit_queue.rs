//! What is on its way to disk: our user's lines first, then everyone else's in turn.
//!
//! Every author and every guest has a lane. A commit takes one entry from each lane in turn until it is full, so a
//! flood from one author does not delay the others. An entry never overtakes its causes.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
};

use super::{
    on_the_way::OnTheWay,
    queued::{MAX_QUEUED, MAX_QUEUED_BYTES, Queued},
};
use crate::{
    core::{
        log::storage::{Ack, LogState, Proof},
        mutant,
    },
    domain::model::{LogId, NodeId},
    protocol::codec::event::Dep,
};

/// Entries in one commit, and their bytes. Such a commit takes about 10 ms, and a line that was just typed may have to
/// wait for it.
const MAX_COMMIT: usize = 1_024;
const MAX_COMMIT_BYTES: usize = 1024 * 1024;

/// The source of an entry. Our own lane is the first in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Own,
    Author(NodeId),
    Guest(SocketAddr),
}

impl Lane {
    fn of(queued: &Queued) -> Self {
        match queued {
            _ if mutant::has_one_lane() => Self::Own,
            Queued::Event(entry, _) if entry.own => Self::Own,
            Queued::Event(entry, _) => Self::Author(entry.event.log.author),
            Queued::Guest(line, _) => Self::Guest(line.addr),
        }
    }
}

/// An entry, and what must be on disk before it.
#[derive(Debug)]
struct Entry {
    queued: Queued,
    /// Its causes that were still waiting when it came.
    after: Vec<Dep>,
}

/// What the store was given and has not confirmed yet.
#[derive(Debug)]
pub(super) struct Commit {
    /// What it was made of.
    pub(super) queued: Vec<Queued>,
    /// How the logs stand after it.
    pub(super) states: Vec<LogState>,
    /// The acknowledgements in it.
    pub(super) acks: Vec<Ack>,
    /// The proofs in it.
    pub(super) forks: Vec<Proof>,
    /// The logs that lose their newest events with it.
    pub(super) rewound: Vec<LogState>,
    /// The logs that are given up with it.
    pub(super) given_up: Vec<LogId>,
}

/// The way to disk: one commit at a time, and what waits for the next one.
#[derive(Debug, Default)]
pub(super) struct Writer {
    lanes: BTreeMap<Lane, VecDeque<Entry>>,
    /// The lane that was served last. The next commit begins with the lane after it.
    last: Option<Lane>,
    count: usize,
    bytes: usize,
    /// Events that wait.
    waiting: BTreeSet<(LogId, u64)>,
    /// How much each link and our user have on the way, including what the store was given.
    pub(super) on_the_way: OnTheWay,
    /// What the store was given and has not confirmed yet.
    pub(super) commit: Option<Commit>,
    /// Whether the store has failed and has not been read again since.
    pub(super) broken: bool,
}

impl Writer {
    /// Whether the store takes nothing now.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether nothing waits, and nothing is being written.
    pub(super) fn is_idle(&self) -> bool {
        !self.broken && self.count == 0 && self.commit.is_none()
    }

    /// Whether so much waits that nothing more should come.
    pub(super) fn is_full(&self) -> bool {
        !self.broken && (self.count > MAX_QUEUED || self.bytes > MAX_QUEUED_BYTES)
    }

    /// Whether something that our user said is on its way.
    pub(super) fn has_own(&self) -> bool {
        self.lanes.contains_key(&Lane::Own) || self.commit.iter().flat_map(|commit| &commit.queued).any(Queued::is_own)
    }

    /// Queues something for the next commit.
    pub(super) fn push(&mut self, queued: Queued) {
        let mut after = Vec::new();
        if let Queued::Event(entry, _) = &queued {
            let waits = |dep: &&Dep| self.waiting.contains(&(dep.log, dep.seq));
            after.extend(entry.event.deps.iter().filter(waits).copied());
            self.waiting.insert((entry.event.log, entry.event.seq));
        }
        self.count += 1;
        self.bytes += queued.bytes();
        self.on_the_way.add(&queued);
        self.lanes.entry(Lane::of(&queued)).or_default().push_back(Entry { queued, after });
    }

    /// Takes the entries of the next commit: all that wait, up to the limits.
    pub(super) fn take_batch(&mut self) -> Vec<Queued> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < MAX_COMMIT && bytes < MAX_COMMIT_BYTES {
            let Some(queued) = self.pop(Lane::Own) else { break };
            bytes += queued.bytes();
            batch.push(queued);
        }
        loop {
            let before = batch.len();
            for lane in self.turn() {
                if batch.len() >= MAX_COMMIT || bytes >= MAX_COMMIT_BYTES {
                    return batch;
                }
                if let Some(queued) = self.pop(lane) {
                    self.last = Some(lane);
                    bytes += queued.bytes();
                    batch.push(queued);
                }
            }
            if batch.len() == before {
                return batch;
            }
        }
    }

    /// All lanes but our own. The lane that has waited longest for its turn comes first.
    fn turn(&self) -> Vec<Lane> {
        let (behind, before): (Vec<Lane>, Vec<Lane>) =
            self.lanes.keys().filter(|lane| **lane != Lane::Own).partition(|lane| Some(**lane) > self.last);
        behind.into_iter().chain(before).collect()
    }

    /// The first entry of a lane, unless it must wait for another lane.
    fn pop(&mut self, lane: Lane) -> Option<Queued> {
        let entries = self.lanes.get_mut(&lane)?;
        let first = entries.front()?;
        if lane != Lane::Own && first.after.iter().any(|dep| self.waiting.contains(&(dep.log, dep.seq))) {
            return None;
        }
        let Entry { queued, .. } = entries.pop_front()?;
        if entries.is_empty() {
            self.lanes.remove(&lane);
        }
        if let Queued::Event(entry, _) = &queued {
            self.waiting.remove(&(entry.event.log, entry.event.seq));
        }
        self.count -= 1;
        self.bytes -= queued.bytes();
        Some(queued)
    }

    /// Takes all that waits.
    pub(super) fn take_all(&mut self) -> Vec<Queued> {
        (self.count, self.bytes) = (0, 0);
        self.waiting.clear();
        std::mem::take(&mut self.lanes).into_values().flatten().map(|entry| entry.queued).collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{
        core::log::storage::{LogEntry, Place},
        domain::model::{Hlc, RoomId, Timestamp},
        protocol::{
            codec::event::{Draft, KIND_SAID},
            identity::Identity,
        },
    };

    fn log(author: u8) -> LogId {
        LogId { room: RoomId::LOBBY, author: Identity::from_secret(&[author; 32]).node(), epoch: 1 }
    }

    fn event(author: u8, seq: u64, deps: &[(u8, u64)], own: bool) -> Queued {
        let (identity, wall) = (Identity::from_secret(&[author; 32]), Timestamp::from_millis(1));
        let deps = deps.iter().map(|(author, seq)| Dep { log: log(*author), seq: *seq }).collect();
        let draft = Draft {
            log: log(author),
            seq,
            prev: None,
            hlc: Hlc(1),
            deps,
            wall,
            kind: KIND_SAID,
            content: Bytes::from_static(&[0; 16]),
        };
        let signed = draft.clone().sign(|message| identity.sign(message));
        let event = draft.into_event(&signed);
        Queued::Event(
            Box::new(LogEntry { opened: None, place: Place::by_clock(&event), event, signed, arrived: wall, own }),
            None,
        )
    }

    fn names(batch: &[Queued]) -> Vec<(NodeId, u64)> {
        let name = |queued: &Queued| match queued {
            Queued::Event(entry, _) => (entry.event.log.author, entry.event.seq),
            Queued::Guest(..) => panic!("no guest"),
        };
        batch.iter().map(name).collect()
    }

    #[test]
    fn our_lines_go_first_and_all_others_take_turns() {
        let mut writer = Writer::default();
        for seq in 1..=3_000 {
            writer.push(event(1, seq, &[], false));
        }
        writer.push(event(2, 1, &[], false));
        writer.push(event(3, 1, &[], true));
        assert!(writer.has_own());
        let batch = names(&writer.take_batch());
        assert_eq!(batch.len(), MAX_COMMIT);
        assert_eq!(batch[0], (log(3).author, 1));
        assert!(batch[1..3].contains(&(log(2).author, 1)), "one entry of each lane");
        let rest: usize = std::iter::from_fn(|| Some(writer.take_batch().len()).filter(|len| *len > 0)).sum();
        assert_eq!(rest + batch.len(), 3_002);
        assert_eq!((writer.count, writer.bytes, writer.waiting.len()), (0, 0, 0));
    }

    #[test]
    fn nothing_overtakes_its_causes() {
        let mut writer = Writer::default();
        for seq in 1..=2_000 {
            writer.push(event(1, seq, &[], false));
        }
        writer.push(event(2, 1, &[(1, 2_000)], false));
        // An event does not wait for a cause that comes after it, or two could wait for each other.
        writer.push(event(3, 1, &[(4, 1)], false));
        writer.push(event(4, 1, &[(3, 1)], false));
        let first = names(&writer.take_batch());
        assert!(first.contains(&(log(3).author, 1)) && !first.contains(&(log(2).author, 1)));
        let second = names(&writer.take_batch());
        assert_eq!(second.last(), Some(&(log(2).author, 1)));
    }
}
