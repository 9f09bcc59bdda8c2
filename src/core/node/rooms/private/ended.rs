//! Memberships that are over.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::model::RoomId;

/// How many are remembered. Of the rest, an invitation that was answered could be shown once more.
const MAX_ENDED: usize = 1_024;

/// Memberships that are over, so that an old decision does not bring them back.
#[derive(Debug, Default)]
pub(super) struct Ended {
    of: BTreeMap<RoomId, u64>,
    order: VecDeque<RoomId>,
}

impl Ended {
    /// The membership that began with this version is over.
    pub(super) fn at(&mut self, room: RoomId, since: u64) {
        if let Some(known) = self.of.get_mut(&room) {
            *known = since.max(*known);
            return;
        }
        self.of.insert(room, since);
        self.order.push_back(room);
        if self.order.len() > MAX_ENDED
            && let Some(oldest) = self.order.pop_front()
        {
            self.of.remove(&oldest);
        }
    }

    /// Our user does not want to be in this room, whoever invites them.
    pub(super) fn for_good(&mut self, room: RoomId) {
        self.at(room, u64::MAX);
    }

    /// Whether our user does not want to be in a room.
    pub(super) fn is_for_good(&self, room: &RoomId) -> bool {
        self.of.get(room) == Some(&u64::MAX)
    }

    /// Whether a membership that began with this version is over.
    pub(super) fn is_over(&self, room: &RoomId, since: u64) -> bool {
        self.of.get(room).is_some_and(|ended| since <= *ended)
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = (RoomId, u64)> {
        self.order.iter().filter_map(|room| Some((*room, *self.of.get(room)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_the_latest_end_holds() {
        let room = |n: u64| RoomId(std::array::from_fn(|at| n.to_be_bytes().get(at).copied().unwrap_or(0)));
        let mut ended = Ended::default();
        ended.at(room(0), 5);
        ended.at(room(0), 3);
        assert!(ended.is_over(&room(0), 5) && !ended.is_over(&room(0), 6));
        for n in 1..=MAX_ENDED as u64 {
            ended.for_good(room(n));
        }
        assert!(!ended.is_over(&room(0), 1) && ended.is_for_good(&room(1)));
        assert_eq!(ended.all().count(), MAX_ENDED);
    }
}
