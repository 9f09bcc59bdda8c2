//! The rooms that the reader of the output was last told about.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::spoken::Spoken;
use crate::{
    domain::{
        bus::{Failure, Update},
        model::{Room, RoomId},
    },
    frontend::slash::TypedRoom,
};

/// Shared by the threads of the output and of the input: a line is said in the room that its author knows, and `/part`
/// names one of them.
#[derive(Debug, Clone)]
pub(super) struct CurrentRooms(Arc<Mutex<Rooms>>);

#[derive(Debug)]
struct Rooms {
    spoken: Spoken,
    /// Those that the user is in, without the lobby. Bounded by the node.
    joined: Vec<Room>,
}

impl CurrentRooms {
    /// Lines are said in the room `spoken`.
    pub(super) fn new(spoken: Room) -> Self {
        Self(Arc::new(Mutex::new(Rooms { spoken: Spoken::new(spoken), joined: Vec::new() })))
    }

    /// Notes an update that is about to be printed.
    pub(super) fn see(&self, update: &Update) {
        match update {
            Update::RoomJoined { room, asked, .. } if !room.is_lobby() => {
                let mut rooms = self.rooms();
                rooms.spoken.joined(room, *asked);
                if !rooms.joined.contains(room) {
                    rooms.joined.push(room.clone());
                }
            }
            Update::RoomLeft { room, .. } => self.rooms().joined.retain(|joined| joined != room),
            Update::Failed(Failure::Room(failure)) => {
                self.rooms().spoken.expects(failure);
            }
            _ => {}
        }
    }

    /// The room that lines are said in.
    pub(super) fn spoken(&self) -> Room {
        self.rooms().spoken.room().clone()
    }

    /// The rooms of the user that `typed` may mean.
    pub(super) fn meant(&self, typed: &TypedRoom) -> Vec<Room> {
        self.rooms().joined.iter().filter(|room| typed.means(room)).cloned().collect()
    }

    /// The private room of the user that has this id.
    pub(super) fn with_id(&self, id: &RoomId) -> Option<Room> {
        let has_id = |room: &&Room| matches!(room, Room::Private(private) if private.id == *id);
        self.rooms().joined.iter().find(has_id).cloned()
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        // What is in it is right, even if another thread panicked while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
