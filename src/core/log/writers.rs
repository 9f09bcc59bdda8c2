//! Who may write in a room that is sealed.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    core::mutant,
    domain::model::{EventId, LogId, NodeId},
};

/// Who may write in a room, and what counts of the logs of those who were removed. What does not count is void: nobody
/// takes, shows, offers or waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Writers {
    members: BTreeSet<NodeId>,
    /// By author and epoch: the last event that counts. A log that is cut stays cut, also if its author comes back.
    cuts: BTreeMap<(NodeId, u64), (u64, EventId)>,
}

impl Writers {
    /// Members may write what they like, except in logs that are cut.
    pub fn new(members: BTreeSet<NodeId>, cuts: BTreeMap<(NodeId, u64), (u64, EventId)>) -> Self {
        Self { members, cuts }
    }

    /// The last event of a log that counts; `None` if all do.
    pub fn last(&self, log: &LogId) -> Option<u64> {
        if mutant::lets_removed_write() {
            return None;
        }
        match self.cuts.get(&(log.author, log.epoch)) {
            Some((seq, _)) => Some(*seq),
            None if self.members.contains(&log.author) => None,
            None => Some(0),
        }
    }

    /// Whether an event counts.
    pub fn admit(&self, log: &LogId, seq: u64, id: EventId) -> bool {
        if mutant::lets_removed_write() {
            return true;
        }
        match self.cuts.get(&(log.author, log.epoch)) {
            Some((last, last_id)) => seq < *last || (seq == *last && id == *last_id),
            None => self.members.contains(&log.author),
        }
    }

    /// The event at which a log is cut.
    pub fn cut(&self, log: &LogId) -> Option<(u64, EventId)> {
        self.cuts.get(&(log.author, log.epoch)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::RoomId;

    #[test]
    fn a_cut_log_counts_up_to_its_cut_only() {
        let [bob, carol, dave] = [1, 2, 3].map(|n| NodeId::new([n; 32]));
        let log = |author, epoch| LogId { room: RoomId([9; 32]), author, epoch };
        let cut = EventId([5; 32]);
        let cuts = BTreeMap::from([((bob, 7), (3, cut)), ((carol, 7), (3, cut))]);
        let writers = Writers::new(BTreeSet::from([bob]), cuts);
        let any = EventId([6; 32]);
        for author in [bob, carol] {
            assert!(writers.admit(&log(author, 7), 2, any) && writers.admit(&log(author, 7), 3, cut));
            assert!(!writers.admit(&log(author, 7), 3, any) && !writers.admit(&log(author, 7), 4, cut));
        }
        assert!(writers.admit(&log(bob, 8), 1, any), "a member begins another log");
        assert!(!writers.admit(&log(carol, 8), 1, any) && !writers.admit(&log(dave, 7), 1, any));
        let last = |author, epoch| writers.last(&log(author, epoch));
        assert_eq!([last(bob, 7), last(bob, 8), last(carol, 8)], [Some(3), None, Some(0)]);
    }
}
