//! How much of our logs each peer says it holds. Keys cost nothing, so keys that were linked only for moments are
//! forgotten first.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use crate::{
    core::{budgets::MAX_READERS, log::storage::Ack},
    domain::model::{LogId, NodeId},
};

/// Strangers listed as waiting for the user's lines: more than anyone meets at a desk in a day.
const MAX_STRANGERS_WAITED_FOR: usize = 64;

/// Stands for all guests, who do not say what they have received. No key is all zeros.
pub(super) const GUESTS: NodeId = NodeId::new([0; 32]);

/// What one peer has said of one log.
#[derive(Debug, Clone, Copy)]
struct Reader {
    seq: u64,
    /// How long it was linked in this run, not counting a link that is still open.
    linked: Duration,
    /// Its number in the order of arrival.
    came: u64,
}

impl Reader {
    /// What it is worth: how long it was linked, then how early it came.
    fn worth(&self) -> (Duration, Reverse<u64>) {
        (self.linked, Reverse(self.came))
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Readers {
    of: BTreeMap<(NodeId, LogId), Reader>,
    came: u64,
}

impl Readers {
    /// `acks`: what the store knows.
    pub(super) fn new(acks: Vec<Ack>) -> Self {
        let mut readers = Self::default();
        for Ack { node, log, seq } in acks {
            readers.holds(node, log, seq);
        }
        readers
    }

    /// A peer holds a log of ours up to `seq`. Returns whether that is more than before.
    pub(super) fn holds(&mut self, node: NodeId, log: LogId, seq: u64) -> bool {
        if let Some(reader) = self.of.get_mut(&(node, log)) {
            let news = reader.seq < seq;
            reader.seq = reader.seq.max(seq);
            return news;
        }
        self.came += 1;
        self.of.insert((node, log), Reader { seq, linked: Duration::ZERO, came: self.came });
        true
    }

    /// A link with a peer has ended after this time.
    pub(super) fn was_linked(&mut self, node: &NodeId, time: Duration) {
        let of_node = self.of.iter_mut().filter(|((of, _), _)| of == node);
        for (_, reader) in of_node {
            reader.linked = reader.linked.saturating_add(time);
        }
    }

    /// If there are too many, forgets the one that is worth least. Those that `stays` names are kept. Returns the
    /// forgotten one.
    pub(super) fn forget_excess(&mut self, stays: impl Fn(&NodeId) -> bool) -> Option<(NodeId, LogId)> {
        if self.of.len() <= MAX_READERS {
            return None;
        }
        let others = self.of.iter().filter(|((node, _), _)| *node != GUESTS && !stays(node));
        let least = others.min_by_key(|(_, reader)| reader.worth()).map(|(key, _)| *key)?;
        self.of.remove(&least);
        Some(least)
    }

    /// The newest event of a log that anybody has.
    pub(super) fn newest(&self, log: &LogId) -> u64 {
        self.of.iter().filter(|((_, of), _)| of == log).map(|(_, reader)| reader.seq).max().unwrap_or(0)
    }

    /// The peers to list as waiting for our lines, and how far each is: known people, and the strangers that were
    /// linked longest.
    pub(super) fn worth_waiting_for(&self, log: &LogId, is_known: impl Fn(&NodeId) -> bool) -> Vec<(NodeId, u64)> {
        let readers = self.of.iter().filter(|((node, of), _)| of == log && *node != GUESTS);
        let readers = readers.map(|((node, _), reader)| (*node, *reader));
        let (mut known, mut strangers): (Vec<_>, Vec<_>) = readers.partition(|(node, _)| is_known(node));
        if strangers.len() > MAX_STRANGERS_WAITED_FOR {
            strangers.sort_unstable_by_key(|(_, reader)| Reverse(reader.worth()));
            strangers.truncate(MAX_STRANGERS_WAITED_FOR);
        }
        known.append(&mut strangers);
        known.into_iter().map(|(node, reader)| (node, reader.seq)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::RoomId;

    fn log() -> LogId {
        LogId { room: RoomId::LOBBY, author: NodeId::numbered(0), epoch: 1 }
    }

    #[test]
    fn short_lived_keys_displace_each_other_but_no_real_peers() {
        let mut readers = Readers::default();
        let moment = Duration::from_millis(20);
        readers.holds(NodeId::numbered(1), log(), 3);
        readers.was_linked(&NodeId::numbered(1), Duration::from_mins(5));
        for n in 10..5_000 {
            readers.holds(NodeId::numbered(n), log(), 3);
            readers.was_linked(&NodeId::numbered(n), moment);
            readers.forget_excess(|_| false);
        }
        // Bob comes now, and stays for a while.
        readers.holds(NodeId::numbered(2), log(), 4);
        readers.forget_excess(|node| *node == NodeId::numbered(2));
        readers.was_linked(&NodeId::numbered(2), Duration::from_secs(3));
        for n in 5_000..9_000 {
            readers.holds(NodeId::numbered(n), log(), 4);
            readers.was_linked(&NodeId::numbered(n), moment);
            readers.forget_excess(|_| false);
        }
        assert_eq!(readers.of.len(), MAX_READERS);
        let waited = readers.worth_waiting_for(&log(), |_| false);
        assert_eq!(waited.len(), MAX_STRANGERS_WAITED_FOR);
        assert!(waited.contains(&(NodeId::numbered(1), 3)) && waited.contains(&(NodeId::numbered(2), 4)));
        assert_eq!(readers.newest(&log()), 4);
    }
}
