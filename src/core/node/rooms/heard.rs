//! Direct rooms that open because somebody else has written there: at once, or after the start if our user has not seen
//! them before. Strangers may open few of them.
//!
//! Keys cost nothing. So rooms that strangers have opened are counted against their hosts, as long as our user has
//! neither looked at them nor written there. The newest of a host takes the place of the oldest of that host. What was
//! said there stays on the disk, and the room is shown again when more is said.

use std::collections::BTreeMap;

use super::{Earlier, Heard, Joined, MAX_JOINED, Output, Rooms, open};
use crate::{
    core::budgets::{DIRECT_ROOMS_OF_HOST, DIRECT_ROOMS_OF_STRANGERS},
    domain::{
        bus::{KeptRoom, LeftBecause, RoomUse, RoomView, Update},
        model::{Machine, NodeId, Room, RoomId},
    },
};

/// Direct rooms that are remembered as left. Of older ones, lines that came before may be shown again as new.
const MAX_LEFT: usize = 256;

/// The direct rooms that our user has left, the oldest first, and how many lines of the other one had come by then.
#[derive(Debug, Default)]
pub(super) struct Left(Vec<(NodeId, u64)>);

impl Left {
    pub(super) fn add(&mut self, node: NodeId, lines: u64) {
        self.remove(&node);
        if self.0.len() >= MAX_LEFT {
            self.0.remove(0);
        }
        self.0.push((node, lines));
    }

    fn remove(&mut self, node: &NodeId) {
        self.0.retain(|(left, _)| left != node);
    }

    /// Whether all of these lines had come when our user left.
    fn knows(&self, node: &NodeId, lines: u64) -> bool {
        self.0.iter().any(|(left, known)| left == node && lines <= *known)
    }

    /// As it is kept for the next start.
    pub(super) fn kept(&self) -> impl Iterator<Item = KeptRoom> {
        self.0.iter().map(|(node, lines)| KeptRoom {
            room: Room::Direct(*node),
            view: RoomView::default(),
            used: RoomUse::Left { lines: *lines },
        })
    }
}

impl Rooms {
    /// Shows the direct room with somebody who has said something there.
    pub(super) fn heard(&mut self, heard: Heard, out: &mut Vec<Output>) {
        let Heard { node, stranger, earlier } = heard;
        if self.is_in(&Room::Direct(node)) {
            return;
        }
        if let Some(Earlier { room, lines, card }) = earlier
            && (self.left.knows(&node, lines) || !self.open_again(node, room, card.as_deref(), out))
        {
            return;
        }
        match stranger {
            Some(machine) => self.make_room_for(machine, out),
            None if self.joined.len() >= MAX_JOINED => self.give_up_unused(None, out),
            None => {}
        }
        self.show_direct(node, stranger, false, out);
    }

    /// Opens the room that the log calls `id`, if that is the direct room with this person. Whether it is open now.
    fn open_again(&mut self, node: NodeId, id: RoomId, card: Option<&[u8]>, out: &mut Vec<Output>) -> bool {
        if let Some(known) = self.pairs.room(&node) {
            return known == id;
        }
        let Some((direct, seal)) = card.and_then(|card| self.pairs.add(&node, card)) else { return false };
        if direct != id {
            self.pairs.remove(&node);
            return false;
        }
        out.push(open(Room::Direct(node), id, Some(seal)));
        true
    }

    /// Our user looks at a room, or writes there.
    pub(super) fn used(&mut self, room: &Room, out: &mut Vec<Output>) {
        let joined = self.joined.iter_mut().find(|joined| joined.room == *room);
        if joined.is_some_and(|joined| joined.opened_by.take().is_some()) {
            out.push(Output::Kept);
        }
    }

    /// Our user has left the direct room with this person. So many of their lines had come by then.
    pub(super) fn has_left(&mut self, node: NodeId, lines: u64, out: &mut Vec<Output>) {
        if !self.is_in(&Room::Direct(node)) && lines > 0 {
            self.left.add(node, lines);
            out.push(Output::Kept);
        }
    }

    /// Our user is in the direct room with this person again.
    pub(super) fn is_back(&mut self, node: &NodeId) {
        self.left.remove(node);
    }

    /// Makes room for one more room that a stranger on this machine has opened.
    fn make_room_for(&mut self, machine: Machine, out: &mut Vec<Output>) {
        let unused = self.joined.iter().filter_map(|joined| joined.opened_by);
        let of_host = unused.clone().filter(|by| *by == machine).count();
        if of_host >= DIRECT_ROOMS_OF_HOST {
            self.give_up_unused(Some(machine), out);
        } else if unused.count() >= DIRECT_ROOMS_OF_STRANGERS || self.joined.len() >= MAX_JOINED {
            self.give_up_unused(None, out);
        }
    }

    /// Closes the oldest room that a stranger on this machine has opened or, without a machine, on the one with most of
    /// them.
    fn give_up_unused(&mut self, machine: Option<Machine>, out: &mut Vec<Output>) {
        let mut counts: BTreeMap<Machine, usize> = BTreeMap::new();
        for by in self.joined.iter().filter_map(|joined| joined.opened_by) {
            *counts.entry(by).or_default() += 1;
        }
        let most = counts.values().max().copied();
        let goes = |joined: &Joined| {
            let by = joined.opened_by;
            by.is_some_and(|by| machine.map_or(counts.get(&by).copied() == most, |machine| by == machine))
        };
        let Some(at) = self.joined.iter().position(goes) else { return };
        let Joined { room, .. } = self.joined.remove(at);
        if let Room::Direct(node) = &room {
            self.close_direct(node, out);
        }
        out.extend([Output::Update(Update::RoomLeft { room, because: LeftBecause::Asked }), Output::Kept]);
    }
}
