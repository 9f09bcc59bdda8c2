//! What the next run needs to know of private rooms.

use std::collections::BTreeMap;

use super::{Charter, Ended, Entry, Private, State};
use crate::{
    domain::{
        bus::{KeptPrivate, KeptPrivateRoom, KeptStanding},
        model::RoomId,
    },
    protocol::{
        membership::{Leave, SignedDecision},
        sealing::Card,
    },
};

pub(super) fn kept(rooms: &BTreeMap<RoomId, Entry>, ended: &Ended) -> KeptPrivate {
    let room = |Entry { charter, state }: &Entry| KeptPrivateRoom {
        decision: charter.signed().encode(),
        leaves: charter.leaves().map(Leave::encode).collect(),
        wishes: charter.wishes().map(Card::encode).collect(),
        seen: charter.seen().iter().copied().collect(),
        standing: match state {
            State::Joined => KeptStanding::Joined,
            State::Invited { .. } => KeptStanding::Invited,
            State::Left(leave) => KeptStanding::Left(leave.encode()),
        },
    };
    KeptPrivate { rooms: rooms.values().map(room).collect(), ended: ended.all().collect() }
}

impl Private {
    /// Takes in what an earlier run has kept. What cannot be read is left out: other members still have it.
    pub(super) fn restore(&mut self, kept: &KeptPrivate) {
        for (room, since) in &kept.ended {
            self.ended.at(*room, *since);
        }
        for room in &kept.rooms {
            if let Some(entry) = self.read(room) {
                self.rooms.insert(entry.charter.room().id, entry);
            }
        }
    }

    fn read(&mut self, kept: &KeptPrivateRoom) -> Option<Entry> {
        let signed = SignedDecision::decode(&kept.decision).ok()?;
        let decision = signed.open().ok()?;
        let mut charter = Charter::new(signed, decision, &self.own)?;
        for leave in kept.leaves.iter().filter_map(|leave| Leave::decode(leave).ok()) {
            charter.leave(leave);
        }
        for card in kept.wishes.iter().filter_map(|card| Card::decode(card).ok()) {
            charter.wish(card);
        }
        for node in &kept.seen {
            charter.has_joined(*node);
        }
        let state = match &kept.standing {
            KeptStanding::Joined => State::Joined,
            KeptStanding::Left(leave) => State::Left(Leave::decode(leave).ok()?),
            KeptStanding::Invited => {
                self.invitations += 1;
                State::Invited { host: None, turn: self.invitations }
            }
        };
        Some(Entry { charter, state })
    }
}
