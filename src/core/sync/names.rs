//! Short names for logs on one link, so that a change takes only a few bytes.
//!
//! The first change of a log on a link is sent as a whole range with a number, the name. Later changes carry only the
//! name, which takes a tenth of the bytes. Each side names the logs that it sends changes of, so the two need not
//! agree.

use std::{collections::BTreeMap, num::NonZeroU32};

use super::cursor::LogKey;
use crate::{
    domain::model::{LogId, RoomId},
    protocol::codec::{event::HeldRange, mesh::Change},
};

/// Logs that one side may name on a link: more than it can hold. Further ones are sent in full.
const MAX_NAMES: usize = 4_352;

/// The names that we have given.
#[derive(Debug, Default)]
pub(super) struct OurNames {
    /// The name of each log, and the base that was sent.
    of: BTreeMap<LogKey, (NonZeroU32, u64)>,
}

/// What is sent about one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Range(HeldRange),
    Change(Change),
}

impl OurNames {
    /// The shortest form of a range.
    pub(super) fn shorten(&self, range: HeldRange) -> Told {
        let known = self.of.get(&range.log).filter(|(_, base)| *base == range.base);
        match (known, range.head) {
            (Some((name, _)), Some(head)) => {
                let mut begin = [0; 8];
                begin.copy_from_slice(head.0.split_at(8).0);
                Told::Change(Change { name: *name, seq: range.seq, head: begin })
            }
            _ => Told::Range(range),
        }
    }

    /// The other side may not know of this room any more, and forgets what it was told there: the next change of a log is
    /// sent in full again, under its name.
    pub(super) fn forget_bases(&mut self, room: &RoomId) {
        // No log has this base.
        self.of.iter_mut().filter(|(log, _)| log.room == *room).for_each(|(_, (_, base))| *base = 0);
    }

    /// The name for a log that is sent in full: its present one, or a new one.
    pub(super) fn name(&mut self, log: &LogKey, base: u64) -> Option<NonZeroU32> {
        if let Some((name, told)) = self.of.get_mut(log) {
            *told = base;
            return Some(*name);
        }
        let next = u32::try_from(self.of.len() + 1).ok().and_then(NonZeroU32::new);
        let name = next.filter(|_| self.of.len() < MAX_NAMES)?;
        self.of.insert(log.clone(), (name, base));
        Some(name)
    }
}

/// The names that the other side has given.
#[derive(Debug, Default)]
pub(super) struct TheirNames(Vec<Option<LogKey>>);

impl TheirNames {
    /// It has named a log with the next number or an earlier one. `log` is none if we do not follow that log.
    pub(super) fn learn(&mut self, name: NonZeroU32, log: Option<LogKey>) {
        let at = name.get() as usize - 1;
        if let Some(known) = self.0.get_mut(at) {
            *known = log;
        } else if at == self.0.len() && at < MAX_NAMES {
            self.0.push(log);
        }
    }

    /// The log with this name.
    pub(super) fn log(&self, name: NonZeroU32) -> Option<&LogId> {
        self.0.get(name.get() as usize - 1)?.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::model::{EventId, NodeId, RoomId};

    fn range(epoch: u64, seq: u64, base: u64) -> HeldRange {
        let log = LogId { room: RoomId::LOBBY, author: NodeId::new([1; 32]), epoch };
        HeldRange { name: None, log, seq, head: Some(EventId([seq as u8; 32])), base }
    }

    #[test]
    fn a_log_is_named_once_and_then_shortened() {
        let (mut ours, mut theirs) = (OurNames::default(), TheirNames::default());
        let first = range(7, 1, 1);
        assert_eq!(ours.shorten(first), Told::Range(first));
        let log = Arc::new(first.log);
        let name = ours.name(&log, 1).unwrap();
        theirs.learn(name, Some(log.clone()));
        let Told::Change(change) = ours.shorten(range(7, 9, 1)) else { panic!("a range") };
        assert_eq!((theirs.log(change.name), change.seq, change.head), (Some(&first.log), 9, [9; 8]));
        assert_eq!(ours.shorten(range(7, 9, 5)), Told::Range(range(7, 9, 5)), "a new base is told in full");
        assert_eq!(ours.name(&log, 5), Some(name));
        ours.forget_bases(&log.room);
        assert_eq!(ours.shorten(range(7, 9, 5)), Told::Range(range(7, 9, 5)), "the other side has forgotten it");
        assert_eq!(ours.name(&log, 5), Some(name));
    }

    #[test]
    fn names_are_bounded_and_gaps_are_ignored() {
        let mut ours = OurNames::default();
        let names = (0..10_000).filter_map(|epoch| ours.name(&Arc::new(range(epoch, 1, 1).log), 1)).count();
        assert_eq!(names, MAX_NAMES);
        let mut theirs = TheirNames::default();
        let name = NonZeroU32::new(5).unwrap();
        theirs.learn(name, Some(Arc::new(range(1, 1, 1).log)));
        assert_eq!(theirs.log(name), None);
    }
}
